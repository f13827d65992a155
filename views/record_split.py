"""What stands around the records table: the box that filters it, and the handle between table and detail."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSplitter

from views.record_detail import RecordDetail
from views.search_box import name_clear_button
from views.theme import look
from views.widgets.record_table import RecordTable


class FilterBox(QLineEdit):
    """Filters the table; Escape empties it, Down goes into the table."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(self.tr("Filter these records"))
        self.setAccessibleName(self.tr("Filter records"))
        name_clear_button(self)

    def event(self, event: QEvent) -> bool:
        """Keeps Escape from the shortcut that goes back to the search."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TableAndDetail(QSplitter):
    """The detail gets two fifths of the height, and what the table leaves, as long as nobody has moved the handle."""

    def __init__(self, table: RecordTable, detail: RecordDetail) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._table = table
        self._detail = detail
        self._by_hand = False
        self.addWidget(table)
        self.addWidget(detail)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(look().px(8))
        self.splitterMoved.connect(self._moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Called when rows or the record in detail have changed: rows stay where they are, only what is empty is given away."""
        if self._by_hand:
            return
        height = self.height() - self.handleWidth()
        least = min(max(look().px(104), height * 2 // 5), look().px(220))
        detail = max(least, min(self._detail.full_height(), height - self._table.full_height()))
        self.setSizes([max(1, height - detail), detail])

    def _moved(self, _position: int, _index: int) -> None:
        self._by_hand = True
