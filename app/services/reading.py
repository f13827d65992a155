"""Free text, as a caller says it, read into a typed query: name, phone, e-mail, birth date, address, post code, reference.

The parts may come in any order. What is certain by its form is taken out first (labels, e-mail, reference numbers of this
site's departments, dates, phones, addresses, post codes); what is left is a name. A label fixes a reading:
``name: born: phone: email: address: zip: ref:``, with quotes around more than one word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

import msgspec
import phonenumbers

from adapters.texts import clean
from app.services.birth_dates import AFTER_A_WORD, NUMERIC_DATE, WORDED_DATE, birth_date
from app.services.cutting import split_address, split_name
from models.query import PARTS, Part, ReadPart, SearchQuery

MAX_LENGTH = 300
"""Characters that are read; nobody says more, and a pasted page must not be sent to every department."""

LABELS: dict[str, Part] = {
    "name": "name",
    "born": "birth_date",
    "dob": "birth_date",
    "phone": "phone",
    "tel": "phone",
    "email": "email",
    "mail": "email",
    "address": "address",
    "zip": "post_code",
    "postcode": "post_code",
    "ref": "reference",
}
LABEL_OF: dict[Part, str] = {
    "name": "name",
    "birth_date": "born",
    "phone": "phone",
    "email": "email",
    "address": "address",
    "post_code": "zip",
    "reference": "ref",
}

_LABELLED = re.compile(rf"(?<!\S)({'|'.join(LABELS)}):\s*(\"[^\"]*\"?|\S+)", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>\"',;]+@[^\s@<>\"',;]+\.[^\s@<>\"',;.]+")
_SUFFIX = (
    r"(?:street|st|avenue|ave|av|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|place|pl|terrace|ter|parkway|pkwy|square|sq"
    r"|highway|hwy|way|circle|cir|broadway)"
)
_QUARTER = r"(?:\s+(?:ne|nw|se|sw|north|south|east|west|[nsew]\.?(?=\s*(?:,|#|$|\d|apt|unit|suite|ste)))(?!\w))?"
_UNIT = r"(?:,?\s*(?:apt|apartment|unit|suite|ste|#)\.?\s*\w+)?"
_NUMBER_FIRST = re.compile(
    rf"(?<![\w-])\d{{1,6}}[a-z]?\s+(?:[^\W\d_][\w.'-]*\s+|\d+(?:st|nd|rd|th)\s+){{0,4}}{_SUFFIX}\b\.?{_QUARTER}{_UNIT}", re.IGNORECASE
)
_NUMBER_LAST = re.compile(
    r"(?<!\w)[^\W\d_][\w.'-]*(?:straße|strasse|str\.|straat|weg|laan|gasse|plein|platz|allee|gracht|kade|dijk|vej|gatan)\s+\d{1,5}\s?[a-z]?\b",
    re.IGNORECASE,
)
_BARE_ADDRESS = re.compile(r"(?<![\w-])\d{1,5}[a-z]?\s+(?:[nsew]\.?\s+)?[^\W\d_][\w.'-]+(?:\s+[^\W\d_][\w.'-]+)?", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+])\+?\(?\d(?:[\s().\-/]*\d){6,14}(?!\w)")
_NUMBER_OF = re.compile(
    r"(?:(?<=\s)|^)(?:case|permit|ticket|request|account|acct|invoice|bill|licen[cs]e|reference)?"
    r"\s*(?:number|no\.?|nr\.?)?\s*[:#]?\s*$",
    re.IGNORECASE,
)
"""Words that only say what the number behind them is."""
_FILLERS = {"born", "dob", "phone", "tel", "email", "zip", "ref", "name"}


class ReadingRules(msgspec.Struct, frozen=True):
    """What a site says about its numbers: ``references`` are (department, pattern) pairs."""

    region: str = "US"
    date_order: str = "mdy"
    post_code: str = r"\d{5}(?:-\d{4})?"
    references: tuple[tuple[str, str], ...] = ()


def read_query(text: str, rules: ReadingRules, today: date) -> tuple[SearchQuery, tuple[ReadPart, ...]]:
    """The query, and how each piece of the text was read, in the order of the text. Never raises: all text is some query."""
    return _Reader(text, rules, today).read()


def relabelled(text: str, part: ReadPart, meant: Part) -> str:
    """The text with one piece fixed to be read as ``meant``."""
    piece = part.text
    bare = _LABELLED.fullmatch(piece)
    value = (bare[2] if bare else piece).strip('"')
    if worded := AFTER_A_WORD.fullmatch(piece):
        value = worded["digits"]
    label = f'{LABEL_OF[meant]}:"{value}"' if " " in value else f"{LABEL_OF[meant]}:{value}"
    whole = " ".join(clean(text).split())[:MAX_LENGTH]
    if piece in whole:
        return whole.replace(piece, label, 1)
    for word in piece.split():  # a name with something else in its middle
        whole = re.sub(rf"(?<!\S){re.escape(word)}(?!\S)", "", whole, count=1)
    return " ".join(f"{whole} {label}".split())


class _Reader:
    def __init__(self, text: str, rules: ReadingRules, today: date) -> None:
        self.text = " ".join(clean(text).replace("\ufffd", " ").split())[:MAX_LENGTH]
        self.rules = rules
        self.today = today
        self.left = self.text
        self.found: list[tuple[int, ReadPart]] = []
        self.values: dict[str, object] = {}

    def read(self) -> tuple[SearchQuery, tuple[ReadPart, ...]]:
        for match in list(_LABELLED.finditer(self.left)):
            self._take(match, LABELS[match[1].lower()], match[2].strip('"'), labelled=True)
        self._take_all(_EMAIL, "email", str.lower)
        self._take_references()
        for match in AFTER_A_WORD.finditer(self.left):
            self._take(match, "birth_date", match["digits"])
        for pattern in (WORDED_DATE, NUMERIC_DATE):
            self._take_all(pattern, "birth_date", self._born)
        self._take_addresses(_NUMBER_FIRST)
        self._take_addresses(_NUMBER_LAST)
        self._take_phones()
        self._take_all(re.compile(rf"(?<![\w-])(?:{self.rules.post_code})(?![\w-])", re.IGNORECASE), "post_code", str.upper)
        self._take_addresses(_BARE_ADDRESS)
        self._take_all(re.compile(r"(?<!\S)\S*\d\S*(?!\S)"), "reference", str.upper)
        self._take_name()
        query = SearchQuery(**self.values)  # type: ignore[arg-type]
        return query, tuple(part for _, part in sorted(self.found, key=lambda each: each[0]))

    def _take_all(self, pattern: re.Pattern[str], part: Part, convert: Callable[[str], object]) -> None:
        """Take the first match that converts; a second of the same kind stays in the text."""
        for match in pattern.finditer(self.left):
            if part not in self.values and convert(match[0]):
                self._take(match, part, match[0])

    def _take(self, match: re.Match[str], part: Part, piece: str, *, labelled: bool = False) -> None:
        value = self._value(part, piece)
        if not value:
            if not labelled:
                return
            part, value = "name", _tidy(piece)
        if not value or part in self.values:
            return
        self.values[part] = value
        if part == "reference":
            self.values["reference_of"] = self._departments_of(str(value))
        if part == "name":
            self.values["given"], self.values["family"] = split_name(str(value))
        if part == "address":
            self.values["street"], self.values["number"] = split_address(str(value))
        shown = value.isoformat() if isinstance(value, date) else str(value)
        self.found.append((match.start(), ReadPart(part, shown, match[0].strip(), self._alternatives(part, piece))))
        self._clear(match.start(), match.end())

    def _clear(self, start: int, end: int) -> None:
        """Take out what was read. A barrier stays behind, so that the numbers on its two sides are never read as one."""
        self.left = f"{self.left[:start]}{';' * (end - start - 2):^{end - start}}{self.left[end:]}"

    def _value(self, part: Part, piece: str) -> object:
        if part == "birth_date":
            return self._born(piece)
        if part == "phone":
            return self._phone(piece)
        if part in ("reference", "post_code"):
            return piece.strip().upper()
        if part == "email":
            return piece.strip().lower()
        return _tidy(piece)

    def _take_addresses(self, pattern: re.Pattern[str]) -> None:
        """An address, with the town that stands between it and its post code."""
        for match in pattern.finditer(self.left):
            if "address" in self.values:
                return
            self._take(match, "address", match[0])
            town = re.compile(rf"\s*,\s*((?:[^\W\d_][\w.'-]*[ ,]+){{1,4}})(?=(?:{self.rules.post_code})(?![\w-]))", re.IGNORECASE)
            if "address" in self.values and (behind := town.match(self.left, match.end())):
                place, part = self.found.pop()
                text = self.text[match.start() : behind.end()].strip(" ,")
                self.found.append((place, ReadPart("address", f"{part.value}, {_tidy(behind[1])}", text, part.alternatives)))
                self._clear(behind.start(), behind.end())

    def _take_references(self) -> None:
        for match in re.finditer(r"[^\s;]+", self.left):
            word = match[0].strip(",#")
            if word and self._departments_of(word):
                self._take_reference(match, word)
                return
        for _, pattern in self.rules.references:
            # A number of digits alone could be a phone or a date: it is known only as it is written.
            for match in _spoken(pattern).finditer(self.left):
                written = "-".join(match.groups())
                if any(letter.isalpha() for letter in written) and self._departments_of(written):
                    self._take_reference(match, written)
                    return

    def _take_reference(self, match: re.Match[str], written: str) -> None:
        self._take(match, "reference", written)
        if words := _NUMBER_OF.search(self.left, 0, match.start()):
            self._clear(words.start(), words.end())

    def _departments_of(self, word: str) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(department for department, pattern in self.rules.references if re.fullmatch(pattern, word, re.IGNORECASE))
        )

    def _take_phones(self) -> None:
        for match in _PHONE.finditer(self.left):
            # A date that is none, such as 2/30/1984, is no phone either.
            if "phone" not in self.values and not NUMERIC_DATE.fullmatch(match[0]):
                self._take(match, "phone", match[0])

    def _phone(self, piece: str) -> str:
        digits = re.sub(r"\D", "", piece)
        if not 3 <= len(digits) <= 15:
            return ""
        try:
            number = phonenumbers.parse(piece, self.rules.region)
        except phonenumbers.NumberParseException:
            return digits
        if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return digits

    def _born(self, piece: str) -> date | None:
        return birth_date(piece, self.rules.date_order, self.today)

    def _take_name(self) -> None:
        words = [match for match in re.finditer(r"[^\s;]+", self.left) if any(letter.isalpha() for letter in match[0])]
        words = [match for match in words if match[0].lower().strip(":") not in _FILLERS]
        text = " ".join(word[0] for word in words)
        given, family = split_name(_tidy(text))
        if not (given or family) or "name" in self.values:
            return
        name = f"{given} {family}".strip()
        self.values |= {"name": name, "given": given, "family": family}
        self.found.append((words[0].start(), ReadPart("name", name, text, self._alternatives("name", text))))

    def _alternatives(self, part: Part, piece: str) -> tuple[Part, ...]:
        """What else the piece could be: only what it can be read as."""
        digits = sum(letter.isdigit() for letter in piece)
        possible: Iterable[Part] = PARTS
        if not digits:
            possible = ("name", "address", "reference")
        elif digits == sum(letter.isalnum() for letter in piece):
            possible = ("phone", "post_code", "reference", "birth_date")
        able = []
        for each in possible:
            if each == part or (each == "birth_date" and not self._born(piece)) or (each == "email" and "@" not in piece):
                continue
            if (each == "phone" and digits < 3) or (each == "post_code" and len(piece) > 10):
                continue
            able.append(each)
        return tuple(able)


@lru_cache(maxsize=256)
def _spoken(pattern: str) -> re.Pattern[str]:
    """A reference pattern as people say and type such numbers, ``pm 24 004211``: its hyphens may be missing or be something else.

    One group between two hyphens. A pattern with groups or alternatives of its own matches nothing here.
    """
    pieces = [""]
    for part in re.findall(r"\[(?:\\.|[^\]])*\]|\\.|.", pattern.removeprefix("^").removesuffix("$")):
        if part == "-":
            pieces.append("")
        else:
            pieces[-1] += part
    if len(pieces) == 1 or re.search(r"(?<!\\)[(|]", pattern):
        return re.compile(r"(?!)")
    return re.compile(r"(?<![\w-])" + r"[-\s./]?".join(f"({piece})" for piece in pieces) + r"(?![\w-])", re.IGNORECASE)


def _tidy(text: str) -> str:
    return " ".join(text.strip(" ,;.\"'").split())
