"""The model of the records table: scope, filter and order over keys that are computed once, so that 100,000 records stay quick.

There is no proxy model: over a million rows one took 40 s to filter. Rows are positions in the records as they were given,
whose order (attention first, then the newest) is kept until a column is sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from time import perf_counter
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from models.records import Record, RecordRef
from views import words
from views.widgets.cells import Cell

WHEN, DEPARTMENT, WHAT, STATUS, DUE, AMOUNT = range(6)
_SLICE_S = 0.004
_CHUNK = 500
_ROOT = QModelIndex()


class RecordModel(QAbstractTableModel):
    """Records as rows. Filtering and sorting replace the list of row numbers, never the records."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records: Sequence[Record] = ()
        self._departments: dict[str, tuple[str, str]] = {}
        self._scope = ""
        self._words: tuple[str, ...] = ()
        self._column: int | None = None
        self._descending = False
        self._rows: Sequence[int] = ()
        self._in_scope: Sequence[int] = ()
        self._hay: list[str] = []
        self._keys: dict[int, list[Any]] = {}
        self._cells: dict[tuple[int, int], Cell] = {}
        self._today = date.today()
        self._headers = (self.tr("When"), self.tr("Department"), self.tr("What"), self.tr("Status"), self.tr("Due"), self.tr("Amount"))
        # The texts to filter by are prepared while nobody is waiting; a filter that comes sooner prepares the rest itself.
        self._idle = QTimer(self)
        self._idle.setInterval(30)
        self._idle.timeout.connect(self._prepare)

    def set_records(self, records: Sequence[Record], departments: dict[str, tuple[str, str]]) -> None:
        """Shows these records; ``departments`` gives title and colour by id."""
        self._today = date.today()
        self.beginResetModel()
        self._records = records
        self._departments = departments
        self._hay = []
        self._keys = {}
        self._choose()
        self.endResetModel()
        if records:
            self._idle.start()

    def set_scope(self, department: str) -> None:
        """Only this department's records; empty for all."""
        if department != self._scope:
            self._scope = department
            self._rebuild()

    def set_filter(self, text: str) -> None:
        """Only records in which every word of the text occurs: in title, status, kind, department, number or amount."""
        wanted = tuple(text.casefold().split())
        if wanted != self._words:
            self._words = wanted
            self._rebuild()

    def sort_by(self, column: int | None, *, descending: bool = False) -> None:
        """Sorts by a column; empty values come last either way. None: the order as given."""
        self._column = column
        self._descending = descending
        self._rebuild()

    def record(self, row: int) -> Record | None:
        """The record in a row."""
        return self._records[self._rows[row]] if 0 <= row < len(self._rows) else None

    def row_of(self, ref: RecordRef | None) -> int:
        """The row of a record, -1 if it is not shown."""
        if ref is None:
            return -1
        records = self._records
        return next((row for row, at in enumerate(self._rows) if records[at].ref == ref), -1)

    def total(self) -> int:
        """How many records there are in this scope, filtered or not."""
        return len(self._in_scope)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 6

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        if role:
            return None
        return self.cell(index.row(), index.column()).text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == 0:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == AMOUNT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def cell(self, row: int, column: int) -> Cell:
        """What is drawn; kept until the rows change."""
        found = self._cells.get((row, column))
        if found is None:
            if len(self._cells) > 5000:
                self._cells.clear()
            found = self._cells[row, column] = self._make(self._records[self._rows[row]], column)
        return found

    def redraw(self) -> None:
        """Forgets what was drawn: the look or the day has changed."""
        self._cells.clear()

    def _make(self, record: Record, column: int) -> Cell:
        if column == WHAT:
            return Cell(record.title, weight=500 if record.attention != "none" else 400)
        if column == STATUS:
            return Cell(*words.status(record))
        if column == WHEN:
            return Cell(words.day(record.opened, self._today))
        if column == DEPARTMENT:
            title, colour = self._departments.get(record.ref.department, (record.ref.department, "neutral_mark"))
            return Cell(title, dot=colour)
        if column == DUE:
            pressing = record.attention != "none"
            return Cell(words.day(record.due, self._today), weight=600 if pressing else 400, ink="on_warn" if pressing else "text")
        return Cell(words.amount(record.amount, record.currency), right=True)

    def _rebuild(self) -> None:
        self.beginResetModel()
        self._choose()
        self.endResetModel()

    def _choose(self) -> None:
        self._cells = {}
        records, scope = self._records, self._scope
        self._in_scope = [i for i, record in enumerate(records) if record.ref.department == scope] if scope else range(len(records))
        rows = self._in_scope
        if self._words:
            self._fill_hay(float("inf"))
            hay = self._hay
            for word in self._words:
                rows = [i for i in rows if word in hay[i]]
        if self._column is not None:
            rows = self._sorted(rows, self._column)
        self._rows = rows

    def _sorted(self, rows: Sequence[int], column: int) -> list[int]:
        keys = self._keys.get(column)
        if keys is None:
            keys = self._keys[column] = self._keys_of(column)
        present = [i for i in rows if keys[i] is not None]
        present.sort(key=keys.__getitem__, reverse=self._descending)
        if len(present) < len(rows):
            present += [i for i in rows if keys[i] is None]
        return present

    def _keys_of(self, column: int) -> list[Any]:
        """Sort keys of all records: numbers wherever possible, since they compare several times faster than text."""
        records = self._records
        if column == WHEN:
            return [record.opened and record.opened.toordinal() for record in records]
        if column == DUE:
            return [record.due and record.due.toordinal() for record in records]
        if column == AMOUNT:
            return [None if record.amount is None else float(record.amount) for record in records]
        if column == WHAT:
            return _ranks([record.title for record in records], str.casefold)
        if column == STATUS:
            return _ranks([record.status for record in records], str.casefold)
        titles = self._departments
        return _ranks([record.ref.department for record in records], lambda key: titles.get(key, (key, ""))[0].casefold())

    def _prepare(self) -> None:
        if self._fill_hay(perf_counter() + _SLICE_S):
            self._idle.stop()

    def _fill_hay(self, until: float) -> bool:
        """Texts to filter by, for as many records as there is time; True when all are there."""
        records, hay, titles = self._records, self._hay, self._departments
        start, end = len(hay), len(records)
        known = {key: title for key, (title, _colour) in titles.items()}
        while start < end and perf_counter() < until:
            for r in records[start : start + _CHUNK]:
                amount = "" if r.amount is None else str(r.amount)
                department = known.get(r.ref.department, "")
                hay.append(f"{r.title}\n{r.status}\n{r.kind}\n{department}\n{r.ref.id}\n{amount}".casefold())
            start = len(hay)
        return start >= end


def _ranks(values: list[str], key: Callable[[str], str]) -> list[Any]:
    """Each value's place among the different values, so that sorting compares numbers; None for empty ones."""
    ordered = {value: rank for rank, value in enumerate(sorted(set(values), key=key))}
    ordered.pop("", None)
    return [ordered.get(value) for value in values]
