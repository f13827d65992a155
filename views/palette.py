"""Do: all that can be done now in one list; typing filters it, Enter or its figure starts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from views.theme import look
from views.widgets.cells import Cell, CellDelegate, CellTable
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.doing_states import Doable

_FIGURE, _TITLE, _ABOUT = range(3)
_FIGURES = 9


class DoableModel(QAbstractTableModel):
    """What can be done, filtered by the words that are typed."""

    def __init__(self, parent: QObject, doables: tuple[tuple[Doable, str], ...]) -> None:
        super().__init__(parent)
        self._all = doables
        self.shown = doables

    def set_filter(self, text: str) -> None:
        """Only those in whose title or matter every word begins a word."""
        words = text.lower().split()
        self.beginResetModel()
        self.shown = tuple(each for each in self._all if _fits(f"{each[0].title} {each[0].about}", words))
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 3

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            doable, key = self.shown[index.row()]
            return ", ".join(part for part in (doable.title, doable.about, key) if part)
        return None

    def cell(self, row: int, column: int) -> Cell:
        """What is drawn."""
        doable, key = self.shown[row]
        if column == _FIGURE:
            return Cell(str(row + 1) if row < _FIGURES else "", ink="muted")
        if column == _TITLE:
            return Cell(doable.title, weight=500)
        return Cell(key or doable.about, ink="muted")


class Palette(QDialog):
    """Opened with ``open()``; Escape closes it. ``doables`` come with their key, if they have one; ``start`` is told which was chosen."""

    def __init__(self, parent: QWidget, title: str, doables: tuple[tuple[Doable, str], ...], start: Callable[[str], None]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._start = start
        self.box = QLineEdit()
        self.box.setPlaceholderText(self.tr("What is to be done? Type a few letters, or a figure"))
        self.box.setAccessibleName(title)
        self.box.installEventFilter(self)
        self.doables = DoableModel(self, doables)
        self.table = CellTable()
        self.table.setModel(self.doables)
        self.table.setItemDelegate(CellDelegate(self.table, self.doables))
        self.table.horizontalHeader().hide()
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setAccessibleName(title)
        self.table.set_widths(("0", "Change of household member", ""), _ABOUT)
        self.table.clicked.connect(lambda index: self._take(index.row()))
        self.nothing = PlainLabel(self.tr("Nothing like it can be done now."), "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(look().px(12),) * 4)
        layout.setSpacing(look().px(8))
        layout.addWidget(PlainLabel(title, "heading"))
        layout.addWidget(self.box)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.nothing)
        layout.addStretch(0)
        self.box.textChanged.connect(self._filter)
        room = parent.size()
        rows = min(max(len(doables), 4), 12)
        self.resize(min(look().px(620), room.width() - look().px(40)), min(look().px(110 + 32 * rows), room.height() - look().px(60)))
        self._filter("")
        self.box.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.box or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key, row = event.key(), self.table.currentIndex().row()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.table.selectRow(min(max(row + step, 0), self.doables.rowCount() - 1))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(row)
            return True
        if not self.box.text() and event.text().isdigit() and 1 <= int(event.text()) <= _FIGURES:
            self._take(int(event.text()) - 1)
            return True
        return False

    def _filter(self, text: str) -> None:
        self.doables.set_filter(text)
        self.table.setVisible(bool(self.doables.shown))
        self.nothing.setVisible(not self.doables.shown)
        self.table.selectRow(0)

    def _take(self, row: int) -> None:
        if 0 <= row < self.doables.rowCount():
            key = self.doables.shown[row][0].key
            self.accept()
            self._start(key)


def _fits(text: str, words: list[str]) -> bool:
    parts = text.lower().replace(",", " ").split()
    return all(any(part.startswith(word) for part in parts) for word in words)
