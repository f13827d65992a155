"""The changes of a site, kept in memory: departments answer ``propose`` and take what is sent as the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from models.changes import SETTLED, Change, Current, Delivery, Offer, Proposal, Receipt
from models.people import SubjectRef
from models.records import RecordRef
from models.store.errors import StoreUnavailable
from models.verification import Level


class FakeRefused(Exception):
    """What the service refuses."""


class FakeChanges:
    """``now`` is what each department has; one that is missing there gives no answer. ``broken`` refuses to keep anything."""

    def __init__(self, offers: tuple[Offer, ...], now: dict[str, Current | None] | None = None) -> None:
        self.all = offers
        self.now = now or {}
        self.hinders: dict[str, Any] = {}
        self.made: list[Change] = []
        self.asked: list[tuple[Any, ...]] = []
        self.media = b""
        self.tokens: dict[str, Change] = {}
        self.broken = False
        self.pause = 0.0
        self.changed: Callable[[Change], None] = lambda change: None

    def offers(self) -> tuple[Offer, ...]:
        return self.all

    def kept_under(self, members: Iterable[SubjectRef]) -> tuple[SubjectRef, ...]:
        return tuple(members)

    async def propose(
        self,
        kind: str,
        members: tuple[SubjectRef, ...],
        record: RecordRef | None = None,
        *,
        level: Level = "strong",
        departments: tuple[str, ...] = (),
    ) -> AsyncIterator[tuple[Proposal, ...]]:
        self._refuse()
        self.asked.append(("propose", kind, members, record, level))
        offer = next(each for each in self.all if each.kind.id == kind)
        subjects = {member.department: member for member in members}
        proposals = [Proposal(name, subjects.get(name), record, reading=True) for name in offer.departments]
        yield tuple(proposals)
        await asyncio.sleep(self.pause)
        for at, each in enumerate(proposals):
            hinder = self.hinders.get(each.department, "" if each.department in self.now else "no answer")
            current = self.now.get(each.department)
            proposals[at] = msgspec.structs.replace(
                each, reading=False, current=current, hinder=hinder, detail="proof of residence" if hinder == "proof" else ""
            )
            yield tuple(proposals)

    async def submit(
        self,
        kind: str,
        values: dict[str, str],
        proposals: tuple[Proposal, ...],
        *,
        caller_name: str,
        call: str,
        level: Level,
        token: str,
        media: bytes = b"",
    ) -> Change:
        self._refuse()
        self.asked.append(("submit", kind, values, tuple(each.department for each in proposals if each.chosen), level))
        if token in self.tokens:
            return self.tokens[token]
        self.media = media
        number, at = len(self.made) + 1, datetime.now(UTC)
        title = next(each.kind.title for each in self.all if each.kind.id == kind)
        deliveries = tuple(
            Delivery(10 * number + at_, number, each.department, f"k{at_}", "waiting", at, each.subject, each.record, each.current)
            for at_, each in enumerate(proposals)
            if each.chosen
        )
        change = Change(number, kind, title, values, at, "areyes", "agent", "Inquiry", caller_name, call, deliveries)
        self.made.append(change)
        self.tokens[token] = change
        return change

    async def waiting(self) -> tuple[Delivery, ...]:
        return tuple(each for change in self.made for each in change.deliveries if each.state not in SETTLED)

    async def of_call(self, call: str) -> tuple[Change, ...]:
        self._refuse()
        return tuple(change for change in self.made if change.call == call)

    async def resend(self, delivery: int) -> None:
        self.asked.append(("resend", delivery))

    async def decide(self, delivery: int, take: Literal["ours", "theirs"]) -> None:
        if take == "theirs":
            raise FakeRefused("It has become another meanwhile: look again.")
        self.asked.append(("decide", delivery, take))

    async def undo(self, delivery: int) -> None:
        self.asked.append(("undo", delivery))

    def settle(self, change: Change, **states: Any) -> Change:
        """Departments' deliveries have become another: state, or a dict of a delivery's fields."""
        parts = []
        for each in change.deliveries:
            now = states.get(each.department)
            if now is not None:
                fields = now if isinstance(now, dict) else {"state": now}
                each = msgspec.structs.replace(each, **fields)  # noqa: PLW2901 - the same delivery, further on
            parts.append(each)
        later = msgspec.structs.replace(change, deliveries=tuple(parts))
        self.made[change.id - 1] = later
        self.changed(later)
        return later

    def _refuse(self) -> None:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full: make room, then try again.")


DONE: dict[str, Any] = {"state": "done", "receipt": Receipt("RV-1")}
