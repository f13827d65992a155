"""The Departments screen: what ``civicdesk check`` prints, live, and each department's mapping, roles and problems beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from views import fault_words, words
from views.department_detail import DepartmentDetail
from views.theme import Tone, look
from views.widgets.cells import Cell, CellDelegate, CellTable
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import CheckRow, DepartmentsState
    from views.frame import Frame
    from views.ports import DepartmentsPort, SetupPort

_ROOT = QModelIndex()
_TONES: dict[str, Tone] = {"well": "good", "slow": "warn", "down": "bad", "manifest error": "bad", "checking": "info"}


class CheckModel(QAbstractTableModel):
    """Departments as rows; there are dozens at most."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[CheckRow, ...] = ()
        self._headers = (
            self.tr("Department"),
            self.tr("Kind"),
            self.tr("Can"),
            self.tr("Answers in"),
            self.tr("Today"),
            self.tr("Credential"),
            self.tr("State"),
        )

    def show(self, rows: tuple[CheckRow, ...]) -> bool:
        """Takes the rows; True if departments came or went."""
        same = [row.id for row in rows] == [row.id for row in self._rows]
        if same:
            old, self._rows = self._rows, rows
            for at, row in enumerate(rows):
                if row != old[at]:
                    self.dataChanged.emit(self.index(at, 0), self.index(at, 6))
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def row(self, at: int) -> CheckRow | None:
        """The department in a row."""
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def row_of(self, department_id: str) -> int:
        """The row of a department, -1 if it is not there."""
        return next((at for at, row in enumerate(self._rows) if row.id == department_id), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 7

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        if role:
            return None
        return self.cell(index.row(), index.column()).text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return self._headers[section] if role == 0 and orientation == Qt.Orientation.Horizontal else None

    def cell(self, row: int, column: int) -> Cell:
        """What is drawn."""
        check = self._rows[row]
        if column == 0:
            return Cell(check.title, dot=check.colour, weight=500)
        if column == 1:
            return Cell(check.kind)
        if column == 2:
            return Cell(", ".join(check.capabilities))
        if column == 3:
            return self._answers_in(check)
        if column == 4:
            text = self.tr("{asked} asked, {failed} failed").format(asked=words.number(check.asked), failed=words.number(check.failed))
            return Cell(text, ink="on_bad" if check.failed else "text")
        if column == 5:
            credentials = {"in keyring": self.tr("in keyring"), "missing": self.tr("missing"), "none needed": self.tr("none needed")}
            return Cell(credentials[check.credential], ink="on_bad" if check.credential == "missing" else "text")
        return Cell(self.state_in_words(check), tone=_TONES.get(check.state, "neutral"))

    def state_in_words(self, check: CheckRow) -> str:
        """What the badge says."""
        if check.switched_off:
            return self.tr("switched off")
        if check.state == "down" and check.since is not None:
            return self.tr("down since {time}").format(time=words.minutes(check.since))
        return {
            "unchecked": self.tr("not checked"),
            "checking": self.tr("checking…"),
            "well": self.tr("well"),
            "slow": self.tr("slow"),
            "down": self.tr("down"),
            "not permitted": self.tr("not permitted"),
            "manifest error": self.tr("manifest error"),
        }[check.state]

    def _answers_in(self, check: CheckRow) -> Cell:
        if check.fault is not None:
            return Cell(fault_words.on_chip(check.fault), ink="on_bad")
        if not check.ms:
            return Cell("–", ink="muted")
        text, p95 = words.took(check.ms), words.took(check.p95_ms)
        unit = text.rpartition(" ")[2]
        return Cell(f"{text} · p95 {p95.removesuffix(unit).strip()}" if check.p95_ms else text)


class DepartmentsView(QWidget):
    """Heading with Check all, counts, and the table with its detail."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setObjectName("page")
        self._frame = frame
        self._model: DepartmentsPort | None = None
        self._setup: SetupPort | None = None
        self._new = False
        """A manifest was written since the site's files were read."""
        self.checks = CheckModel(self)
        self.table = CellTable()
        self.table.setModel(self.checks)
        self.table.setItemDelegate(CellDelegate(self.table, self.checks))
        self.table.setAccessibleName(self.tr("Departments"))
        self.table.selectionModel().currentRowChanged.connect(self._show_detail)
        self.detail = DepartmentDetail()
        self.check_button = QPushButton(self.tr("Check all   F5"))
        self.check_button.setAccessibleName(self.tr("Check all"))
        self.check_button.setProperty("role", "primary")
        self.add_button = QPushButton(self.tr("Add…   Ctrl+Shift+N"))
        self.add_button.setAccessibleName(self.tr("Add a department"))
        self.add_button.setShortcut("Ctrl+Shift+N")
        self.add_button.clicked.connect(self._add)
        self.add_button.hide()
        self.again_button = QPushButton(self.tr("Read again   Ctrl+F5"))
        self.again_button.setAccessibleName(self.tr("Read the site's files again"))
        self.again_button.setShortcut("Ctrl+F5")
        self.checked = PlainLabel(role="muted")
        self.configured = PlainLabel(role="strong")
        self.counts = FlowRow()
        self._longest = [
            "Service requests",
            "open311",
            "",
            "112 ms · p95 310",
            "12,204 asked, 212 failed",
            "none needed",
            "down since 10:02",
        ]
        self._count_chips = {state: Chip() for state in ("well", "slow", "down", "manifest error")}
        for position, chip in enumerate(self._count_chips.values()):
            self.counts.insert(position, chip)
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self.restyle()

    def _lay_out(self) -> None:
        unit = look().px
        bar, strip = QFrame(), QFrame()
        bar.setProperty("role", "bar")
        strip.setProperty("role", "strip")
        top = QHBoxLayout(bar)
        top.setContentsMargins(unit(14), unit(9), unit(14), unit(9))
        top.addWidget(PlainLabel(self.tr("Departments"), "title"))
        top.addStretch(1)
        top.addWidget(self.checked)
        top.addSpacing(unit(8))
        top.addWidget(self.add_button)
        top.addWidget(self.again_button)
        top.addWidget(self.check_button)
        row = QHBoxLayout(strip)
        row.setContentsMargins(unit(14), unit(5), unit(14), unit(5))
        row.addWidget(self.configured)
        row.addWidget(self.counts, 1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(unit(12), unit(12), unit(12), unit(12))
        column.addWidget(self.table)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setObjectName("columns")
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(left)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(strip)
        layout.addWidget(self.split, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        detail = min(look().px(400), max(look().px(280), self.width() // 4))
        self.split.setSizes([max(1, self.width() - detail), detail])

    def bind(self, model: DepartmentsPort, setup: SetupPort) -> None:
        """Connects to the view models."""
        self._model = model
        self._setup = setup
        self.add_button.setVisible(setup.state.allowed)
        setup.written.connect(self._written)
        self.again_button.clicked.connect(model.read_again)
        self.check_button.clicked.connect(model.check_all)
        self.detail.check.connect(model.check)
        self.detail.switch.connect(model.switch)
        self._frame.follow(model, self.draw)

    def _add(self) -> None:
        from views.setup_dialog import SetupDialog

        if self._setup is not None and self._setup.state.allowed:
            dialog = SetupDialog(self.window(), self._setup)
            dialog.finished.connect(self._read_what_is_new)
            dialog.open()

    def _written(self) -> None:
        self._new = True

    def _read_what_is_new(self, _result: int) -> None:
        if self._new and self._model is not None:
            self._new = False
            self._model.read_again()

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
        self._fit()
        self.table.setMinimumWidth(look().px(420))
        self.detail.setMinimumWidth(look().px(260))

    def _fit(self) -> None:
        """Columns as wide as what stands in them, or usually will: they grow with the rows, and never shrink under the eye."""
        width = look().metrics().horizontalAdvance
        for column, known in enumerate(self._longest):
            texts = (self.checks.cell(row, column).text for row in range(self.checks.rowCount()))
            self._longest[column] = max((known, *texts), key=width)
        title, *others = self._longest
        # The dot before the title takes room too.
        self.table.set_widths((f"{title}0000", *(f"{each}0" for each in others)), 2)

    def enter(self) -> bool:
        """The focus into the table."""
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def panes(self) -> list[tuple[QWidget, object]]:
        """The panes that F6 goes through, with what puts the focus into each."""
        return [(self.table, self.enter), (self.detail, self.detail.enter)]

    def draw(self, state: DepartmentsState) -> None:
        """Shows the departments; the selected one stays selected."""
        selected = self.checks.row(self.table.currentIndex().row())
        if self.checks.show(state.rows) and state.rows:
            self.table.selectRow(max(0, self.checks.row_of(selected.id) if selected else 0))
        self._fit()
        self._show_detail()
        self.configured.setText(self.tr("{count} configured").format(count=len(state.rows)))
        looks: tuple[tuple[str, str, str, Tone | None], ...] = (
            ("well", self.tr("{n} well"), "", None),
            ("slow", self.tr("{n} slow"), "clock", "warn"),
            ("down", self.tr("{n} down"), "triangle-alert", "bad"),
            ("manifest error", self.tr("{n} with an error in the manifest"), "triangle-alert", "bad"),
        )
        for name, text, icon, tone in looks:
            count = sum(row.state == name for row in state.rows)
            self._count_chips[name].setVisible(bool(count))
            self._count_chips[name].show_as(text.format(n=count), dot="" if icon else "good_mark", icon=icon, tone=tone)
        self.checked.setText(self.tr("Checked {time}").format(time=words.minutes(state.checked_at)) if state.checked_at else "")

    def _show_detail(self, *_indexes: object) -> None:
        row = self.checks.row(self.table.currentIndex().row())
        self.detail.draw(row, self.checks.state_in_words(row) if row else "", _TONES.get(row.state, "neutral") if row else "neutral")
