"""The truth about Springvale: who lives where, with whom. Departments know parts of it, and not all of it right.

``residents`` streams household by household, the story's people first, so that a million needs no memory. The same seed
and number give the same people.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate

from resources.demo import words
from resources.demo.text import fold

BORN_BEFORE = date(2026, 1, 1)
"""Ages are counted from here, not from today, so that birth dates stay the same from one day to the next."""


@dataclass(frozen=True, slots=True)
class Home:
    """An address: ``number`` of the house, ``street``, ``unit`` or empty, ``post_code``."""

    number: int
    street: str
    unit: str
    post_code: str

    def line(self) -> str:
        return f"{self.number} {self.street} {self.unit}".rstrip()


@dataclass(slots=True)
class Resident:
    """One person. ``phone`` and ``landline`` are ten digits or empty; former name and home are set if they ever changed."""

    number: int
    given: str
    family: str
    birth: date
    home: Home
    phone: str = ""
    landline: str = ""
    email: str = ""
    former_family: str = ""
    former_home: Home | None = None
    departments: frozenset[str] | None = None
    """Where a story's person is known; None leaves it to chance."""
    misspelt: dict[str, str] = field(default_factory=dict)
    """Department to family name as it stands there."""
    protected: bool = False
    """The address is secret; Revenue and Cases know it."""

    def age(self) -> int:
        return (BORN_BEFORE - self.birth).days // 365


class Names:
    """Draws names: a household's group first, then common names more often than rare ones."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._given = [(women.split(), men.split()) for _, women, men, _ in words.GROUPS]
        self._families = [_families(families) for *_, families in words.GROUPS]
        self._weights = [list(accumulate(1 / (rank + 4) for rank in range(len(each)))) for each in self._families]
        self._shares = list(accumulate(group[0] for group in words.GROUPS))

    def group(self) -> int:
        return self._rng.choices(range(len(self._families)), cum_weights=self._shares)[0]

    def family(self, group: int) -> str:
        return self._rng.choices(self._families[group], cum_weights=self._weights[group])[0]

    def given(self, group: int, woman: bool) -> str:
        names = self._given[group][0 if woman else 1]
        return names[int(self._rng.random() ** 1.5 * len(names))]


def _families(text: str) -> list[str]:
    for name in ("van der Berg", "St. James"):
        text = text.replace(name, name.replace(" ", "_"))
    return [name.replace("_", " ") for name in text.split()]


class Numbers:
    """Phone numbers of the fictional exchange 555, no two alike: the city's area codes first, then others."""

    def __init__(self) -> None:
        others = (code for code in range(201, 990) if code not in words.AREA_CODES and code % 100 != 11)
        self._areas = (*words.AREA_CODES, *others)
        self._given = 0

    def draw(self) -> str:
        area, place = divmod(self._given, 9800)
        self._given += 1
        # 0100 to 0299 are left to the story; 3571 and 9800 have no common factor, so that every number comes once.
        return f"{self._areas[area % len(self._areas)]}555{(place * 3571 + 17) % 9800 + 200:04d}"


def post_code(street: str, number: int) -> str:
    """Each street runs through the post codes, four blocks in each; 2210 N Clark St lies in 60614."""
    place = words.STREETS.index(street) * 7 + 8 + number // 400
    return str(words.FIRST_POST_CODE + place % words.POST_CODES)


class City:
    """Draws households."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.names = Names(self.rng)
        self.numbers = Numbers()

    def home(self) -> Home:
        random_ = self.rng.random
        street = words.STREETS[int(random_() * len(words.STREETS))]
        number = 100 + int(random_() * 7800)
        unit = f"Apt {1 + int(random_() * 12)}" if random_() < 0.4 else ""
        return Home(number, street, unit, post_code(street, number))

    def birth(self, youngest: int, oldest: int) -> date:
        days = int((youngest + self.rng.random() * (oldest - youngest)) * 365.25)
        return date.fromordinal(BORN_BEFORE.toordinal() - 1 - days)

    def email(self, given: str, family: str) -> str:
        rng = self.rng
        host = words.MAIL_HOSTS[int(rng.random() * len(words.MAIL_HOSTS))]
        return f"{fold(given)}.{fold(family)}{int(rng.random() * 9000) + 10}@{host}"

    def adult(self, home: Home, landline: str, group: int, family: str, woman: bool, birth: date) -> Resident:
        random_ = self.rng.random
        given = self.names.given(group, woman)
        former_family = self.names.family(group) if woman and random_() < 0.18 else ""
        email = self.email(given, former_family or family) if random_() < 0.8 else ""
        phone = self.numbers.draw() if random_() < 0.9 else ""
        former_home = self.home() if random_() < 0.14 else None
        return Resident(0, given, family, birth, home, phone, landline, email, former_family, former_home)

    def household(self) -> list[Resident]:
        rng, random_ = self.rng, self.rng.random
        group, home = self.names.group(), self.home()
        family = self.names.family(group)
        landline = self.numbers.draw() if random_() < 0.35 else ""
        if random_() < 0.12:  # a shared flat: people who have nothing but the address in common
            groups = [self.names.group() for _ in range(2 + int(random_() * 3))]
            return [self.adult(home, "", g, self.names.family(g), random_() < 0.5, self.birth(19, 38)) for g in groups]
        woman = random_() < 0.5
        first = self.adult(home, landline, group, family, woman, self.birth(22, 90))
        people = [first]
        if random_() < 0.3:
            return people
        own_name = random_() < 0.25
        years = first.age()
        partner = self.names.family(group) if own_name else family
        people.append(self.adult(home, landline, group, partner, not woman, self.birth(max(20, years - 6), max(21, years + 6))))
        if 24 <= years <= 70 and random_() < 0.6:
            self._children(people, group, rng.choice((1, 1, 2, 2, 3)))
        return people

    def _children(self, people: list[Resident], group: int, count: int) -> None:
        first, random_ = people[0], self.rng.random
        oldest = min(first.age() - 20, 30)
        for _ in range(count):
            child = self.adult(first.home, first.landline, group, first.family, random_() < 0.5, self.birth(0, max(1, oldest)))
            child = replace(child, former_family="", former_home=first.former_home)
            if child.age() < 14:
                child = replace(child, phone="", email="")
            people.append(child)
        if random_() < 0.04:  # twins: all alike but for the given name
            twin = people[-1]
            name = self.names.given(group, random_() < 0.5)
            if name != twin.given:
                people.append(replace(twin, given=name, email="", phone="", landline=twin.landline or twin.phone))
        man = next((each for each in people[:2] if each.family == first.family), first)
        if random_() < 0.05 and len(people) > 2:  # father and son, or mother and daughter, of one name
            people[2] = replace(people[2], given=man.given)


def residents(count: int, seed: int) -> Iterator[Resident]:
    """``count`` people, numbered from 1."""
    from resources.demo.story import STORY  # here: the story is told in this module's words

    number = 0
    for each in STORY[:count]:
        number += 1
        yield replace(each, number=number)
    city = City(seed)
    while number < count:
        for each in city.household()[: count - number]:
            number += 1
            each.number = number
            each.protected = number % 331 == 17
            yield each
