"""How well records of a federated city are joined: wrong clusters, precision, and how many true pairs are found, certain or maybe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import combinations

import msgspec

from app.services.identity.clusters import ALL_RULES, Rules
from app.services.identity.evidence import Evidence
from app.services.identity.gate import CERTAIN_BITS, MAYBE, MAYBE_BITS, NEVER, NO, SAME, judge
from app.services.identity.linker import Group, Linker
from app.services.identity.normalise import traits
from app.services.identity.weights import default_weights
from tests.federation.registers import known_people


class Found(msgspec.Struct, frozen=True):
    """One seed's figures. ``certain`` and ``shown`` (certain or maybe) are shares of the true pairs."""

    people: int
    records: int
    pairs: int
    wrong: int
    precision: float
    certain: float
    shown: float


def by_score(found: Evidence) -> str:
    """The gate left open: whoever scores enough is one person."""
    return SAME if found.bits >= CERTAIN_BITS else MAYBE if found.bits >= MAYBE_BITS else NO


STAGES: dict[str, tuple[Callable[[Evidence], str], Rules]] = {
    "score only": (by_score, Rules(ambiguity=False, constraints=False)),
    "+ gate": (judge, Rules(ambiguity=False, constraints=False)),
    "+ ambiguity": (judge, Rules(constraints=False)),
    "+ constraints": (judge, ALL_RULES),
}
"""Each safeguard added to those before it."""


def measured(people: int, seed: int, stage: str = "+ constraints") -> Found:
    """Join the city of a seed. The labels are looked at when all is joined."""
    gate, rules = STAGES[stage]
    linker = Linker(default_weights(), gate, rules)
    truth = []
    for who, person in known_people(people, seed):
        truth.append(who)
        linker.add(person.ref, traits(person))
    linker.link()
    groups = set(linker.group_of.values())
    wrong = sum(len({truth[number] for number in group}) > 1 for group in groups)
    records_of: defaultdict[int, list[int]] = defaultdict(list)
    for number, who in enumerate(truth):
        records_of[who].append(number)
    true = [pair for numbers in records_of.values() for pair in combinations(numbers, 2)]
    certain = sum(linker.group_of[one] == linker.group_of[other] for one, other in true)
    maybe = sum(_may_be(linker, linker.group_of[one], linker.group_of[other]) for one, other in true)
    joined = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    return Found(people, len(truth), len(true), wrong, certain / joined, certain / len(true), (certain + maybe) / len(true))


def _may_be(linker: Linker, mine: Group, theirs: Group) -> bool:
    """Whether two groups are shown as maybe one person: something links them and nothing forbids it."""
    if mine == theirs:
        return False
    linked = any(other in linker.near.get(number, ()) for number in mine for other in theirs)
    return linked and all(linker.judge(one, other).verdict != NEVER for one in mine for other in theirs)
