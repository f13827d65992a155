"""My looks: a page of the audit log for whoever works here, the newest first, older ones as one scrolls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from views import words
from views.theme import look
from views.widgets.cards import Banner
from views.widgets.cells import Cell, CellDelegate, CellTable
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import TrailState
    from models.audit import Seen
    from views.ports import TrailPort

_ROOT = QModelIndex()


class TrailModel(QAbstractTableModel):
    """Looks as rows; ``wanted`` asks for the next page."""

    wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looks: tuple[Seen, ...] = ()
        self._more = False
        self._headers = (
            self.tr("When"),
            self.tr("What"),
            self.tr("Seen"),
            self.tr("Departments"),
            self.tr("Purpose"),
            self.tr("Outcome"),
        )

    def show(self, state: TrailState) -> None:
        """Takes the looks: what is there stays, older ones follow."""
        self._more = bool(state.looks) and not state.finished and not state.reading
        old = len(self._looks)
        if old and state.looks[:old] == self._looks:
            if len(state.looks) > old:
                self.beginInsertRows(_ROOT, old, len(state.looks) - 1)
                self._looks = state.looks
                self.endInsertRows()
            return
        self.beginResetModel()
        self._looks = state.looks
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._looks)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return self._more

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        self._more = False
        self.wanted.emit()

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        if role:
            return None
        return self.cell(index.row(), index.column()).text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return self._headers[section] if role == 0 and orientation == Qt.Orientation.Horizontal else None

    def cell(self, row: int, column: int) -> Cell:
        """What is drawn."""
        seen = self._looks[row]
        if column == 0:
            return Cell(_when(seen.at))
        if column == 1:
            return Cell(words.look(seen.kind), weight=500)
        if column == 2:
            return Cell(words.number(len(seen.subjects)) if seen.subjects else "", right=True)
        if column == 3:
            return Cell(", ".join(seen.departments))
        if column == 4:
            return Cell(seen.purpose)
        return Cell(seen.outcome or self.tr("cut short"), ink="text" if seen.outcome else "muted")


class TrailDialog(QDialog):
    """Opened with ``open()``; Escape closes it, and the view model forgets what it read."""

    def __init__(self, parent: QWidget, model: TrailPort) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("My looks"))
        unit = look().px
        told = self.tr(
            "Every look is written down before anything is shown. The log knows whom you saw only by fingerprints, so there are no names: "
            "an auditor can ask who saw a certain person. “Seen” counts person records."
        )
        self.looks = TrailModel(self)
        self.table = CellTable()
        self.table.setModel(self.looks)
        self.table.setItemDelegate(CellDelegate(self.table, self.looks))
        self.table.setAccessibleName(self.tr("My looks, the newest first"))
        samples = ("Mmm 00 00:00:00", self.tr("Masked field shown"), self.tr("Seen") + "00", "", "Mmmmmmmmm", "answered 00, failed 0")
        self.table.set_widths(samples, 3)
        self.empty = PlainLabel(role="muted")
        self.problem = Banner()
        self.problem.pressed.connect(model.more)
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addWidget(PlainLabel(self.tr("My looks"), "heading"))
        layout.addWidget(PlainLabel(told, "muted", wrap=True))
        layout.addWidget(self.problem)
        layout.addWidget(self.empty)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)
        room = parent.size()
        self.resize(min(unit(1080), room.width() - unit(40)), min(unit(620), room.height() - unit(60)))
        self._model = model
        self.looks.wanted.connect(model.more)
        model.state_changed.connect(self.draw)
        self.finished.connect(self._left)
        model.open()
        self.draw(model.state)
        self.table.setFocus()

    def draw(self, state: TrailState) -> None:
        """Shows the looks that were read so far."""
        self.looks.show(state)
        if state.looks and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.looks.index(0, 0))
        self.problem.show_text(state.problem, button=self.tr("Try again") if state.problem else "")
        self.empty.setText(self.tr("Reading…") if state.reading else self.tr("You have looked at nothing yet."))
        self.empty.setVisible(not state.looks and not state.problem)

    def _left(self) -> None:
        self._model.state_changed.disconnect(self.draw)
        self._model.leave()


def _when(at: datetime) -> str:
    local = at.astimezone()
    return f"{words.day(local.date(), datetime.now().astimezone().date())} {words.clock(at)}"
