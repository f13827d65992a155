"""Which person records are one person: certain, maybe or apart, and why.

The gate decides, not a score. Two records are one person only when their names fit and at least two independent
identifiers agree (birth date, phone, e-mail, house), and nothing forbids it: birth dates that differ, given names that
differ under one roof (twins, spouses), a record without a birth date beside namesakes. Records that fit no better than that
"may be the same" and stay apart. Groups are built by certain links only and never joined over a forbidden pair, so a
chain of likenesses joins nobody. A wrong merge shows one citizen's data to another; a missed one costs a glance.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations

import msgspec
from anyascii import anyascii
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from models.people import Address, Caller, Match, Person
from models.query import SearchQuery

NAME_FITS = 0.88
"""Jaro-Winkler similarity from which two spellings count as one name (Gonzales/Gonzalez 0.975, Maria/Mario 0.92 is caught by MAX_EDITS)."""
RELEVANT = 0.45
"""Below this a record has nothing to do with what was asked: departments search by prefix and send more."""


class Traits(msgspec.Struct, frozen=True):
    """A person record reduced once to what is compared."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    birth: str
    phones: frozenset[str]
    emails: frozenset[str]
    homes: frozenset[str]
    post_codes: frozenset[str]


class Comparison(msgspec.Struct, frozen=True):
    """What two records say of each other, in words."""

    verdict: str
    """``same``, ``maybe``, ``no`` (nothing speaks for it) or ``never`` (something forbids it)."""
    agree: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower-case ASCII letters and digits only: ``Gonzàlez-O'Hara`` as ``gonzalez ohara``."""
    return " ".join(re.sub(r"[^a-z0-9 ]", "", re.sub(r"[-_/,.]", " ", anyascii(text).lower())).split())


@lru_cache(maxsize=65536)
def home_key(address: Address) -> str:
    """House number and street (or post code) of an address, written alike however a department writes it."""
    if address.thoroughfare:
        street, number = address.thoroughfare, address.locator
        if not number and (found := re.match(r"\s*(\d+[A-Za-z]?)\s+(.*)", street)):
            number, street = found[1], found[2]
    else:
        found = re.match(r"\s*(\d+[A-Za-z]?)\s+([^,;#]+)", address.full)
        if found is None:
            return ""
        number, street = found[1], re.split(r"\b(?:apt|unit|suite|ste)\b", found[2], flags=re.IGNORECASE)[0]
    words = [word for word in fold(street).split() if len(word) > 2 and word not in _STREET_WORDS]
    return f"{number.lower()} {words[0]}" if number and words else ""


_STREET_WORDS = set(
    "street avenue ave road boulevard blvd drive lane court place terrace parkway north south east west highway way apt".split()
)


@lru_cache(maxsize=65536)
def traits(person: Person) -> Traits:
    """What is compared of a record; cheap to ask again."""
    given, family = fold(person.given_name).split(), fold(person.family_name).split()
    if not family:
        words = fold(person.full_name).split()
        given, family = words[:-1], words[-1:]
    birth = person.birth_date
    known = birth is not None and 1900 < birth.year and (birth.month, birth.day, birth.year) != (1, 1, 1900)
    return Traits(
        tuple(given),
        tuple(family),
        birth.isoformat() if birth and known else "",
        frozenset(digits[-10:] for phone in person.phones if len(digits := re.sub(r"\D", "", phone)) >= 7),
        frozenset(email.strip().lower() for email in person.emails if "@" in email),
        frozenset(filter(None, (home_key(address) for address in person.addresses))),
        frozenset(_post_code(address) for address in person.addresses if _post_code(address)),
    )


def _post_code(address: Address) -> str:
    if address.post_code:
        return address.post_code.replace(" ", "").upper()[:5]
    found = re.search(r"\b(\d{5})(?:-\d{4})?\s*$", address.full)
    return found[1] if found else ""


def compare(left: Person, right: Person) -> Comparison:
    """Weigh two records against each other. Symmetric."""
    a, b = traits(left), traits(right)
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
        agree.append("family name spelt otherwise")
    personal = [word for word in agree if word in ("same birth date", "same phone", "same e-mail", "same address")]
    if not family:  # married, or somebody else: only a birth date with two ways to reach the person joins them
        verdict = "no" if not same_birth or len(personal) < 2 else "same" if sure and len(personal) >= 3 else "maybe"
    elif sure and len(personal) >= 2 and (same_birth or "same e-mail" in personal):
        verdict = "same"
    else:
        verdict = "maybe" if personal or _same_name(a, b) else "no"
    return Comparison(verdict, tuple(agree), tuple(against))


def _same_name(a: Traits, b: Traits) -> bool:
    return sorted(a.given + a.family) == sorted(b.given + b.family)


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
    mine = traits(person)
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


