"""This call: the running clock, the reason, how it ended, the note, and saving it for the next caller to come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from models.contacts import OUTCOMES
from views import words
from views.theme import look
from views.widgets.cards import Banner, Card
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import CallState
    from models.contacts import Contact
    from views.ports import CallPort

_RECENT = 8


class NoteBox(QPlainTextEdit):
    """The note: Tab leaves it, as everywhere else in the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Note"))
        self.setPlaceholderText(self.tr("What was asked, and what was agreed"))


class CallPanel(QScrollArea):
    """The right column. Its fields are off until there is a view model that keeps what is typed."""

    saved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._model: CallPort | None = None
        self._revision = -1
        self._recent: tuple[Contact, ...] = ()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clock = PlainLabel()
        self.restored = Banner(narrow=True)
        self.problem = Banner(narrow=True)
        self.problem.pressed.connect(self._discard_problem)
        self.reason = QComboBox()
        self.reason.setEditable(True)
        self.reason.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.reason.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reason.setMinimumContentsLength(10)
        self.reason.setAccessibleName(self.tr("Reason of the call"))
        line = self.reason.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("What the call is about"))
        line.setAccessibleName(self.tr("Reason of the call"))
        self.reason.editTextChanged.connect(self._reason_changed)
        self.outcomes: dict[str, Chip] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.outcome_row = FlowRow()
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
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self._started: datetime | None = None
        self._lay_out()
        self._enable(False)

    def _lay_out(self) -> None:
        unit = look().px
        card = Card(spacing=6)
        top = QHBoxLayout()
        top.addWidget(PlainLabel(self.tr("Started"), "muted"))
        top.addStretch(1)
        top.addWidget(self.clock)
        card.column.addLayout(top)
        card.column.addSpacing(unit(4))
        card.column.addWidget(self.restored)
        card.column.addWidget(PlainLabel(self.tr("&Reason"), "small", buddy=self.reason))
        card.column.addWidget(self.reason)
        card.column.addSpacing(unit(4))
        card.column.addWidget(PlainLabel(self.tr("&Outcome"), "small", buddy=self.outcomes["resolved"]))
        card.column.addWidget(self.outcome_row)
        card.column.addSpacing(unit(4))
        card.column.addWidget(PlainLabel(self.tr("&Note"), "small", buddy=self.note))
        card.column.addWidget(self.note, 1)
        card.column.addWidget(self.problem)
        card.column.addSpacing(unit(4))
        card.column.addWidget(self.save_button)
        self._recent_card = Card(spacing=7)
        self._recent_heading = PlainLabel(self.tr("RECENT CALLERS"), "caps")
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(unit(12), unit(12), unit(12), unit(10))
        layout.setSpacing(unit(8))
        layout.addWidget(PlainLabel(self.tr("THIS CALL"), "caps"))
        layout.addWidget(card)
        layout.addSpacing(unit(6))
        layout.addWidget(self._recent_heading)
        layout.addWidget(self._recent_card)
        layout.addStretch(1)
        self.setWidget(inside)
        self._recent_card.hide()
        self._recent_heading.hide()

    def restyle(self) -> None:
        """Takes sizes from the look in force."""
        self.clock.setFont(look().font(13, 600, figures=True))
        self.note.setMinimumHeight(look().px(86))
        self.note.setMaximumHeight(look().px(170))

    def bind(self, model: CallPort) -> None:
        """Connects to the view model."""
        self._model = model
        model.saved.connect(self.saved)
        self._enable(True)

    def draw(self, state: CallState) -> None:
        """Shows the call; what is being typed is overwritten only where the text was changed from outside."""
        self._started = state.started
        self._tick()
        if state.started is not None and not self._timer.isActive():
            self._timer.start()
        elif state.started is None:
            self._timer.stop()
        reasons = tuple(self.reason.itemText(i) for i in range(self.reason.count()))
        if reasons != state.reasons:
            self._quietly_fill(state.reasons)
        if state.revision != self._revision:
            self._revision = state.revision
            self._show_typed(state)
        self._check(state.outcome)
        self.restored.show_text(
            self.tr("Restored: what was typed before the desk was closed.") if state.restored else "", "info", "history"
        )
        self.problem.show_text(state.problem, "bad", button=self.tr("OK") if state.problem else "")
        self.save_button.setEnabled(self._model is not None and not state.saving)
        if state.recent != self._recent:
            self._show_recent(state.recent)

    def enter(self) -> bool:
        """The focus to the reason."""
        if not self.reason.isEnabled():
            return False
        self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def save(self) -> None:
        """Saves the call."""
        if self._model is not None and self.save_button.isEnabled():
            self._model.save()

    def _enable(self, on: bool) -> None:
        for widget in (self.reason, self.note, self.save_button, *self.outcomes.values()):
            widget.setEnabled(on)

    def _quietly_fill(self, reasons: tuple[str, ...]) -> None:
        text = self.reason.currentText()
        self.reason.blockSignals(True)
        self.reason.clear()
        self.reason.addItems(list(reasons))
        self.reason.setCurrentIndex(-1)
        self.reason.setEditText(text)
        self.reason.blockSignals(False)

    def _show_typed(self, state: CallState) -> None:
        for widget in (self.reason, self.note):
            widget.blockSignals(True)
        self.reason.setEditText(state.reason)
        self.note.setPlainText(state.note)
        self.note.moveCursor(QTextCursor.MoveOperation.End)  # typing goes on where it stopped
        for widget in (self.reason, self.note):
            widget.blockSignals(False)

    def _check(self, outcome: str) -> None:
        if outcome:
            self.outcomes[outcome].setChecked(True)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def _tick(self) -> None:
        text = words.running(datetime.now(UTC) - self._started) if self._started else "00:00"
        self.clock.setText(text)

    def _show_recent(self, recent: tuple[Contact, ...]) -> None:
        self._recent = recent
        while (item := self._recent_card.column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for contact in recent[:_RECENT]:
            who = contact.caller_name or self.tr("No caller")
            text = f"{words.minutes(contact.ended)}  {who} · {words.contact_outcome(contact.outcome)}"
            self._recent_card.column.addWidget(ElidedLabel(text, "small"))
        self._recent_card.setVisible(bool(recent))
        self._recent_heading.setVisible(bool(recent))

    def _reason_changed(self, text: str) -> None:
        if self._model is not None:
            self._model.set_reason(text)

    def _outcome_chosen(self, outcome: str) -> None:
        if self._model is not None:
            self._model.set_outcome(outcome)

    def _note_changed(self) -> None:
        if self._model is not None:
            self._model.set_note(self.note.toPlainText())

    def _discard_problem(self) -> None:
        if self._model is not None:
            self._model.discard_problem()
