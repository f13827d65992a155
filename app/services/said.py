"""Whether what a caller said is what a department holds, however it was said or is written.

Dates in any usual form, amounts with or without cents, phones by their digits, numbers whole or by their last four. What can't
be read at all agrees with nothing.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from app.services.birth_dates import birth_date
from app.services.identity.normalise import fold
from app.services.reading import ReadingRules

LAST = 4
"""The fewest characters of a number that stand for the whole of it."""

Answer = date | Decimal | str


def says_date(held: date, said: str, rules: ReadingRules, today: date) -> bool:
    """Any form of a date that a search may take."""
    return birth_date(" ".join(said.replace(",", ", ").split()), rules.date_order, today) == held


def says_post_code(held: str, said: str) -> bool:
    """Letters and digits; an extension (60614-1234) may be left out."""
    one, other = _plain(held), _plain(said)
    short, long = sorted((one, other), key=len)
    return bool(short) and (short == long or (len(short) >= 5 and long.startswith(short)))


def says_phone(held: str, said: str) -> bool:
    """The digits; with or without the country's prefix."""
    one, other = (re.sub(r"\D", "", each).lstrip("0") for each in (held, said))
    short, long = sorted((one, other), key=len)
    return len(short) >= 7 and long.endswith(short)


def says_number(held: str, said: str) -> bool:
    """The whole number, or at least its last four characters."""
    one, other = _plain(held), _plain(said)
    return bool(other) and (one == other or (len(other) >= LAST and one.endswith(other)))


def says_amount(held: Decimal, said: str) -> bool:
    """The amount in any form (214.50, $1,234.50, 214,50, 214 dollars and 50 cents), or in whole units, rounded up or down."""
    found = re.findall(r"\d[\d.,']*", said)
    if not 1 <= len(found) <= 2:
        return False
    parted = re.fullmatch(r"(.*)[.,](\d{1,2})", found[0])
    whole, cents = (parted[1], parted[2].ljust(2, "0")) if parted else (found[0], "")
    if len(found) == 2:
        if cents or len(found[1]) > 2:
            return False
        cents = found[1].rjust(2, "0")
    amount = Decimal(f"{re.sub(r'[^0-9]', '', whole) or 0}.{cents or 0}")
    return amount == abs(held) or (not cents and abs(amount - abs(held)) < 1)


def says_text(held: str, said: str) -> bool:
    """Letters and digits, without diacritics and whatever their case."""
    return bool(fold(said)) and fold(held) == fold(said)


def says(held: Answer, said: str, of: str, rules: ReadingRules, today: date) -> bool:
    """Whether it agrees; ``of`` is what is asked for (``post_code``, ``phone``, ``number``, ``email``), else the type tells."""
    if isinstance(held, date):
        return says_date(held, said, rules, today)
    if isinstance(held, Decimal):
        return says_amount(held, said)
    if of == "post_code":
        return says_post_code(held, said)
    if of == "phone":
        return says_phone(held, said)
    if of == "number":
        return says_number(held, said)
    if of == "email":
        return held.strip().casefold() == said.strip().casefold()
    return says_text(held, said)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
