"""Every field of one record, where it comes from and when it was read; sensitive fields stay masked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from views import words
from views.theme import look
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from models.records import Record

_COLUMNS = 3


class _FieldCell(QWidget):
    """A label above its value; made once and used again for the next record."""

    def __init__(self) -> None:
        super().__init__()
        self._label = PlainLabel(role="small")
        self._value = PlainLabel(wrap=True)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, look().px(8), 0)
        layout.setSpacing(0)
        layout.addWidget(self._label)
        layout.addWidget(self._value)
        layout.addStretch(1)

    def draw(self, label: str, value: str, said: str) -> None:
        """Shows one field."""
        self._label.setText(label)
        self._value.setText(value)
        self.setAccessibleName(f"{label}: {said}")
        self._value.setAccessibleName(said)


class RecordDetail(QFrame):
    """The pane beside the table."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(self.tr("Record in detail"))
        self._record: Record | None = None
        self.title = ElidedLabel(role="heading")
        self.badge = Badge()
        self.source = ElidedLabel(role="small")
        self._cells: list[_FieldCell] = []
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(look().px(8))
        self._grid.setVerticalSpacing(look().px(8))
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self._grid.setRowStretch(99, 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.area.setAccessibleName(self.tr("Fields of the record"))
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addWidget(self.badge)
        top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look().px(14), look().px(10), look().px(8), look().px(8))
        layout.setSpacing(look().px(4))
        layout.addLayout(top)
        layout.addWidget(self.source)
        layout.addSpacing(look().px(4))
        layout.addWidget(self.area, 1)

    def draw(self, record: Record | None, department: str, kind: str) -> None:
        """Shows the record; ``department`` is its title and ``kind`` the kind of its adapter."""
        self.setVisible(record is not None)
        if record is None or record == self._record:
            return
        self._record = record
        self.title.setText(record.title)
        self.badge.show_text(*words.status(record))
        source = f"{department} ({kind})" if kind else department
        self.source.setText(self.tr("From {source}, read {time}").format(source=source, time=words.clock(record.read_at)))
        fields = self._fields_of(record)
        while len(self._cells) < len(fields):
            at = len(self._cells)
            cell = _FieldCell()
            self._cells.append(cell)
            self._grid.addWidget(cell, at // _COLUMNS, at % _COLUMNS)
        for at, cell in enumerate(self._cells):
            cell.setVisible(at < len(fields))
            if at < len(fields):
                cell.draw(*fields[at])
        self.area.verticalScrollBar().setValue(0)

    def _fields_of(self, record: Record) -> list[tuple[str, str, str]]:
        """Label, value as drawn, and value as said: dots are no word."""
        today = date.today()
        due = words.day(record.due, today)
        if due and record.attention != "none":
            due = f"{due} · {words.due(record, today)}"
        own = [
            (self.tr("Kind"), record.kind),
            (self.tr("Reference"), record.ref.id),
            (self.tr("Opened"), words.day(record.opened, today)),
            (self.tr("Due"), due),
            (self.tr("Amount"), words.amount(record.amount, record.currency)),
        ]
        fields = [(label, value, value) for label, value in own if value]
        for field in record.fields:
            if field.sensitivity == "sensitive":
                fields.append((field.label, words.MASK, self.tr("masked")))
            else:
                fields.append((field.label, field.value or "–", field.value or self.tr("empty")))
        return fields
