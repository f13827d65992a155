"""One department: its state, what its words mean here, who may ask it, and what is wrong with its manifest."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from views import fault_words
from views.theme import Tone, look
from views.widgets.cards import Banner, Card
from views.widgets.plain_label import Badge, PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.states import CheckRow


class DepartmentDetail(QScrollArea):
    """The right column; drawn anew only when the department is another or has changed."""

    check = Signal(str)
    switch = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Department in detail"))
        self._row: CheckRow | None = None
        self.title = PlainLabel(role="heading", wrap=True)
        self.state = Badge()
        self.manifest = PlainLabel(role="small", wrap=True)
        self.fault = Banner()
        self.check_button = QPushButton(self.tr("&Check this one"))
        self.check_button.clicked.connect(self._check)
        self.switch_button = QPushButton()
        self.switch_button.clicked.connect(self._switch)
        self._mapping = QVBoxLayout()
        self._roles = QVBoxLayout()
        self._problems = QVBoxLayout()
        unit = look().px
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.addWidget(self.check_button)
        buttons.addWidget(self.switch_button)
        buttons.addStretch(1)
        self._inside = QWidget()
        layout = QVBoxLayout(self._inside)
        layout.setContentsMargins(unit(14), unit(12), unit(14), unit(12))
        layout.setSpacing(unit(8))
        layout.addLayout(top)
        layout.addWidget(self.manifest)
        layout.addWidget(self.fault)
        layout.addLayout(buttons)
        for part in (self._problems, self._mapping, self._roles):
            part.setSpacing(unit(6))
            layout.addLayout(part)
        layout.addStretch(1)
        self.setWidget(self._inside)

    def enter(self) -> bool:
        """The focus to the first button."""
        self.check_button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def draw(self, row: CheckRow | None, state: str, tone: Tone) -> None:
        """Shows the department."""
        self._inside.setVisible(row is not None)
        if row is None or row == self._row:
            return
        before, self._row = self._row, row
        self.title.setText(row.title)
        self.state.show_text(state, tone)
        # Where it lies in the site's folder; the whole path is what ``civicdesk check`` prints.
        self.manifest.setText(self.tr("{manifest} · {kind}").format(manifest="/".join(Path(row.manifest).parts[-2:]), kind=row.kind))
        self.fault.show_text(fault_words.in_a_sentence(row.fault) if row.fault else "", "bad")
        self.switch_button.setVisible(row.switchable)
        self.switch_button.setText(self.tr("Switch &on") if row.switched_off else self.tr("Switch &off"))
        same = before is not None and (before.id, before.problems, before.mapping, before.roles) == (
            row.id,
            row.problems,
            row.mapping,
            row.roles,
        )
        if not same:
            self._show_problems(row)
            self._show_mapping(row)
            self._show_roles(row)

    def _check(self) -> None:
        if self._row is not None:
            self.check.emit(self._row.id)

    def _switch(self) -> None:
        if self._row is not None:
            self.switch.emit(self._row.id, self._row.switched_off)

    def _show_problems(self, row: CheckRow) -> None:
        _empty(self._problems)
        if not row.problems:
            return
        self._problems.addWidget(PlainLabel(self.tr("PROBLEMS OF THE MANIFEST"), "caps"))
        card = Card()
        for problem in row.problems:
            card.column.addWidget(PlainLabel(problem, "error", wrap=True))
        self._problems.addWidget(card)

    def _show_mapping(self, row: CheckRow) -> None:
        _empty(self._mapping)
        if not row.mapping:
            return
        pairs = [(*here.rpartition(": ")[::2], there) for here, there in row.mapping]
        for part, lines in groupby(pairs, key=lambda pair: pair[0]):
            self._mapping.addWidget(
                PlainLabel(self.tr("MAPPING OF {part}").format(part=part.upper()) if part else self.tr("MAPPING"), "caps")
            )
            card = Card()
            grid = QGridLayout()
            grid.setColumnStretch(0, 2)
            grid.setColumnStretch(1, 3)
            grid.setHorizontalSpacing(look().px(14))
            grid.setVerticalSpacing(look().px(6))
            grid.addWidget(PlainLabel(self.tr("Here"), "small"), 0, 0)
            grid.addWidget(PlainLabel(self.tr("There"), "small"), 0, 1)
            for at, (_, here, there) in enumerate(lines, start=1):
                grid.addWidget(PlainLabel(here, wrap=True), at, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(PlainLabel(there, "code", wrap=True), at, 1, Qt.AlignmentFlag.AlignTop)
            card.column.addLayout(grid)
            self._mapping.addWidget(card)

    def _show_roles(self, row: CheckRow) -> None:
        _empty(self._roles)
        self._roles.addWidget(PlainLabel(self.tr("WHO MAY ASK"), "caps"))
        card = Card()
        card.column.addWidget(PlainLabel(", ".join(row.roles) if row.roles else self.tr("every role"), wrap=True))
        self._roles.addWidget(card)


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
