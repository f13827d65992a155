"""People as departments know them, and the caller that several such records may turn out to be.

The terms follow the EU Core Vocabularies (Core Person, Core Location, Identifier). Values are msgspec Structs, frozen and
out of the garbage collector's sight: a search makes thousands of them while the window must not pause.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args

import msgspec


class SubjectRef(msgspec.Struct, frozen=True, gc=False, order=True):
    """Where a person record lives: the department's id in this site, and the person's key in that department."""

    department: str
    id: str


class Address(msgspec.Struct, frozen=True, gc=False):
    """An address. ``full`` is how a department writes it; the parts are set only where the department keeps them apart."""

    full: str
    thoroughfare: str = ""
    locator: str = ""
    """House number, with its letter."""
    unit: str = ""
    post_code: str = ""
    city: str = ""


Sensitivity = Literal["open", "sensitive", "national_id", "bank", "health", "protected"]
SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)
"""Kinds of values. All but ``open`` are masked until somebody reveals them, one by one; ``protected`` is a secret address."""

MASK = "••••"
"""Stands for every masked value, however long it is."""

Shut = Literal["", "identified", "verified", "strong", "reveal", "not permitted"]
"""Why a value is not there: it opens from a level of verification on, or when it is revealed, or the purpose does not see it."""


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """A number that somebody gave a person or a thing: ``scheme`` says who (``taxpayer``, ``library card``)."""

    scheme: str
    value: str
    sensitivity: Sensitivity = "open"
    shut: Shut = ""
    """Set on what is shown only: ``value`` is then empty."""


class Person(msgspec.Struct, frozen=True, gc=False):
    """One person as one department knows them, at ``read_at`` (UTC)."""

    ref: SubjectRef
    full_name: str
    read_at: datetime
    given_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    protected: bool = False
    """The address is secret: nobody is found by it, and no list shows it."""
    language: str = ""
    """A tag of BCP 47 of the language that they prefer, such as ``es``; empty where the department does not tell."""


class ValuePlace(msgspec.Struct, frozen=True, gc=False):
    """Where one masked value stands: a field of a record (its id and label), a number of a person (key and scheme), or an address."""

    department: str
    id: str
    label: str


Match = Literal["certain", "maybe", "single"]


class Caller(msgspec.Struct, frozen=True):
    """The person records that are taken for one person.

    ``match``: ``certain`` (several records, joined on independent evidence), ``maybe`` (may be the same as another caller in
    the list, kept apart), ``single`` (one record, nobody like it). ``why`` says so in words, one reason an entry.
    ``key`` is stable while further answers come in, so that a selection can be kept.
    """

    key: str
    name: str
    birth_date: date | None
    addresses: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    match: Match
    why: tuple[str, ...]
    members: tuple[Person, ...]
    relevance: float = 0.0
    """How well the caller answers the query, 0 to 1."""
    language: str = ""
    """The language that they prefer, as most of the departments say that tell one."""
    may_be: SubjectRef | None = None
    """A record of the caller under whom this one is listed, as both may be one person."""
    shut: tuple[tuple[str, Shut], ...] = ()
    """Set on what is shown only: the facts (birth_date, address, phone, email) that are known and not shown, and why."""
