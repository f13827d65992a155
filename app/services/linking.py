"""Why records are one person, and what staff decide by hand: link and part, with a reason, logged first and taken back at will."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from app.services.departments import Asker
from app.services.identity.normalise import fold, house_key
from app.services.search import AuditTrail, Search
from models.audit import Look, LookKind
from models.links import Disagreement, Likeness, Link, LinkKind, Said
from models.people import Address, Caller, Person, SubjectRef

FEWEST_LETTERS = 5
"""Of a reason: less says nothing to whoever reads it in a year."""
_PLACES = {"house", "unit", "area"}


class LinkKeeper(Protocol):
    """The decisions of the site. Each raises StoreUnavailable."""

    async def standing(self) -> tuple[Link, ...]: ...
    async def add(self, kind: LinkKind, ones: Iterable[SubjectRef], others: Iterable[SubjectRef], reason: str) -> Link: ...
    async def undo(self, link: int) -> bool: ...


class Linking:
    """Explains and decides. Every decision is committed to the audit log before it is kept."""

    def __init__(self, keeper: LinkKeeper, audit: AuditTrail, asker: Asker) -> None:
        self._keeper = keeper
        self._audit = audit
        self._asker = asker

    async def standing(self, refs: Iterable[SubjectRef]) -> tuple[Link, ...]:
        """The decisions on any of these records. Raises StoreUnavailable."""
        wanted = set(refs)
        return tuple(link for link in await self._keeper.standing() if wanted & {*link.ones, *link.others})

    async def link(self, one: Caller, other: Caller, reason: str) -> None:
        """Both are one person. Raises StoreUnavailable."""
        await self._decide("link", [member.ref for member in one.members], [member.ref for member in other.members], reason)

    async def part(self, caller: Caller, ref: SubjectRef, reason: str) -> None:
        """This record is not of this person. Raises StoreUnavailable."""
        await self._decide("part", [ref], [member.ref for member in caller.members if member.ref != ref], reason)

    async def undo(self, link: Link) -> None:
        """Take a decision back. Raises StoreUnavailable."""
        await self._log("unlink", (*link.ones, *link.others), f"taken back: {link.reason}")
        await self._keeper.undo(link.id)

    async def _decide(self, kind: LinkKind, ones: Sequence[SubjectRef], others: Sequence[SubjectRef], reason: str) -> None:
        await self._log(kind, (*ones, *others), reason)
        await self._keeper.add(kind, ones, others, reason)

    async def _log(self, kind: LookKind, refs: Sequence[SubjectRef], reason: str) -> None:
        asker = self._asker
        departments = tuple(dict.fromkeys(ref.department for ref in refs))
        what = " ".join(f"{ref.department}/{ref.id}" for ref in refs)
        row = await self._audit.look(Look(asker.actor, asker.role, asker.purpose, kind, departments, what, tuple(refs)))
        await self._audit.outcome(row, reason)


def by_hand(links: Iterable[Link]) -> dict[frozenset[SubjectRef], str]:
    """The pairs that are decided, the newest decision last and counting."""
    return {pair: link.kind for link in sorted(links, key=lambda link: link.id) for pair in link.pairs()}


def likenesses(search: Search, caller: Caller, members: Sequence[Person]) -> tuple[Likeness, ...]:
    """How each of these records stands to the caller: beside the caller's record that it is most like.

    Where an address is secret, nothing is said of addresses.
    """
    secret = any(member.protected for member in (*caller.members, *members))
    found = []
    for member in members:
        compared = [
            (comparison, other.ref)
            for other in caller.members
            if other.ref != member.ref and (comparison := search.likeness(member.ref, other.ref)) is not None
        ]
        if compared:
            comparison, beside = max(compared, key=lambda each: (each[0].bits, each[1]))
            lines = tuple(line for line in comparison.lines if not (secret and line.field in _PLACES))
            bits = round(sum(line.bits for line in lines), 1)
            found.append(Likeness(member.ref, member.full_name, beside, bits, lines, comparison.verdict))
    return tuple(found)


def disagreements(caller: Caller, seen: Caller) -> tuple[Disagreement, ...]:
    """Facts on which the caller's departments differ, of those values that may be seen now (``seen``)."""
    found = []
    for fact, mark in (("address", _home), ("phone", _digits), ("name", _name)):
        said = [
            (mark(value), Said(member.ref.department, value, member.read_at))
            for member in caller.members
            for value in _values(member, fact)
            if value and _shown(fact, value, seen)
        ]
        if len({each[0] for each in said}) > 1:
            found.append(Disagreement(fact, tuple(each[1] for each in sorted(said, key=lambda each: (each[0], each[1].department)))))
    return tuple(found)


def disagreeing(seen: Caller) -> tuple[str, ...]:
    """The facts of which a caller that is shown has more than one."""
    facts = (("address", seen.addresses), ("phone", seen.phones))
    names = {_name(member.full_name) for member in seen.members}
    return (*(fact for fact, values in facts if len(values) > 1), *(["name"] if len(names) > 1 else []))


def _values(member: Person, fact: str) -> Sequence[str]:
    if fact == "address":
        return [address.full for address in member.addresses]
    return member.phones if fact == "phone" else [member.full_name]


def _shown(fact: str, value: str, seen: Caller) -> bool:
    if fact == "name":
        return True
    mark, values = (_home, seen.addresses) if fact == "address" else (_digits, seen.phones)
    return mark(value) in {mark(each) for each in values}


def _home(text: str) -> str:
    return house_key(Address(text)) or fold(text)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))[-10:]


def _name(text: str) -> str:
    return " ".join(sorted(word for word in fold(text).split() if len(word) > 1))
