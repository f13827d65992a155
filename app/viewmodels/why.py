"""Why records are one person: the evidence, and links and partings by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from app.services.disclosure import Disclosure
from app.services.linking import FEWEST_LETTERS, Linking, disagreements, likenesses
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.search import SearchViewModel
from app.viewmodels.states import WhyState
from models.people import SubjectRef
from models.store.errors import StoreUnavailable


class WhyViewModel(ViewModel[WhyState]):
    """Holds nothing until it is asked about a caller of the list, and nothing after it was left."""

    def __init__(self, search: SearchViewModel, linking: Linking, disclosure: Disclosure, tasks: Tasks) -> None:
        super().__init__(WhyState())
        self._search = search
        self._linking = linking
        self._disclosure = disclosure
        self._tasks = tasks

    def open(self, key: str) -> None:
        """Say why this caller's records are one person, and who else may be the same."""
        if self._search.known(key) is not None:
            self._show(WhyState(key=key, letters=FEWEST_LETTERS))
            self._tasks.start(self._explain(key), "why")

    def link(self, other: str, reason: str) -> None:
        """The caller and another one of the list are one person."""
        caller, same = self._search.known(self.state.key), self._search.known(other)
        if caller is not None and same is not None and self._reasoned(reason):
            self._decide(lambda: self._linking.link(caller, same, reason.strip()))

    def part(self, ref: SubjectRef, reason: str) -> None:
        """A record is not of this caller."""
        caller = self._search.known(self.state.key)
        if caller is not None and self._reasoned(reason):
            self._decide(lambda: self._linking.part(caller, ref, reason.strip()))

    def undo(self, link: int) -> None:
        """Take a decision back."""
        found = next((each for each in self.state.links if each.id == link), None)
        if found is not None:
            self._decide(lambda: self._linking.undo(found))

    def note(self, fact: str, department: str) -> None:
        """The caller says that this department is right. Kept while the caller is asked about."""
        others = tuple(each for each in self.state.noted if each[0] != fact)
        self._change(noted=(*others, (fact, department)))

    def leave(self) -> None:
        """Forget whom it was about."""
        self._show(WhyState())

    async def suspend(self) -> Any:
        self.leave()

    def resume(self, kept: Any) -> None:
        """The lock has closed the dialog; whoever wants it opens it again."""

    def _reasoned(self, reason: str) -> bool:
        if len(reason.strip()) < FEWEST_LETTERS:
            self._change(problem=f"Give a reason of at least {FEWEST_LETTERS} letters: whoever looks at this in a year has nothing else.")
            return False
        return True

    def _decide(self, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.start(self._decided(work), "decide")

    async def _decided(self, work: Callable[[], Awaitable[None]]) -> None:
        refs = {member.ref for member in caller.members} if (caller := self._search.known(self.state.key)) else set()
        try:
            await work()
            await self._search.rejoin()
        except StoreUnavailable as error:
            self._change(problem=f"Not kept: {error}")
            return
        mine = next((each for each in self._search.callers if refs & {member.ref for member in each.members}), None)
        if self.state.key and mine is not None:
            await self._explain(mine.key)

    async def _explain(self, key: str) -> None:
        caller, search = self._search.known(key), self._search.search
        if caller is None or search is None:
            return
        alike = self._search.alike(key)
        members = likenesses(search, caller, caller.members)
        others = []
        for other in alike:
            found = likenesses(search, caller, other.members)
            if found:
                others.append((other.key, max(found, key=lambda each: each.bits)))
        try:
            links = await self._linking.standing([member.ref for each in (caller, *alike) for member in each.members])
        except StoreUnavailable as error:
            self._change(problem=f"What was decided by hand can't be read: {error}")
            return
        if self.state.key:
            seen = self._disclosure.caller(caller)
            self._show(
                WhyState(key, caller.name, members, tuple(others), links, disagreements(caller, seen), self.state.noted, FEWEST_LETTERS)
            )
