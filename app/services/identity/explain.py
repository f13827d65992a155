"""Evidence in words: what speaks for two records being one person, what against, and how many bits each is worth."""

from __future__ import annotations

import msgspec

from app.services.identity.evidence import NOTHING, UNKNOWN, Evidence, Shared, weigh
from app.services.identity.gate import judge
from app.services.identity.normalise import Traits, traits
from app.services.identity.weights import Weights, default_weights
from models.links import EvidenceLine
from models.people import Person

WORDS: dict[str, tuple[str, ...]] = {
    "given": ("same given name", "given name spelt otherwise", "given name alike", "only an initial", "other given name"),
    "family": ("same family name", "family name spelt otherwise", "family name alike", "other family name"),
    "birth": ("same birth date", "birth date with a slip", "same year of birth", "other birth date", "other birth date"),
    "phone": ("same phone", "phone with a slip", "other phone"),
    "email": ("same e-mail", "e-mail alike", "other e-mail"),
    "house": ("same house", "house with a slip", "same street", "same house number only", "other house"),
    "unit": ("same flat", "flat alike", "other flat"),
    "area": ("same post code", "same post code", "same town", "other part of town"),
    "number": ("same official number", "other official number"),
}
"""What each level of each field is called."""
_FOR: dict[str, int] = {"given": 3, "family": 2, "birth": 2, "phone": 1, "email": 1, "house": 2, "unit": 1, "area": 2, "number": 0}
"""The last level of each field that speaks for one person."""


class Comparison(msgspec.Struct, frozen=True):
    """What two records say of each other, in words."""

    verdict: str
    """``same``, ``maybe``, ``no`` (nothing speaks for it) or ``never`` (something forbids it)."""
    agree: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    bits: float = 0.0
    lines: tuple[EvidenceLine, ...] = ()


def compare(left: Person, right: Person, weights: Weights | None = None) -> Comparison:
    """Weigh two records against each other. Symmetric."""
    weights = weights or default_weights()
    return compared(traits(left), traits(right), weights)


def compared(a: Traits, b: Traits, weights: Weights, shared: Shared = NOTHING) -> Comparison:
    """As ``compare``, of records that are normalised already, beside others."""
    found = weigh(a, b, weights, shared)
    return Comparison(judge(found), agreeing(found), opposing(found), round(found.bits, 1), lines(a, b, found, weights))


def lines(a: Traits, b: Traits, found: Evidence, weights: Weights) -> tuple[EvidenceLine, ...]:
    """Each field's evidence; the bits add up to the whole."""
    told = []
    for (field, words), level in zip(WORDS.items(), found.levels(), strict=True):
        if level == UNKNOWN:
            continue
        bits = weights.bits[field][level]
        if level == 0 and field in ("given", "family") and not found.swapped:
            mine, theirs = (getattr(a, field), getattr(b, field))
            bits = weights.name_bits(field, mine[0] if field == "given" or mine[0] in theirs else "")
        told.append(EvidenceLine(field, words[level], round(bits, 1)))
    rest = round(found.bits - sum(line.bits for line in told), 1)
    if found.swapped:
        told.append(EvidenceLine("given", "given and family name in each other's place", rest))
    return tuple(told)


def agreeing(found: Evidence) -> tuple[str, ...]:
    """Identifiers that agree, and names that are spelt otherwise, in short."""
    words = [_word(field, getattr(found, field)) for field in ("birth", "phone", "email") if 0 <= getattr(found, field) <= _FOR[field]]
    if found.home in (0, 1):
        words.append("same address" if found.home == 0 else "nearly the same address")
    if found.number == 0:
        words.append(_word("number", 0))
    words += [_word(field, getattr(found, field)) for field in ("given", "family") if 0 < getattr(found, field) <= _FOR[field]]
    if found.swapped:
        words.append("names in each other's place")
    return tuple(words)


def opposing(found: Evidence) -> tuple[str, ...]:
    """What speaks against, in short."""
    words = [_word(field, getattr(found, field)) for field in ("birth", "phone", "email", "number") if getattr(found, field) > _FOR[field]]
    if found.home == 2:
        words.append("other address")
    words += [_word(field, getattr(found, field)) for field in ("given", "family") if getattr(found, field) > _FOR[field]]
    if found.conflict:
        words.append("junior and senior")
    return tuple(words)


def _word(field: str, level: int) -> str:
    return WORDS[field][level]
