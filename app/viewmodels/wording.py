"""How a language writes days and sums, from Qt's locales: for what is said to the caller in their own language."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache

from PySide6.QtCore import QDate, QLocale

_SYMBOLS = {"USD": "$", "CAD": "$", "AUD": "$", "EUR": "€", "GBP": "£"}
_WEEKDAY = re.compile(r"d{3,4},?\s*|,?\s*d{3,4}")


class Wording:
    """``language`` is a tag of BCP 47, ``region`` an ISO 3166 code: Spanish in the United States writes sums as they do."""

    def __init__(self, language: str, region: str = "") -> None:
        name = language if "-" in language or not region else f"{language}_{region}"
        self._locale = QLocale(name.replace("-", "_"))
        if self._locale.language() == QLocale.Language.C:
            self._locale = QLocale("en_US")
        self._form = _WEEKDAY.sub("", self._locale.dateFormat(QLocale.FormatType.LongFormat)).strip()

    def day(self, value: date) -> str:
        """``March 4, 1984``, ``4 de marzo de 1984``."""
        return self._locale.toString(QDate(value.year, value.month, value.day), self._form)

    def amount(self, value: Decimal, currency: str) -> str:
        """``$214.50``."""
        sign = "−" if value < 0 else ""  # some locales would put it into brackets
        return sign + self._locale.toCurrencyString(float(abs(value)), _SYMBOLS.get(currency, currency))


@cache
def language_name(tag: str) -> str:
    """What a language calls itself: ``español``; the tag where nobody knows."""
    locale = QLocale(tag.replace("-", "_"))
    if locale.language() in (QLocale.Language.C, QLocale.Language.English):
        return "English" if tag.startswith("en") else tag
    # Qt names the country too: "español de España".
    return locale.nativeLanguageName().partition(" de ")[0]
