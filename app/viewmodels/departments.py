"""The Departments view: how each department was found, live."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import Signal

from app.services.checks import Checks
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import DepartmentsState
from models.checks import CheckRow
from models.store.errors import StoreUnavailable

Switch = Callable[[str, bool], Awaitable[None]]


class DepartmentsViewModel(ViewModel[DepartmentsState]):
    """``switch`` is given only where a demo city's departments can be switched off and on.

    ``reread`` is emitted when the site's files are to be read again.
    """

    reread = Signal()

    def __init__(self, checks: Checks, tasks: Tasks, switch: Switch | None = None) -> None:
        super().__init__(DepartmentsState(tuple(self._switchable(row, switch) for row in checks.rows())))
        self._checks = checks
        self._tasks = tasks
        self._switch = switch

    @staticmethod
    def _switchable(row: CheckRow, switch: Switch | None) -> CheckRow:
        return msgspec.structs.replace(row, switchable=switch is not None and row.state != "manifest error")

    def check_all(self) -> None:
        for row in self.state.rows:
            self.check(row.id)

    def check(self, department: str) -> None:
        """Reach one department; a check that runs already is not started twice."""
        row = self._row(department)
        if row is not None and row.state not in ("checking", "manifest error"):
            self._put(msgspec.structs.replace(row, state="checking"))
            self._tasks.start(self._check(row), f"check {department}")

    def read_again(self) -> None:
        """Read the site's files again, as a start would."""
        self.reread.emit()

    def switch(self, department: str, on: bool) -> None:
        """Switch a department of the demo city off or on."""
        row = self._row(department)
        if row is not None and row.switchable and self._switch is not None:
            self._put(msgspec.structs.replace(row, switched_off=not on))
            self._tasks.start(self._switch_and_check(row.id, on), f"switch {department}")

    async def _switch_and_check(self, department: str, on: bool) -> None:
        if self._switch is not None:
            await self._switch(department, on)
        self.check(department)

    async def _check(self, row: CheckRow) -> None:
        try:
            found = await self._checks.check(row)
        except StoreUnavailable:
            found = row
        now = self._row(row.id)
        self._put(msgspec.structs.replace(found, switched_off=now.switched_off if now else row.switched_off))
        self._change(checked_at=datetime.now(UTC))

    def _row(self, department: str) -> CheckRow | None:
        return next((row for row in self.state.rows if row.id == department), None)

    def _put(self, row: CheckRow) -> None:
        self._change(rows=tuple(row if each.id == row.id else each for each in self.state.rows))
