"""The table of records: the same on the overview and on every department's tab, quick with 100,000 rows.

It keeps the selected record and the place on the screen while further answers come in; columns are sorted by a click on
their header or by the menu of the ``S`` key.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu

from models.records import Record, RecordRef
from views.theme import look
from views.widgets.cells import CellDelegate, CellTable
from views.widgets.plain_label import without_mnemonics
from views.widgets.record_model import AMOUNT, DEPARTMENT, DUE, WHAT, RecordModel

_LONG = ("Nov 30, 2026", "", "", "With caseworker 0", "Nov 30, 2026", "$123,456.00")
_SHORT = ("Nov 30, 2026", "Service reque", "", "Open, late 00", "Nov 30, 2026", "$1,234.00")
_OTHER = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
_MOST_LETTERS = 24
"""Of the longest department's title; a longer one is cut."""
_WIDE, _ENOUGH = 780, 600
"""Widths, for a 13 pixel font, below which other columns give way, so that there is room for the title."""


class RecordTable(CellTable):
    """Records as rows; ``chosen`` carries the current record, or None. ``acted``: something is to be done on the current one.

    ``looked``: its document is to be looked into.
    """

    chosen = Signal(object)
    acted = Signal(object)
    looked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.records = RecordModel(self)
        self.setModel(self.records)
        self.setItemDelegate(CellDelegate(self, self.records))
        self.setAccessibleName(self.tr("Records"))
        self._ref: RecordRef | None = None
        self._longest = ""
        self._by_hand = False
        self._restoring = False
        self._sorted: int | None = None
        self._room = 2
        self._descending = False
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._header_clicked)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.restyle()

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
        self.records.redraw()
        self._room = self._room_now()
        samples = list(_LONG if self._room == 2 else _SHORT)
        samples[DEPARTMENT] = samples[DEPARTMENT] or f"{self._longest[:_MOST_LETTERS]} 00"  # the figures stand for the dot
        self.set_widths(samples, WHAT)
        self.setColumnHidden(DUE, self._room == 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._room != self._room_now():
            self.restyle()

    def _room_now(self) -> int:
        """2: for all; 1: with columns as narrow as can be; 0: the due day has to go, which attention and detail tell too."""
        return sum(self.width() >= look().px(width) for width in (_ENOUGH, _WIDE))

    def set_records(self, records: Sequence[Record], departments: dict[str, tuple[str, str]]) -> None:
        """Shows these records and keeps the selected one where it was."""
        longest = max((title for title, _colour in departments.values()), key=len, default="")
        if longest != self._longest:
            self._longest = longest
            self.restyle()
        self._keeping_place(lambda: self.records.set_records(records, departments))

    def set_scope(self, department: str) -> None:
        """Only one department's records; empty for all."""
        self.setColumnHidden(DEPARTMENT, bool(department))
        self._keeping_place(lambda: self.records.set_scope(department))

    def set_filter(self, text: str) -> None:
        """Only records in which every word of the text occurs."""
        self._keeping_place(lambda: self.records.set_filter(text))

    def sort_by(self, column: int | None, *, descending: bool = False) -> None:
        """Sorts by a column; None goes back to what needs attention first, then the newest."""
        self._sorted, self._descending = column, descending
        header = self.horizontalHeader()
        header.setSortIndicatorShown(column is not None)
        if column is not None:
            header.setSortIndicator(column, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        self._keeping_place(lambda: self.records.sort_by(column, descending=descending))

    def full_height(self) -> int:
        """The height in which all rows are seen."""
        rows = self.records.rowCount() * self.verticalHeader().defaultSectionSize()
        return self.horizontalHeader().sizeHint().height() + rows + 2 * self.frameWidth()

    def forget(self) -> None:
        """Another caller: nothing is selected by hand any more."""
        self._ref, self._by_hand = None, False
        self.sort_by(None)
        self.verticalScrollBar().setValue(0)

    def current(self) -> Record | None:
        """The selected record."""
        return self.records.record(self.currentIndex().row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_S and not event.modifiers():
            self.sort_menu().popup(self.viewport().mapToGlobal(QPoint(look().px(20), look().px(10))))
            return
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not self.currentIndex().isValid() and self.records.rowCount():
            self.selectRow(0)
            return
        if event.key() == Qt.Key.Key_Space and not event.modifiers() & _OTHER:
            if (record := self.current()) is not None:
                self.looked.emit(record)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Period) and not event.modifiers() & _OTHER:
            self._act()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key, or the right button on a row."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self.selectRow(self.rowAt(event.pos().y()))
        self._act()

    def _act(self) -> None:
        if (record := self.current()) is not None:
            self.acted.emit(record)

    def sort_menu(self) -> QMenu:
        """The orders to choose from, by keyboard."""
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Sort records"))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first = menu.addAction(self.tr("Attention first, then newest"))
        first.triggered.connect(lambda: self.sort_by(None))
        for column in range(AMOUNT + 1):
            name = str(self.records.headerData(column, Qt.Orientation.Horizontal))
            action = menu.addAction(without_mnemonics(self.tr("Sort by {column}").format(column=name)))
            action.triggered.connect(lambda _checked=False, column=column: self._header_clicked(column))
        return menu

    def _header_clicked(self, column: int) -> None:
        """Up, down, and back to the order as given."""
        if column != self._sorted:
            self.sort_by(column)
        elif not self._descending:
            self.sort_by(column, descending=True)
        else:
            self.sort_by(None)

    def _moved(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._restoring:
            return
        record = self.records.record(current.row()) if current.isValid() else None
        self._ref = record.ref if record else None
        self._by_hand = record is not None
        self.chosen.emit(record)

    def _keeping_place(self, change: object) -> None:
        """Changes the rows, then puts the selected record back to the same height on the screen."""
        assert callable(change)
        bar = self.verticalScrollBar()
        height = look().px(32)
        before = self.currentIndex().row()
        value = bar.value()
        offset = before * height - value
        visible = before >= 0 and self._by_hand and -height < offset < self.viewport().height()
        self._restoring = True
        change()
        row = self.records.row_of(self._ref) if self._by_hand else -1
        if row < 0 and self.records.rowCount():
            row = 0
        if row >= 0:
            self.selectionModel().setCurrentIndex(
                self.records.index(row, 0),
                self.selectionModel().SelectionFlag.ClearAndSelect | self.selectionModel().SelectionFlag.Rows,
            )
            if visible:
                self.executeDelayedItemsLayout()
                bar.setValue(row * height - offset)
            elif not self._by_hand:
                bar.setValue(value)
        self._restoring = False
        record = self.current()
        if record is not None and not self._by_hand:
            self._ref = record.ref
        self.chosen.emit(record)
