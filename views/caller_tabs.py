"""The tabs of a caller's file: one for all records, and one for each department with its state and its count."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QTabBar

from models.outcomes import Answered, Failed, NotPermitted, Outcome, Waiting
from views import fault_words, icons, words
from views.theme import look
from views.widgets.plain_label import without_mnemonics

if TYPE_CHECKING:
    from app.viewmodels.states import CallerState, DepartmentState

OVERVIEW = ""
OutcomeOf = Callable[["DepartmentState"], Outcome | None]


class CallerTabs(QTabBar):
    """A tab's data is its department's id; only tabs that have changed are drawn anew."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: dict[int, tuple[str, str, str]] = {}
        self.setAccessibleName(self.tr("Records by department"))
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setUsesScrollButtons(True)
        self.addTab(self.tr("Overview"))
        self.setTabData(0, OVERVIEW)

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
        self.setIconSize(QSize(look().px(14), look().px(14)))
        self._drawn = {}

    def scope(self) -> str:
        """The department of the open tab; OVERVIEW for all."""
        return str(self.tabData(self.currentIndex()) or OVERVIEW)

    def go_to(self, department_id: str) -> None:
        """Opens a department's tab; an unknown one changes nothing."""
        for index in range(self.count()):
            if self.tabData(index) == department_id:
                self.setCurrentIndex(index)

    def draw(self, state: CallerState, outcome: OutcomeOf) -> None:
        """Shows the departments; the open tab stays open. ``outcome`` is what came of reading one's records."""
        wanted = [OVERVIEW, *(department.id for department in state.departments)]
        present = [str(self.tabData(index) or OVERVIEW) for index in range(self.count())]
        if present != wanted:
            self.blockSignals(True)
            scope = self.scope()
            while self.count() > 1:
                self.removeTab(1)
            for department in state.departments:
                self.setTabData(self.addTab(department.title), department.id)
            self.setCurrentIndex(wanted.index(scope) if scope in wanted else 0)
            self.blockSignals(False)
            self._drawn = {}
        for index, department in enumerate(state.departments, start=1):
            drawn = text, icon, said = self._tab_of(department, outcome(department), some=state.level != "anonymous")
            if self._drawn.get(index) == drawn:
                continue
            self._drawn[index] = drawn
            self.setTabText(index, without_mnemonics(text))
            self.setTabIcon(index, icons.icon(icon, "bad_mark" if icon == "triangle-alert" else "muted", 14) if icon else QIcon())
            self.setAccessibleTabName(index, said)

    def _tab_of(self, department: DepartmentState, records: Outcome | None, *, some: bool) -> tuple[str, str, str]:
        """Text, icon, and what a screen reader says. Where all is shut, a lock on each tab would say no more than the page does."""
        title = department.title
        if department.shut and not isinstance(records, Failed):
            return title, "lock" if some else "", f"{title}, {words.shut(department.shut)}"
        if isinstance(records, Answered):
            count = f"{len(records.records)}{'+' if records.truncated else ''}"
            return f"{title} {count}", "", self.tr("{title}, {count} records").format(title=title, count=count)
        if isinstance(records, Failed):
            return title, "triangle-alert", f"{title}, {fault_words.on_chip(records.fault)}"
        if isinstance(records, NotPermitted):
            return title, "lock", self.tr("{title}, not permitted").format(title=title)
        if isinstance(records, Waiting):
            return title, "clock", self.tr("{title}, waiting").format(title=title)
        return title, "", title
