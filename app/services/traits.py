"""A person record reduced to what is compared: names without diacritics, digits of phones, house and street, dates."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec
from anyascii import anyascii

from models.people import Address, Person


class Traits(msgspec.Struct, frozen=True):
    """A person record reduced once to what is compared."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    birth: str
    phones: frozenset[str]
    emails: frozenset[str]
    homes: frozenset[str]
    post_codes: frozenset[str]


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


_STREET_WORDS = {
    "street",
    "avenue",
    "ave",
    "road",
    "boulevard",
    "blvd",
    "drive",
    "lane",
    "court",
    "place",
    "terrace",
    "parkway",
    "north",
    "south",
    "east",
    "west",
    "highway",
    "way",
    "apt",
}


def traits(person: Person) -> Traits:
    """What is compared of a record."""
    given, family = fold(person.given_name).split(), fold(person.family_name).split()
    if not family:
        words = fold(person.full_name).split()
        given, family = words[:-1], words[-1:]
    birth = person.birth_date
    known = birth is not None and birth.year > 1900 and (birth.month, birth.day, birth.year) != (1, 1, 1900)
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
