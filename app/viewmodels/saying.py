"""What may be said in this call: articles suggested by what is on the screen, searched for, and read with their blanks filled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec

from app.services.blanks import Wording, blanks, fill
from app.services.linking import disagreeing
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.saying_states import Reading, SayingState, Suggestion
from app.viewmodels.states import CallerState
from app.viewmodels.wording import language_name
from models.knowledge import Article, Found, Suggested
from models.records import Record

PAUSE = 0.08
"""Seconds in which answers that come one after the other are waited for before articles are suggested anew."""
SUGGESTED = 3
"""Articles that the call panel names."""


class Articles(Protocol):
    """The site's knowledge, awaited."""

    async def article(self, key: str, language: str) -> tuple[Article | None, tuple[str, ...]]: ...
    async def search(self, text: str, language: str) -> tuple[Found, ...]: ...
    async def suggest(
        self, records: Sequence[Record], reason: str, differing: tuple[str, ...], language: str, today: date
    ) -> tuple[Suggested, ...]: ...
    async def problems(self) -> tuple[str, ...]: ...


class SayingViewModel(ViewModel[SayingState]):
    """Follows the open caller as they may be seen, so that no blank is filled with what is masked.

    ``wording`` makes the wording of a language, ``titles`` has departments' titles by id, ``always`` the blanks that are known without
    a caller, such as the city's name.
    """

    def __init__(
        self,
        articles: Articles,
        wording: Callable[[str], Wording],
        titles: Mapping[str, str],
        tasks: Tasks,
        always: Mapping[str, str] | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(SayingState())
        self._articles = articles
        self._wording = wording
        self._titles = titles
        self._tasks = tasks
        self._always = dict(always or {})
        self._today = today
        self._caller = CallerState()
        self._reason = ""
        self._suggested: tuple[Suggested, ...] = ()
        self._pending: asyncio.TimerHandle | None = None
        self._searches = self._reads = 0
        self._spoken = ""
        self.said: tuple[str, ...] = ()
        """Titles of the articles that were read out in this contact."""

    def see(self, state: CallerState) -> None:
        """Another caller is open, or more may be seen of them."""
        before, self._caller = self._caller, state
        if (before.caller, before.records) != (state.caller, state.records):
            self._suggest_soon()
        if not self._spoken:
            self._change(language=state.caller.language if state.caller is not None else "")

    def hear(self, reason: str) -> None:
        """What the call is about."""
        if reason != self._reason:
            self._reason = reason
            self._suggest_soon()

    def enter(self) -> None:
        """Somebody wants to look something up: what fits best is open, everything is listed."""
        self.search(self.state.text)
        self._tasks.start(self._tell_left_out(), "articles left out")
        if self.state.reading is None and self._suggested:
            self.read(self._suggested[0].article.key)

    def search(self, text: str) -> None:
        """List what has these words."""
        self._searches += 1
        self._change(text=text)
        self._tasks.start(self._search(text, self._searches), "search articles")

    def read(self, key: str, *, told: bool = False) -> None:
        """Open an article, in the caller's language where it is there in it. ``told``: it is said to the caller, not only looked at."""
        self._reads += 1
        self._tasks.start(self._read(key, self._reads, told=told), "read article")

    def speak(self, language: str) -> None:
        """The caller is spoken to in this language: what is suggested, and what is open, is read in it.

        Until somebody says so, articles open in the language that a department tells of; what is suggested is for staff, in the city's own.
        """
        self._spoken = language
        self._change(language=language)
        self._suggest_soon()
        if self.state.reading is not None:
            self.read(self.state.reading.key)

    def next_contact(self) -> None:
        """Nothing of this caller is kept for the next one."""
        self._reason, self.said = "", ()
        self._forget()

    async def suspend(self) -> Any:
        kept = [self._spoken, list(self.said)]
        self._forget()
        return kept

    def resume(self, kept: Any) -> None:
        """What fits the reason comes at once, what fits the caller when they are opened again."""
        if kept is not None:
            self._spoken, self.said = kept[0], tuple(kept[1])
            self._change(language=kept[0])
        self._suggest_soon()

    def _forget(self) -> None:
        self._searches += 1  # what is still being read comes too late
        self._reads += 1
        self._caller, self._suggested, self._spoken = CallerState(), (), ""
        self._show(SayingState())

    def _suggest_soon(self) -> None:
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(PAUSE, self._suggest_now)

    def _suggest_now(self) -> None:
        self._pending = None
        self._tasks.start(self._suggest(), "suggest articles")

    async def _suggest(self) -> None:
        seen, reason, language = self._caller, self._reason, self._spoken
        differing = disagreeing(seen.caller) if seen.caller is not None else ()
        found = await self._articles.suggest(seen.records, reason, differing, language, self._today())
        if (seen, reason, language) != (self._caller, self._reason, self._spoken):
            return  # what came meanwhile has asked again
        self._suggested = found
        self._change(suggestions=tuple(self._suggestion(each) for each in found[:SUGGESTED]))
        if self.state.reading is not None:
            self.read(self.state.reading.key)  # more of its blanks may be known now

    def _suggestion(self, suggested: Suggested) -> Suggestion:
        article, record = suggested.article, self._record(suggested)
        why = record.title if record is not None else suggested.reason
        return Suggestion(article.key, article.title, fill(article.lead, self._blanks(article.language, record)), why)

    async def _search(self, text: str, number: int) -> None:
        found = await self._articles.search(text, self._spoken)
        if number != self._searches:
            return
        self._change(found=found)
        if text.strip() and found and (self.state.reading is None or self.state.reading.key != found[0].key):
            self.read(found[0].key)

    async def _read(self, key: str, number: int, *, told: bool) -> None:
        article, languages = await self._articles.article(key, self.state.language)
        if told and article is not None:
            self.said = tuple(dict.fromkeys((*self.said, article.title)))
        if number != self._reads:
            return  # another one was opened meanwhile
        if article is None:
            self._change(problem="This article is no longer there.")
            return
        suggested = next((each for each in self._suggested if each.article.key == key), None)
        values = self._blanks(article.language, self._record(suggested) if suggested is not None else None)
        blocks = tuple(msgspec.structs.replace(block, text=fill(block.text, values)) for block in article.blocks)
        names = tuple((tag, language_name(tag)) for tag in languages)
        self._change(reading=Reading(key, article.title, article.language, blocks, article.links, names), problem="")

    async def _tell_left_out(self) -> None:
        self._change(left_out=await self._articles.problems())

    def _record(self, suggested: Suggested) -> Record | None:
        return next((record for record in self._caller.records if record.ref == suggested.record), None) if suggested.record else None

    def _blanks(self, language: str, record: Record | None) -> dict[str, str]:
        return blanks(self._wording(language), self._caller.caller, record, self._titles, **self._always)
