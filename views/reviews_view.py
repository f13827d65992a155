"""The Reviews screen for supervisors: each use of break-glass, why, and what a supervisor made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from views import words
from views.theme import look
from views.widgets.cards import Banner, Card, EmptyState
from views.widgets.cells import Cell, CellDelegate, CellTable
from views.widgets.plain_label import Badge, PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import ReviewsState
    from models.work import WorkItem
    from views.frame import Frame
    from views.ports import ReviewsPort

_ROOT = QModelIndex()


class ReviewModel(QAbstractTableModel):
    """Uses of break-glass as rows: what waits first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[WorkItem, ...] = ()
        self._headers = (self.tr("When"), self.tr("Who"), self.tr("Why"), self.tr("State"))

    def show(self, items: tuple[WorkItem, ...]) -> bool:
        """Takes the items; True if there were other ones before."""
        if items == self._items:
            return False
        self.beginResetModel()
        self._items = items
        self.endResetModel()
        return True

    def item(self, row: int) -> WorkItem | None:
        """The item in a row."""
        return self._items[row] if 0 <= row < len(self._items) else None

    def row_of(self, number: int) -> int:
        """The row of an item, -1 if it is not there."""
        return next((row for row, item in enumerate(self._items) if item.id == number), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 4

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        return None if role else self.cell(index.row(), index.column()).text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return self._headers[section] if role == 0 and orientation == Qt.Orientation.Horizontal else None

    def cell(self, row: int, column: int) -> Cell:
        """What is drawn."""
        item = self._items[row]
        if column == 0:
            return Cell(words.moment(item.made))
        if column == 1:
            return Cell(item.title, weight=500)
        if column == 2:
            return Cell(item.detail)
        return Cell(self.tr("waits"), tone="warn") if item.done is None else Cell(self.tr("reviewed"), tone="good")


class ReviewsView(QWidget):
    """Heading, the list, and beside it the chosen one with a line for the note."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setObjectName("page")
        self._frame = frame
        self._model: ReviewsPort | None = None
        self._shown = 0
        self.reviews = ReviewModel(self)
        self.table = CellTable()
        self.table.setModel(self.reviews)
        self.table.setItemDelegate(CellDelegate(self.table, self.reviews))
        self.table.setAccessibleName(self.tr("Uses of break-glass"))
        self.table.selectionModel().currentRowChanged.connect(self._show_detail)
        self.waiting = PlainLabel(role="muted")
        self.problem = Banner()
        self.title = PlainLabel(role="heading", wrap=True)
        self.state = Badge()
        self.made = PlainLabel(role="small", wrap=True)
        self.why = PlainLabel(wrap=True)
        self.outcome = PlainLabel(role="muted", wrap=True)
        self.note = QLineEdit()
        self.note.setAccessibleName(self.tr("What you make of it"))
        self.note.setPlaceholderText(self.tr("What you make of it"))
        self.note.setMaxLength(500)
        self.note.returnPressed.connect(self._seen)
        self.seen_button = QPushButton(self.tr("&Reviewed   Enter"))
        self.seen_button.setAccessibleName(self.tr("Reviewed"))
        self.seen_button.setProperty("role", "primary")
        self.seen_button.clicked.connect(self._seen)
        self.empty = EmptyState()
        self.empty.show_text(self.tr("Nothing to review"), self.tr("Nobody has broken the glass."), "clipboard-check")
        self._lay_out()
        self.restyle()

    def _lay_out(self) -> None:
        unit = look().px
        bar = QFrame()
        bar.setProperty("role", "bar")
        top = QHBoxLayout(bar)
        top.setContentsMargins(unit(14), unit(9), unit(14), unit(9))
        top.addWidget(PlainLabel(self.tr("Reviews of break-glass"), "title"))
        top.addStretch(1)
        top.addWidget(self.waiting)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(*(unit(12),) * 4)
        column.setSpacing(unit(8))
        column.addWidget(self.problem)
        column.addWidget(self.table)
        self._card = Card(margin=14, spacing=8)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        self._card.column.addLayout(head)
        for widget in (self.made, self.why, self.outcome):
            self._card.column.addWidget(widget)
        self._card.column.addSpacing(unit(6))
        self._card.column.addWidget(self.note)
        self._card.column.addWidget(self.seen_button)
        right = QWidget()
        detail = QVBoxLayout(right)
        detail.setContentsMargins(*(unit(12),) * 4)
        detail.addWidget(self._card)
        detail.addStretch(1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setObjectName("columns")
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(left)
        self.split.addWidget(right)
        self.split.setStretchFactor(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        self._stack = QStackedLayout()
        layout.addLayout(self._stack, 1)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.split)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        detail = min(look().px(400), max(look().px(280), self.width() // 4))
        self.split.setSizes([max(1, self.width() - detail), detail])

    def bind(self, model: ReviewsPort) -> None:
        """Connects to the view model."""
        self._model = model
        self._frame.follow(model, self.draw)

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
        self.table.set_widths(("Nov 30, 2026 10:14 0", "a.longer.name, caseworker", "", "reviewed 000"), 2)

    def enter(self) -> bool:
        """Reads the list anew; the focus into it."""
        if self._model is not None:
            self._model.load()
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def panes(self) -> list[tuple[QWidget, object]]:
        """The panes that F6 goes through, with what puts the focus into each."""
        return [(self.table, self._enter_table), (self._card, self._enter_note)]

    def draw(self, state: ReviewsState) -> None:
        """Shows the list; the chosen one stays chosen."""
        chosen = self.reviews.item(self.table.currentIndex().row())
        if self.reviews.show(state.items) and state.items:
            self.table.selectRow(max(0, self.reviews.row_of(chosen.id) if chosen else 0))
        self._stack.setCurrentWidget(self.split if state.items else self.empty)
        waiting = sum(item.done is None for item in state.items)
        self.waiting.setText(self.tr("{count} waiting").format(count=words.number(waiting)) if waiting else "")
        self.problem.show_text(state.problem, "bad")
        self._show_detail()

    def _enter_table(self) -> bool:
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _enter_note(self) -> bool:
        if not self.note.isVisible():
            return False
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _show_detail(self, *_indexes: object) -> None:
        item = self.reviews.item(self.table.currentIndex().row())
        self._card.setVisible(item is not None)
        if item is None:
            return
        if item.id != self._shown:
            self._shown = item.id
            self.note.clear()
        waits = item.done is None
        self.title.setText(item.title)
        self.state.show_text(self.tr("waits") if waits else self.tr("reviewed"), "warn" if waits else "good")
        self.made.setText(self.tr("Glass broken {time}").format(time=words.moment(item.made)))
        self.why.setText(item.detail)
        done = self.tr("{who}, {time}: {note}").format(who=item.done_by, time=words.moment(item.done) if item.done else "", note=item.note)
        self.outcome.setText("" if waits else done)
        self.outcome.setVisible(not waits)
        self.note.setVisible(waits)
        self.seen_button.setVisible(waits)

    def _seen(self) -> None:
        item = self.reviews.item(self.table.currentIndex().row())
        if self._model is not None and item is not None and item.done is None:
            self._model.seen(item.id, self.note.text())