def join_people(people: Iterable[Person], query: SearchQuery, followed: Iterable[Person] = ()) -> tuple[Caller, ...]:
    """The callers that these records are, the one who answers the query best first.

    Independent of the order in which the records came. Records that have nothing to do with the query are left out;
    ``followed`` ones, found by what the first answers told of a caller, stay only where they may be one of the others.
    """
    people = tuple(people)
    unique = {person.ref: person for person in (*followed, *people)}
    ranked = {ref: relevance(person, query) for ref, person in unique.items()}
    asked = {person.ref for person in people}
    kept = [person for ref, person in sorted(unique.items()) if ref not in asked or ranked[ref] >= RELEVANT or _exact_contact(person, query)]
    verdicts = _compared(kept)
    if len(asked) < len(unique):
        near = {
            index
            for pair, found in verdicts.items()
            if found.verdict == "same" or (found.verdict == "maybe" and any(word.startswith("same") for word in found.agree))
            for index in pair
            if any(kept[other].ref in asked for other in pair)
        }
        kept = [person for index, person in enumerate(kept) if person.ref in asked or index in near]
        verdicts = _compared(kept)
    groups = _grouped(kept, verdicts)
    callers = [_caller(group, groups, verdicts, max(ranked[person.ref] for person in group), query) for group in groups]
    return tuple(sorted(callers, key=lambda each: (-each.relevance, -len(each.members), fold(each.name), each.key)))


def _exact_contact(person: Person, query: SearchQuery) -> bool:
    mine = traits(person)
    digits = re.sub(r"\D", "", query.phone)[-10:]
    return bool((digits and any(phone.endswith(digits) for phone in mine.phones)) or (query.email and query.email in mine.emails))


_Pair = frozenset[int]


def _compared(people: Sequence[Person]) -> dict[_Pair, Comparison]:
    """Comparisons of all pairs that share anything; pairs that share nothing are not looked at."""
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for index, person in enumerate(people):
        mine = traits(person)
        keys = {*mine.phones, *mine.emails, *mine.homes, mine.birth and f"b{mine.birth}"}
        keys |= {f"n{word[:3]}{mine.given[0][:1]}" for word in mine.family if mine.given}
        keys |= {f"n{word[:3]}{mine.family[0][:1]}" for word in mine.given[:1]}
        for key in keys - {""}:
            blocks[key].append(index)
    pairs = {pair for members in blocks.values() for pair in combinations(members, 2)}
    return {frozenset(pair): compare(people[pair[0]], people[pair[1]]) for pair in pairs}


def _grouped(people: Sequence[Person], verdicts: dict[_Pair, Comparison]) -> list[tuple[Person, ...]]:
    """Groups joined by ``same``, the strongest links first, never over a ``never``."""
    group_of = {index: {index} for index in range(len(people))}
    links = sorted(
        (pair for pair, found in verdicts.items() if found.verdict == "same"), key=lambda pair: (-len(verdicts[pair].agree), sorted(pair))
    )
    for pair in links:
        left, right = (group_of[index] for index in sorted(pair))
        if left is right:
            continue
        forbidden = any(
            (found := verdicts.get(frozenset((one, other)))) is not None and found.verdict == "never" for one in left for other in right
        )
        if not forbidden:
            left |= right
            for index in right:
                group_of[index] = left
    seen: list[set[int]] = []
    for index in range(len(people)):
        if not any(group_of[index] is group for group in seen):
            seen.append(group_of[index])
    return [tuple(people[index] for index in sorted(group)) for group in seen]


def _caller(
    group: tuple[Person, ...],
    groups: list[tuple[Person, ...]],
    verdicts: dict[_Pair, Comparison],
    score: float,
    query: SearchQuery,
) -> Caller:
    match, why = _explained(group, groups)
    first = max(group, key=lambda person: (bool(person.birth_date), relevance(person, query), person.ref.department != "", person.ref))
    names = sorted({person.full_name for person in group}, key=lambda name: (-sum(p.full_name == name for p in group), name))
    return Caller(
        key=f"{group[0].ref.department}/{group[0].ref.id}",
        name=names[0] if len(group) > 1 else first.full_name,
        birth_date=next((person.birth_date for person in group if traits(person).birth), None),
        addresses=_distinct((address.full for person in group for address in person.addresses), _address_words),
        phones=_distinct((phone for person in group for phone in person.phones), lambda phone: re.sub(r"\D", "", phone)[-10:]),
        emails=_distinct((email for person in group for email in person.emails), str.lower),
        match=match,
        why=why,
        members=group,
        relevance=round(score, 3),
    )


def _explained(group: tuple[Person, ...], groups: list[tuple[Person, ...]]) -> tuple[Match, tuple[str, ...]]:
    """How sure a group is, and the reasons in words."""
    if len(group) > 1:
        shared = {word for one, other in combinations(group, 2) for word in compare(one, other).agree}
        order = ("same birth date", "same phone", "same e-mail", "same address", "family name spelt otherwise")
        departments = len({person.ref.department for person in group})
        return "certain", (*[word for word in order if word in shared], f"{departments} departments")
    person = group[0]
    for other_group in groups:
        for other in other_group:
            if other is person:
                continue
            found = compare(person, other)
            if found.verdict == "maybe":
                agree = found.agree or ("same name",)
                return "maybe", (f"may be {other.full_name} of the list", *agree, *found.against)
            if found.verdict == "never" and _same_name(traits(person), traits(other)):
                return "single", ("same name as another of the list, kept apart", *found.against)
    return "single", ()


def _address_words(text: str) -> str:
    return home_key(Address(text)) or fold(text)


def _distinct(values: Iterable[str], key) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    found: dict[str, str] = {}
    for value in values:
        mark = key(value)
        if value and (mark not in found or len(value) > len(found[mark])):
            found[mark] = value
    return tuple(found.values())
