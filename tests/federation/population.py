"""Who lives in the city: households with twins, juniors, married names, moves, shared phones and e-mail, shelters, shared flats."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.federation.names import TWINS, Names

TODAY = date(2026, 11, 1)
HOSTS = ("gmail.example", "mail.example", "outlook.example", "yahoo.example", "home.example")
_FIRST = "Maple Oak Cedar Elm Walnut Pine Lake Hill River Park Church Mill Spring Franklin Lincoln Clinton Grant Monroe Jefferson Madison"
STREETS = [f"{name} {kind}" for name in _FIRST.split() for kind in ("Street", "Avenue", "Road", "Lane", "Court", "Drive")]


@dataclass(frozen=True, slots=True)
class Home:
    """A dwelling: house number, street, unit or empty, post code."""

    number: str
    street: str
    unit: str
    post_code: str


@dataclass(slots=True)
class Citizen:
    """One person. ``former`` is the family name before marriage, ``old_home`` and ``old_phone`` what registers may still have."""

    number: int
    given: str
    second: str
    family: str
    birth: date
    woman: bool
    home: Home
    mobile: str
    landline: str
    email: str
    family_email: str = ""
    former: str = ""
    old_home: Home | None = None
    old_phone: str = ""
    suffix: str = ""
    sheltered: bool = False
    head: bool = True
    """Whether contracts of the household run in this one's name."""

    def age(self) -> int:
        return (TODAY - self.birth).days // 365


class City:
    """Draws households; the same seed gives the same people."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.names = Names(self.rng)
        self._phones = 2_000_000
        self._building: tuple[Home, int] | None = None

    def phone(self) -> str:
        self._phones += 1 + int(self.rng.random() * 9)
        return f"{(312, 773, 708, 630)[self._phones % 4]}{(self._phones * 7 + 31) % 8_000_000 + 2_000_000:07d}"

    def home(self) -> Home:
        rng = self.rng
        if self._building and rng.random() < 0.4:
            building, flats = self._building
            home = replace(building, unit=f"{1 + int(rng.random() * flats)}{rng.choice('ABCD')}")
        else:
            street = rng.choice(STREETS)
            number = 1 + int(rng.random() * 3000)
            home = Home(str(number), street, "", f"6{(STREETS.index(street) // 3 * 5 + number // 700) % 90 + 600:04d}"[:5])
        if not self._building or rng.random() < 0.03:
            self._building = (replace(home, unit=""), rng.choice((2, 3, 6, 20)))
        return home

    def birth(self, youngest: float, oldest: float) -> date:
        return TODAY - timedelta(days=int((youngest + self.rng.random() * max(0.1, oldest - youngest)) * 365.25))

    def email(self, given: str, family: str) -> str:
        rng = self.rng
        first, last = given.lower().split()[0], family.lower().split()[-1]
        local = rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{first}{last[0]}", f"{last}.{first}"))
        return f"{local}{int(rng.random() * 999)}@{rng.choice(HOSTS)}"

    def adult(self, group: int, woman: bool, family: str, birth: date, home: Home, landline: str) -> Citizen:
        rng = self.rng
        given = self.names.given(group, woman)
        second = self.names.given(group, woman) if rng.random() < 0.45 else ""
        citizen = Citizen(0, given, second, family, birth, woman, home, "", landline, "")
        if rng.random() < 0.9:
            citizen.mobile = self.phone()
        if rng.random() < 0.8:
            citizen.email = self.email(given, family)
        if rng.random() < 0.22:
            citizen.old_home = self.home()
        if rng.random() < 0.25:
            citizen.old_phone = self.phone()
        return citizen

    def household(self) -> list[Citizen]:
        rng = self.rng
        if rng.random() < 0.05:
            return self._shared_flat()
        group, home = self.names.group(), self.home()
        family = self.names.family(group)
        landline = self.phone() if rng.random() < 0.35 else ""
        first = self.adult(group, rng.random() < 0.5, family, self.birth(21, 88), home, landline)
        people = [first]
        if rng.random() < 0.3:
            return people
        partner = self._partner(first, group)
        people.append(partner)
        if 23 < first.age() < 72 and rng.random() < 0.6:
            self._children(people, group)
        shared = people[0].email if people[0].email and rng.random() < 0.15 else ""
        if shared:
            for each in people[1:]:
                each.family_email = shared
        return people

    def _partner(self, first: Citizen, group: int) -> Citizen:
        rng = self.rng
        own = self.names.family(group)
        years = first.age()
        woman = first.woman if rng.random() < 0.03 else not first.woman
        married = rng.random() < 0.7
        family = first.family if married else own
        partner = self.adult(group, woman, family, self.birth(max(20, years - 8), max(21, years + 8)), first.home, first.landline)
        partner.head = rng.random() < 0.4
        if married and woman:
            partner.former = own
        if married and rng.random() < 0.1:
            partner.family = f"{own}-{first.family}"
        if first.old_home and rng.random() < 0.6:
            partner.old_home = first.old_home
        return partner

    def _children(self, people: list[Citizen], group: int) -> None:
        rng, parent = self.rng, people[0]
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            birth = self.birth(0.5, max(1, min(parent.age() - 19, 34)))
            woman = rng.random() < 0.5
            child = self.adult(group, woman, parent.family, birth, parent.home, parent.landline)
            while any(child.given == each.given for each in people[2:]):  # no two living children have one name
                child.given = self.names.given(group, woman)
            child.head = child.age() > 24
            child.old_home = parent.old_home
            if child.age() < 13:
                child.mobile, child.email, child.old_phone = people[-1].mobile, people[-1].email, ""
            elif child.age() > 20 and rng.random() < 0.5:
                child.old_home, child.home, child.landline = parent.home, self.home(), ""
            if not woman and not parent.woman and rng.random() < 0.06:
                child.given, child.second, child.suffix, parent.suffix = parent.given, parent.second, "Jr", "Sr"
            people.append(child)
            if rng.random() < 0.016:
                people.append(self._twin(child, group))

    def _twin(self, child: Citizen, group: int) -> Citizen:
        """Born on the same day, living together, and often named alike."""
        rng = self.rng
        woman = child.woman if rng.random() < 0.65 else not child.woman
        given = self.names.given(group, woman)
        if rng.random() < 0.35:
            child.given, given = rng.choice(TWINS)
        if given == child.given:
            given = "Alexandra" if woman else "Sebastian"
        email = self.email(given, child.family) if child.age() > 12 else child.email
        mobile = self.phone() if child.age() > 12 else child.mobile
        return replace(child, given=given, woman=woman, mobile=mobile, email=email, suffix="", second="")

    def _shared_flat(self) -> list[Citizen]:
        home, people = self.home(), []
        for _ in range(2 + int(self.rng.random() * 3)):
            group = self.names.group()
            people.append(self.adult(group, self.rng.random() < 0.5, self.names.family(group), self.birth(19, 40), home, ""))
        return people


def citizens(count: int, seed: int) -> Iterator[Citizen]:
    """``count`` people, numbered from 1; every 200th lives in a shelter with one phone and one address for all."""
    city = City(seed)
    shelter, shelter_phone = city.home(), city.phone()
    number = 0
    while number < count:
        for each in city.household()[: count - number]:
            number += 1
            each.number = number
            if city.rng.random() < 0.005:
                each.home, each.landline, each.sheltered = shelter, shelter_phone, True
                each.mobile = each.mobile if city.rng.random() < 0.3 else shelter_phone
            yield each
