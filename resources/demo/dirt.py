"""What a department makes of a person: names misspelt or out of date, old addresses, missing birth dates, other phones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from resources.demo.people import Home, Resident
from resources.demo.words import SLIPS


@dataclass(frozen=True, slots=True)
class Habits:
    """How careless a department is: shares from 0 to 1."""

    no_birth: float = 0.05
    no_phone: float = 0.1
    no_email: float = 0.35
    misspelt: float = 0.05
    stale: float = 0.4
    """Of those who moved or married, the share who never told."""
    swapped: float = 0.01
    landline: float = 0.3


@dataclass(slots=True)
class Known:
    """A person as one department knows them. ``number`` is the truth's, for departments to make their key of."""

    number: int
    given: str
    family: str
    birth: date | None
    home: Home
    phone: str
    email: str
    story: bool
    protected: bool = False


def known(person: Resident, department: str, habits: Habits, rng: random.Random) -> Known:
    """The department's idea of a person. A story's person is known as the story says, with no further slips."""
    if person.departments is not None:
        family = person.misspelt.get(department, person.family)
        return Known(person.number, person.given, family, person.birth, person.home, person.phone, person.email, True, person.protected)
    random_ = rng.random
    given, family, home = person.given, person.family, person.home
    if person.former_family and random_() < habits.stale:
        family = person.former_family
    if person.former_home is not None and random_() < habits.stale:
        home = person.former_home
    if random_() < habits.misspelt:
        family = misspell(family, rng)
    if random_() < habits.swapped:
        given, family = family, given
    phone = person.landline if person.landline and random_() < habits.landline else person.phone or person.landline
    return Known(
        person.number,
        given,
        family,
        None if random_() < habits.no_birth else person.birth,
        home,
        "" if random_() < habits.no_phone else phone,
        "" if random_() < habits.no_email else person.email,
        False,
        person.protected,
    )


def misspell(name: str, rng: random.Random) -> str:
    """One slip behind the second letter: a usual one where the name offers it, else two letters swapped."""
    start = int(rng.random() * len(SLIPS))
    for right, wrong in SLIPS[start:] + SLIPS[:start]:
        place = name.find(right, 2)
        if place >= 0:
            return name[:place] + wrong + name[place + len(right) :]
    if len(name) < 4:
        return name
    place = 2 + int(rng.random() * (len(name) - 3))
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


PHONE_FORMS = ("({0}) {1}-{2}", "{0}-{1}-{2}", "+1 {0} {1} {2}", "{0}{1}{2}", "{0}.{1}.{2}", "1-{0}-{1}-{2}")


def phone_as_written(phone: str, rng: random.Random, form: int | None = None) -> str:
    """Ten digits in one of the forms that people write."""
    if not phone:
        return ""
    chosen = PHONE_FORMS[form if form is not None else int(rng.random() * len(PHONE_FORMS))]
    return chosen.format(phone[:3], phone[3:6], phone[6:])
