"""Links records as they come: each pair that shares a key is compared once, and only what hangs together with a change is grouped anew.

The result depends on the records that are there, not on the order in which they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from app.services.identity.blocking import FAMILIES_AT_ONE, NAMESAKES, contacts, family_mark, given_mark, keys, name_key
from app.services.identity.clusters import ALL_RULES, Facts, Judged, Pair, Rules, grouped, pair_of
from app.services.identity.evidence import Evidence, Shared, weigh
from app.services.identity.gate import MAYBE, NEVER, SAME, judge
from app.services.identity.normalise import Traits
from app.services.identity.weights import Weights
from models.people import SubjectRef

ByHand = Mapping[frozenset[SubjectRef], str]
"""Pairs of records that somebody decided on: ``link`` or ``part``."""
Group = tuple[int, ...]
"""Numbers of the records of one person, in the order of their references."""


class Linker:
    """Records, numbered as they come; ``near`` holds for each those it is or may be one with, ``group_of`` its group."""

    def __init__(
        self, weights: Weights, gate: Callable[[Evidence], str] = judge, rules: Rules = ALL_RULES, by_hand: ByHand | None = None
    ) -> None:
        self.traits: list[Traits] = []
        self.refs: list[SubjectRef] = []
        self.near: dict[int, dict[int, Judged]] = {}
        self.group_of: dict[int, Group] = {}
        self._weights = weights
        self._gate = gate
        self._rules = rules
        self._by_hand = by_hand or {}
        self._linked: defaultdict[SubjectRef, set[SubjectRef]] = defaultdict(set)
        for pair, kind in self._by_hand.items():
            if kind == "link":
                one, other = pair
                self._linked[one].add(other)
                self._linked[other].add(one)
        self._number_of: dict[SubjectRef, int] = {}
        self._facts = Facts([], [], self.refs)
        self._fresh: list[int] = []
        self._keys: list[set[str]] = []
        self._blocks: defaultdict[str, list[int]] = defaultdict(list)
        self._namesakes: defaultdict[str, list[int]] = defaultdict(list)
        self._families: defaultdict[str, set[str]] = defaultdict(set)
        self._givens: defaultdict[str, set[str]] = defaultdict(set)
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        self._crowd: set[str] = set()
        self._household: set[str] = set()
        self.shared = Shared(self._crowd, self._household)
        self._judged: dict[Pair, tuple[int, Judged]] = {}
        self._version: list[int] = []
        self._parted: set[int] = set()

    def add(self, ref: SubjectRef, mine: Traits) -> int:
        """Take in a record; its number. It is linked by the next ``link``."""
        number = len(self.traits)
        self.traits.append(mine)
        self.refs.append(ref)
        self._number_of[ref] = number
        self._facts.dated.append(bool(mine.birth))
        self._facts.source.append(ref.department)
        self._version.append(0)
        self._fresh.append(number)
        return number

    def link(self) -> tuple[set[Group], set[Group]]:
        """Link what was added; the groups that are no more, and those that are new."""
        changed: set[int] = set(self._fresh)
        for number in self._fresh:
            changed |= self._file(number)
        self._fresh.clear()
        for number in changed:
            self._compare(number)
        changed |= self._parted
        self._parted.clear()
        return self._regroup(changed)

    def judge(self, one: int, other: int) -> Judged:
        """The verdict on any two records."""
        pair = pair_of(one, other)
        version = self._version[one] + self._version[other]
        known = self._judged.get(pair)
        if known is None or known[0] != version:
            evidence = weigh(self.traits[one], self.traits[other], self._weights, self.shared)
            verdict = self._gate(evidence)
            if decided := self.decided(one, other):
                verdict = SAME if decided == "link" else NEVER
            known = self._judged[pair] = (version, Judged(verdict, evidence))
        return known[1]

    def decided(self, one: int, other: int) -> str:
        """What somebody decided of two records: ``link``, ``part`` or nothing."""
        return self._by_hand.get(frozenset((self.refs[one], self.refs[other])), "") if self._by_hand else ""

    def is_parted(self, group: Group) -> bool:
        """Whether somebody decided that a record of this group is not of another one that is there."""
        mine = {self.refs[number] for number in group}
        return any(kind == "part" and pair & mine and pair - mine <= self._number_of.keys() for pair, kind in self._by_hand.items())

    def _file(self, number: int) -> set[int]:
        """Put a record under its keys; the records that are to be compared anew, as a value turned out to be shared by many."""
        mine = self.traits[number]
        changed: set[int] = set()
        for value in contacts(mine):
            holders = self._holders[value]
            holders.append(number)
            families, givens = self._families[value], self._givens[value]
            families.add(family_mark(mine))
            if mark := given_mark(mine):
                givens.add(mark)
            crowded = len(families) > FAMILIES_AT_ONE and value not in self._crowd
            if crowded:
                self._crowd.add(value)
            if crowded or (len(givens) > 1 and value not in self._household):
                self._household.add(value)
                self._forget(holders)
                changed.update(holders)
        self._keys.append(keys(mine))
        for key in self._keys[number]:
            self._blocks[key].append(number)
        if name := name_key(mine):
            namesakes = self._namesakes[name]
            namesakes.append(number)
            if len(namesakes) == NAMESAKES + 1:
                changed.update(namesakes)
        return changed

    def _forget(self, holders: list[int]) -> None:
        """Drop what was concluded of these: the evidence is another now."""
        for number in holders:
            self._version[number] += 1
            for other in list(self.near.get(number, ())):
                self._part(number, other)

    def _part(self, one: int, other: int) -> None:
        del self.near[one][other], self.near[other][one]
        self._parted.update((one, other))

    def _compare(self, number: int) -> None:
        """Bring a record's neighbours up to date."""
        partners = self._partners(number)
        near = self.near.setdefault(number, {})
        for gone in [other for other in near if other not in partners]:
            self._part(number, gone)
        for other in partners:
            if other not in near:
                judged = self.judge(number, other)
                if judged.verdict in (SAME, MAYBE):
                    near[other] = judged
                    self.near.setdefault(other, {})[number] = judged

    def _partners(self, number: int) -> set[int]:
        """Those a record is compared with."""
        found: set[int] = set()
        for key in self._keys[number]:
            if not self._crowd or key.partition("\t")[0] not in self._crowd:
                found.update(self._blocks[key])
        namesakes = self._namesakes.get(name_key(self.traits[number]), ())
        if len(namesakes) <= NAMESAKES:
            found.update(namesakes)
        if self._linked:
            linked = self._linked.get(self.refs[number], ())
            found.update(self._number_of[other] for other in linked if other in self._number_of)
        found.discard(number)
        return found

    def _regroup(self, changed: Iterable[int]) -> tuple[set[Group], set[Group]]:
        todo = list(changed)
        reached: set[int] = set()
        gone: set[Group] = set()
        while todo:
            number = todo.pop()
            if number not in reached:
                reached.add(number)
                todo += self.near.get(number, ())
                if old := self.group_of.pop(number, None):
                    gone.add(old)
                    todo += old
        made = set()
        linked = {
            pair_of(number, self._number_of[other])
            for number in reached
            for other in self._linked.get(self.refs[number], ())
            if self._linked and other in self._number_of
        }
        for members in grouped(reached, self.near, self.judge, self._facts, self._rules, linked):
            group = tuple(sorted(members, key=self.refs.__getitem__))
            made.add(group)
            for number in group:
                self.group_of[number] = group
        return gone - made, made - gone
