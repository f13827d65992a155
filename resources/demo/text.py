"""Text as registers keep it to search by: folded names, digits, and dates counted from today."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from anyascii import anyascii


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Lower-case ASCII letters only: ``O'Connor-Núñez`` as ``oconnornunez``."""
    return "".join(letter for letter in anyascii(text).lower() if letter.isalpha())


@lru_cache(maxsize=100_000)
def legacy(text: str) -> str:
    """Upper-case ASCII, as old systems store it: ``Núñez`` as ``NUNEZ``; apostrophes and hyphens stay."""
    return anyascii(text).upper()


def digits(text: str) -> str:
    return "".join(each for each in text if each.isdigit())


@lru_cache(maxsize=100_000)
def compact(day: date) -> str:
    """``YYYYMMDD``."""
    return day.strftime("%Y%m%d")


@lru_cache(maxsize=100_000)
def days_from(today: date, days: int) -> date:
    return today + timedelta(days=days)
