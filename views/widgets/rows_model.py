"""Rows of text as a table's model: the first row is the heading."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetrics

_NONE = QModelIndex()
_LOOKED_AT = 50
"""Rows that a column's width is taken from."""


class RowsModel(QAbstractTableModel):
    """A table that was read from a document."""

    def __init__(self) -> None:
        super().__init__()
        self._heading: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, ...], ...] = ()
        self._columns = 0

    def set_rows(self, rows: tuple[tuple[str, ...], ...]) -> None:
        """Shows these; rows may differ in length."""
        self.beginResetModel()
        self._heading, self._rows = (rows[0], rows[1:]) if rows else ((), ())
        self._columns = max((len(row) for row in rows), default=0)
        self.endResetModel()

    def width_of(self, column: int, metrics: QFontMetrics, most: int) -> int:
        """Pixels for a column."""
        texts = (row[column] for row in (self._heading, *self._rows[:_LOOKED_AT]) if column < len(row))
        longest = max((metrics.horizontalAdvance(text[:80]) for text in texts), default=0)
        return min(most, longest + 2 * metrics.averageCharWidth() + 14)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NONE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NONE) -> int:
        return 0 if parent.isValid() else self._columns

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        row = self._rows[index.row()]
        return row[index.column()] if index.column() < len(row) else ""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return self._heading[section] if section < len(self._heading) else ""
