"""Birth dates as people say and write them: in digits in the site's order, in words in several languages, or run together."""

from __future__ import annotations

import re
from datetime import date

NUMERIC_DATE = re.compile(r"(?<![\w-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})|(?:19|20)\d{6})(?![\w-])")
_MONTHS = {
    1: "january jan januar jänner januari enero janvier gennaio",
    2: "february feb februar februari febrero février febbraio",
    3: "march mar märz maart marzo mars",
    4: "april apr abril avril aprile",
    5: "may mai mei mayo maggio",
    6: "june jun juni junio juin giugno",
    7: "july jul juli julio juillet luglio",
    8: "august aug augustus agosto août",
    9: "september sep sept septiembre septembre settembre",
    10: "october oct oktober okt octubre octobre ottobre",
    11: "november nov noviembre novembre",
    12: "december dec dezember dez diciembre décembre dicembre",
}
MONTH_WORDS = {word: number for number, words in _MONTHS.items() for word in words.split()}
ANY_MONTH = "|".join(sorted(MONTH_WORDS, key=len, reverse=True))
WORDED_DATE = re.compile(
    rf"(?<!\w)(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:de\s+|of\s+)?(?P<m1>{ANY_MONTH})\.?,?\s+(?:de\s+)?(?P<y1>\d{{4}})"
    rf"|(?P<m2>{ANY_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}}))(?!\w)",
    re.IGNORECASE,
)
AFTER_A_WORD = re.compile(
    r"(?<!\w)(?:born|dob|d\.o\.b\.|birth\s?(?:date|day)|date of birth)(?:\s+on|\s+is)?\s*[:=]?\s*(?P<digits>\d{8}|\d{6})(?!\w)",
    re.IGNORECASE,
)
"""Digits that only the word before them makes a date: ``DOB 03091984``."""


def birth_date(piece: str, order: str, today: date) -> date | None:
    """The date that a piece of text says, or None. ``order`` is the site's (mdy, dmy, ymd); nobody was born before 1900 or after today."""
    text = piece.strip()
    found: date | None = None
    if worded := WORDED_DATE.fullmatch(text):
        month = MONTH_WORDS[(worded["m1"] or worded["m2"]).lower()]
        found = written_day(int(worded["y1"] or worded["y2"]), month, int(worded["d1"] or worded["d2"]))
    elif re.fullmatch(r"\d{8}|\d{6}", text):
        found = _run_together(text, order, today)
    elif NUMERIC_DATE.fullmatch(text):
        found = ordered(re.split(r"[-/.]", text), order, today.year)
    return found if found and date(1900, 1, 1) <= found <= today else None


def _run_together(digits: str, order: str, today: date) -> date | None:
    """Eight digits that can be read year first are read so everywhere; others in the site's order."""
    if len(digits) == 8 and digits[:2] in ("19", "20") and (found := written_day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))):
        return found
    long = len(digits) - 4
    cuts = (long, long + 2) if order == "ymd" else (2, 4)
    return ordered([digits[: cuts[0]], digits[cuts[0] : cuts[1]], digits[cuts[1] :]], order, today.year)


def ordered(parts: list[str], order: str, latest: int) -> date | None:
    """Three numbers in the site's order; four digits in front say year, month, day. No year of two digits is later than ``latest``."""
    order = "ymd" if len(parts[0]) == 4 else order
    if order == "ymd" and len(parts[2]) == 4:
        order = "dmy"
    year, month, day = (int(parts[order.index(letter)]) for letter in "ymd")
    if len(parts[order.index("y")]) <= 2:
        year += 2000 if 2000 + year <= latest else 1900  # 3/4/84 was long ago
    return written_day(year, month, day)


def written_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
