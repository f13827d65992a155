"""A group of records as a caller: the name it is mostly known by, all that is known of it, and in words how sure it is that it is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import combinations

import msgspec

from app.services.identity.explain import agreeing, opposing
from app.services.identity.gate import MAYBE, NEVER, SAME
from app.services.identity.linker import Group, Linker
from app.services.identity.normalise import Traits, fold, house_key
from models.people import Address, Caller, Match, Person, SubjectRef

Place = tuple[float, int, str, SubjectRef]
"""Where a caller stands in the list; the least comes first."""
_JOINING = ("same birth date", "same phone", "same e-mail", "same official number", "same address", "nearly the same address")
_SPELT = ("family name spelt otherwise", "given name spelt otherwise", "other family name", "names in each other's place")


class Known(msgspec.Struct, frozen=True):
    """A record as the joiner keeps it."""

    person: Person
    traits: Traits
    relevance: float
    followed: bool


class Grouping(msgspec.Struct, frozen=True):
    """Records with what links them."""

    known: Sequence[Known]
    linker: Linker

    def likeness(self, group: Group) -> dict[Group, tuple[int, int]]:
        """The groups that may be the same person, each with the pair of records that are most alike; forbidden ones left out."""
        refs = self.linker.refs
        best: dict[Group, tuple[float, SubjectRef, SubjectRef, int, int]] = {}
        for number in group:
            for other, judged in self.linker.near.get(number, {}).items():
                theirs = self.linker.group_of[other]
                found = (-judged.evidence.bits, refs[number], refs[other], number, other)
                if theirs != group and (theirs not in best or found < best[theirs]):
                    best[theirs] = found
        # Whom one of a group's records forbids is not of that group, however much like another of its records.
        return {
            theirs: (number, other)
            for theirs, (*_, number, other) in best.items()
            if not any(self.linker.judge(one, two).verdict == NEVER for one in group for two in theirs)
        }

    def person_of(self, group: Group, listed: Container[Group]) -> Group | None:
        """The group under which this one is listed, as it may be the same person: the larger one, of two alike the first in the list."""
        others = [each for each in self.likeness(group) if each in listed and self._leads(each, group)]
        tops = [each for each in others if not any(self._leads(other, each) for other in self.likeness(each) if other in listed)]
        return min(tops, key=self._rank, default=None)

    def _leads(self, one: Group, other: Group) -> bool:
        return self._rank(one) < self._rank(other)

    def _rank(self, group: Group) -> tuple[int, Place]:
        return -len(group), place_in_list([self.known[number] for number in group])


def place_in_list(members: Sequence[Known]) -> Place:
    """Where a caller stands in the list: who answers the query best first, then who is known to most departments."""
    relevance = max(each.relevance for each in members)
    return -round(relevance, 3), -len(members), fold(_best_name(members)), members[0].person.ref


def _language(people: Sequence[Person]) -> str:
    told = Counter(each.language for each in people if each.language)
    return max(told, key=lambda tag: (told[tag], tag), default="")


def _best_name(members: Sequence[Known]) -> str:
    if len(members) == 1:
        return members[0].person.full_name
    names = Counter(each.person.full_name for each in members)
    return max(members, key=lambda each: (names[each.person.full_name], bool(each.traits.birth), each.person.full_name)).person.full_name


def make_caller(group: Group, grouping: Grouping, person: Group | None) -> Caller:
    """The caller that a group is; ``person`` is the group under which it is listed."""
    members = [grouping.known[number] for number in group]
    people = [each.person for each in members]
    match, why = _explained(group, grouping, person)
    births = Counter(each.person.birth_date for each in members if each.traits.birth)
    return Caller(
        key=f"{people[0].ref.department}/{people[0].ref.id}",
        name=_best_name(members),
        birth_date=births.most_common(1)[0][0] if births else None,
        addresses=_distinct((address.full for each in people for address in each.addresses), _address_words),
        phones=_distinct((phone for each in people for phone in each.phones), lambda phone: "".join(filter(str.isdigit, phone))[-10:]),
        emails=_distinct((email for each in people for email in each.emails), str.lower),
        match=match,
        why=why,
        members=tuple(people),
        relevance=round(max(each.relevance for each in members), 3),
        language=_language(people),
        may_be=grouping.known[person[0]].person.ref if person is not None else None,
    )


def _explained(group: Group, grouping: Grouping, person: Group | None) -> tuple[Match, tuple[str, ...]]:
    """How sure a group is, and the reasons in words."""
    like = grouping.likeness(group)
    parted = ("parted by hand",) if grouping.linker.is_parted(group) else ()
    if len(group) > 1:
        said = {word for one, other in combinations(group, 2) for word in _said(grouping, one, other)}
        agree = listed([word.removeprefix("same ") for word in _JOINING if word in said])
        systems = len({grouping.known[number].person.ref.department for number in group})
        where = f"in {systems} departments" if systems > 1 else "in records of one department"
        hand = ["linked by hand"] if any(grouping.linker.decided(*pair) == "link" for pair in combinations(group, 2)) else []
        return "certain", (*hand, *([f"same {agree} {where}"] if agree else []), *(word for word in _SPELT if word in said))
    if like:
        other = (
            person
            if person is not None and person in like
            else min(like, key=lambda each: place_in_list([grouping.known[n] for n in each]))
        )
        mine, theirs = like[other]
        found = grouping.linker.near[mine][theirs].evidence
        name = _best_name([grouping.known[number] for number in other])
        return "maybe", (*parted, f"may be {name} of the list", *(agreeing(found) or ("same name",)), *opposing(found))
    return "single", parted or _apart(group[0], grouping)


def _said(grouping: Grouping, one: int, other: int) -> tuple[str, ...]:
    """What speaks for a pair, and a name that differs all the same."""
    judged = grouping.linker.judge(one, other)
    return (
        (*agreeing(judged.evidence), *(word for word in opposing(judged.evidence) if word in _SPELT))
        if judged.verdict in (SAME, MAYBE)
        else ()
    )


def _apart(number: int, grouping: Grouping) -> tuple[str, ...]:
    """Why a record is kept apart from a namesake, if there is one among its neighbours' groups."""
    mine = grouping.known[number].traits
    linker = grouping.linker
    others = {each for near in linker.near.get(number, {}) for each in linker.group_of[near]} - {number}
    for other in sorted(others, key=linker.refs.__getitem__):
        judged = linker.judge(number, other)
        if judged.verdict == NEVER and _same_name(mine, grouping.known[other].traits):
            return (f"kept apart from a namesake: {listed(opposing(judged.evidence))}",)
    return ()


def _same_name(a: Traits, b: Traits) -> bool:
    return sorted(a.given + a.family) == sorted(b.given + b.family)


def listed(words: Sequence[str]) -> str:
    """Words in a row: ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _address_words(text: str) -> str:
    return house_key(Address(text)) or fold(text)


def _distinct(values: Iterable[str], key: Callable[[str], str]) -> tuple[str, ...]:
    """Each value once, in its longest form."""
    found: dict[str, str] = {}
    for value in values:
        mark = key(value)
        if value and (mark not in found or len(value) > len(found[mark])):
            found[mark] = value
    return tuple(found.values())
