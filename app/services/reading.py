"""Free text, as a caller says it, read into a typed query: name, phone, e-mail, birth date, address, post code, reference.

The parts may come in any order. What is certain by its form is taken out first (labels, e-mail, reference numbers of this
site's departments, dates, phones, addresses, post codes); what is left is a name. A label fixes a reading:
``name: born: phone: email: address: zip: ref:``, with quotes around more than one word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

import msgspec
import phonenumbers
from dateutil import parser as date_parser

from adapters.mapping import clean
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
_NUMERIC_DATE = re.compile(r"(?<![\w-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})|(?:19|20)\d{6})(?![\w-])")
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
_MONTH_WORDS = {word: number for number, words in _MONTHS.items() for word in words.split()}
_ANY_MONTH = "|".join(sorted(_MONTH_WORDS, key=len, reverse=True))
_WORDED_DATE = re.compile(
    rf"(?<!\w)(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:de\s+|of\s+)?(?P<m1>{_ANY_MONTH})\.?,?\s+(?:de\s+)?(?P<y1>\d{{4}})"
    rf"|(?P<m2>{_ANY_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}}))(?!\w)",
    re.IGNORECASE,
)
_SUFFIX = (
    r"(?:street|st|avenue|ave|av|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|place|pl|terrace|ter|parkway|pkwy|square|sq"
    r"|highway|hwy|way|circle|cir|broadway)"
)
_UNIT = r"(?:,?\s*(?:apt|apartment|unit|suite|ste|#)\.?\s*\w+)?"
_NUMBER_FIRST = re.compile(
    rf"(?<![\w-])\d{{1,6}}[a-z]?\s+(?:[^\W\d_][\w.'-]*\s+|\d+(?:st|nd|rd|th)\s+){{0,4}}{_SUFFIX}\b\.?{_UNIT}", re.IGNORECASE
)
_NUMBER_LAST = re.compile(
    r"(?<!\w)[^\W\d_][\w.'-]*(?:straße|strasse|str\.|straat|weg|laan|gasse|plein|platz|allee|gracht|kade|dijk|vej|gatan)\s+\d{1,5}\s?[a-z]?\b",
    re.IGNORECASE,
)
_BARE_ADDRESS = re.compile(r"(?<![\w-])\d{1,5}[a-z]?\s+(?:[nsew]\.?\s+)?[^\W\d_][\w.'-]+(?:\s+[^\W\d_][\w.'-]+)?", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+])\+?\(?\d(?:[\s().\-/]*\d){6,14}(?!\w)")
_FILLERS = {"born", "dob", "phone", "tel", "email", "zip", "ref", "name"}
_PARTICLES = {
    "van",
    "von",
    "der",
    "den",
    "de",
    "del",
    "della",
    "di",
    "da",
    "dos",
    "la",
    "le",
    "el",
    "al",
    "ter",
    "ten",
    "bin",
    "ibn",
    "st.",
}


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
    label = f'{LABEL_OF[meant]}:"{value}"' if " " in value else f"{LABEL_OF[meant]}:{value}"
    return " ".join(clean(text).split())[:MAX_LENGTH].replace(piece, label, 1)


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
        for pattern in (_WORDED_DATE, _NUMERIC_DATE):
            self._take_all(pattern, "birth_date", self._date)
        self._take_all(_NUMBER_FIRST, "address", _tidy)
        self._take_all(_NUMBER_LAST, "address", _tidy)
        self._take_phones()
        post_code = re.compile(rf"(?<![\w-])(?:{self.rules.post_code})(?![\w-])", re.IGNORECASE)
        self._take_all(post_code, "post_code", str.upper)
        self._take_all(_BARE_ADDRESS, "address", _tidy)
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
        self.left = self.left[: match.start()] + " " * len(match[0]) + self.left[match.end() :]

    def _value(self, part: Part, piece: str) -> object:
        if part == "birth_date":
            return self._date(piece)
        if part == "phone":
            return self._phone(piece)
        if part in ("reference", "post_code"):
            return piece.strip().upper()
        if part == "email":
            return piece.strip().lower()
        return _tidy(piece)

    def _take_references(self) -> None:
        for match in re.finditer(r"\S+", self.left):
            word = match[0].strip(",;#")
            if word and self._departments_of(word):
                self._take(match, "reference", word)
                return

    def _departments_of(self, word: str) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(department for department, pattern in self.rules.references if re.fullmatch(pattern, word, re.IGNORECASE))
        )

    def _take_phones(self) -> None:
        for match in _PHONE.finditer(self.left):
            if "phone" not in self.values:
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

    def _date(self, piece: str) -> date | None:
        """A birth date, or None: it must lie between 1900 and today."""
        found: date | None = None
        if worded := _WORDED_DATE.fullmatch(piece.strip()):
            month = _MONTH_WORDS[(worded["m1"] or worded["m2"]).lower()]
            found = _day(int(worded["y1"] or worded["y2"]), month, int(worded["d1"] or worded["d2"]))
        elif re.fullmatch(r"\d{8}", piece.strip()):
            found = _day(int(piece[:4]), int(piece[4:6]), int(piece[6:8]))
        elif _NUMERIC_DATE.fullmatch(piece.strip()):
            order = self.rules.date_order
            try:
                found = date_parser.parse(piece, dayfirst=order == "dmy", yearfirst=order == "ymd").date()
            except (ValueError, OverflowError):
                found = None
            if found and found > self.today and not re.search(r"\d{4}", piece):  # 3/4/84 was long ago
                found = found.replace(year=found.year - 100)
        return found if found and date(1900, 1, 1) <= found <= self.today else None

    def _take_name(self) -> None:
        words = [match for match in re.finditer(r"[^\s;]+", self.left) if any(letter.isalpha() for letter in match[0])]
        words = [match for match in words if match[0].lower().strip(":") not in _FILLERS]
        if not words or "name" in self.values:
            return
        piece = self.left[words[0].start() : words[-1].end()]
        value = _tidy(" ".join(word[0] for word in words))
        if not value:
            return
        self.values["name"] = value.replace(",", "") if "," in value else value
        self.values["given"], self.values["family"] = split_name(value)
        if "," in value:
            self.values["name"] = f"{self.values['given']} {self.values['family']}".strip()
        text = " ".join(piece.split())
        self.found.append((words[0].start(), ReadPart("name", str(self.values["name"]), text, self._alternatives("name", text))))

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
            if each == part or (each == "birth_date" and not self._date(piece)) or (each == "email" and "@" not in piece):
                continue
            if (each == "phone" and digits < 3) or (each == "post_code" and len(piece) > 10):
                continue
            able.append(each)
        return tuple(able)


def split_name(name: str) -> tuple[str, str]:
    """Given and family name: ``Gonzalez, Maria`` and ``Maria Gonzalez`` alike; one word alone is the family name."""
    if "," in name:
        family, _, given = name.partition(",")
        return given.strip(), family.replace(",", " ").strip()
    words = name.split()
    if len(words) < 2:
        return "", name.strip()
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def split_address(address: str) -> tuple[str, str]:
    """Street and house number, whichever comes first; the unit is left out."""
    address = re.sub(r",?\s*(?:\b(?:apt|apartment|unit|suite|ste)\b|#)\.?\s*\w+$", "", address, flags=re.IGNORECASE)
    if found := re.match(r"(\d+[a-z]?)\s+(.+)", address, re.IGNORECASE):
        return found[2].strip(), found[1]
    if found := re.match(r"(.+?)\s+(\d+\s?[a-z]?)$", address, re.IGNORECASE):
        return found[1].strip(), found[2]
    return address, ""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _tidy(text: str) -> str:
    return " ".join(text.strip(" ,;.\"'").split())
