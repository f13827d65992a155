"""Break-glass on the screen: the dialog that asks for the reason, and the banner that says as long as it lasts that all is open."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from views.theme import look
from views.widgets.cards import Banner
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import GlassState
    from views.ports import GlassPort


class GlassBanner(Banner):
    """Counts down; its button ends it."""

    def __init__(self) -> None:
        super().__init__()
        self._until = 0.0
        self._warning = ""
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)

    def draw(self, state: GlassState) -> None:
        """Shows how long it still lasts, or that its end is not written down; hidden while glass is whole."""
        self._until, self._warning = state.until, state.warning
        if state.until:
            self._clock.start()
        else:
            self._clock.stop()
        self._tick()

    def _tick(self) -> None:
        if not self._until:
            self.show_text(self._warning, "bad", "shield-alert")
            return
        left = max(0, round(self._until - monotonic()))
        text = self.tr("Break-glass: everything may be looked at for {time} more. Each look is logged, and a supervisor reviews it.")
        self.show_text(text.format(time=f"{left // 60}:{left % 60:02}"), "bad", "shield-alert", self.tr("End it   Ctrl+Shift+B"))
        self.setAccessibleName(self.tr("Break-glass is on"))


class BreakGlassDialog(QDialog):
    """Opened with ``open()``; closes itself when the glass is broken."""

    def __init__(self, parent: QWidget, model: GlassPort) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Break-glass"))
        self._model = model
        state = model.state
        unit = look().px
        text = self.tr(
            "In an emergency you may look beyond what the caller's verification and your purpose open, for {minutes} minutes. "
            "Each look is logged, and a supervisor reads your reason and reviews it."
        )
        self.reason = QPlainTextEdit()
        self.reason.setTabChangesFocus(True)
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.setPlaceholderText(self.tr("Why it can't wait (at least {letters} letters)").format(letters=state.letters))
        self.reason.setFixedHeight(unit(84))
        self.problem = PlainLabel(role="error", wrap=True)
        self.problem.hide()
        self.start_button = QPushButton(self.tr("&Break the glass   Ctrl+Enter"))
        self.start_button.setAccessibleName(self.tr("Break the glass"))
        self.start_button.setProperty("role", "primary")
        self.start_button.setShortcut("Ctrl+Return")
        self.start_button.clicked.connect(self._start)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.start_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addWidget(PlainLabel(self.tr("Look beyond your purpose"), "heading"))
        layout.addWidget(PlainLabel(text.format(minutes=state.minutes), wrap=True))
        layout.addWidget(PlainLabel(self.tr("&Reason"), "small", buddy=self.reason))
        layout.addWidget(self.reason)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        self.setMinimumWidth(unit(460))
        self.reason.setFocus()
        model.state_changed.connect(self._changed)

    def _start(self) -> None:
        self._model.start(self.reason.toPlainText())

    def _changed(self, state: GlassState) -> None:
        self.problem.setText(state.problem)
        self.problem.setVisible(bool(state.problem))
        if state.until:
            self.accept()

    def done(self, result: int) -> None:
        """However it is closed: what was typed is forgotten, and so is what was wrong with it."""
        self._model.state_changed.disconnect(self._changed)
        if not self._model.state.until:
            self._model.discard_problem()
        super().done(result)
