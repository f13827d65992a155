"""The city's twelve registers: what each keeps of whom, how well, and in which form; and what a person looks like in one of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from models.people import Address, Person, SubjectRef
from tests.federation import slips
from tests.federation.names import CYRILLIC, SHORT
from tests.federation.population import Citizen, Home, citizens

READ_AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Register:
    """One department's register. All figures are shares from 0 to 1; ``birth``, ``phone``, ``email``, ``home`` say how often it is kept."""

    name: str
    covers: float
    birth: float
    phone: float
    email: float
    home: float
    adults: bool = True
    heads: bool = False
    careless: float = 0.03
    """Of names, that have a slip."""
    short: float = 0.03
    initial: float = 0.01
    stale: float = 0.3
    """Of those who moved, married or changed their number, who never told."""
    scans: bool = False
    placeholder: float = 0.0
    """Of unknown birth dates, that are filled with a date of convenience."""
    split: bool = True
    """Street, number and post code in fields of their own."""
    family_first: bool = False


REGISTERS = (
    Register("tax", 0.30, 0.70, 0.60, 0.45, 0.98, heads=True, initial=0.05, placeholder=0.3),
    Register("utility", 0.40, 0.10, 0.85, 0.60, 0.99, heads=True, initial=0.08, stale=0.15, split=False),
    Register("parking", 0.25, 0.0, 0.80, 0.80, 0.90, careless=0.05, short=0.10),
    Register("library", 0.30, 0.90, 0.70, 0.80, 0.90, adults=False, short=0.08, stale=0.45),
    Register("benefits", 0.18, 0.99, 0.75, 0.45, 0.97, adults=False, stale=0.15),
    Register("clinic", 0.35, 0.99, 0.85, 0.60, 0.93, adults=False, careless=0.04, stale=0.25),
    Register("school", 0.22, 0.75, 0.95, 0.75, 0.95, adults=False, stale=0.15, split=False),
    Register("housing", 0.12, 0.92, 0.80, 0.50, 0.98, careless=0.04, placeholder=0.5, family_first=True),
    Register("permits", 0.12, 0.05, 0.85, 0.85, 0.85, short=0.06, split=False),
    Register("requests", 0.25, 0.0, 0.60, 0.65, 0.30, careless=0.07, short=0.20, initial=0.12, split=False),
    Register("courts", 0.10, 0.97, 0.25, 0.05, 0.90, careless=0.06, stale=0.5, scans=True, family_first=True),
    Register("elections", 0.50, 1.0, 0.45, 0.35, 1.0, careless=0.02, stale=0.25),
)


def known_people(count: int, seed: int) -> Iterator[tuple[int, Person]]:
    """Each record with the number of the person it is about, register by register mixed as households come."""
    rng = random.Random(seed * 7919 + 1)
    serial = 0
    for citizen in citizens(count, seed):
        for register in REGISTERS:
            if (register.adults and citizen.age() < 18) or (register.heads and not citizen.head):
                continue
            if rng.random() < register.covers:
                serial += 1
                yield citizen.number, record(citizen, register, serial, rng)
                if rng.random() < 0.012:  # a register that has somebody twice
                    serial += 1
                    yield citizen.number, record(citizen, register, serial, rng)


def record(citizen: Citizen, register: Register, serial: int, rng: random.Random) -> Person:
    """The person as the register has them."""
    random_ = rng.random
    given, family = _name(citizen, register, rng)
    stale = random_() < register.stale
    home = citizen.old_home if stale and citizen.old_home else citizen.home
    phone = citizen.old_phone if stale and citizen.old_phone else _number(citizen, rng)
    email = citizen.family_email if citizen.family_email and random_() < 0.5 else citizen.email
    if phone and random_() < 0.012:
        phone = slips.misdialled(phone, rng)
    full = f"{family}, {given}" if register.family_first else f"{given} {family}"
    if rng.random() < 0.006:  # the two fields swapped
        given, family = family, given
    return Person(
        SubjectRef(register.name, str(serial)),
        CYRILLIC.get(f"{given} {family}", full) if register.name == "library" else full,
        READ_AT,
        given,
        family,
        _birth(citizen, register, rng),
        (_phone_written(phone, rng),) if phone and random_() < register.phone else _no_phone(rng),
        (email.upper() if random_() < 0.05 else email,) if email and random_() < register.email else (),
        (_address(home, register, rng),) if random_() < register.home else (),
    )


def _name(citizen: Citizen, register: Register, rng: random.Random) -> tuple[str, str]:
    random_ = rng.random
    given, family = citizen.given, citizen.family
    if citizen.former and random_() < register.stale:
        family = citizen.former
    if " " in family and random_() < 0.4:
        family = family.split()[0]
    if given in SHORT and random_() < register.short:
        given = rng.choice(SHORT[given])
    elif random_() < register.initial:
        given = given[0]
    elif citizen.second and random_() < 0.35:
        given = f"{given} {citizen.second if random_() < 0.4 else citizen.second[0]}"
    if citizen.suffix and random_() < 0.4:
        family = f"{family} {citizen.suffix}"
    if random_() < register.careless:
        slip = slips.scanned if register.scans and random_() < 0.7 else slips.heard if random_() < 0.5 else slips.typed
        if random_() < 0.4:
            given = slip(given, rng)
        else:
            family = slip(family, rng)
    return (given.upper(), family.upper()) if register.scans else (given, family)


def _number(citizen: Citizen, rng: random.Random) -> str:
    if citizen.landline and (not citizen.mobile or rng.random() < 0.3):
        return citizen.landline
    return citizen.mobile


def _birth(citizen: Citizen, register: Register, rng: random.Random) -> date | None:
    if rng.random() >= register.birth:
        if rng.random() < register.placeholder:
            return rng.choice((date(1900, 1, 1), date(1901, 1, 1), date(1970, 1, 1), date(citizen.birth.year, 1, 1)))
        return None
    return slips.misdated(citizen.birth, rng) if rng.random() < 0.015 else citizen.birth


def _phone_written(phone: str, rng: random.Random) -> str:
    form = rng.choice(("({0}) {1}-{2}", "{0}-{1}-{2}", "+1 {0} {1} {2}", "{0}{1}{2}", "{0}.{1}.{2}"))
    return form.format(phone[:3], phone[3:6], phone[6:])


def _no_phone(rng: random.Random) -> tuple[str, ...]:
    return (rng.choice(("0000000000", "999-999-9999", "n/a", "unknown")),) if rng.random() < 0.04 else ()


_SHORT_KINDS = {"Street": "St", "Avenue": "Ave", "Road": "Rd", "Lane": "Ln", "Court": "Ct", "Drive": "Dr"}


def _address(home: Home, register: Register, rng: random.Random) -> Address:
    random_ = rng.random
    street, unit = home.street, home.unit if random_() < 0.8 else ""
    if random_() < 0.5:
        name, kind = street.rsplit(" ", 1)
        street = f"{name} {_SHORT_KINDS[kind]}"
    if random_() < 0.02:
        street = slips.typed(street, rng)
    if register.split:
        return Address(
            f"{home.number} {street} {unit}".strip(), street, home.number, unit, home.post_code if random_() < 0.95 else "", "Springvale"
        )
    place = f"{home.number} {street}" + (f", Apt {unit}" if unit else "")
    return Address(f"{place}, Springvale {home.post_code}" if random_() < 0.85 else place)
