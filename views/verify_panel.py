"""Making sure who calls: one question at a time to read aloud, a line for what the caller says, and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from views.theme import Tone, look
from views.widgets.flow import FlowRow
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import VerificationState
    from models.verification import Asked
    from views.ports import VerificationPort


class SaidLine(QLineEdit):
    """What the caller says. It is handed on and forgotten: no menu copies it, and no keyboard of the system learns it."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)

    def event(self, event: QEvent) -> bool:
        """Keeps Escape from the shortcut that goes back to the search."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class VerifyPanel(QFrame):
    """Stands between the caller's name and their records while questions are put; ``left`` when it is closed."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(self.tr("Verify the caller"))
        self._model: VerificationPort | None = None
        self._question = ""
        self._asked: tuple[Asked, ...] | None = None
        self.about = ElidedLabel(role="caps")
        self.results = FlowRow()
        self.ask = PlainLabel(role="heading", wrap=True)
        self.said = SaidLine()
        self.said.setMaxLength(200)
        self.said.setPlaceholderText(self.tr("What the caller says"))
        self.said.returnPressed.connect(self._answer)
        self.said.left.connect(self.close_panel)
        self.check_button = QPushButton(self.tr("Check   Enter"))
        self.check_button.setAccessibleName(self.tr("Check"))
        self.check_button.setProperty("role", "primary")
        self.check_button.clicked.connect(self._answer)
        self.unknown_button = QPushButton(self.tr("Does not &know"))
        self.unknown_button.clicked.connect(self._do_not_know)
        self.other_button = QPushButton(self.tr("Acts &for someone"))
        self.other_button.setCheckable(True)
        self.other_button.clicked.connect(self._toggle_mandate)
        self.close_button = QPushButton(self.tr("Close   Esc"))
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setProperty("role", "quiet")
        self.close_button.clicked.connect(self.close_panel)
        self.hint = ElidedLabel(role="small")
        self.problem = PlainLabel(role="error", wrap=True)
        self.who = SaidLine()
        self.who.setMaxLength(120)
        self.who.setPlaceholderText(self.tr("Name of who calls"))
        self.who.setAccessibleName(self.tr("Name of who calls"))
        self.who.returnPressed.connect(self._act_for)
        self.who.left.connect(self.close_panel)
        self.ground = QComboBox()
        self.ground.setAccessibleName(self.tr("On what ground"))
        self.mandate_button = QPushButton(self.tr("Write down"))
        self.mandate_button.clicked.connect(self._act_for)
        for button in (self.check_button, self.unknown_button, self.other_button, self.close_button, self.mandate_button):
            button.setAutoDefault(True)  # Enter presses it too
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        unit = look().px
        top = QHBoxLayout()
        top.addWidget(self.about)
        top.addWidget(self.results, 1)
        top.addWidget(self.close_button)
        line = QHBoxLayout()
        line.setSpacing(unit(8))
        line.addWidget(self.said, 1)
        line.addWidget(self.check_button)
        line.addWidget(self.unknown_button)
        line.addWidget(self.other_button)
        self._rest = QWidget()  # takes the room of the line where there is no question
        line.addWidget(self._rest, 1)
        self._mandate = QWidget()
        other = QHBoxLayout(self._mandate)
        other.setContentsMargins(0, 0, 0, 0)
        other.setSpacing(unit(8))
        other.addWidget(self.who, 1)
        other.addWidget(self.ground)
        other.addWidget(self.mandate_button)
        self._mandate.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit(14), unit(8), unit(10), unit(10))
        layout.setSpacing(unit(6))
        layout.addLayout(top)
        layout.addWidget(self.ask)
        layout.addLayout(line)
        layout.addWidget(self._mandate)
        layout.addWidget(self.problem)
        layout.addWidget(self.hint)

    def bind(self, model: VerificationPort) -> None:
        """Connects to the view model."""
        self._model = model

    def draw(self, state: VerificationState) -> None:
        """Shows the question; the line is emptied for each, and keeps what is being typed until then."""
        appears = state.open and self.isHidden()
        focused: QWidget | None = self.window().focusWidget()
        if not state.open:
            self._forget()
            if not self.isHidden():
                inside = focused is not None and self.isAncestorOf(focused)
                self.hide()
                if inside:
                    self.left.emit()
            return
        question = f"{state.caller} {state.number} {state.question}"
        if question != self._question:
            self._question = question
            self.said.setText("")
        self.ask.setText(f"“{state.ask}”" if state.ask else self._why(state))
        self.said.setAccessibleName(self.tr("What the caller says to: {question}").format(question=state.ask))
        number = self.tr("QUESTION {number} · {name} · KNOWN TO {source}").format(
            number=state.number, name=state.question.upper(), source=state.source.upper()
        )
        self.about.setText(number if state.ask else self.tr("QUESTIONS"))
        for widget in (self.said, self.check_button, self.unknown_button):
            widget.setVisible(bool(state.ask))
        self._rest.setVisible(not state.ask)
        self.hint.setText(
            self.tr("Read it aloud, type what is said, press Enter. Tell the caller neither the right answer nor which one was wrong.")
            if state.ask
            else ""
        )
        self.hint.setVisible(bool(state.ask))
        self.problem.setText(state.problem)
        self.problem.setVisible(bool(state.problem))
        self._draw_results(state)
        self._draw_mandate(state)
        self.show()
        if appears or focused is None or (self.isAncestorOf(focused) and not focused.isVisible()):
            self.enter()

    def enter(self) -> bool:
        """The focus to the line, or to the next thing that can be pressed; False where the panel is closed."""
        if self.isHidden():
            return False
        target: QWidget = self.said if self.said.isVisible() else self.close_button
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def close_panel(self) -> None:
        """Takes the questions from the screen."""
        if self._model is not None:
            self._model.close()

    def _draw_results(self, state: VerificationState) -> None:
        if state.asked == self._asked:
            return
        self._asked = state.asked
        for widget in self.results.widgets():
            self.results.drop(widget)
        for position, each in enumerate(state.asked):
            badge = Badge()
            marks: dict[bool | None, tuple[str, str, Tone]] = {
                True: ("✓", self.tr("right"), "good"),
                False: ("✗", self.tr("wrong"), "bad"),
                None: ("–", self.tr("not known"), "neutral"),
            }
            mark, said, tone = marks[each.right]
            self.results.insert(position, badge)  # first: without a parent it would be shown as a window of its own
            badge.show_text(f"{mark} {each.question}", tone)
            badge.setAccessibleName(f"{each.question}: {said}")
            badge.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _draw_mandate(self, state: VerificationState) -> None:
        if [self.ground.itemText(at) for at in range(self.ground.count())] != list(state.grounds):
            self.ground.clear()
            self.ground.addItems(list(state.grounds))
        self.other_button.setChecked(state.mandate is not None or not self._mandate.isHidden())
        if state.mandate is not None:
            self._mandate.hide()
            self.hint.setText(
                self.tr("{name} acts for {whom}: {ground}").format(name=state.mandate.name, whom=state.name, ground=state.mandate.ground)
            )
            self.hint.show()

    def _why(self, state: VerificationState) -> str:
        return {
            "locked": self.tr(
                "Locked: too many answers were wrong. Nothing more opens in this call; offer to call back on the number on file."
            ),
            "strong": self.tr("Strongly verified: there is nothing more to ask."),
            "reading": self.tr("The departments are still answering: a question follows."),
        }.get(state.ended, self.tr("There is nothing more that could be asked about this caller."))

    def _answer(self) -> None:
        if self._model is not None and self.said.text().strip():
            said = self.said.text()
            self.said.setText("")
            self._model.answer(said)

    def _do_not_know(self) -> None:
        if self._model is not None:
            self.said.setText("")
            self._model.do_not_know()

    def _toggle_mandate(self, on: bool) -> None:
        if not on and self._model is not None:
            self._model.act_for_themselves()
        self._mandate.setVisible(on)
        (self.who if on else self.said).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _act_for(self) -> None:
        if self._model is not None:
            self._model.act_for(self.who.text(), self.ground.currentText())
            self.said.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _forget(self) -> None:
        for line in (self.said, self.who):
            line.setText("")  # as clear() could be undone
        self._mandate.hide()
        self._question = ""
