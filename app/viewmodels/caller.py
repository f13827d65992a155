"""The open caller: all records of all departments that know them."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.services.caller_file import CallerFile
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import CallerState, DepartmentState
from models.outcomes import NotPermitted, Outcome, Waiting
from models.people import Caller, SubjectRef
from models.records import Record
from models.store.errors import StoreUnavailable


class CallerViewModel(ViewModel[CallerState]):
    """Reads what a caller's departments hold, adds what comes, and forgets all of it when the caller is left."""

    def __init__(
        self,
        departments: tuple[DepartmentState, ...],
        permitted: Callable[[str], bool],
        new_file: Callable[[], CallerFile],
        tasks: Tasks,
    ) -> None:
        super().__init__(CallerState(departments=departments))
        self._departments = departments
        self._permitted = permitted
        self._new_file = new_file
        self._tasks = tasks
        self._file: CallerFile | None = None
        self._read: set[SubjectRef] = set()
        self._outcomes: dict[str, Outcome] = {}

    def open(self, caller: Caller | None, record: Record | None = None) -> None:
        """Show a caller; None leaves the last one. The open caller again, with more members, reads only those."""
        if caller is None:
            self._leave()
            self._show(CallerState(departments=self._departments))
            return
        if self.state.caller is None or self.state.caller.key != caller.key:
            self._leave()
            self._file = self._new_file()
            if record is not None:
                self._file.add(record)
        fresh = [member.ref for member in caller.members if member.ref not in self._read]
        self._read.update(fresh)
        now = time.monotonic()
        for ref in fresh:
            self._outcomes[ref.department] = Waiting(now)
        self._draw(caller)
        if fresh and self._file is not None:
            self._tasks.start(self._fetch(self._file, tuple(fresh), caller.key), "records")

    def retry(self, department: str) -> None:
        """Read one department's records again."""
        caller = self.state.caller
        members = tuple(member.ref for member in caller.members if member.ref.department == department) if caller else ()
        if caller is not None and members and self._file is not None:
            self._outcomes[department] = Waiting(time.monotonic())
            self._draw(caller)
            self._tasks.start(self._fetch(self._file, members, caller.key), f"records {department}")

    async def _fetch(self, file: CallerFile, members: tuple[SubjectRef, ...], key: str) -> None:
        try:
            async for outcomes in file.read(members):
                if file is not self._file or self.state.caller is None or self.state.caller.key != key:
                    return
                self._outcomes |= outcomes
                self._draw(self.state.caller)
        except StoreUnavailable as error:
            if file is self._file and self.state.caller is not None:
                for member in members:
                    self._outcomes.pop(member.department, None)
                self._draw(self.state.caller, f"Not read: {error}")

    def _draw(self, caller: Caller, problem: str = "") -> None:
        departments = tuple(
            DepartmentState(each.id, each.title, each.colour, None, self._outcome(each.id), kind=each.kind) for each in self._departments
        )
        records = self._file.records if self._file is not None else ()
        self._show(CallerState(caller=caller, departments=departments, records=records, problem=problem))

    def _outcome(self, department: str) -> Outcome | None:
        return self._outcomes.get(department) if self._permitted(department) else NotPermitted()

    def _leave(self) -> None:
        if self._file is not None:
            self._file.cancel()
        self._file = None
        self._read.clear()
        self._outcomes.clear()
