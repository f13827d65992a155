"""Telephone numbers as systems tell them: written as staff write them, withheld ones known as such, and compared."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers

from models.people import Caller

WITHHELD = frozenset({"", "anonymous", "unknown", "<unknown>", "private", "restricted", "unavailable", "withheld", "hidden", "asserted"})
"""What stands for a number that the caller or the network does not tell, in small letters."""
LONGEST = 40
"""Characters of a number that is shown; E.164 has 15 digits."""
_FEWEST = 7
"""Digits that make a number of somebody's: fewer are an extension."""


def readable(told: str, region: str) -> str:
    """The number as it is written in ``region`` (ISO 3166), from ``+13125550142`` or ``sip:+13125550142@host``; empty where withheld."""
    bare = re.sub(r"^(?:sips?|tel):", "", told.strip(), flags=re.IGNORECASE).partition("@")[0].partition(";")[0].strip()
    if bare.casefold() in WITHHELD:
        return ""
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^\d+*#() -]", "", bare)[:LONGEST]
    if not phonenumbers.is_possible_number(number):
        return re.sub(r"[^\d+*#() -]", "", bare)[:LONGEST]
    national = number.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def holders(callers: Iterable[Caller], number: str) -> tuple[Caller, ...]:
    """Those of whom some department has this number: several persons may share one."""
    wanted = _digits(number)
    if len(wanted) < _FEWEST:
        return ()
    return tuple(caller for caller in callers if any(_digits(phone) == wanted for phone in caller.phones))


def _digits(number: str) -> str:
    """The last ten digits, in which country and trunk prefixes play no part."""
    return re.sub(r"\D", "", number)[-10:]
