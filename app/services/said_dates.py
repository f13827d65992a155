"""Days and times of day as staff type them into a form: in any common form, past or to come, with or without a year."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from app.services.birth_dates import ANY_MONTH, MONTH_WORDS, ordered, written_day

_RELATIVE = {"today": 0, "tomorrow": 1, "yesterday": -1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_IN = re.compile(r"(?:in\s+|\+)(\d{1,3})\s*(d|days?|w|weeks?)", re.IGNORECASE)
_WORDED = re.compile(
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:de\s+|of\s+)?(?P<m1>{ANY_MONTH})\.?"
    rf"|(?P<m2>{ANY_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,?\s+(?:de\s+)?(?P<year>\d{{4}}))?",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d{1,4}([-/.])\d{1,2}(?:\1\d{1,4})?\.?")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|uhr|h)?", re.IGNORECASE)
_FIRST_YEAR = 1900
_AHEAD = 50
"""Years that a year of two digits may lie ahead: 12/1/27 is to come."""


def said_day(text: str, order: str, today: date) -> date | None:
    """The day that a text says, or None. ``order`` is the site's (mdy, dmy, ymd); without a year, the nearest such day is meant."""
    found = _said(" ".join(text.lower().split()), order, today)
    return found if found is not None and found.year >= _FIRST_YEAR else None


def _said(text: str, order: str, today: date) -> date | None:
    if text in _RELATIVE:
        return today + timedelta(days=_RELATIVE[text])
    if len(text) >= 3 and (day := next((at for at, name in enumerate(_WEEKDAYS) if name.startswith(text)), None)) is not None:
        return today + timedelta(days=(day - today.weekday() - 1) % 7 + 1)
    if counted := _IN.fullmatch(text):
        return today + timedelta(days=int(counted[1]) * (7 if counted[2].startswith("w") else 1))
    if worded := _WORDED.fullmatch(text):
        month, day = MONTH_WORDS[(worded["m1"] or worded["m2"])], int(worded["d1"] or worded["d2"])
        return written_day(int(worded["year"]), month, day) if worded["year"] else _nearest(month, day, today)
    if re.fullmatch(r"\d{8}", text):
        return ordered([text[:4], text[4:6], text[6:]], "ymd", today.year + _AHEAD)
    if not _NUMBERS.fullmatch(text):
        return None
    parts = [part for part in re.split(r"[-/.]", text) if part]
    if len(parts) == 2:
        first, second = int(parts[0]), int(parts[1])
        return _nearest(second, first, today) if order == "dmy" else _nearest(first, second, today)
    return ordered(parts, order, today.year + _AHEAD) if len(parts) == 3 else None


def said_time(text: str) -> time | None:
    """The time of day that a text says: ``15:30``, ``3pm``, ``9``; None where it says none."""
    found = _TIME.fullmatch(" ".join(text.lower().split()))
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _nearest(month: int, day: int, today: date) -> date | None:
    """The day of this month and day that lies nearest to today."""
    years = (today.year - 1, today.year, today.year + 1)
    found = [each for year in years if (each := written_day(year, month, day)) is not None]
    return min(found, key=lambda each: abs((each - today).days), default=None)
