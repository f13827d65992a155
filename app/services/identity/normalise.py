"""A person record reduced, once and on arrival, to what is compared: plain names, digits of phones, house and street, dates.

Values that merely say "unknown" are dropped here: birth dates in the future, of people older than anybody, or of convenience
(1 January 1900), phones of one digit repeated, "n/a" for a name. What is unknown is evidence of nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec
from anyascii import anyascii

from app.services.identity.nicknames import FORMAL
from models.people import Address, Person


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OLDEST = 130
"""Years; nobody was ever older, and registers that say so mean "unknown". Registers are not always rid of the dead."""
ADULT_AT = 18
_CONVENIENT = {(1900, 1, 1), (1901, 1, 1), (1904, 1, 1), (1970, 1, 1), (1899, 12, 30), (1899, 12, 31), (1911, 11, 11), (1999, 9, 9)}
_NO_NAME = _words("unknown na none null nn test anonymous unbekannt inconnu desconocido no name xx xxx nil tba tbc")
_NO_MAILBOX = _words(
    "na none noemail nomail no unknown noreply test null nobody anonymous donotreply info office admin contact reception mail shelter"
)
"""Mailboxes that are nobody's, or an office's."""
_SUFFIXES = {"jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_TITLES = _words("mr mrs ms miss dr prof sir madam herr frau")
_PARTICLES = _words("de la las los del da das do dos di du van von der den ter ten te el al bin ibn st mac mc o")
_KINDS = {
    "street": "st", "str": "st", "avenue": "ave", "av": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln",
    "court": "ct",
    "place": "pl", "terrace": "ter", "parkway": "pkwy", "highway": "hwy", "crescent": "cres", "circuit": "cct", "square": "sq",
    "way": "way",
    "close": "cl", "circle": "cir",
}  # fmt: skip
_KIND_WORDS = {**_KINDS, **{short: short for short in _KINDS.values()}}
_WINDS = _words("n s e w ne nw se sw north south east west")


class Place(msgspec.Struct, frozen=True, gc=False):
    """An address in parts, each written alike however a department writes it; an empty part is unknown."""

    number: str
    street: str
    kind: str
    unit: str
    post_code: str
    city: str
    line: str
    """Street with its kind, without blanks."""

    @property
    def house(self) -> str:
        """House number and street; empty if either is unknown."""
        return f"{self.number} {self.street}" if self.number and self.street else ""


class Traits(msgspec.Struct, frozen=True, gc=False):
    """A person record reduced to what is compared."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    suffix: str
    """Of father and son: ``jr``, ``sr``, ``ii`` ...; empty if none."""
    birth: str
    """ISO 8601, empty if unknown."""
    phones: frozenset[str]
    emails: frozenset[str]
    places: tuple[Place, ...]
    houses: frozenset[str]
    """Keys of the places whose number and street are known."""
    numbers: frozenset[str]
    """Numbers that an authority gave, as ``scheme:value``."""
    minor: bool = False
    """Known to be a child: phone and e-mail are the parents'."""

    @property
    def year_only(self) -> bool:
        """A birth date of 1 January mostly says that only the year is known."""
        return self.birth.endswith("-01-01")


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Lower-case ASCII letters and digits only: ``Gonzàlez-O'Hara`` as ``gonzalez ohara``."""
    plain = (text if text.isascii() else anyascii(text)).lower()
    return plain if plain.isalnum() else " ".join(_DROPPED.sub("", _SPACED.sub(" ", plain)).split())


_SPACED = re.compile(r"[-_/,.]")
_DROPPED = re.compile(r"[^a-z0-9 ]")


@lru_cache(maxsize=1 << 16)
def _name_words(text: str) -> tuple[tuple[str, ...], str]:
    """The words of a name without titles and fillers, and the suffix."""
    words, suffix = [], ""
    for word in fold(text).split():
        if word in _SUFFIXES:
            suffix = _SUFFIXES[word]
        elif word not in _TITLES:
            words.append(word)
    return () if _NO_NAME.issuperset(words) else tuple(words), suffix


