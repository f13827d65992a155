"""Joins whole files: candidates from a backend, the desk's gate on each, groups that no forbidden pair is in, and rows for the answer."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations

import msgspec

from app.services.identity.blocking import FAMILIES_AT_ONE, contacts, family_mark, given_mark
from app.services.identity.clusters import Facts, Judged, grouped, pair_of
from app.services.identity.evidence import Shared, weigh
from app.services.identity.gate import MAYBE, MAYBE_BITS, NEVER, SAME, judge
from app.services.identity.normalise import Traits
from app.services.identity.weights import Weights
from app.services.matching.backend import Backend, Progress
from app.services.matching.reading import Records

LIKELY_BITS = 16.0
"""Pairs with so much evidence are told even where something forbids that they are one: a twin, or somebody whose name was replaced."""
LEAST_BITS = MAYBE_BITS - 4
"""What a backend must find; it weighs less exactly."""
LARGEST_CHAIN = 50
"""Records that hang together by likely pairs, of which all pairs are told; more are no person."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One pair of the answer: places of the records, ``certain``, ``maybe`` or ``other``, and bits."""

    left: int
    right: int
    tier: str
    bits: float


def shared_values(records: Sequence[Traits]) -> Shared:
    """The values that several people have, as all records show."""
    families: defaultdict[str, set[str]] = defaultdict(set)
    givens: defaultdict[str, set[str]] = defaultdict(set)
    for mine in records:
        family, given = family_mark(mine), given_mark(mine)
        for value in contacts(mine):
            families[value].add(family)
            if given:
                givens[value].add(given)
    crowd = {value for value, found in families.items() if len(found) > FAMILIES_AT_ONE}
    return Shared(crowd, crowd | {value for value, found in givens.items() if len(found) > 1})


def match(records: Records, weights: Weights, backend: Backend, progress: Progress) -> Iterator[Row]:
    """The rows of the answer: certain ones, then maybe, then other, each with most bits first."""
    mine = records.traits
    across = records.left < len(mine)
    shared = shared_values(mine)

    def decide(one: int, other: int) -> Judged:
        evidence = weigh(mine[one], mine[other], weights, shared)
        return Judged(judge(evidence), evidence)

    near: defaultdict[int, dict[int, Judged]] = defaultdict(dict)
    likely = _Pairs()
    for done, (one, other) in enumerate(backend.candidates(mine, records.left, weights, shared, LEAST_BITS, progress)):
        found = decide(one, other)
        if found.verdict in (SAME, MAYBE):
            near[one][other] = near[other][one] = found
        if found.evidence.bits >= LIKELY_BITS:
            likely.add(one, other, found.evidence.bits)
        if not done % 100_000:
            progress("Deciding", min(0.8, 0.4 + done / len(mine) / 20))
    progress("Grouping", 0.85)
    remembered = lru_cache(maxsize=1 << 16)(decide)
    facts = Facts([bool(each.birth) for each in mine], records.sources, range(len(mine)))
    groups = grouped(near, near, lambda one, other: remembered(*pair_of(one, other)), facts)
    group_of = {number: place for place, group in enumerate(groups) for number in group}

    def wanted(one: int, other: int) -> bool:
        return not across or (one < records.left) != (other < records.left)

    certain, rest = _Pairs(), _Pairs()
    for group in groups:
        for one, other in combinations(sorted(group), 2):
            if wanted(one, other):
                found = near[one].get(other, None) or remembered(one, other)
                certain.add(one, other, found.evidence.bits)
    chained = _Pairs()
    for bits, one, other in _chained(likely.most_first()):
        if wanted(one, other) and group_of.get(one, -1) != group_of.get(other, -2):
            chained.add(one, other, bits)
    known = {(one, other) for one, other, _ in chained.all()}
    for one, others in near.items():
        for other, found in others.items():
            if one < other and group_of[one] != group_of[other] and (one, other) not in known and wanted(one, other):
                chained.add(one, other, found.evidence.bits)
    del known
    progress("Writing", 0.95)
    maybe = _Pairs()
    for one, other, bits in chained.all():
        linked = near.get(one, {}).get(other)
        # Whom one of a group's records forbids is not of that group.
        mine_all, their_all = (groups[group_of[each]] if each in group_of else [each] for each in (one, other))
        allowed = linked is not None and all(remembered(*pair_of(a, b)).verdict != NEVER for a in mine_all for b in their_all)
        (maybe if allowed else rest).add(one, other, max(bits, linked.evidence.bits) if linked is not None else bits)
    for tier, pairs in (("certain", certain), ("maybe", maybe), ("other", rest)):
        for one, other, bits in pairs.most_first():
            yield Row(one, other, tier, bits)


class _Pairs:
    """Pairs with their bits, in a few bytes each."""

    def __init__(self) -> None:
        self._ones, self._others, self._bits = array("I"), array("I"), array("f")

    def add(self, one: int, other: int, bits: float) -> None:
        self._ones.append(min(one, other))
        self._others.append(max(one, other))
        self._bits.append(bits)

    def all(self) -> Iterator[tuple[int, int, float]]:
        return zip(self._ones, self._others, self._bits, strict=True)

    def most_first(self) -> Iterator[tuple[int, int, float]]:
        ones, others, bits = self._ones, self._others, self._bits
        for place in sorted(range(len(ones)), key=lambda place: (-bits[place], ones[place], others[place])):
            yield ones[place], others[place], bits[place]


def _chained(likely: Iterable[tuple[int, int, float]]) -> Iterator[tuple[float, int, int]]:
    """All pairs that hang together by likely ones, each with the bits of the weakest link of the best chain between them."""
    chain_of: dict[int, list[int]] = {}
    for one, other, bits in likely:
        left, right = chain_of.setdefault(one, [one]), chain_of.setdefault(other, [other])
        if left is right:
            continue
        if len(left) + len(right) > LARGEST_CHAIN:
            yield bits, one, other
            continue
        for mine in left:
            for theirs in right:
                yield bits, *pair_of(mine, theirs)
        left += right
        for number in right:
            chain_of[number] = left
