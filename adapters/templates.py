"""Templates of a manifest's requests: ``/people?name={family|ascii|lower}`` with the values of a query.

A template is text with ``{value}`` or ``{value|filter|filter}``. Values: name, given, family, birth_date, phone, email,
address, street, number, post_code, reference, subject, today; of what is written those of its form, and some besides. An unknown
value or filter is an error of the manifest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from functools import lru_cache

from anyascii import anyascii

from models.query import SearchQuery

VALUES = frozenset(
    [
        "name",
        "given",
        "family",
        "birth_date",
        "phone",
        "email",
        "address",
        "street",
        "number",
        "post_code",
        "reference",
        "subject",
        "today",
        "since",
    ]
)
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)((?:\|[a-z0-9_]+)*)\}")


def _date_filter(form: str) -> Callable[[str], str]:
    return lambda text: date.fromisoformat(text).strftime(form) if text else ""


def _number(text: str) -> str:
    """The number alone, without a sign of thousands: JSON's form. Raises ValueError."""
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*", text.replace(",", ""))
    if text and not found:
        raise ValueError("no number")
    return found[1] if found else ""


FILTERS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "ascii": anyascii,
    "digits": lambda text: re.sub(r"\D", "", text),
    "letters": lambda text: re.sub(r"[^\w ]|_", "", text),
    "last4": lambda text: text[-4:],
    "last7": lambda text: text[-7:],
    "last10": lambda text: text[-10:],
    "first1": lambda text: text[:1],
    "first3": lambda text: text[:3],
    "first4": lambda text: text[:4],
    "first5": lambda text: text[:5],
    "like": lambda text: re.sub(r"([\\%_])", r"\\\1", text),
    "number": _number,
    "boolean": lambda text: "true" if text.lower() in ("yes", "true", "1", "y", "on") else "false" if text else "",
    "ymd": _date_filter("%Y%m%d"),
    "dmy": _date_filter("%d.%m.%Y"),
    "mdy": _date_filter("%m/%d/%Y"),
}


def problems(template: str, known: Collection[str] = VALUES) -> list[str]:
    """What is wrong with a template, in words; empty when nothing is. ``known`` are the values that there are."""
    found = []
    for name, filters in _PLACE.findall(template):
        if name not in known:
            found.append(f"{{{name}}} is no value: write one of {', '.join(sorted(known))}")
        found += [f"|{each} is no filter: write one of {', '.join(FILTERS)}" for each in filters.split("|")[1:] if each not in FILTERS]
    if re.search(r"[{}]", _PLACE.sub("", template)):
        found.append(f"{template!r} has a brace that is no {{value}} or {{value|filter}}")
    return found


@lru_cache(4096)  # more templates than all manifests of a site have
def _pieces(template: str) -> tuple[tuple[tuple[str, str, tuple[Callable[[str], str], ...]], ...], str]:
    """A template taken apart: for each place the text before it, its value and filters; and the text after the last."""
    places = []
    end = 0
    for place in _PLACE.finditer(template):
        places.append((template[end : place.start()], place[1], tuple(FILTERS[name] for name in place[2].split("|")[1:])))
        end = place.end()
    return tuple(places), template[end:]


@lru_cache(4096)
def names_in(template: str) -> frozenset[str]:
    """The names of the values that a template has places for."""
    return frozenset(name for _, name, _ in _pieces(template)[0])


def fill(template: str, values: Mapping[str, str], quote: Callable[[str], str] = str) -> str:
    """The template with its values, each passed through its filters and then ``quote``.

    Empty where a value that it names is empty, so that a parameter which says nothing is left out.
    """
    places, rest = _pieces(template)
    filled = ""
    for before, name, filters in places:
        text = values.get(name, "")
        for each in filters:
            text = each(text)
        if not text:
            return ""
        filled += before + quote(text)
    return filled + rest


def written(template: str, values: Mapping[str, str]) -> str:
    """The template with its values as they are to be written: an empty one leaves the others, and blanks and commas around it go too.

    Empty where all that it names is empty, so that what is no more is written as nothing.
    """
    places, rest = _pieces(template)
    filled, said, gap = "", not places, False
    for before, name, filters in places:
        text = values.get(name, "")
        for each in filters:
            text = each(text)
        filled += before + text
        said, gap = said or bool(text), gap or not text
    if not said:
        return ""
    return re.sub(r"\s+(?=[\s,])|,\s*(?=,)", "", filled + rest).strip(" ,") if gap else filled + rest


def query_values(query: SearchQuery, today: date, days: int = 90) -> dict[str, str]:
    """The values that a query gives to templates; NUL and lone surrogates are taken out (no back-end takes both)."""
    values = {
        "name": query.name,
        "given": query.given,
        "family": query.family,
        "birth_date": query.birth_date.isoformat() if query.birth_date else "",
        "phone": query.phone,
        "email": query.email,
        "address": query.address,
        "street": query.street,
        "number": query.number,
        "post_code": query.post_code,
        "reference": query.reference,
    }
    values |= {"today": today.isoformat(), "since": (today - timedelta(days=days)).isoformat()}
    return sendable(values)


def subject_values(subject: str, today: date, days: int = 90) -> dict[str, str]:
    """The values of a question for one person's records."""
    return {**sendable({"subject": subject}), "today": today.isoformat(), "since": (today - timedelta(days=days)).isoformat()}


def sendable(values: Mapping[str, str]) -> dict[str, str]:
    """The values without what no back-end takes."""
    return {name: _sendable(text) if text else text for name, text in values.items()}


def _sendable(text: str) -> str:
    return text if text.isascii() and text.isprintable() else text.replace("\x00", "").encode("utf-8", "ignore").decode()