@lru_cache(maxsize=1 << 16)
def _family_words(text: str) -> tuple[tuple[str, ...], str]:
    words, suffix = _name_words(text)
    return tuple(word for word in words if word not in _PARTICLES) or words, suffix


@lru_cache(maxsize=1 << 16)
def _phone(text: str) -> str:
    digits = "".join(filter(str.isdecimal, text))
    return digits[-10:] if len(digits) >= 7 and len(set(digits[-7:])) > 1 and digits[-7:] not in ("1234567", "2345678", "7654321") else ""


def _email(text: str) -> str:
    email = text.strip().lower()
    mailbox, _, host = email.partition("@")
    return email if mailbox and "." in host and mailbox.replace(".", "").replace("-", "").replace("/", "") not in _NO_MAILBOX else ""


@lru_cache(maxsize=1 << 16)
def place(address: Address) -> Place:
    """The parts of an address; those that a department keeps apart are taken as they are, the rest is read from the line."""
    number, street, unit = address.locator, address.thoroughfare, address.unit
    post_code = address.post_code.replace(" ", "").upper()
    if not street:
        line, _, rest = address.full.partition(",")
        if found := _UNIT.search(address.full):
            unit = unit or found[1]
        street = _UNIT.split(line)[0]
        if not post_code and (found := _POST_CODE.search(rest or address.full)):
            post_code = found[1]
            street = street if rest else street.replace(found[1], " ")
    if not number:
        if found := _NUMBER_FIRST.match(street):
            number, street = found[1], found[2]
        elif found := _NUMBER_LAST.match(street):
            street, number = found[1], found[2]
    words = [word for word in fold(street).split() if word not in _WINDS]
    kind = _KIND_WORDS.get(words[-1], "") if len(words) > 1 else ""
    name = "".join(words[:-1] if kind else words)
    return Place(fold(number), name, kind, _line(unit), post_code[:5], fold(address.city).replace(" ", ""), name + kind)


def _line(text: str) -> str:
    """A second line of an address, be it a flat, a house's name, or a street in the wrong place."""
    words = [word for word in fold(text).split() if word not in ("apt", "apartment", "unit", "flat")]
    return "".join([*words[:-1], _KIND_WORDS.get(words[-1], words[-1])]) if words else ""


_UNIT = re.compile(r"(?:\b(?:apt|apartment|unit|suite|ste|flat)\b\.?|#)\s*(\w+)", re.IGNORECASE)
_POST_CODE = re.compile(r"\b(\d{4,5})(?:-\d{4})?\s*$")
_NUMBER_FIRST = re.compile(r"\s*(\d+[A-Za-z]?)\s+(.+)")
_NUMBER_LAST = re.compile(r"\s*(\D+?)\s+(\d+[A-Za-z]?)\s*$")


def house_key(address: Address) -> str:
    """House number and street of an address, written alike however a department writes it; empty if either is unknown."""
    return place(address).house


def formal(word: str) -> str:
    """The formal name that a short form stands for: ``bill`` is ``william``; any other word itself."""
    return FORMAL.get(word, word)


def traits(person: Person) -> Traits:
    """What is compared of a record."""
    given, suffix = _name_words(person.given_name)
    family, other = _family_words(person.family_name)
    if not family and not given:
        first, comma, last = person.full_name.rpartition(",")
        if comma:
            (family, suffix), (given, other) = _family_words(first), _name_words(last)
        else:
            words, suffix = _name_words(person.full_name)
            given, family = words[:-1], words[-1:]
    born = person.birth_date
    if born is not None and (
        born > person.read_at.date() or born.year < person.read_at.year - OLDEST or (born.year, born.month, born.day) in _CONVENIENT
    ):
        born = None
    places = tuple({place(address): None for address in person.addresses})
    return Traits(
        given,
        family,
        suffix or other,
        born.isoformat() if born else "",
        frozenset(filter(None, map(_phone, person.phones))),
        frozenset(filter(None, map(_email, person.emails))),
        places,
        frozenset(each.house for each in places if each.house),
        frozenset(f"{each.scheme}:{each.value.strip().lower()}" for each in person.identifiers if each.value.strip()),
        born is not None and person.read_at.year - born.year <= ADULT_AT,
    )
