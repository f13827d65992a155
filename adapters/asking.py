"""What kinds share in asking: which question fits, what it is filled with, and reading the items that come back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from adapters.contract import BadAnswer
from adapters.manifest import Lookup, Manifest
from adapters.manifest_requests import Request
from adapters.templates import fill, names_in
from adapters.turns import TURNS
from models.query import SearchQuery

T = TypeVar("T")


def lookups_for(manifest: Manifest, reference: str) -> list[Lookup]:
    """The [[lookup]]s that know numbers of this form."""
    if not reference:
        return []
    return [each for each in manifest.lookup if not each.pattern or re.fullmatch(each.pattern, reference, re.IGNORECASE)]


def is_reference(manifest: Manifest, reference: str) -> bool:
    """Whether this looks like one of the department's own numbers."""
    return bool(reference) and any(re.fullmatch(pattern, reference, re.IGNORECASE) for pattern in manifest.references)


def can_find(manifest: Manifest, query: SearchQuery) -> bool:
    """Whether the manifest has a [[find]] for the parts of this query, or a [[lookup]] for its number."""
    by_number = is_reference(manifest, query.reference) and bool(lookups_for(manifest, query.reference))
    return by_number or manifest.find_for(query) is not None


def says_something(request: Request, values: Mapping[str, str]) -> bool:
    """Whether a value of the caller's reaches the department. A question with all of them empty would ask for everybody."""
    theirs = values.keys() - {"today", "since"}
    given = (request.path, *request.query.values(), *request.body.values(), *request.headers.values())
    templates = [each for each in given if not theirs.isdisjoint(names_in(each))]
    if request.path in templates:
        return bool(fill(request.path, values))
    return not templates or any(fill(template, values) for template in templates)


def url_of(address: str, question: Request, values: Mapping[str, str], more: Mapping[str, str | int]) -> str:
    """The address of a question: its path after the department's, values quoted; its query, less what says nothing; and ``more``."""
    url = address.rstrip("/") + fill(question.path, values, path_part) if question.path else address
    said: dict[str, str | int] = {name: text for name, template in question.query.items() if (text := fill(template, values))}
    said |= more
    return url + (("&" if "?" in url else "?") + urlencode(said, quote_via=quote) if said else "")


def path_part(text: str) -> str:
    """A value as one part of a path. A part of dots alone would mean another path."""
    return quote(text, safe="") if text.strip(".") else "%2E" * len(text)


AT_ONCE = 100
"""Items read before any is handed on."""
TURN = 0.002
"""Seconds: long enough that taking turns costs little, short enough for the window. An item takes 10 to 110 us, as its map is."""


def read_items(readings: Iterable[tuple[Callable[[Any], T], Any]], limit: int) -> Iterator[T]:
    """What each function makes of its item, at most ``limit`` + 1. One that can't be read keeps nobody from the others.

    They are told of at the end: BadAnswer ``mapping`` after all that could be read, naming the first one's field and line. An item that
    is such a BadAnswer itself is one of them. Reading holds the interpreter, so departments take turns: twenty at once would make
    the window stall.
    """
    read = 0
    unread: list[BadAnswer] = []
    coming = iter(readings)
    while batch := list(islice(coming, min(AT_ONCE, limit + 1 - read) or 1)):
        items: list[T] = []
        with TURNS:
            until = perf_counter() + TURN
            for make, item in batch:
                try:
                    if isinstance(item, BadAnswer):
                        raise item
                    items.append(make(item))
                except BadAnswer as error:
                    if error.fault_key != "mapping":
                        raise
                    unread.append(error)
                if perf_counter() > until:
                    TURNS.give_way()
                    until = perf_counter() + TURN
        yield from items
        read += len(items)
        if read > limit:
            return
    if unread:
        raise BadAnswer(f"{len(unread)} of {read + len(unread)} entries can't be read: {unread[0].detail}", key="mapping")
