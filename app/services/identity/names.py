"""Whether two names may be one name: the same, a short form, a slip of the pen, an initial, or another name.

A slip makes a word that is nobody's name; Maria and Marta, Daniel and Daniela, Christian and Christina are two people, and often
twins. So a slip counts as sure only where it can't be such a pair.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from app.services.identity.given_names import GIVEN_NAMES
from app.services.identity.normalise import formal

OTHER, INITIAL, LIKE, ALIKE, SAME = range(5)
"""How two words stand: another name; one is the other's initial; alike, but it may be another's name; surely one name; the same."""

FITS = 0.88
"""Jaro-Winkler similarity from which two spellings may be one name (Gonzales/Gonzalez .975, Dickson/Dixon .83)."""


@lru_cache(maxsize=1 << 17)
def word_level(one: str, other: str) -> int:
    """How two words of a given name stand to each other. Symmetric."""
    if len(one) == 1 or len(other) == 1:
        return INITIAL if one[:1] == other[:1] else OTHER
    if one == other:
        return SAME
    if formal(one) == formal(other):
        return ALIKE
    if one.startswith(other) or other.startswith(one):
        return LIKE  # Dan is short for Daniel; but Paul and Paula, Victor and Victoria are two
    edits = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    longest = max(len(one), len(other))
    if edits > (1 if longest < 7 else 2) or min(len(one), len(other)) < 3:
        return OTHER
    if edits == 1 and one[0] == other[0] and one[-2:] == other[-2:] and not (one in GIVEN_NAMES and other in GIVEN_NAMES):
        slip = len(one) != len(other) or sorted(one) == sorted(other)  # a letter too many, too few, or two swapped
        if longest >= (5 if slip else 7):
            return ALIKE
    return LIKE if JaroWinkler.similarity(one, other) >= FITS or (edits == 1 and longest >= 5) else OTHER


def given_level(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """How given names stand: the first ones decide; further ones may be missing, but if both have some, they must not differ."""
    first = word_level(a[0], b[0])
    if len(a) == 1 and len(b) == 1:
        return first
    if first == OTHER:
        # Somebody called by the second name: Maria Elena as Elena.
        return LIKE if any(word_level(one, two) >= ALIKE for one in a for two in b if len(one) > 1) else OTHER
    if len(a) > 1 and len(b) > 1 and first >= ALIKE and all(word_level(one, two) == OTHER for one in a[1:] for two in b[1:]):
        return LIKE  # John Paul and John Peter
    return first


@lru_cache(maxsize=1 << 17)
def _family_word(one: str, other: str) -> int:
    if one == other:
        return SAME
    shortest, longest = sorted((len(one), len(other)))
    if shortest < 3:
        return OTHER
    edits = DamerauLevenshtein.distance(one, other, score_cutoff=3)
    if edits <= (1 if longest < 8 else 2) and (longest > 4 or one[0] == other[0]):
        return ALIKE
    return LIKE if JaroWinkler.similarity(one, other) >= 0.92 else OTHER


def family_level(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """How family names stand: SAME, ALIKE (a slip), LIKE (one word of a double name in common, or much alike), OTHER."""
    if a == b:
        return SAME if len(a[0]) > 1 else LIKE
    if len(a) == 1 and len(b) == 1:
        return _family_word(a[0], b[0])
    if "".join(a) == "".join(b):
        return SAME
    best = max(_family_word(one, two) for one in a for two in b)
    return LIKE if best >= ALIKE else OTHER
