"""Waiting for you: callers to be called back, and calls that were handed over, each to be gone on with at a press."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from views import words
from views.theme import Tone, look
from views.widgets.cards import Banner, EmptyState
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.doing_states import Passed, PassingOnState
    from views.ports import PassingOnPort


class WaitingDialog(QDialog):
    """Opened with ``open()``; Escape closes it, and so does taking a call, which then is on the screen."""

    def __init__(self, parent: QWidget, model: PassingOnPort) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Waiting for you"))
        self._model = model
        self._taking = 0
        self.buttons: dict[int, QPushButton] = {}
        self.problem = Banner()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(self.tr("Waiting for you"))
        unit = look().px
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addWidget(PlainLabel(self.tr("Waiting for you"), "heading"))
        layout.addWidget(self.problem)
        layout.addWidget(self.area, 1)
        room = parent.size()
        self.resize(min(unit(640), room.width() - unit(40)), min(unit(480), room.height() - unit(60)))
        model.state_changed.connect(self.draw)
        self.finished.connect(lambda: model.state_changed.disconnect(self.draw))
        model.load()
        self.draw(model.state)

    def draw(self, state: PassingOnState) -> None:
        """Shows what waits."""
        if self._taking and self._taking not in {each.item for each in state.items} and not state.problem:
            self.accept()
            return
        self.problem.show_text(state.problem, "bad")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, look().px(8), 0)
        column.setSpacing(look().px(8))
        self.buttons = {}
        for each in state.items:
            column.addWidget(self._card(each))
        if not state.items:
            nothing = EmptyState()
            nothing.show_text(self.tr("Nothing waits for you"), self.tr("Call backs and calls handed over stand here."), "phone-call")
            column.addWidget(nothing)
        column.addStretch(1)
        self.area.setWidget(body)
        first = next(iter(self.buttons.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _card(self, passed: Passed) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        unit = look().px
        column = QVBoxLayout(card)
        column.setContentsMargins(unit(12), unit(9), unit(12), unit(9))
        column.setSpacing(unit(4))
        top = QHBoxLayout()
        top.setSpacing(unit(8))
        top.addWidget(ElidedLabel(passed.title, "strong"), 1)
        badge = Badge()
        badge.show_text(*self._badge(passed))
        top.addWidget(badge)
        button = QPushButton(self.tr("Call back") if passed.kind == "call_back" else self.tr("Go on with it"))
        button.setAccessibleName(f"{button.text()}: {passed.title}")
        button.setAutoDefault(True)
        button.clicked.connect(lambda _checked=False: self._take(passed.item))
        self.buttons[passed.item] = button
        top.addWidget(button)
        column.addLayout(top)
        made = self.tr("{who}, {at}").format(who=passed.made_by, at=words.moment(passed.made))
        column.addWidget(PlainLabel(made, "small"))
        if passed.detail:
            column.addWidget(PlainLabel(passed.detail, wrap=True))
        return card

    def _badge(self, passed: Passed) -> tuple[str, Tone]:
        if passed.due is None:
            return self.tr("handed over"), "info"
        at = words.moment(passed.due)
        return (self.tr("{at}, past").format(at=at), "bad") if passed.due < datetime.now(UTC) else (at, "warn")

    def _take(self, item: int) -> None:
        self._taking = item
        self._model.take(item)
