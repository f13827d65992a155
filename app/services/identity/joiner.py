"""Joins the answers of one search as they stream in: what answers the query is linked, and the best become callers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from heapq import nsmallest

import msgspec

from app.services.identity.callers import Grouping, Known, Place, make_caller, place_in_list
from app.services.identity.explain import Comparison, compared
from app.services.identity.gate import SAME
from app.services.identity.linker import ByHand, Group, Linker
from app.services.identity.normalise import traits
from app.services.identity.relevance import RELEVANT, Asked
from app.services.identity.weights import Weights, default_weights
from models.people import Caller, Person, SubjectRef
from models.query import SearchQuery

EVERYBODY = 1 << 30


class Joined(msgspec.Struct, frozen=True):
    """The callers who answer the query best, how many more there are, and all records that belong to any of them."""

    callers: tuple[Caller, ...]
    more: int
    refs: frozenset[SubjectRef]


class Joiner:
    """Joins the answers of one search."""

    def __init__(self, query: SearchQuery, weights: Weights | None = None, by_hand: ByHand | None = None) -> None:
        self._asked = Asked(query)
        self._weights = weights or default_weights()
        self._by_hand = by_hand
        self._start()

    def _start(self) -> None:
        self._linker = Linker(self._weights, by_hand=self._by_hand)
        self._index: dict[SubjectRef, int] = {}
        self._known: list[Known] = []
        self._places: dict[Group, Place] = {}

    def join(self, people: Iterable[Person], followed: Iterable[Person] = (), most: int = EVERYBODY) -> Joined:
        """The callers that these records are, the one who answers the query best first, those who may be the same right below.

        Records that have nothing to do with the query are left out; ``followed`` ones, found by what the first answers told of a
        caller, stay only where they may be one of the others. At most ``most`` callers are made.
        """
        people, followed = list(people), list(followed)
        refs = {person.ref for person in people}
        refs.update(person.ref for person in followed)
        if not self._index.keys() <= refs or any(map(self._replaced, people)) or any(map(self._replaced, followed)):
            self._start()  # nothing that was concluded of what a department no longer says holds
        for person in people:
            self._learn(person, followed=False)
        for person in followed:
            self._learn(person, followed=True)
        gone, made = self._linker.link()
        for group in gone:
            self._places.pop(group, None)
        for group in made:
            if any(map(self._belongs, group)):
                self._places[group] = place_in_list([self._known[number] for number in group])
        return self._listed(most)

    def likeness(self, one: SubjectRef, other: SubjectRef) -> Comparison | None:
        """The evidence of two records in words, as it was weighed among the others; None if either is not there."""
        mine, theirs = self._index.get(one), self._index.get(other)
        if mine is None or theirs is None:
            return None
        linker = self._linker
        return compared(linker.traits[mine], linker.traits[theirs], self._weights, linker.shared)

    def _replaced(self, person: Person) -> bool:
        number = self._index.get(person.ref)
        return number is not None and self._known[number].person is not person and self._known[number].person != person

    def _learn(self, person: Person, *, followed: bool) -> None:
        """Take in a record that is new and has to do with the query."""
        if person.ref in self._index:
            return
        mine = traits(person)
        relevance = self._asked.relevance(mine)
        if followed or relevance >= RELEVANT:
            self._index[person.ref] = self._linker.add(person.ref, mine)
            self._known.append(Known(person, mine, relevance, followed))

    def _belongs(self, number: int) -> bool:
        """Whether a record answers the query, or was followed and more than a name says that it may be one of those that do."""
        if not self._known[number].followed:
            return True
        near = self._linker.near.get(number, {})
        return any(
            not self._known[other].followed and (judged.verdict == SAME or judged.evidence.identified()) for other, judged in near.items()
        )

    def _listed(self, most: int) -> Joined:
        places = self._places
        best = nsmallest(most, places, key=places.__getitem__) if most < len(places) else sorted(places, key=places.__getitem__)
        grouping = Grouping(self._known, self._linker)
        shown = set(best)
        person_of = {group: grouping.person_of(group, shown) for group in best}
        below: defaultdict[Group, list[Group]] = defaultdict(list)
        for group, person in person_of.items():
            if person is not None:
                below[person].append(group)
        callers = [
            make_caller(each, grouping, person_of[each]) for group in best if person_of[group] is None for each in (group, *below[group])
        ]
        refs = frozenset(self._linker.refs[number] for group in places for number in group)
        return Joined(tuple(callers), len(places) - len(best), refs)


def join_people(people: Iterable[Person], query: SearchQuery, followed: Iterable[Person] = ()) -> tuple[Caller, ...]:
    """As Joiner.join, for answers that are all there."""
    return Joiner(query).join(people, followed).callers
