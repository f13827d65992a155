"""THIS CALL: how the caller has come, and the inquiries, one of which is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from models.contacts import CHANNELS
from views import words
from views.theme import look
from views.widgets.cards import Banner
from views.widgets.chip import Chip
from views.widgets.inquiry_row import InquiryRow
from views.widgets.plain_label import PlainLabel
from views.widgets.section import Section

if TYPE_CHECKING:
    from app.viewmodels.states import CallState
    from views.ports import CallPort


class ThisCall(Section):
    """Its fields are off until there is a view model that keeps what is typed."""

    def __init__(self) -> None:
        super().__init__("")
        self.heading.setText(self.tr("THIS CALL"))
        self._model: CallPort | None = None
        self._revision = -1
        self.channel = _combo(self.tr("How the caller has come"), least=4)
        for channel in CHANNELS:
            self.channel.addItem(words.channel(channel), channel)
        self.channel.activated.connect(self._channel_chosen)
        self.anonymous = Chip(checkable=True)
        self.anonymous.show_as(self.tr("Anonymous"), name=self.tr("Anonymous: the contact belongs to nobody's file"))
        self.anonymous.clicked.connect(self._anonymous_pressed)
        self.restored = Banner(narrow=True)
        self.inquiries = QWidget()
        self.rows: list[InquiryRow] = []
        self.reason = _combo(self.tr("Reason of the call"), editable=True)
        self.reason.editTextChanged.connect(self._reason_changed)
        line = self.reason.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("What the call is about"))
        self.department = _combo(self.tr("Department that the inquiry concerns"))
        self.department.activated.connect(self._department_chosen)
        self.add_button = QPushButton(self.tr("+ Add inquiry   Ctrl+I"))
        self.add_button.setProperty("role", "quiet")
        self.add_button.setAccessibleName(self.tr("Add inquiry"))
        self.add_button.clicked.connect(self.add_inquiry)
        self._lay_out()
        self._enable(False)

    def _lay_out(self) -> None:
        unit = look().px
        top = QHBoxLayout()
        top.setSpacing(unit(6))
        top.addWidget(self.channel, 1)
        top.addWidget(self.anonymous)
        self._list = QVBoxLayout(self.inquiries)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(unit(1))
        self.column.addLayout(top)
        self.column.addWidget(self.restored)
        self.column.addWidget(self.inquiries)
        above = QHBoxLayout()
        above.addWidget(PlainLabel(self.tr("&Reason"), "small", buddy=self.reason))
        above.addStretch(1)
        above.addWidget(self.add_button)
        self.column.addLayout(above)
        self.column.addWidget(self.reason)
        self.column.addWidget(self.department)

    def restyle(self) -> None:
        for row in self.rows:
            row.updateGeometry()

    def bind(self, model: CallPort) -> None:
        """Connects to the view model."""
        self._model = model
        model.state_changed.connect(self._changed)
        self._enable(True)

    def draw(self, state: CallState) -> None:
        """Shows the call; what is being typed is overwritten only where the text was changed from outside."""
        if tuple(self.reason.itemText(i) for i in range(self.reason.count())) != state.reasons:
            self._fill_reasons(state.reasons)
        if self.department.count() != len(state.departments) + 1:
            self._fill_departments(state.departments)
        if state.revision != self._revision:
            self._revision = state.revision
            self.reason.blockSignals(True)
            self.reason.setEditText(state.inquiry.subject)
            self.reason.blockSignals(False)
        self.department.setCurrentIndex(max(0, self.department.findData(state.inquiry.department)))
        self.channel.setCurrentIndex(self.channel.findData(state.channel))
        self.anonymous.setChecked(state.anonymous)
        text = self.tr("Restored: what was typed before the desk was closed.") if state.restored else ""
        self.restored.show_text(text, "info", "history")
        self._draw_inquiries(state)

    def enter(self) -> bool:
        """The focus to the reason."""
        if not self.reason.isEnabled():
            return False
        self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def add_inquiry(self) -> None:
        """The caller asks something else too: its reason is typed next."""
        if self._model is not None:
            self._model.add_inquiry()
            self.enter()

    def _draw_inquiries(self, state: CallState) -> None:
        """One inquiry alone is told by its reason; several stand in a list."""
        several = state.inquiries if len(state.inquiries) > 1 else ()
        while len(self.rows) > len(several):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        for index, inquiry in enumerate(several):
            if index == len(self.rows):
                row = InquiryRow(index)
                row.clicked.connect(lambda _checked=False, index=index: self._inquiry_chosen(index))
                self._list.addWidget(row)
                QWidget.setTabOrder(self.rows[-1] if self.rows else self.anonymous, row)
                self.rows.append(row)
            self.rows[index].draw(inquiry, current=index == state.current)
        self.inquiries.setVisible(bool(several))

    def _fill_reasons(self, reasons: tuple[str, ...]) -> None:
        text = self.reason.currentText()
        self.reason.blockSignals(True)
        self.reason.clear()
        self.reason.addItems(list(reasons))
        self.reason.setCurrentIndex(-1)
        self.reason.setEditText(text)
        self.reason.blockSignals(False)

    def _fill_departments(self, departments: tuple[tuple[str, str], ...]) -> None:
        self.department.clear()
        self.department.addItem(self.tr("No department"), "")
        for key, title in departments:
            self.department.addItem(title, key)

    def _enable(self, on: bool) -> None:
        for widget in (self.channel, self.anonymous, self.reason, self.department, self.add_button):
            widget.setEnabled(on)

    def _changed(self, state: CallState) -> None:
        """Another call is at hand: shown at once, so that no key meant for the one goes to the other."""
        if state.revision != self._revision:
            self.draw(state)

    def _channel_chosen(self, index: int) -> None:
        if self._model is not None:
            self._model.set_channel(self.channel.itemData(index))

    def _department_chosen(self, index: int) -> None:
        if self._model is not None:
            self._model.set_department(self.department.itemData(index))

    def _anonymous_pressed(self, on: bool) -> None:
        if self._model is not None:
            self._model.set_anonymous(on)

    def _reason_changed(self, text: str) -> None:
        if self._model is not None:
            self._model.set_reason(text)

    def _inquiry_chosen(self, index: int) -> None:
        if self._model is not None:
            self._model.open_inquiry(index)


def _combo(name: str, *, editable: bool = False, least: int = 10) -> QComboBox:
    """A choice as wide as its column, however long its items are."""
    combo = QComboBox()
    combo.setEditable(editable)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(least)
    combo.setAccessibleName(name)
    if (line := combo.lineEdit()) is not None:
        line.setAccessibleName(name)
    return combo
