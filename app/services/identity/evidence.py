"""What two records say of each other, field by field: how each agrees, and how many bits that is worth.

The sum of bits is the log-odds that both are one person, against two people drawn at random. It orders and explains; it does not
decide: see ``gate``.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import lru_cache

import msgspec
from rapidfuzz.distance import DamerauLevenshtein, Levenshtein

from app.services.identity.names import ALIKE, INITIAL, LIKE, OTHER, SAME, family_level, given_level, word_level
from app.services.identity.normalise import Place, Traits
from app.services.identity.weights import Weights

GENERATION = 12
"""Years from which two birth dates under one name are a father's and a son's, not a slip."""
UNKNOWN = -1
"""The level of a field that one of the two does not have; else the place of the level in ``weights.LEVELS``."""
_GIVEN = {SAME: 0, ALIKE: 1, LIKE: 2, INITIAL: 3, OTHER: 4}
_FAMILY = {SAME: 0, ALIKE: 1, LIKE: 2, OTHER: 3}


class Shared(msgspec.Struct, frozen=True):
    """Values that several people have, as the records at hand show."""

    crowd: AbstractSet[str] = frozenset()
    """Phones, e-mails and houses of so many families that they say nothing."""
    household: AbstractSet[str] = frozenset()
    """Phones and e-mails of people with different given names: they don't tell a son from his father of the same name."""


NOTHING = Shared()
_SWAPPED_COSTS = 5.0
"""Bits lost where a department has given and family name in each other's place: one in thirty does so at most."""


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """How two records stand, as levels of LEVELS or UNKNOWN, and the bits in all."""

    bits: float
    given: int
    family: int
    birth: int
    phone: int
    email: int
    house: int
    unit: int
    area: int
    number: int
    home: int
    """What house, unit and area make together: 0 the same home, 1 nearly (a slip, another flat), 2 another, or UNKNOWN."""
    swapped: bool = False
    suffix: bool = False
    """Father's and son's suffix differ, or only one has one."""
    conflict: bool = False
    """Two different suffixes."""
    minor: bool = False
    """One of them is known to be a child."""
    personal: bool = False
    """They share a phone or an e-mail that nobody of another given name has."""

    def levels(self) -> tuple[int, ...]:
        """In the order of FIELDS."""
        return (self.given, self.family, self.birth, self.phone, self.email, self.house, self.unit, self.area, self.number)

    def identified(self) -> bool:
        """Whether more than the name agrees."""
        return self.birth == 0 or self.number == 0 or self.contacts() > 0 or self.home == 1

    def contacts(self) -> int:
        """How many ways to reach somebody agree: phone, e-mail, house."""
        return (self.phone == 0) + (self.email == 0) + (self.home == 0)


def weigh(a: Traits, b: Traits, weights: Weights, shared: Shared = NOTHING) -> Evidence:
    """The evidence of two records. Symmetric."""
    swapped = False
    given = _GIVEN[given_level(a.given, b.given)] if a.given and b.given else UNKNOWN
    family = _FAMILY[family_level(a.family, b.family)] if a.family and b.family else UNKNOWN
    if family == 3 and given in (2, 4):
        crossed = (word_level(a.given[0], b.family[-1]), word_level(a.family[-1], b.given[0]))
        if max(crossed) == SAME and min(crossed) >= LIKE:
            given = family = 0 if min(crossed) == SAME else 1
            swapped = True
    table = weights.bits
    bits = -_SWAPPED_COSTS if swapped else 0.0
    if given == 0 and not swapped:
        bits += weights.name_bits("given", a.given[0])
    elif given != UNKNOWN:
        bits += table["given"][given]
    if family == 0 and not swapped:
        bits += weights.name_bits("family", a.family[0] if a.family[0] in b.family else "")
    elif family != UNKNOWN:
        bits += table["family"][family]
    crowded = shared.crowd
    birth = _birth(a, b)
    phone = _set_level(a.phones, b.phones, crowded, _phone_slip)
    email = _set_level(a.emails, b.emails, crowded, _email_alike)
    house, unit, area, home = _home(a.places, b.places, crowded) if a.places and b.places else _NOWHERE
    number = UNKNOWN if not (a.numbers and b.numbers) else _numbers(a.numbers, b.numbers)
    for field, level in (
        ("birth", birth),
        ("phone", phone),
        ("email", email),
        ("house", house),
        ("unit", unit),
        ("area", area),
        ("number", number),
    ):
        if level != UNKNOWN:
            bits += table[field][level]
    return Evidence(
        bits, given, family, birth, phone, email, house, unit, area, number, home, swapped,
        a.suffix != b.suffix, bool(a.suffix and b.suffix and a.suffix != b.suffix), a.minor or b.minor,
        not ((a.phones & b.phones) | (a.emails & b.emails)) <= shared.household,
    )  # fmt: skip


