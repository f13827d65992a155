"""The open caller: all records of all departments that know them, as far as they may be seen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from PySide6.QtCore import Signal

from app.services.caller_file import CallerFile
from app.services.disclosure import Disclosure
from app.services.revealing import SECONDS, Revealing, value_at
from app.services.verification import Known
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import CallerState, DepartmentState, Revealed
from models.audit import AuditRow
from models.contacts import HISTORY
from models.outcomes import Answered, NotPermitted, Outcome, Waiting
from models.people import Caller, Shut, SubjectRef, ValuePlace
from models.query import SearchQuery
from models.records import Record
from models.store.errors import StoreUnavailable
from models.verification import LEVELS
from models.web_links import may_open


class CallerViewModel(ViewModel[CallerState]):
    """Reads what a caller's departments hold, adds what comes, and forgets all of it when the caller is left.

    What was read is kept here; the state holds only what may be seen of it. ``copied`` carries a revealed value for the clipboard.
    ``learnt`` is called when another caller is open or more is known of them.
    """

    copied = Signal(str)

    def __init__(
        self,
        departments: tuple[DepartmentState, ...],
        new_file: Callable[[], CallerFile],
        disclosure: Disclosure,
        revealing: Revealing,
        tasks: Tasks,
        reveal_reasons: tuple[str, ...] = (),
        open_links: tuple[str, ...] = (),
        open_link: Callable[[str], None] = lambda link: None,
    ) -> None:
        super().__init__(CallerState(departments=departments, reveal_reasons=reveal_reasons))
        self._open_links = open_links
        self._open_link = open_link
        self._departments = departments
        self._new_file = new_file
        self._disclosure = disclosure
        self._revealing = revealing
        self._tasks = tasks
        self._reasons = reveal_reasons
        self._tab = self._wanted_tab = ""
        self._caller: Caller | None = None
        self._query: SearchQuery | None = None
        self._file: CallerFile | None = None
        self._outcomes: dict[str, Outcome] = {}
        self._revealed: tuple[Revealed, AuditRow] | None = None
        self._masking: asyncio.TimerHandle | None = None
        self.learnt: Callable[[], None] = lambda: None

    def open(self, caller: Caller | None, record: Record | None = None, query: SearchQuery | None = None) -> None:
        """Show a caller; None leaves the last one. The open caller again, with more members, reads only those."""
        if caller is None:
            self._leave()
            self._show(CallerState(departments=self._departments, reveal_reasons=self._reasons))
            self.learnt()
            return
        if self._caller is None or self._caller.key != caller.key:
            self._leave()
            self._tab, self._wanted_tab = self._wanted_tab, ""
            self._file = self._new_file()
            if record is not None:
                self._file.add(record)
        known = {member.ref for member in self._caller.members} if self._caller is not None else set()
        self._caller, self._query = caller, query
        fresh = [member.ref for member in caller.members if member.ref not in known]
        now = time.monotonic()
        for ref in self._file.kept_under(fresh) if self._file is not None else ():
            self._outcomes[ref.department] = Waiting(now)
        if fresh and any(each.id == HISTORY for each in self._departments):
            self._outcomes[HISTORY] = Waiting(now)
        self.refresh()
        if fresh and self._file is not None:
            self._tasks.start(self._fetch(self._file, tuple(fresh), caller), "records")

    def open_tab(self, department: str) -> None:
        """The tab of a department, by its id; empty for all."""
        self._tab = department
        self._change(tab=department)

    async def suspend(self) -> Any:
        """The tab that was open. Who was open is known to the search, which empties this."""
        return {"tab": self._tab}

    def resume(self, kept: Any) -> None:
        """The tab for whoever is opened next."""
        self._wanted_tab = kept["tab"] if kept is not None else ""

    def retry(self, department: str) -> None:
        """Read one department's records again."""
        if self._caller is None or self._file is None:
            return
        members = tuple(
            member.ref
            for member in self._caller.members
            if department == HISTORY or department in {ref.department for ref in self._file.kept_under([member.ref])}
        )
        if members:
            self._outcomes[department] = Waiting(time.monotonic())
            self.refresh()
            self._tasks.start(self._fetch(self._file, members, self._caller, department), f"records {department}")

    def known(self) -> Known | None:
        """What was read of the open caller, for questions to be drawn from; None when there is nobody who could be asked."""
        caller = self._caller
        if caller is None or not caller.members:
            return None
        whole = (
            name for name, outcome in self._outcomes.items() if isinstance(outcome, Answered) and not (outcome.truncated or outcome.partial)
        )
        return Known(caller, self._all(), frozenset(whole))

    def open_caller(self) -> Caller | None:
        """Who is open, with all that is known."""
        return self._caller

    def reading(self) -> bool:
        """Whether some department has not answered yet."""
        return any(isinstance(outcome, Waiting) for outcome in self._outcomes.values())

    def refresh(self, problem: str = "") -> None:
        """Draw anew: the level of verification, the purpose or what is known has changed."""
        caller = self._caller
        if caller is None:
            return
        sight = self._disclosure.sight(caller)
        shown = self._file.shown(sight) if self._file is not None else None
        records, of = (shown.records, shown.of) if shown is not None else ((), {})
        shut = {department.id: sight.tab(department.id) for department in self._departments}
        later = [needed for name, needed in shown.hidden.items() if not shut.get(name)] if shown is not None else []
        more_from: Shut = min((each for each in later if each != "anonymous"), key=LEVELS.index, default="")
        if self._revealed is not None and not self._still_masked(self._revealed[0].place, caller, records):
            self._forget_revealed()
        self._show(
            CallerState(
                caller=self._disclosure.caller(caller, self._query),
                departments=tuple(self._department(each, of.get(each.id, ()), shut[each.id]) for each in self._departments),
                records=records,
                problem=problem,
                level=sight.level,
                more_from=more_from,
                revealed=self._revealed[0] if self._revealed else None,
                reveal_reasons=self._reasons,
                open_links=self._open_links,
                tab=self._tab,
            )
        )
        self.learnt()

    def reveal(self, place: ValuePlace, reason: str) -> None:
        """Show one masked value for a while; what was revealed before is masked again."""
        if self._caller is not None and reason and self._is_masked(place):
            self._tasks.start(self._reveal(self._caller, place, reason), "reveal")

    def open_link(self, link: str) -> None:
        """Open a link that stands in a record on the screen, where the site allows its host."""
        if may_open(link, self._open_links) and any(link == field.value for record in self.state.records for field in record.fields):
            self._open_link(link)

    def mask(self) -> None:
        """Mask what was revealed."""
        if self._revealed is not None:
            self._forget_revealed()
            self._change(revealed=None)

    def copy_revealed(self) -> None:
        """The revealed value into the clipboard, once that is written down."""
        if self._revealed is not None:
            self._tasks.start(self._copy(*self._revealed), "copy revealed")

    async def _reveal(self, caller: Caller, place: ValuePlace, reason: str) -> None:
        try:
            row = await self._revealing.reveal(place, caller, reason)
        except StoreUnavailable as error:
            self._change(problem=f"Not shown: {error}")
            return
        value = value_at(place, caller, self._all())
        if self._caller is None or self._caller.key != caller.key or not value or not self._is_masked(place):
            return
        self._forget_revealed()
        self._revealed = (Revealed(place, value), row)
        self._masking = asyncio.get_running_loop().call_later(SECONDS, self.mask)
        self._change(revealed=self._revealed[0], problem="")

    async def _copy(self, revealed: Revealed, row: AuditRow) -> None:
        try:
            await self._revealing.copied(row)
        except StoreUnavailable as error:
            self._change(problem=f"Not copied: {error}")
            return
        self.copied.emit(revealed.value)

    def _is_masked(self, place: ValuePlace) -> bool:
        """Whether the value stands on the screen and waits to be revealed: what is not permitted can't be asked for."""
        caller = self.state.caller
        return caller is not None and self._still_masked(place, caller, self.state.records)

    @staticmethod
    def _still_masked(place: ValuePlace, caller: Caller, records: Iterable[Record]) -> bool:
        if not place.department:
            return dict(caller.shut).get(place.label) == "reveal"
        held = [
            *((member.ref.department, member.ref.id, each.scheme, each.shut) for member in caller.members for each in member.identifiers),
            *((record.ref.department, record.ref.id, each.label, each.shut) for record in records for each in record.fields),
        ]
        return (place.department, place.id, place.label, "reveal") in held

    async def _fetch(self, file: CallerFile, members: tuple[SubjectRef, ...], caller: Caller, only: str = "") -> None:
        try:
            async for outcomes in file.read(members, lambda: self._disclosure.sight(self._caller or caller), only):
                if file is not self._file:
                    return
                self._outcomes |= outcomes
                self.refresh()
        except StoreUnavailable as error:
            if file is self._file:
                for department in (HISTORY, *(member.department for member in members)):
                    self._outcomes.pop(department, None)
                self.refresh(f"Not read: {error}")

    def _all(self) -> tuple[Record, ...]:
        """What was read, seen or not."""
        return self._file.records if self._file is not None else ()

    def _department(self, department: DepartmentState, seen: tuple[Record, ...], shut: Shut) -> DepartmentState:
        """A tab: how many records it tells of is what may be seen."""
        outcome = self._outcomes.get(department.id)
        if shut == "not permitted":
            outcome = NotPermitted()
        elif isinstance(outcome, Answered):
            outcome = msgspec.structs.replace(outcome, people=(), records=seen)
        return DepartmentState(
            department.id,
            department.title,
            department.colour,
            None,
            outcome,
            kind=department.kind,
            shut="" if shut == "not permitted" else shut,
        )

    def _forget_revealed(self) -> None:
        self._revealed = None
        if self._masking is not None:
            self._masking.cancel()
            self._masking = None

    def _leave(self) -> None:
        if self._file is not None:
            self._file.cancel()
        self._forget_revealed()
        self._caller = self._query = self._file = None
        self._tab = ""
        self._outcomes.clear()
