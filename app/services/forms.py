"""What was typed into a form, read into the values that departments are given; and what is wrong with it, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import phonenumbers

from adapters.texts import clean
from app.services.addresses import NUMBER_FIRST, written
from app.services.identity.normalise import fold, place
from app.services.reading import ReadingRules
from app.services.said_dates import said_day, said_time
from app.services.telephony.numbers import readable
from models.changes import ADDRESS_PARTS, FormField
from models.people import Address

MOST_MEDIA = 10_000_000
"""Bytes of a file that is sent along: what Open311 servers take is seldom more."""
_EMAIL = re.compile(r"[^\s@<>\"',;]+@[^\s@<>\"',;.]+(?:\.[^\s@<>\"',;.]+)+")

ReadAddress = Callable[[str], Address | None]
"""The parts of a typed address; None where nothing was typed."""


class Unreadable(Exception):
    """What was typed is no value of this field; the text says what to type."""


class FormReader:
    """Reads fields by a site's rules. ``today`` returns the day."""

    def __init__(self, rules: ReadingRules, read_address: ReadAddress, today: Callable[[], date] = date.today) -> None:
        self._rules = rules
        self._read_address = read_address
        self._today = today

    def read(self, field: FormField, text: str, address: Address | None = None, *, any_place: bool = False) -> dict[str, str]:
        """The values that a field fills: its own, and of an address its parts; an empty text where nothing was typed.

        ``address`` is one whose parts are known already; ``any_place``: it need not be one, a corner of two streets will do. Raises
        Unreadable.
        """
        if field.type == "told":
            return {}
        said = clean(text).strip() if field.type in ("lines", "several") else " ".join(clean(text).split())
        if field.type == "address":
            return self._address(field, said, address, any_place=any_place)
        if not said:
            return {field.name: ""}
        if len(said) > field.longest:
            raise Unreadable(f"At most {field.longest} letters fit; these are {len(said)}.")
        return {field.name: self._value(field, said)}

    def told(self, field: FormField, values: Mapping[str, str]) -> str:
        """What a field's values are called on the screen."""
        return told(field, values, self._rules.region)

    def first(self, field: FormField) -> str:
        """What stands in a field before anything is typed."""
        if field.default == "today" and field.type == "date":
            return self._today().isoformat()
        return field.default

    def _value(self, field: FormField, said: str) -> str:
        kind = field.type
        if kind == "date":
            day = said_day(said, self._rules.date_order, self._today())
            return _read(day.isoformat() if day else "", "This is no date: type for example Dec 1, tomorrow or 2026-12-01.")
        if kind == "time":
            at = said_time(said)
            return _read(f"{at:%H:%M}" if at else "", "This is no time of day: type for example 15:30 or 3pm.")
        if kind == "phone":
            return _read(_phone(said, self._rules.region), "This is no phone number that can be called.")
        if kind == "email":
            return _read(said.lower() if _EMAIL.fullmatch(said) else "", "This is no e-mail address: it has a name, @ and a domain.")
        if kind == "number":
            return _read(_number(said), "This is no number.")
        if kind == "choice":
            return _read(next((each.value for each in field.choices if said in (each.value, each.label)), ""), "Choose one of the list.")
        if kind == "several":
            known = {each.value for each in field.choices}
            return _read(said if all(each in known for each in said.splitlines()) else "", "Choose from the list.")
        if kind == "yes_no":
            return _read(said.lower() if said.lower() in ("yes", "no") else "", "Choose yes or no.")
        if kind == "file":
            return _read(said if Path(said).is_file() else "", "There is no such file on this computer.")
        return said

    def _address(self, field: FormField, said: str, address: Address | None, *, any_place: bool) -> dict[str, str]:
        if said == said.lower() and self._rules.region in NUMBER_FIRST:
            # Typed in haste; in other countries not every word of a street begins with a capital.
            said = re.sub(r"\b[^\W\d_]", lambda found: found[0].upper(), said)
        found = address if address is not None and address.full == said else self._read_address(said)
        if found is None:
            return dict.fromkeys((field.name, *ADDRESS_PARTS), "")
        if len(found.full) > field.longest:
            raise Unreadable(f"At most {field.longest} letters fit; these are {len(found.full)}.")
        if not any_place and not (found.thoroughfare and found.locator):
            raise Unreadable("Type number and street, for example 1804 W Belmont Ave, 60657.")
        parts = (found.thoroughfare, found.locator, found.unit, found.post_code, found.city)
        return {field.name: found.full, **dict(zip(ADDRESS_PARTS, parts, strict=True))}


def read_media(path: str) -> bytes:
    """The content of a file that is sent along. Blocking; raises Unreadable."""
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_MEDIA + 1)
    except OSError as error:
        raise Unreadable(f"The file can't be read: {error.strerror}.") from None
    if len(content) > MOST_MEDIA:
        raise Unreadable(f"The file is too large: at most {MOST_MEDIA // 1_000_000} MB are sent.")
    return content


def same(field: FormField, now: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether a department has already what a field would bring; writing that differs in form only is no difference."""
    if field.type == "address":
        held, wanted = (place(as_address(field, values)) for values in (now, new))
        return bool(held.house) and (held.house, held.unit) == (wanted.house, wanted.unit)
    if field.type == "phone":
        digits = [re.sub(r"\D", "", values.get(field.name, ""))[-10:] for values in (now, new)]
        return digits[0] == digits[1]
    return fold(now.get(field.name, "")) == fold(new.get(field.name, ""))


def as_address(field: FormField, values: Mapping[str, str]) -> Address:
    """An address field's values as an address."""
    street, number, unit, post_code, city = (values.get(part, "") for part in ADDRESS_PARTS)
    return Address(values.get(field.name, ""), street, number, unit, post_code, city)


def told(field: FormField, values: Mapping[str, str], region: str) -> str:
    """What a field's values are called on the screen: a choice by its label, an address in short, as the country writes it."""
    if field.type == "address":
        place = as_address(field, values)
        parts = (place.thoroughfare, place.locator, place.unit, place.post_code, "")
        return written(*parts, region) if place.thoroughfare and place.locator else place.full
    value = values.get(field.name, "")
    if field.type == "several":
        return ", ".join(each.label for each in field.choices if each.value in value.splitlines())
    if field.type == "phone":
        return readable(value, region) if _phone(value, region) else value
    return next((each.label for each in field.choices if each.value == value), value)


def _read(value: str, words: str) -> str:
    if not value:
        raise Unreadable(words)
    return value


def _phone(said: str, region: str) -> str:
    try:
        number = phonenumbers.parse(said, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _number(said: str) -> str:
    """Digits with a point: ``$1,234.50`` and ``1.234,50`` alike; of a single comma, three digits behind it group, two are decimals."""
    digits = re.sub(r"^[^\d-]+|[\s']|[^\d]+$", "", said)
    if not re.fullmatch(r"-?\d+(?:[.,]\d+)*", digits):
        return ""
    if "," in digits and "." in digits:
        point = max(digits.rfind(","), digits.rfind("."))
        return f"{re.sub('[.,]', '', digits[:point])}.{digits[point + 1 :]}"
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+", digits) or digits.count(".") > 1:
        return re.sub("[.,]", "", digits)
    return digits.replace(",", ".") if digits.count(",") <= 1 else digits.replace(",", "")