def _birth(a: Traits, b: Traits) -> int:
    one, other = a.birth, b.birth
    if not one or not other:
        return UNKNOWN
    if one == other:
        return 2 if a.year_only else 0
    if (a.year_only or b.year_only) and one[:4] == other[:4]:
        return 2
    year, month, day = one[:4], one[5:7], one[8:]
    if (other[:4], other[5:7], other[8:]) == (year, day, month):
        return 1
    if DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1 and abs(int(year) - int(other[:4])) < GENERATION:
        return 1
    return 3 if (one[:4] == other[:4]) + (one[5:7] == other[5:7]) + (one[8:] == other[8:]) == 2 else 4


def _set_level(mine: frozenset[str], theirs: frozenset[str], crowded: AbstractSet[str], slip) -> int:  # type: ignore[no-untyped-def]
    """Of phones or e-mails: 0 shared, 1 one slip apart, 2 different; a shared value that is crowded says nothing."""
    if not mine or not theirs:
        return UNKNOWN
    shared = mine & theirs
    if shared:
        return UNKNOWN if crowded and shared <= crowded else 0
    if crowded and (mine <= crowded or theirs <= crowded):
        return UNKNOWN
    return 1 if any(slip(one, other) for one in mine for other in theirs) else 2


def _phone_slip(one: str, other: str) -> bool:
    return DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1


def _email_alike(one: str, other: str) -> bool:
    """The same mailbox at another host, or one slip of the pen; a number more or less is somebody else's."""
    mine, theirs = one.partition("@")[0], other.partition("@")[0]
    if mine == theirs:
        return len(mine) > 5
    return sum(map(str.isdigit, mine)) == sum(map(str.isdigit, theirs)) and Levenshtein.distance(one, other, score_cutoff=1) <= 1


def _numbers(mine: frozenset[str], theirs: frozenset[str]) -> int:
    if mine & theirs:
        return 0
    schemes = {each.partition(":")[0] for each in mine} & {each.partition(":")[0] for each in theirs}
    return 1 if schemes else UNKNOWN


_NOWHERE = (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def _home(mine: tuple[Place, ...], theirs: tuple[Place, ...], crowded: AbstractSet[str]) -> tuple[int, int, int, int]:
    """House, unit, area and home of the two addresses that agree best."""
    if len(mine) == 1 and len(theirs) == 1:
        return _places(mine[0], theirs[0], crowded)
    return min((_places(one, other, crowded) for one in mine for other in theirs), key=lambda found: (found[3] % 4, found))


def _places(one: Place, other: Place, crowded: AbstractSet[str]) -> tuple[int, int, int, int]:
    post, city = alike(one.post_code, other.post_code), alike(one.city, other.city)
    if post == UNKNOWN and city == UNKNOWN:
        area = UNKNOWN
    elif post in (0, 1):
        area = 0 if city in (0, 1) else 1
    else:
        area = 2 if city in (0, 1) else 3
    street, unit = alike(one.street, other.street), alike(one.unit, other.unit)
    if street == 2 and alike(one.line, other.line) < 2:
        street = 1  # a blank too many or too few
    if street not in (0, 1) and unit not in (0, 1):
        crossed = (alike(one.line, other.unit), alike(one.unit, other.line))
        if 2 not in crossed and (0 in crossed or UNKNOWN not in crossed):
            street, unit = 1, 1  # two lines in each other's place
    if street == 0 and one.kind and other.kind and one.kind != other.kind:
        street = 2
    number = UNKNOWN if not one.number or not other.number else one.number == other.number
    if street == UNKNOWN and number == UNKNOWN:
        house = UNKNOWN
    elif street in (0, 1):
        house = (0 if street == 0 else 1) if number is True else 2
    else:
        house = 3 if number is True else 4
    home = UNKNOWN if house == UNKNOWN else 2
    if house in (0, 1) and area != 3:
        exact = unit != 2 and not (unit != 0 and crowded and (one.house in crowded or other.house in crowded))
        home = 0 if exact and (house == 0 or area == 0) else 1
    elif (house == 2 and area in (0, 1) and number == UNKNOWN) or (house == 3 and area == 0):
        home = 1
    return house, unit, area, home


@lru_cache(maxsize=1 << 16)
def alike(one: str, other: str) -> int:
    """0 the same, 1 alike, 2 different, UNKNOWN if either is empty."""
    if not one or not other:
        return UNKNOWN
    if one == other:
        return 0
    longest = max(len(one), len(other))
    if one.isdigit() and longest < 4:
        return 2
    most = 1 if longest < 7 else 2 if longest < 12 else 3
    return 1 if DamerauLevenshtein.distance(one, other, score_cutoff=most) <= most else 2
