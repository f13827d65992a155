"""Groups of records that are one person: linked by certain pairs only, never over a forbidden pair, and by none that is ambiguous.

A near rival makes both "maybe": where a record fits two that can't be one person, it is joined to neither. Plain closure, by which a
chain of likenesses joins father and son, is not done. The result depends on the set of records, not on their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations
from typing import Any

import msgspec

from app.services.identity.evidence import Evidence
from app.services.identity.gate import NEVER, SAME, witness

RIVAL_BITS = 12.0
"""Evidence by which the best must lead where another, who can't be the same person, fits too."""
WITNESSES = 2
"""Departments that know the birth date and must agree with a record that has none."""

Pair = tuple[int, int]


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A pair's verdict and evidence."""

    verdict: str
    evidence: Evidence


Judge = Callable[[int, int], Judged]
Near = Mapping[int, Mapping[int, Judged]]
"""For each record those it is, or may be, one person with."""


class Facts(msgspec.Struct, frozen=True):
    """What grouping needs to know of records, each by the record's number."""

    dated: list[bool]
    """Whether the birth date is known."""
    source: list[str]
    """The department."""
    order: Sequence[Any]
    """What puts records into an order that does not depend on when they came."""


class Rules(msgspec.Struct, frozen=True):
    """Which safeguards are in force; all, but in measurements of what each is worth."""

    ambiguity: bool = True
    constraints: bool = True


ALL_RULES = Rules()


def pair_of(one: int, other: int) -> Pair:
    """A pair in its one order."""
    return (one, other) if one < other else (other, one)


def grouped(
    records: Iterable[int],
    near: Near,
    judge: Judge,
    facts: Facts,
    rules: Rules = ALL_RULES,
    by_hand: AbstractSet[Pair] = frozenset(),
) -> list[list[int]]:
    """Records in groups. ``by_hand`` pairs, which somebody linked, are together whatever else speaks against it."""
    groups = {record: [record] for record in records}
    doubtful: set[Pair] = set()
    if rules.ambiguity:
        for record in groups:
            doubtful |= _ambiguous(record, near.get(record, {}), judge, undated=not facts.dated[record])
    order = facts.order
    links = [
        (-judged.evidence.bits, *sorted((order[one], order[other])), one, other)
        for one in groups
        for other, judged in near.get(one, {}).items()
        if judged.verdict == SAME and one < other and other in groups and (one, other) not in doubtful
    ]
    for one, other in by_hand:
        if one in groups and other in groups:
            _join(groups, one, other)
    for *_, one, other in sorted(links):
        if groups[one] is not groups[other] and not (rules.constraints and _forbidden(groups[one], groups[other], judge)):
            _join(groups, one, other)
    if rules.constraints:
        _take_in_undated(groups, near, judge, facts, doubtful)
    return list({id(group): group for group in groups.values()}.values())


def _join(groups: dict[int, list[int]], one: int, other: int) -> None:
    left, right = groups[one], groups[other]
    if left is not right:
        left += right
        for record in right:
            groups[record] = left


def _forbidden(left: Iterable[int], right: Sequence[int], judge: Judge) -> bool:
    return any(judge(mine, theirs).verdict == NEVER for mine in left for theirs in right)


def _ambiguous(record: int, near: Mapping[int, Judged], judge: Judge, *, undated: bool) -> set[Pair]:
    """Certain pairs of a record that are none, as a rival who is somebody else fits nearly as well.

    ``undated``: the record has no birth date, so a namesake who shares anything with it is a rival however much the best leads; only
    where phone and e-mail both are the one's, and neither is the other's, the house alone makes no rival.
    """
    doubtful: set[Pair] = set()
    if len(near) < 2 or all(each.verdict != SAME for each in near.values()):
        return doubtful
    for (one, first), (other, second) in combinations(near.items(), 2):
        if SAME not in (first.verdict, second.verdict):
            continue
        lead = abs(first.evidence.bits - second.evidence.bits)
        shares = undated and _share(first.evidence, second.evidence)
        if (lead < RIVAL_BITS or shares) and judge(one, other).verdict == NEVER:
            doubtful.update(pair_of(record, each) for each, found in ((one, first), (other, second)) if found.verdict == SAME)
    return doubtful


def _share(first: Evidence, second: Evidence) -> bool:
    """Whether a record without a birth date has something of two people."""
    ways = [(each.phone == 0) + (each.email == 0) for each in (first, second)]
    return all(each.identified() for each in (first, second)) and sorted(ways) != [0, 2]


def _take_in_undated(groups: dict[int, list[int]], near: Near, judge: Judge, facts: Facts, doubtful: set[Pair]) -> None:
    """Join records without a birth date to the one group that two departments with the birth date bear witness to.

    Two ways to reach the person must agree, one of them the person's own; a namesake near by, or a second group, forbids it.
    """
    found = []
    for record in groups:
        if facts.dated[record] or len(near.get(record, ())) < WITNESSES:
            continue
        sources: defaultdict[int, set[str]] = defaultdict(set)
        ways: defaultdict[int, set[str]] = defaultdict(set)
        for other, judged in near[record].items():
            if other in groups and facts.dated[other] and pair_of(record, other) not in doubtful:
                testimony = witness(judged.evidence)
                if testimony:
                    sources[id(groups[other])].add(facts.source[other])
                    ways[id(groups[other])] |= testimony
        if len(sources) == 1:
            ((group, departments),) = sources.items()
            if len(departments) >= WITNESSES and len(ways[group] - {"own"}) >= 2 and "own" in ways[group]:
                target = next(other for other in near[record] if other in groups and id(groups[other]) == group)
                found.append((facts.order[record], record, target))
    for _, record, target in sorted(found):
        mine, theirs = groups[record], groups[target]
        if mine is theirs or _forbidden(mine, theirs, judge):
            continue
        others = [other for other in near[record] if other in groups and groups[other] is not mine and groups[other] is not theirs]
        if not _forbidden(others, theirs, judge):
            _join(groups, record, target)
