"""The search box, the departments strip and the list of people."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

import msgspec

from app.services.disclosure import Disclosure
from app.services.reading import ReadingRules, read_query, relabelled
from app.services.search import CLEAR_LEAD, Findings, Search
from app.services.telephony.numbers import holders
from app.tasks import Tasks
from app.viewmodels.ahead import Ahead
from app.viewmodels.base import ViewModel
from app.viewmodels.states import DepartmentState, SearchState
from models.outcomes import Answered, Failed, Fault, NotPermitted, Outcome, Waiting
from models.people import Caller, SubjectRef
from models.query import Part, SearchQuery
from models.records import Record
from models.store.errors import StoreUnavailable

KEY_PAUSE = 0.2
"""Seconds to wait for the next key: with less, most of what is asked is never read."""
FEWEST_LETTERS = 3
"""Letters of a name before departments are asked unbidden; the Dutch population register wants as many for a wildcard."""


class SearchFactory(Protocol):
    """Makes a fresh search over the site's departments."""

    def __call__(self) -> Search: ...


class SearchViewModel(ViewModel[SearchState]):
    """``opened(caller, record, query)`` is called when a caller is selected, or has become more while it is open.

    ``asking(query)`` is called before departments are asked.
    """

    def __init__(
        self,
        departments: tuple[DepartmentState, ...],
        permitted: Callable[[str], bool],
        rules: ReadingRules,
        new_search: SearchFactory,
        disclosure: Disclosure,
        tasks: Tasks,
    ) -> None:
        super().__init__(SearchState(departments=departments))
        self._departments = departments
        self._permitted = permitted
        self._rules = rules
        self._new_search = new_search
        self._disclosure = disclosure
        self._tasks = tasks
        self._search: Search | None = None
        self._callers: tuple[Caller, ...] = ()
        """As they are; the state holds what may be seen of them."""
        self._open: set[SubjectRef] = set()
        self._pending: asyncio.TimerHandle | None = None
        self._asked: SearchQuery | None = None
        self._eager = False
        self._wanted: frozenset[SubjectRef] = frozenset()
        self._number = ""
        """The number that calls, where it is what was searched for."""
        self.opened: Callable[[Caller | None, Record | None, SearchQuery | None], None] = lambda caller, record, query: None
        self.asking: Callable[[SearchQuery], None] = lambda query: None

    def set_query(self, text: str) -> None:
        """The text was changed: read it at once, ask when no further key comes."""
        if text == self.state.text:
            return
        self._read(text)
        self._eager, self._wanted, self._number = False, frozenset(), ""
        self._wait()

    def submit(self) -> None:
        """Enter: ask now, and open the best answer."""
        self._eager = True
        if self._asked is not None and self._asked == self.state.query:
            self._open_best(finished=self.state.phase == "done")
            return
        self._ask()

    def correct(self, index: int, part: str) -> None:
        """The piece at ``index`` was meant as another part."""
        if index >= len(self.state.read_as):
            return
        meant: Part = part  # type: ignore[assignment]
        self._read(relabelled(self.state.text, self.state.read_as[index], meant))
        self._change(revision=self.state.revision + 1)
        self._ask()

    def retry(self, department: str) -> None:
        """Ask one department again."""
        if self._search is not None and self._asked is not None:
            self._with_outcomes({department: Waiting(time.monotonic()) if self._permitted(department) else NotPermitted()})
            self._tasks.start(self._retry(self._search, department, self._asked), f"retry {department}")

    def select(self, key: str) -> None:
        """Open a caller of the list."""
        caller = next((each for each in self._callers if each.key == key), None)
        if caller is not None and key != self.state.selected:
            self._change(selected=key)
            self._tell_opened(caller)

    def pop(self, number: str, ahead: Ahead | None = None) -> None:
        """Somebody calls from this number: search for it, or show what was found while it rang.

        Whoever alone is known by it is opened; where several share it, nobody is.
        """
        self._stop()
        self._read(number)
        self._change(revision=self.state.revision + 1)
        self._eager, self._wanted, self._number = False, frozenset(), number
        if ahead is None or ahead.findings is None or not ahead.findings.finished or ahead.query != self.state.query:
            if ahead is not None:
                ahead.search.cancel()
            self._ask()
            return
        self._ask_of(ahead.query, ahead.search)
        self._take(ahead.findings)

    async def suspend(self) -> Any:
        """Show nothing more; returns what was typed and who was open."""
        selected = next((caller for caller in self.state.callers if caller.key == self.state.selected), None)
        members = selected.members if selected is not None else ()
        kept = {"text": self.state.text, "members": [[member.ref.department, member.ref.id] for member in members]}
        self.clear()
        return kept

    def resume(self, kept: Any) -> None:
        """Search again, and open whoever was open: answers may come in another order, so they are known by their records."""
        if kept is not None and kept["text"]:
            self._wanted = frozenset(SubjectRef(department, key) for department, key in kept["members"])
            self._read(kept["text"])
            self._change(revision=self.state.revision + 1)
            self._ask()

    @property
    def callers(self) -> tuple[Caller, ...]:
        """Those of the list as they are."""
        return self._callers

    def known(self, key: str) -> Caller | None:
        """A caller of the list as they are."""
        return next((each for each in self._callers if each.key == key), None)

    def alike(self, key: str) -> tuple[Caller, ...]:
        """Those of the list who may be the same person as this one."""
        caller = self.known(key)
        refs = {member.ref for member in caller.members} if caller is not None else set()
        mine = caller.may_be if caller is not None else None
        return tuple(
            each
            for each in self._callers
            if each.key != key and (each.may_be in refs or (mine is not None and mine in {member.ref for member in each.members}))
        )

    @property
    def search(self) -> Search | None:
        """The search whose answers are shown."""
        return self._search

    async def rejoin(self) -> None:
        """Somebody has decided who is one person: join anew what is there. Raises StoreUnavailable."""
        search, query = self._search, self._asked
        if search is not None and query is not None:
            findings = msgspec.structs.replace(await search.rejoin(query), elapsed_ms=self.state.elapsed_ms)
            if search is self._search:
                self._take(findings)

    def clear(self) -> None:
        """Empty everything for the next caller."""
        self._stop()
        self._asked = None
        self._eager, self._wanted, self._number = False, frozenset(), ""
        self._callers = ()
        self._show(SearchState(departments=self._departments, revision=self.state.revision + 1))
        self.opened(None, None, None)

    def refresh(self) -> None:
        """Draw the people anew: a level of verification has changed."""
        self._change(callers=self._disclosure.callers(self._callers, self._asked))

    def permissions_changed(self) -> None:
        """The purpose has become another: ask those that may be asked now, and leave out those that may not any more."""
        self.refresh()
        if self._search is None or self._asked is None:
            return
        for department in self.state.departments:
            if self._permitted(department.id) == isinstance(department.outcome, NotPermitted):
                self.retry(department.id)

    def _read(self, text: str) -> None:
        query, read_as = read_query(text, self._rules, date.today())
        self._change(text=text, query=query, read_as=read_as, problem="")

    def _wait(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
        query = self.state.query
        if query is None or query == self._asked:
            return
        if not query.parts() or (query.parts() <= {"name", "given", "family"} and len(query.name) < FEWEST_LETTERS):
            return
        self._pending = asyncio.get_running_loop().call_later(KEY_PAUSE, self._ask)

    def _stop(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        if self._search is not None:
            self._search.cancel()
            self._search = None

    def _ask(self) -> None:
        self._stop()
        query = self.state.query
        if query is None or not query.parts():
            self._asked = None
            if self.state.text.strip():
                self._change(problem="Nothing to search by: type a name, a phone number, an address or a reference number.")
            return
        search = self._new_search()
        self._ask_of(query, search)
        self._tasks.start(self._run(search, query), "search")

    def _ask_of(self, query: SearchQuery, search: Search) -> None:
        """Nothing has come yet of this search."""
        self._asked, self._search, self._callers = query, search, ()
        self.asking(query)
        now = time.monotonic()
        waiting = tuple(
            DepartmentState(each.id, each.title, each.colour, Waiting(now) if self._permitted(each.id) else NotPermitted(), kind=each.kind)
            for each in self._departments
        )
        self._change(phase="asking", departments=waiting, callers=(), more=0, selected="", elapsed_ms=0.0, problem="")
        self.opened(None, None, None)

    async def _run(self, search: Search, query: SearchQuery) -> None:
        try:
            async for findings in search.run(query):
                if search is not self._search:
                    return
                self._take(findings)
        except StoreUnavailable as error:
            if search is self._search:
                self._change(phase="done", departments=self._departments, problem=f"Not searched: {error}")
        except Exception:
            # A fault of ours: what has come so far stays, and nobody waits for what does not come any more.
            if search is self._search:
                self._asked = None
                failed = Failed(Fault("unexpected", "the search broke off"), 0.0)
                self._with_outcomes({each.id: failed for each in self.state.departments if isinstance(each.outcome, Waiting)})
                self._change(phase="done")
            raise

    async def _retry(self, search: Search, department: str, query: SearchQuery) -> None:
        try:
            findings = await search.retry(department, query)
        except StoreUnavailable as error:
            self._change(problem=f"Not searched: {error}")
            return
        if search is self._search:
            self._take(msgspec.structs.replace(findings, elapsed_ms=self.state.elapsed_ms))  # the chip tells how long the retry took

    def _take(self, findings: Findings) -> None:
        self._callers = findings.callers
        self._with_outcomes(findings.outcomes, findings)
        if self.state.selected:
            caller = next((each for each in findings.callers if each.key == self.state.selected), None)
            caller = caller or next((each for each in findings.callers if self._open & {member.ref for member in each.members}), None)
            self._change(selected=caller.key if caller is not None else "")
            if caller is not None:
                self._tell_opened(caller)
            else:  # the list must not show them any more
                self.opened(None, None, None)
        else:
            self._open_best(finished=findings.finished)

    def _with_outcomes(self, outcomes: dict[str, Outcome], findings: Findings | None = None) -> None:
        found = Counter(member.ref.department for caller in self._callers for member in caller.members)
        departments = tuple(self._department(each, outcomes.get(each.id), found[each.id]) for each in self.state.departments)
        if findings is None:
            self._change(departments=departments)
            return
        self._change(
            departments=departments,
            callers=self._disclosure.callers(findings.callers, self._asked),
            more=findings.more,
            elapsed_ms=findings.elapsed_ms,
            phase="done" if findings.finished else "asking",
        )

    def _open_best(self, *, finished: bool) -> None:
        """Open a caller unbidden only where nobody else can be meant; after Enter, the best one; after a lock, who was open."""
        callers = self._callers
        if not callers or self.state.selected:
            return
        known = next((caller for caller in callers if any(member.ref in self._wanted for member in caller.members)), None)
        if known is not None:
            self.select(known.key)
            return
        if self._number and not self._eager:
            if finished and len(sole := holders(callers, self._number)) == 1:
                self.select(sole[0].key)
            return
        lead = callers[0].relevance - (callers[1].relevance if len(callers) > 1 else 0.0)
        if (self._eager and (finished or lead >= CLEAR_LEAD)) or (finished and len(callers) == 1):
            self.select(callers[0].key)

    def _tell_opened(self, caller: Caller) -> None:
        record = self._search.record_of(caller.key) if self._search is not None else None
        self._open = {member.ref for member in caller.members}
        self.opened(caller, record, self._asked)

    @staticmethod
    def _department(department: DepartmentState, outcome: Outcome | None, listed: int) -> DepartmentState:
        """A chip: how many it found, without whom."""
        if outcome is None:
            return department
        if isinstance(outcome, Answered):
            listed += len(outcome.records)
            outcome = msgspec.structs.replace(outcome, people=(), records=())
        return DepartmentState(department.id, department.title, department.colour, outcome, kind=department.kind, found=listed)
