"""Every field of one record, where it comes from and when it was read; sensitive fields stay masked."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from models.people import ValuePlace
from models.web_links import may_open
from views import words
from views.masked import MaskedValue, RevealMenu
from views.theme import look
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel, set_tip

if TYPE_CHECKING:
    from app.viewmodels.states import Revealed
    from models.people import Shut
    from models.records import Record

_COLUMNS = 3


class _FieldCell(QWidget):
    """A label above its value; made once and used again for the next record."""

    def __init__(self) -> None:
        super().__init__()
        self._label = PlainLabel(role="small")
        self._value = PlainLabel(wrap=True)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.masked: MaskedValue | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, look().px(8), 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._label)
        self._layout.addWidget(self._value)
        self.link = ""
        self.open_button = QPushButton(self.tr("Open…"))
        self.open_button.setProperty("role", "link")
        self.open_button.setAutoDefault(True)
        self.open_button.hide()
        self._layout.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addStretch(1)

    def draw(self, label: str, value: str, said: str, masked: MaskedValue | None, *, opens: bool = False) -> None:
        """Shows one field; one that is or was masked in a widget of its own. ``opens``: the value is a link that may be opened."""
        self.link = value if opens else ""
        self.open_button.setVisible(opens)
        self.open_button.setAccessibleName(self.tr("Open the link of {label}").format(label=label))
        self._label.setText(label)
        self._value.setText(value)
        self._value.setVisible(masked is None)
        if self.masked is not None:
            self.masked.hide()
            self.masked.deleteLater()
        self.masked = masked
        if masked is not None:
            self._layout.insertWidget(2, masked)
        self.setAccessibleName(f"{label}: {said}")
        self._value.setAccessibleName(said)


class RecordDetail(QFrame):
    """The pane beside the table. ``link_wanted`` carries a link that somebody wants to open, of ``open_links``'s hosts."""

    link_wanted = Signal(str)

    def __init__(self, reveal: RevealMenu) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(self.tr("Record in detail"))
        self._reveal = reveal
        self._record: Record | None = None
        self._revealed: Revealed | None = None
        self.title = ElidedLabel(role="heading")
        self.badge = Badge()
        self.source = ElidedLabel(role="small")
        self._cells: list[_FieldCell] = []
        self.open_links: tuple[str, ...] = ()
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(look().px(8))
        self._grid.setVerticalSpacing(look().px(8))
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self._grid.setRowStretch(99, 1)
        self.do_button = QPushButton(self.tr("Do…"))
        self.do_button.setProperty("role", "link")
        self.do_button.setAutoDefault(True)  # Enter presses it too
        set_tip(self.do_button, self.tr("What can be done on this record (Enter on its row)"))
        self.do_button.setAccessibleName(self.tr("What can be done on this record"))
        self.do_button.hide()
        self.look_button = QPushButton(self.tr("Look into it"))
        self.look_button.setProperty("role", "link")
        self.look_button.setAutoDefault(True)
        set_tip(self.look_button, self.tr("The document (Space on its row)"))
        self.look_button.setAccessibleName(self.tr("Look into the document"))
        self.look_button.hide()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.area.setAccessibleName(self.tr("Fields of the record"))
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addWidget(self.badge)
        top.addStretch(1)
        top.addWidget(self.look_button)
        top.addWidget(self.do_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(look().px(14), look().px(10), look().px(8), look().px(8))
        self._column.setSpacing(look().px(4))
        self._column.addLayout(top)
        self._column.addWidget(self.source)
        self._column.addSpacing(look().px(4))
        self._column.addWidget(self.area, 1)

    def draw(self, record: Record | None, department: str, kind: str, revealed: Revealed | None = None) -> None:
        """Shows the record; ``department`` is its title, ``kind`` the kind of its adapter, ``revealed`` what is unmasked now."""
        self.setVisible(record is not None)
        if record is None:
            self._forget()
            return
        if revealed is not None and (revealed.place.department, revealed.place.id) != (record.ref.department, record.ref.id):
            revealed = None
        if (record, revealed) == (self._record, self._revealed):
            return
        if record != self._record:
            self.area.verticalScrollBar().setValue(0)
        focused = next((cell.masked.place for cell in self._cells if cell.masked is not None and cell.masked.has_focus()), None)
        self._record, self._revealed = record, revealed
        self.title.setText(record.title)
        self.look_button.setVisible(record.media is not None)
        self.badge.show_text(*words.status(record))
        source = f"{department} ({kind})" if kind else department
        self.source.setText(self.tr("From {source}, read {time}").format(source=source, time=words.read_at(record.read_at)))
        fields = self._fields_of(record)
        while len(self._cells) < len(fields):
            at = len(self._cells)
            cell = _FieldCell()
            cell.open_button.clicked.connect(lambda _checked=False, cell=cell: self.link_wanted.emit(cell.link))
            self._cells.append(cell)
            self._grid.addWidget(cell, at // _COLUMNS, at % _COLUMNS)
        for at, cell in enumerate(self._cells):
            cell.setVisible(at < len(fields))
            if at >= len(fields):
                cell.draw("", "", "", None)
            else:
                label, value, said, place, why = fields[at]
                shown = revealed.value if revealed is not None and revealed.place == place else ""
                masked = MaskedValue(place, why, self._reveal, value=shown) if place is not None else None
                cell.draw(label, value, shown or said, masked, opens=place is None and may_open(value, self.open_links))
                if masked is not None and place == focused:
                    masked.enter()
                    QTimer.singleShot(0, cell, partial(self.area.ensureWidgetVisible, cell))  # once it is laid out

    def _forget(self) -> None:
        """What is not shown is not kept in hidden labels either."""
        self._record = self._revealed = None
        for label in (self.title, self.badge, self.source):
            label.setText("")
        for cell in self._cells:
            cell.draw("", "", "", None)

    def full_height(self) -> int:
        """The height in which nothing of the record has to be scrolled."""
        items = [item for at in range(self._column.count()) if (item := self._column.itemAt(at)) is not None]
        above = sum(item.sizeHint().height() + self._column.spacing() for item in items if item.widget() is not self.area)
        margins = self._column.contentsMargins()
        fields = self._grid.totalHeightForWidth(self.area.viewport().width())
        return margins.top() + above + fields + margins.bottom() + 2 * self.frameWidth()

    def enter_masked(self) -> bool:
        """The focus to the first value that may be revealed; False if there is none."""
        for cell in self._cells:
            if cell.isVisible() and cell.masked is not None and cell.masked.enter():
                self.area.ensureWidgetVisible(cell)
                return True
        return False

    def _fields_of(self, record: Record) -> list[tuple[str, str, str, ValuePlace | None, Shut]]:
        """Label, value as drawn, value as said (dots are no word), and for a masked one where it stands and why it is masked."""
        today = date.today()
        due = words.day(record.due, today)
        if due and record.attention != "none":
            due = f"{due} · {words.due(record, today)}"
        own = [
            (self.tr("Kind"), record.kind.replace("_", " ").capitalize()),
            (self.tr("Reference"), record.ref.id),
            (self.tr("Opened"), words.day(record.opened, today)),
            (self.tr("Due"), due),
            (self.tr("Amount"), words.amount(record.amount, record.currency)),
        ]
        fields: list[tuple[str, str, str, ValuePlace | None, Shut]] = [(label, value, value, None, "") for label, value in own if value]
        for field in record.fields:
            if field.shut or field.sensitivity != "open":
                place = ValuePlace(record.ref.department, record.ref.id, field.label)
                fields.append((field.label, words.MASK, words.shut(field.shut or "reveal"), place, field.shut or "reveal"))
            else:
                fields.append((field.label, field.value or "–", field.value or self.tr("empty"), None, ""))
        return fields
