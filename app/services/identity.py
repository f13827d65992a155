"""Which person records are one person: certain, maybe or apart, and why.

The gate decides, not a score. Two records are one person only when their names fit and at least two independent
identifiers agree (birth date, phone, e-mail, house), and nothing forbids it: birth dates that differ, given names that
differ under one roof (twins, spouses), a record without a birth date beside namesakes. Records that fit no better than that
"may be the same" and stay apart. Groups are built by certain links only and never joined over a forbidden pair, so a
chain of likenesses joins nobody. A wrong merge shows one citizen's data to another; a missed one costs a glance.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations

import msgspec
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from app.services.traits import Traits, fold, home_key, traits
from models.people import Address, Caller, Match, Person, SubjectRef
from models.query import SearchQuery

NAME_FITS = 0.88
"""Jaro-Winkler similarity from which two spellings count as one name (Gonzales/Gonzalez 0.975, Maria/Mario 0.92 is caught by MAX_EDITS)."""
RELEVANT = 0.45
"""Below this a record has nothing to do with what was asked: departments search by prefix and send more."""

EVIDENCE = ("same birth date", "same phone", "same e-mail", "same address")
SPELT_OTHERWISE = "family name spelt otherwise"

_Pair = frozenset[SubjectRef]
_Group = tuple[SubjectRef, ...]


class Comparison(msgspec.Struct, frozen=True):
    """What two records say of each other, in words."""

    verdict: str
    """``same``, ``maybe``, ``no`` (nothing speaks for it) or ``never`` (something forbids it)."""
    agree: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def compare(left: Person, right: Person) -> Comparison:
    """Weigh two records against each other. Symmetric."""
    return _weighed(traits(left), traits(right))


def _weighed(a: Traits, b: Traits) -> Comparison:
    given, family = _given_fits(a.given, b.given), _family_fits(a.family, b.family)
    sure = given and _surely_same_given(a.given[0], b.given[0])
    if not (given and family) and set(a.given[:1]) == set(b.family) and set(a.family) == set(b.given[:1]):
        given = family = sure = True  # a department that swapped them
    agree, against = [], []
    same_birth = bool(a.birth and a.birth == b.birth)
    if same_birth:
        agree.append("same birth date")
    elif a.birth and b.birth:
        against.append("other birth date")
    for word, mine, theirs in (("phone", a.phones, b.phones), ("e-mail", a.emails, b.emails), ("address", a.homes, b.homes)):
        if mine & theirs:
            agree.append(f"same {word}")
        elif mine and theirs:
            against.append(f"other {word}")
    if not given:
        against.append("other given name")
    if not family:
        against.append("other family name")
    if not given or (a.birth and b.birth and not same_birth):
        return Comparison("never" if agree or family else "no", tuple(agree), tuple(against))
    if family and a.family != b.family:
        agree.append(SPELT_OTHERWISE)
    personal = [word for word in agree if word in EVIDENCE]
    if not family:  # married, or somebody else: only a birth date with two ways to reach the person joins them
        verdict = "no" if not same_birth or len(personal) < 2 else "same" if sure and len(personal) >= 3 else "maybe"
    elif sure and len(personal) >= 2 and (same_birth or "same e-mail" in personal):
        verdict = "same"
    else:
        verdict = "maybe" if personal or _same_name(a, b) else "no"
    return Comparison(verdict, tuple(agree), tuple(against))


def _same_name(a: Traits, b: Traits) -> bool:
    return sorted(a.given + a.family) == sorted(b.given + b.family)


@lru_cache(maxsize=65536)
def _word_fits(one: str, other: str) -> bool:
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1]
    if min(len(one), len(other)) < 4 or one[0] != other[0]:
        return False
    edits = 1 if max(len(one), len(other)) < 8 else 2
    if one[-1] != other[-1] and {one[-1], other[-1]} <= set("aoe"):
        return False  # Maria and Mario, Julio and Julia are two people
    return DamerauLevenshtein.distance(one, other) <= edits and JaroWinkler.similarity(one, other) >= NAME_FITS


def _given_fits(a: Sequence[str], b: Sequence[str]) -> bool:
    """Given names: the first names must fit; further ones may be missing or initials."""
    return bool(a and b) and _word_fits(a[0], b[0])


def _surely_same_given(one: str, other: str) -> bool:
    """A slip of the pen or a short form, not another name: one letter for another may be a twin (Maria, Marta)."""
    if one == other or one.startswith(other) or other.startswith(one):
        return True
    if sorted(one) == sorted(other):
        return DamerauLevenshtein.distance(one, other) == 1
    return min(len(one), len(other)) >= 5 and abs(len(one) - len(other)) == 1 and DamerauLevenshtein.distance(one, other) == 1


def _family_fits(a: Sequence[str], b: Sequence[str]) -> bool:
    """Family names: one word in common is enough for double names (Maria Gonzalez Ruiz, Gonzalez)."""
    return any(_word_fits(one, other) for one in a for other in b if len(one) > 1 or len(other) > 1)


def relevance(person: Person, query: SearchQuery) -> float:
    """How well a record answers the query, 0 to 1: the share of the asked parts that it meets, misspellings at a discount."""
    return _relevance(traits(person), query)


def _relevance(mine: Traits, query: SearchQuery) -> float:
    scores: list[float] = []
    if query.name:
        scores.append(_name_score(mine, query))
    if query.birth_date:
        if mine.birth and not _dates_alike(mine.birth, query.birth_date):
            return 0.0
        scores.append(1.0 if mine.birth == query.birth_date.isoformat() else 0.4)
    if query.phone:
        digits = re.sub(r"\D", "", query.phone)[-10:]
        scores.append(1.0 if any(phone.endswith(digits) for phone in mine.phones) else 0.3)
    if query.email:
        scores.append(1.0 if query.email.lower() in mine.emails else 0.3)
    if query.address:
        key = home_key(Address(query.address, query.street, query.number))
        scores.append(1.0 if key in mine.homes else 0.3)
    if query.post_code:
        scores.append(1.0 if query.post_code[:5] in mine.post_codes else 0.5)
    if query.reference:
        scores.append(1.0)
    return sum(scores) / len(scores) if scores else 0.0


def _dates_alike(birth: str, asked: date) -> bool:
    """The date asked for, or one with day and month swapped or one part misheard."""
    year, month, day = (int(part) for part in birth.split("-"))
    if (month, day) == (asked.day, asked.month) and year == asked.year:
        return True
    return sum(one == other for one, other in zip((year, month, day), (asked.year, asked.month, asked.day), strict=True)) >= 2


def _name_score(mine: Traits, query: SearchQuery) -> float:
    """The mean over the typed words; a misspelling counts only on its own side, so that Gonzalo Marin is not Maria Gonzalez."""
    sides = ((fold(query.given).split(), mine.given), (fold(query.family).split(), mine.family))
    best = [
        max((_word_score(word, other, own=other in own) for other in mine.given + mine.family), default=0.0)
        for words, own in sides
        for word in words
    ]
    return sum(best) / len(best) if best and min(best) >= 0.5 else 0.0


def _word_score(word: str, other: str, *, own: bool) -> float:
    if word == other:
        return 1.0
    if other.startswith(word) and len(word) >= 2:
        return 0.95
    if not own:
        return 0.0
    if _word_fits(word, other):
        return 0.9
    return 0.6 if JaroWinkler.similarity(word, other) >= 0.93 else 0.0


class Joiner:
    """Joins the answers of one search as they come: what was compared once is not compared again."""

    def __init__(self, query: SearchQuery) -> None:
        self._query = query
        self._known: dict[SubjectRef, tuple[Person, Traits, float]] = {}
        self._verdicts: dict[_Pair, Comparison] = {}

    def join(self, people: Iterable[Person], followed: Iterable[Person] = ()) -> tuple[Caller, ...]:
        """The callers that these records are, the one who answers the query best first.

        Independent of the order in which the records came. Records that have nothing to do with the query are left out;
        ``followed`` ones, found by what the first answers told of a caller, stay only where they may be one of the others.
        """
        asked = self._learn(people)
        kept = {ref for ref in asked if self._known[ref][2] >= RELEVANT}
        extra = self._learn(followed) - asked
        verdicts = self._compared(kept | extra)
        kept |= {ref for ref in extra if any(_near(verdicts.get(frozenset((ref, other)))) for other in kept)}
        groups = _grouped(sorted(kept), verdicts)
        callers = [self._caller(group, groups, verdicts) for group in groups]
        return tuple(sorted(callers, key=lambda each: (-each.relevance, -len(each.members), fold(each.name), each.key)))

    def _learn(self, people: Iterable[Person]) -> set[SubjectRef]:
        refs = set()
        for person in people:
            refs.add(person.ref)
            known = self._known.get(person.ref)
            if known is None or known[0] is not person:
                mine = traits(person)
                self._known[person.ref] = (person, mine, 1.0 if _exact_contact(mine, self._query) else _relevance(mine, self._query))
                self._verdicts = {pair: found for pair, found in self._verdicts.items() if person.ref not in pair}
        return refs

    def _compared(self, refs: set[SubjectRef]) -> dict[_Pair, Comparison]:
        """Comparisons of all pairs that share anything; pairs that share nothing are not looked at."""
        blocks: defaultdict[str, list[SubjectRef]] = defaultdict(list)
        for ref in sorted(refs):
            for key in _blocks(self._known[ref][1]):
                blocks[key].append(ref)
        for members in blocks.values():
            for one, other in combinations(members, 2):
                pair = frozenset((one, other))
                if pair not in self._verdicts:
                    self._verdicts[pair] = _weighed(self._known[one][1], self._known[other][1])
        return self._verdicts

    def _caller(self, group: _Group, groups: list[_Group], verdicts: dict[_Pair, Comparison]) -> Caller:
        members = [self._known[ref] for ref in group]
        people = [person for person, _, _ in members]
        match, why = self._explained(group, groups, verdicts)
        names = Counter(person.full_name for person in people)
        best = max(people, key=lambda person: (names[person.full_name], person.birth_date is not None, person.full_name))
        return Caller(
            key=f"{group[0].department}/{group[0].id}",
            name=best.full_name,
            birth_date=next((person.birth_date for person, mine, _ in members if mine.birth), None),
            addresses=_distinct((address.full for person in people for address in person.addresses), _address_words),
            phones=_distinct((phone for person in people for phone in person.phones), lambda phone: re.sub(r"\D", "", phone)[-10:]),
            emails=_distinct((email for person in people for email in person.emails), str.lower),
            match=match,
            why=why,
            members=tuple(people),
            relevance=round(max(relevance for _, _, relevance in members), 3),
        )

    def _explained(self, group: _Group, groups: list[_Group], verdicts: dict[_Pair, Comparison]) -> tuple[Match, tuple[str, ...]]:
        """How sure a group is, and the reasons in words."""
        if len(group) > 1:
            shared = {word for pair in combinations(group, 2) for word in getattr(verdicts.get(frozenset(pair)), "agree", ())}
            agree = _listed([word.removeprefix("same ") for word in EVIDENCE if word in shared])
            systems = len({ref.department for ref in group})
            where = f"in {systems} departments" if systems > 1 else "in records of one department"
            return "certain", (f"same {agree} {where}", *(["family name spelt otherwise"] if SPELT_OTHERWISE in shared else []))
        mine = self._known[group[0]][1]
        apart: tuple[str, ...] = ()
        for other_group in groups:
            found = {ref: verdicts.get(frozenset((group[0], ref))) for ref in other_group if ref != group[0]}
            # Whom one of a group's records forbids is not of that group, however much like another of its records.
            never = next((each for each in found.values() if each is not None and each.verdict == "never"), None)
            like = next(((ref, each) for ref, each in found.items() if each is not None and each.verdict == "maybe"), None)
            if never is None and like is not None:
                name = self._known[like[0]][0].full_name
                return "maybe", (f"may be {name} of the list", *(like[1].agree or ("same name",)), *like[1].against)
            if never is not None and any(_same_name(mine, self._known[ref][1]) for ref in found):
                apart = apart or (f"kept apart from a namesake: {_listed(never.against)}",)
        return "single", apart


def join_people(people: Iterable[Person], query: SearchQuery, followed: Iterable[Person] = ()) -> tuple[Caller, ...]:
    """As Joiner.join, for answers that are all there."""
    return Joiner(query).join(people, followed)


def _exact_contact(mine: Traits, query: SearchQuery) -> bool:
    digits = re.sub(r"\D", "", query.phone)[-10:]
    return bool((digits and any(phone.endswith(digits) for phone in mine.phones)) or (query.email and query.email in mine.emails))


def _near(found: Comparison | None) -> bool:
    """Whether more than a name speaks for one person."""
    return found is not None and (found.verdict == "same" or (found.verdict == "maybe" and any(word in EVIDENCE for word in found.agree)))


def _blocks(mine: Traits) -> set[str]:
    """What two records must share one of to be compared at all."""
    keys = {*mine.phones, *mine.emails, *mine.homes, mine.birth and f"b{mine.birth}"}
    keys |= {f"n{word[:3]}{mine.given[0][:1]}" for word in mine.family if mine.given}
    keys |= {f"n{word[:3]}{mine.family[0][:1]}" for word in mine.given[:1]}
    return keys - {""}


def _grouped(refs: Sequence[SubjectRef], verdicts: dict[_Pair, Comparison]) -> list[_Group]:
    """Groups joined by ``same``, the strongest links first, never over a ``never``."""
    group_of = {ref: {ref} for ref in refs}
    links = sorted(
        (tuple(sorted(pair)) for pair, found in verdicts.items() if found.verdict == "same" and pair <= group_of.keys()),
        key=lambda pair: (-len(verdicts[frozenset(pair)].agree), pair),
    )
    for one, two in links:
        left, right = group_of[one], group_of[two]
        if left is right:
            continue
        pairs = (verdicts.get(frozenset((mine, theirs))) for mine in left for theirs in right)
        if not any(found is not None and found.verdict == "never" for found in pairs):
            left |= right
            for ref in right:
                group_of[ref] = left
    return sorted({tuple(sorted(group)) for group in group_of.values()})


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _address_words(text: str) -> str:
    return home_key(Address(text)) or fold(text)


def _distinct(values: Iterable[str], key) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    found: dict[str, str] = {}
    for value in values:
        mark = key(value)
        if value and (mark not in found or len(value) > len(found[mark])):
            found[mark] = value
    return tuple(found.values())
