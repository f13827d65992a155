"""WRAP UP: how the inquiry at hand ended, the note, and saving the contact for the next caller to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy

from models.contacts import OUTCOMES
from views import words
from views.theme import look
from views.widgets.cards import Banner
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import PlainLabel, set_tip
from views.widgets.section import Section

if TYPE_CHECKING:
    from app.viewmodels.saying_states import HangingUpState, WrappingUpState
    from app.viewmodels.states import CallState
    from views.ports import CallPort, WrappingUpPort


class NoteBox(QPlainTextEdit):
    """The note: as high as what stands in it, within bounds. Tab leaves it, as everywhere else in the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Note"))
        self.setPlaceholderText(self.tr("What was asked, and what was agreed"))
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self.updateGeometry())

    def sizeHint(self) -> QSize:
        lines = round(self.document().size().height())  # a plain text's height is counted in lines
        height = lines * self.fontMetrics().lineSpacing() + look().px(26)
        return QSize(super().sizeHint().width(), min(max(height, self.minimumHeight()), self.maximumHeight()))


class WrapUp(Section):
    """Its fields are off until there is a view model that keeps what is typed."""

    saved = Signal()
    asked = Signal()
    """What is still to be settled before the caller hangs up."""
    summarised = Signal()
    """The caller is to get a summary."""

    def __init__(self) -> None:
        super().__init__("")
        self.heading.setText(self.tr("WRAP UP"))
        self._model: CallPort | None = None
        self._revision = -1
        self.problem = Banner(narrow=True)
        self.problem.pressed.connect(self._discard_problem)
        self.outcomes: dict[str, Chip] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._label = label = PlainLabel(self.tr("&Outcome"), "small")
        self.outcome_row = FlowRow(lead=label)
        self.outcome_row.setAccessibleName(self.tr("How the call ended"))
        for position, outcome in enumerate(OUTCOMES):
            chip = Chip(checkable=True)
            chip.show_as(words.contact_outcome(outcome).capitalize())
            chip.clicked.connect(lambda _checked=False, outcome=outcome: self._outcome_chosen(outcome))
            self.outcomes[outcome] = chip
            self._group.addButton(chip)
            self.outcome_row.insert(position, chip)
        self.note = NoteBox()
        self.note.textChanged.connect(self._note_changed)
        self.save_button = QPushButton(self.tr("&Save and next   Ctrl+Enter"))
        self.save_button.setProperty("role", "primary")
        self.save_button.setAccessibleName(self.tr("Save and next"))
        self.save_button.clicked.connect(self.save)
        label.setBuddy(self.outcomes["resolved"])
        self.column.addWidget(self.outcome_row)
        self.draft_button = _link(self.tr("Draft"), self.tr("Draft the note from what was done (Ctrl+Shift+D)"))
        self.summary_button = _link(self.tr("Summary…"), self.tr("What the caller gets: by e-mail, text message, letter or PDF (Ctrl+M)"))
        self.summary_button.clicked.connect(self.summarised)
        above = QHBoxLayout()
        above.addWidget(PlainLabel(self.tr("&Note"), "small", buddy=self.note))
        above.addStretch(1)
        above.addWidget(self.draft_button)
        above.addWidget(self.summary_button)
        self.too_long = PlainLabel(role="error", wrap=True)
        self.too_long.hide()
        self._limit = (0, "")
        self.column.addLayout(above)
        self.column.addWidget(self.note, 1)
        self.column.addWidget(self.too_long)
        self.things = Chip()
        self.things.clicked.connect(self.asked)
        self.things.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)  # rather cut than wider than the column
        self.things.hide()
        self.add_to_heading(self.things)
        self.column.addWidget(self.problem)
        self.column.addWidget(self.save_button)
        self._enable(False)

    def restyle(self) -> None:
        self._label.setMinimumHeight(self.outcomes["resolved"].sizeHint().height())
        self.note.setMinimumHeight(look().px(52))
        self.note.setMaximumHeight(look().px(150))

    def bind(self, model: CallPort, wrapping_up: WrappingUpPort) -> None:
        """Connects to the view models."""
        self._model = model
        self.draft_button.clicked.connect(wrapping_up.draft)
        model.saved.connect(self.saved)
        model.state_changed.connect(self._changed)
        self._enable(True)

    def draw(self, state: CallState) -> None:
        """Shows the call; what is being typed is overwritten only where the text was changed from outside."""
        if state.revision != self._revision:
            self._revision = state.revision
            if self.note.toPlainText() != state.note:
                self.note.blockSignals(True)
                self.note.setPlainText(state.note)
                self.note.moveCursor(QTextCursor.MoveOperation.End)  # typing goes on where it stopped
                self.note.blockSignals(False)
                self._tell_length()
        self._check(state.inquiry.outcome)
        self.problem.show_text(state.problem, "bad", button=self.tr("OK") if state.problem else "")
        self.save_button.setEnabled(self._model is not None and not state.saving)

    def draw_wrapping_up(self, state: WrappingUpState) -> None:
        """How long the note may be, and whether a summary has gone out."""
        self._limit = (state.limit, state.limit_of)
        self._tell_length()
        self.summary_button.setText(self.tr("Summary sent ✓") if state.sent else self.tr("Summary…"))

    def _tell_length(self) -> None:
        limit, of = self._limit
        over = len(self.note.toPlainText()) - limit
        told = self.tr("{department} takes {limit} letters of a note: {over} too many, it would be cut there.")
        self.too_long.setText(told.format(department=of, limit=limit, over=over) if limit and over > 0 else "")
        self.too_long.setVisible(bool(self.too_long.text()))

    def draw_things(self, state: HangingUpState) -> None:
        """How much is still to be settled."""
        count = len(state.things)
        told = self.tr("{count} things to settle") if count > 1 else self.tr("One thing to settle")
        name = self.tr("Before you hang up: {told}").format(told=told.format(count=count))
        self.things.show_as(told.format(count=count), "Ctrl+B", icon="triangle-alert", tone="warn", name=name)
        self.things.setVisible(bool(count))

    def save(self) -> None:
        """Saves the call."""
        if self._model is not None and self.save_button.isEnabled():
            self._model.save()

    def _enable(self, on: bool) -> None:
        for widget in (self.note, self.save_button, self.draft_button, self.summary_button, *self.outcomes.values()):
            widget.setEnabled(on)

    def _changed(self, state: CallState) -> None:
        """Another call is at hand: shown at once, so that no key meant for the one goes to the other."""
        if state.revision != self._revision:
            self.draw(state)

    def _check(self, outcome: str) -> None:
        if outcome:
            self.outcomes[outcome].setChecked(True)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def _outcome_chosen(self, outcome: str) -> None:
        if self._model is not None:
            self._model.set_outcome(outcome)

    def _note_changed(self) -> None:
        if self._model is not None:
            self._model.set_note(self.note.toPlainText())
        self._tell_length()

    def _discard_problem(self) -> None:
        if self._model is not None:
            self._model.discard_problem()


def _link(text: str, tip: str) -> QPushButton:
    """A quiet button beside a label."""
    button = QPushButton(text)
    button.setProperty("role", "line")
    button.setAutoDefault(True)
    button.setAccessibleName(text)
    set_tip(button, tip)
    return button
