"""How well a person record answers what was asked: departments search by prefix and send more than was meant."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from app.services.identity.names import FITS
from app.services.identity.normalise import Traits, fold, house_key, traits
from models.people import Address, Person
from models.query import SearchQuery

RELEVANT = 0.45
"""Below this a record has nothing to do with what was asked."""


def relevance(person: Person, query: SearchQuery) -> float:
    """How well a record answers the query, 0 to 1: the share of the asked parts that it meets, misspellings at a discount."""
    return Asked(query).relevance(traits(person))


class Asked:
    """A query, normalised once for all records that are held against it."""

    def __init__(self, query: SearchQuery) -> None:
        self._query = query
        self._given = tuple(fold(query.given).split())
        self._family = tuple(fold(query.family).split())
        self._digits = re.sub(r"\D", "", query.phone)[-10:]
        self._email = query.email.lower()
        self._house = house_key(Address(query.address, query.street, query.number)) if query.address else ""
        self._names: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}

    def relevance(self, mine: Traits) -> float:
        """0 to 1; 1 for whoever has exactly the phone or the e-mail asked for."""
        query = self._query
        phone = bool(self._digits) and any(each.endswith(self._digits) for each in mine.phones)
        email = bool(self._email) and self._email in mine.emails
        if phone or email:
            return 1.0
        scores: list[float] = []
        if query.name:
            scores.append(self._name(mine))
        if query.birth_date:
            if mine.birth and not _dates_alike(mine.birth, query.birth_date):
                return 0.0
            scores.append(1.0 if mine.birth == query.birth_date.isoformat() else 0.4)
        if query.phone:
            scores.append(0.3)
        if query.email:
            scores.append(0.3)
        if query.address:
            scores.append(1.0 if self._house in mine.houses else 0.3)
        if query.post_code:
            scores.append(1.0 if any(each.post_code == query.post_code[:5] for each in mine.places) else 0.5)
        if query.reference:
            scores.append(1.0)
        return sum(scores) / len(scores) if scores else 0.0

    def _name(self, mine: Traits) -> float:
        """The mean over the typed words; a misspelling counts only on its own side, so that Gonzalo Marin is not Maria Gonzalez."""
        known = self._names.get((mine.given, mine.family))
        if known is None:
            best = [
                max((_word_score(word, other, own=other in own) for other in mine.given + mine.family), default=0.0)
                for words, own in ((self._given, mine.given), (self._family, mine.family))
                for word in words
            ]
            known = self._names[mine.given, mine.family] = sum(best) / len(best) if best and min(best) >= 0.5 else 0.0
        return known


def _dates_alike(birth: str, asked: date) -> bool:
    """The date asked for, or one with day and month swapped or one part misheard."""
    year, month, day = (int(part) for part in birth.split("-"))
    if (month, day) == (asked.day, asked.month) and year == asked.year:
        return True
    return sum(one == other for one, other in zip((year, month, day), (asked.year, asked.month, asked.day), strict=True)) >= 2


@lru_cache(maxsize=1 << 16)
def _word_score(word: str, other: str, *, own: bool) -> float:
    if word == other:
        return 1.0
    if other.startswith(word) and len(word) >= 2:
        return 0.95
    if not own:
        return 0.0
    if _misspelt(word, other):
        return 0.9
    return 0.6 if JaroWinkler.similarity(word, other) >= 0.93 else 0.0


def _misspelt(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1]
    if min(len(one), len(other)) < 4 or one[0] != other[0]:
        return False
    if one[-1] != other[-1] and {one[-1], other[-1]} <= set("aoe"):
        return False  # Maria and Mario, Julio and Julia are two people
    edits = 1 if max(len(one), len(other)) < 8 else 2
    return DamerauLevenshtein.distance(one, other) <= edits and JaroWinkler.similarity(one, other) >= FITS
