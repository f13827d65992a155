"""What back-ends call the facts of a person and of a record, and what their values look like: from which a mapping is proposed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

from anyascii import anyascii
from msgspec import Struct

from adapters.description import Leaf
from adapters.toml_tables import read_table

PERSON = (
    *("given_name", "family_name", "full_name", "birth_date", "phones", "emails", "address.full", "address.thoroughfare"),
    *("address.locator", "address.unit", "address.post_code", "address.city", "protected"),
)
RECORD = ("title", "status", "opened", "due", "amount", "currency", "subject")

_SHAPES: dict[str, re.Pattern[str]] = {
    "birth_date": re.compile(r"(18|19|20)\d\d-?[01]\d-?[0-3]\d|[0-3]?\d[./-][0-3]?\d[./-](18|19|20)?\d\d"),
    "phones": re.compile(r"\+?[\d ()./-]{7,20}"),
    "emails": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "address.post_code": re.compile(r"\d{4,5}(-\d{4})?|\d{4} ?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE),
    "given_name": re.compile(r"[^\d@]{2,40}"),
    "family_name": re.compile(r"[^\d@]{2,40}"),
    "full_name": re.compile(r"[^\d@]{3,80}"),
    "amount": re.compile(r"-?[\d.,]{1,15}"),
}
_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\d([T ].*)?"), "iso"),
    (re.compile(r"\d{8}"), "%Y%m%d"),
    (re.compile(r"(0?[1-9]|1[0-2])/[0-3]?\d/\d{4}"), "%m/%d/%Y"),
    (re.compile(r"[0-3]?\d/(0?[1-9]|1[0-2])/\d{4}"), "%d/%m/%Y"),
    (re.compile(r"[0-3]?\d\.(0?[1-9]|1[0-2])\.\d{4}"), "%d.%m.%Y"),
    (re.compile(r"[0-3]?\d-(0?[1-9]|1[0-2])-\d{4}"), "%d-%m-%Y"),
)


class Words(Struct, frozen=True):
    """``resources/field_names.toml``."""

    facts: dict[str, str]
    states: dict[str, str]
    sensitivity: dict[str, str]


@cache
def _words() -> Words:
    text = files("resources").joinpath("field_names.toml").read_text(encoding="utf-8")
    return read_table(Words, tomllib.loads(text), "field_names.toml")


@cache
def _synonyms(fact: str) -> frozenset[str]:
    return frozenset(_words().facts[fact].split())


def bare(name: str) -> str:
    """``person.dateOfBirth`` as ``dateofbirth``: the last part, in small letters without what separates them."""
    last = re.sub(r"\[[^\]]*\]", "", name).rpartition(".")[2]
    return re.sub(r"[^a-z0-9]", "", anyascii(last).lower())


@cache
def words_in(name: str) -> tuple[str, ...]:
    """``OWNER_NM_2`` as (owner, nm): the words of a name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", anyascii(name))
    return tuple(part for part in re.split(r"[^a-z]+", spaced.lower()) if part)


def names_fact(leaf: Leaf, fact: str) -> float:
    """How well a value's name and samples speak for a fact, from 0 (not) to 1."""
    known, name = _synonyms(fact), bare(leaf.path)
    words = words_in(leaf.path.rpartition(".")[2])
    score = 0.0
    if name in known:
        score = 0.9
    elif any("".join(pair) in known for pair in pairwise(words)):
        score = 0.7
    elif len(words) > 1 and {words[-1], words[0]} & known:
        score = 0.6
    if not score:
        return 0.0
    if fact in ("birth_date", "opened", "due") and leaf.type == "date":
        score += 0.1
    if fact == "amount" and leaf.type != "number" and not leaf.samples:
        score -= 0.2
    shape = _SHAPES.get(fact)
    if leaf.samples and shape is not None:
        fits = sum(bool(shape.fullmatch(each.strip())) for each in leaf.samples if each.strip())
        score += 0.1 if fits == len([each for each in leaf.samples if each.strip()]) else -0.5
    return max(0.0, min(1.0, score))


def date_form(samples: Iterable[str]) -> str:
    """How these dates are written, as a manifest says it; empty where all are ISO 8601 or nothing is known."""
    given = [each.strip() for each in samples if each.strip()]
    for pattern, form in _DATES:
        if given and all(pattern.fullmatch(each) for each in given):
            return "" if form == "iso" else form
    return ""


def state_of(word: str) -> str:
    """What a status probably means; empty where its word tells nothing."""
    name = bare(word)
    return next((state for state, words in _words().states.items() if name in words.split()), "")


def sensitivity_of(leaf: Leaf) -> str:
    """How a field should be kept from view, by its name; ``open`` where nothing speaks against it."""
    name = bare(leaf.path)
    return next((kind for kind, pattern in _words().sensitivity.items() if re.search(re.sub(r"\s", "", pattern), name)), "open")


def label_of(path: str) -> str:
    """``requester.case_number`` as ``Case number``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"\[[^\]]*\]|\"", "", path).rpartition(".")[2])
    text = re.sub(r"[_\-\s]+", " ", words).strip().lower()
    return text[:1].upper() + text[1:]
