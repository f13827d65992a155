"""DO: the likeliest things that can be done now as buttons, and what was done in this call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from views import words
from views.theme import look
from views.widgets.cards import Banner
from views.widgets.plain_label import restyle, set_tip, without_mnemonics
from views.widgets.section import Section

if TYPE_CHECKING:
    from app.viewmodels.doing_states import Doable, DoingState, Done, PassingOnState
    from views.ports import DoingPort

_BUTTONS = 6


class ElidedButton(QPushButton):
    """As wide as its place; a text for which there is no room ends in an ellipsis."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._whole = ""
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_whole(self, text: str) -> None:
        """The text, all of it."""
        self._whole = text
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = self.width() - look().px(12)
        cut = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room)
        self.setText(without_mnemonics(cut))


class DoSection(Section):
    """``all_asked``: the list of all that can be done is to be shown. ``waiting_asked``: that of calls that wait for whoever works here."""

    all_asked = Signal()
    waiting_asked = Signal()

    def __init__(self) -> None:
        super().__init__("", spacing=6)
        self.heading.setText(self.tr("DO"))
        self._model: DoingPort | None = None
        self._offers: tuple[Doable, ...] = ()
        self._done: tuple[Done, ...] = ()
        self.buttons: list[ElidedButton] = []
        grid = QGridLayout()
        grid.setSpacing(look().px(6))
        for at in range(_BUTTONS):
            button = ElidedButton("do")
            button.clicked.connect(lambda _checked=False, at=at: self._pressed(at))
            self.buttons.append(button)
            grid.addWidget(button, at // 2, at % 2)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        self.more = QPushButton(self.tr("All  Ctrl+D"))
        self.more.setProperty("role", "line")
        self.more.setAccessibleName(self.tr("All that can be done"))
        self.more.clicked.connect(self.all_asked)
        self.problem = Banner(narrow=True)
        self.problem.pressed.connect(self._discard_problem)
        self.done_area = QWidget()
        self._lines = QVBoxLayout(self.done_area)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self.done_area.hide()
        self.lines: list[ElidedButton] = []
        self.waiting = ElidedButton("line")
        self.waiting.clicked.connect(self.waiting_asked)
        self.waiting.hide()
        self._something = False
        self.column.addLayout(grid)
        self.column.addWidget(self.problem)
        self.column.addWidget(self.done_area)
        self.column.addWidget(self.waiting)
        self.add_to_heading(self.more)
        self.hide()

    def bind(self, model: DoingPort) -> None:
        """Connects to the view model."""
        self._model = model

    def draw(self, state: DoingState) -> None:
        """Shows what can be done and what was."""
        self._something = bool(state.offers or state.done)
        self._show_if_needed()
        if state.offers[:_BUTTONS] != self._offers:
            self._offers = state.offers[:_BUTTONS]
            for at, button in enumerate(self.buttons):
                self._draw_button(button, at)
        self.more.setVisible(bool(state.offers or state.macros))
        self.problem.show_text(state.problem, "bad", button=self.tr("OK") if state.problem else "")
        if state.done != self._done:
            self._done = state.done
            self._draw_done()

    def draw_waiting(self, state: PassingOnState) -> None:
        """Shows that calls wait for whoever works here."""
        due = next((each.due for each in state.items if each.due is not None), None)
        text = self.tr("Waiting for you: {count}").format(count=len(state.items))
        if due is not None:
            text += self.tr(", call back {at}").format(at=words.moment(due))
        self.waiting.set_whole(text)
        self.waiting.setAccessibleName(text)
        self.waiting.setVisible(bool(state.items))
        self._show_if_needed()

    def _show_if_needed(self) -> None:
        self.setVisible(self._something or not self.waiting.isHidden())

    def _draw_button(self, button: ElidedButton, at: int) -> None:
        there = at < len(self._offers)
        button.setVisible(there)
        if not there:
            return
        doable = self._offers[at]
        button.set_whole(f"{doable.short or doable.title}…")
        button.setAccessibleName(f"{doable.title}, {doable.about}" if doable.about else doable.title)
        set_tip(button, self.tr("{what}: Ctrl+D, {figure}").format(what=button.accessibleName(), figure=at + 1))
        role = "first" if at == 0 else "do"
        if button.property("role") != role:
            button.setProperty("role", role)
            restyle(button)

    def _draw_done(self) -> None:
        while len(self.lines) > len(self._done):
            line = self.lines.pop()
            line.hide()
            line.deleteLater()
        for at, done in enumerate(self._done):
            if at == len(self.lines):
                line = ElidedButton("line")
                line.clicked.connect(lambda _checked=False, at=at: self._reopen(at))
                self._lines.addWidget(line)
                QWidget.setTabOrder(self.lines[-1] if self.lines else self.buttons[-1], line)
                self.lines.append(line)
            text = f"{done.title}: {self._how_far(done)}"
            self.lines[at].set_whole(text)
            self.lines[at].setAccessibleName(text)
            set_tip(self.lines[at], text)
        self.done_area.setVisible(bool(self._done))

    def _how_far(self, done: Done) -> str:
        if done.attention:
            return self.tr("look at it")
        if done.open:
            return self.tr("waiting for {names}").format(names=", ".join(done.open))
        return self.tr("done")

    def _pressed(self, at: int) -> None:
        if self._model is not None and at < len(self._offers):
            self._model.start(self._offers[at].key)

    def _reopen(self, at: int) -> None:
        if self._model is not None:
            self._model.reopen(self._done[at].change)

    def _discard_problem(self) -> None:
        if self._model is not None:
            self._model.discard_problem()
