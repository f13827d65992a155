"""The table of a change: each department with what it has now, what it will have, and how far it is, live."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from views import change_words
from views.theme import look
from views.widgets.check_box import CheckBox
from views.widgets.plain_label import Badge, ElidedLabel, PlainLabel, restyle

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewmodels.doing_states import ChangeRow, Difference

_WIDTHS = (24, 130, 210, 210, 340)
"""Of the columns, for a 13 pixel font; what is left over is shared by the last three."""


class StateCell(QWidget):
    """The chip of a row, what can be done about it, and a second line."""

    pressed = Signal(str)
    """``compare``, ``resend``, ``undo``, ``copy`` or ``open``."""

    def __init__(self, department: str) -> None:
        super().__init__()
        self._department = department
        self.badge = Badge()
        self.buttons: dict[str, QPushButton] = {}
        self.below = PlainLabel(role="small", wrap=True)
        top = QHBoxLayout()
        top.setSpacing(look().px(4))
        top.addWidget(self.badge)
        for name, text, said in (
            ("compare", self.tr("Compare…"), self.tr("Compare with what {department} has")),
            ("resend", self.tr("Try now"), self.tr("Try {department} again now")),
            ("undo", self.tr("Take back"), self.tr("Take the change back in {department}")),
            ("copy", self.tr("Copy link"), self.tr("Copy the link of {department}")),
            ("open", self.tr("Open"), self.tr("Open the link of {department}")),
        ):
            button = QPushButton(text)
            button.setProperty("role", "link")
            button.setAutoDefault(True)  # Enter presses it too
            button.setAccessibleName(said.format(department=department))
            button.clicked.connect(lambda _checked=False, name=name: self.pressed.emit(name))
            button.hide()
            top.addWidget(button)
            self.buttons[name] = button
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look().px(2))
        top.addStretch(1)
        layout.addLayout(top)
        layout.addWidget(self.below)

    def draw(self, row: ChangeRow) -> None:
        """Shows how far the department is."""
        self.badge.show_text(*change_words.state(row))
        below = change_words.below(row)
        self.below.setText(below)
        self.below.setVisible(bool(below))
        wanted = {
            "compare": row.state == "conflict",
            "resend": row.state in ("waiting", "unknown") and row.attempts > 0,
            "undo": row.can_undo and row.state == "done",
            "copy": bool(row.link),
            "open": row.opens,
        }
        for name, on in wanted.items():
            button = self.buttons[name]
            if not on and button.hasFocus():
                self.window().setFocus()
            button.setVisible(on)


class Comparison(QFrame):
    """A conflict side by side: ours and theirs, and which of the two is to stand."""

    decided = Signal(str)

    def __init__(self, department: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(self.tr("Ours beside what {department} has").format(department=department))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(look().px(16))
        self._grid.setVerticalSpacing(look().px(4))
        for column in (1, 2):
            self._grid.setColumnStretch(column, 1)
        self.ours = QPushButton(self.tr("Send ours"))
        self.theirs = QPushButton(self.tr("Keep theirs"))
        for button, take in ((self.ours, "ours"), (self.theirs, "theirs")):
            button.setAutoDefault(True)
            button.clicked.connect(lambda _checked=False, take=take: self.decided.emit(take))
        self._place_buttons(1)
        self._grid.addWidget(PlainLabel(self.tr("Ours"), "strong"), 0, 1)
        self._grid.addWidget(PlainLabel(self.tr("Theirs"), "strong"), 0, 2)
        self._labels: list[PlainLabel] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(look().px(10),) * 4)
        layout.addLayout(self._grid)
        self._shown: tuple[Difference, ...] = ()
        self.hide()

    def draw(self, differences: tuple[Difference, ...]) -> None:
        """Shows both."""
        if differences == self._shown:
            return
        self._shown = differences
        for label in self._labels:
            self._grid.removeWidget(label)
            label.deleteLater()
        self._labels = []
        for row, each in enumerate(differences, start=1):
            theirs = self.tr("hidden for your role") if each.shut else each.theirs or "–"
            for column, text in enumerate((each.label, each.ours or "–", theirs)):
                label = PlainLabel(text, "small" if not column else "", wrap=True)
                self._labels.append(label)
                self._grid.addWidget(label, row, column)
        self._place_buttons(len(differences) + 1)

    def _place_buttons(self, row: int) -> None:
        self._grid.addWidget(self.ours, row, 1, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(self.theirs, row, 2, Qt.AlignmentFlag.AlignLeft)


class _Row:
    """The widgets of one department."""

    def __init__(self, row: ChangeRow) -> None:
        self.box = CheckBox()
        self.box.setAccessibleName(row.title)
        self.title = ElidedLabel(row.title)
        self.now = ElidedLabel()
        self.will = ElidedLabel()
        self.state = StateCell(row.title)
        self.comparison = Comparison(row.title)
        self.line = QFrame()
        self.line.setProperty("role", "rule")
        self.line.setFixedHeight(1)

    def draw(self, row: ChangeRow, *, editable: bool) -> None:
        self.box.blockSignals(True)
        self.box.setChecked(row.state != "person" if row.state else row.chosen)
        self.box.blockSignals(False)
        self.box.setEnabled(editable and row.can_choose)
        known = row.now_known and not row.now_shut and bool(row.now)
        for label, text, role in (
            (self.now, change_words.now(row), "" if known else "muted"),
            (self.will, change_words.will(row), "muted" if "proof" in (row.hinder, row.fault) or not (row.state or row.chosen) else ""),
        ):
            if label.property("role") != role:
                label.setProperty("role", role)
                restyle(label)
            label.setText(text)
        self.state.draw(row)
        self.comparison.draw(row.differences)
        if not row.differences:
            self.comparison.hide()
        told = [row.title, change_words.now(row), change_words.will(row), change_words.state(row)[0]]
        self.box.setAccessibleDescription(", ".join(part for part in told[1:] if part))


class ChangeTable(QWidget):
    """``chosen(key, on)``; ``pressed(key, what)`` for what can be done about a delivery; ``decided(key, take)`` for a conflict."""

    chosen = Signal(str, bool)
    pressed = Signal(str, str)
    decided = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Departments"))
        unit = look().px
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(unit(14))
        self._grid.setVerticalSpacing(unit(5))
        for column, width in enumerate(_WIDTHS):
            self._grid.setColumnMinimumWidth(column, unit(width) if column in (0, 1) else 0)
            self._grid.setColumnStretch(column, width if column > 1 else 0)
        self._heads: dict[int, PlainLabel] = {}
        for column, text in enumerate((self.tr("Department"), self.tr("Has now"), self.tr("Will have"), self.tr("State")), start=1):
            self._heads[column] = PlainLabel(text, "small")
            self._grid.addWidget(self._heads[column], 0, column)
        self._head = QFrame()
        self._head.setProperty("role", "rule")
        self._head.setFixedHeight(1)
        self._grid.addWidget(self._head, 1, 0, 1, 5)
        self.rows: dict[str, _Row] = {}

    def draw(self, rows: tuple[ChangeRow, ...], *, editable: bool) -> None:
        """Shows the departments; those that are there already keep their place and the focus."""
        if [row.key for row in rows] != list(self.rows):
            self._lay_out(rows)
        for row in rows:
            self.rows[row.key].draw(row, editable=editable)
        # An action that leaves nothing with the department has nothing to compare.
        compared = any(row.now_known or row.now_shut or row.will for row in rows)
        for widget in (self._heads[2], self._heads[3], *(label for row in self.rows.values() for label in (row.now, row.will))):
            widget.setVisible(compared)

    def enter(self) -> bool:
        """The focus to the first box that can be pressed."""
        box = next((row.box for row in self.rows.values() if row.box.isEnabled()), None)
        if box is not None:
            box.setFocus(Qt.FocusReason.TabFocusReason)
        return box is not None

    def stops(self) -> list[QWidget]:
        """What Tab goes through."""
        return [
            stop
            for row in self.rows.values()
            for stop in (row.box, *row.state.buttons.values(), row.comparison.ours, row.comparison.theirs)
        ]

    def sizeHint(self) -> QSize:
        return QSize(look().px(sum(_WIDTHS)), super().sizeHint().height())

    def _lay_out(self, rows: tuple[ChangeRow, ...]) -> None:
        kept = dict(self.rows)
        self.rows = {row.key: kept.pop(row.key) if row.key in kept else self._new(row) for row in rows}
        for gone in kept.values():
            for widget in (gone.box, gone.title, gone.now, gone.will, gone.state, gone.comparison, gone.line):
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        for at, row in enumerate(self.rows.values()):
            line = 2 + 3 * at
            cells: tuple[QWidget, ...] = (row.box, row.title, row.now, row.will, row.state)
            for column, cell in enumerate(cells):
                self._grid.addWidget(cell, line, column, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(row.comparison, line + 1, 1, 1, 4)
            self._grid.addWidget(row.line, line + 2, 0, 1, 5)
        stops = self.stops()
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _new(self, of: ChangeRow) -> _Row:
        row, key = _Row(of), of.key
        row.box.toggled.connect(lambda on: self.chosen.emit(key, on))
        row.comparison.decided.connect(lambda take: self.decided.emit(key, take))
        press: Callable[[str], None] = lambda what: self._pressed(key, what)  # noqa: E731 - one slot for five buttons
        row.state.pressed.connect(press)
        return row

    def _pressed(self, key: str, what: str) -> None:
        row = self.rows[key]
        if what == "compare":
            row.comparison.setVisible(row.comparison.isHidden())
            if row.comparison.isVisible():
                row.comparison.ours.setFocus(Qt.FocusReason.TabFocusReason)
            return
        self.pressed.emit(key, what)
