"""Where the next page of a JSON answer is: by page number, row offset, cursor or Link header (RFC 8288)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from adapters.contract import BadAnswer
from adapters.manifest_requests import Paging
from adapters.sources import json_getter
from adapters.transport import HttpResponse, joined

MOST_PAGES = 200
"""More than any limit of a manifest needs; a department that goes on is going round in circles."""
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$%&*+.^`|~-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)')
_NEXT = re.compile(r'\brel\s*=\s*(?:"[^"]*\bnext\b[^"]*"|next\b)', re.IGNORECASE)


class Page(msgspec.Struct, frozen=True):
    """One page to ask for: the ``number``-th (from 0), after ``rows`` rows, at ``cursor`` or at ``url``; ``seen`` were before it."""

    number: int = 0
    rows: int = 0
    cursor: str = ""
    url: str = ""
    seen: frozenset[str] = frozenset()
    previous: Any = None

    def parameters(self, paging: Paging | None) -> dict[str, str | int]:
        """What asks for this page."""
        if paging is None:
            return {}
        asked: dict[str, str | int] = {paging.size_parameter: paging.size} if paging.size_parameter else {}
        if paging.by == "page":
            asked[paging.parameter] = paging.start + self.number
        elif paging.by == "offset":
            asked[paging.parameter] = self.rows
        elif paging.by == "cursor" and self.cursor:
            asked[paging.parameter] = self.cursor
        return asked


def following(paging: Paging, page: Page, items: list[Any], answer: Any, response: HttpResponse) -> Page | None:
    """The page after ``page``, which held ``items``; None after the last. Raises BadAnswer ``circular_link``."""
    cursor, url = "", ""
    if paging.by == "cursor":
        found = json_getter(paging.next)(answer)
        if found is None or found == "" or found is False:
            return None
        cursor = str(found)
    elif paging.by == "link":
        url = _next_link(response)
        if not url:
            return None
    elif not items or (paging.size_parameter and _is_short(len(items), paging.size)):
        return None
    return _next(page, items, response, cursor, url)


def linked(target: str, page: Page, items: list[Any], response: HttpResponse, base: str = "") -> Page:
    """The page at a link, which is relative to ``base`` or to the answer's address. Raises BadAnswer ``circular_link``."""
    return _next(page, items, response, "", _within(target, response.url, base or response.url))


def _next(page: Page, items: list[Any], response: HttpResponse, cursor: str, url: str) -> Page:
    mark = cursor or url
    if (mark and mark in page.seen) or (not mark and items == page.previous) or page.number + 1 >= MOST_PAGES:
        raise BadAnswer(f"the pages go round in a circle ({page.number + 1} were read)", key="circular_link")
    return Page(page.number + 1, page.rows + len(items), cursor, url, page.seen | {mark or response.url, response.url}, items)


def _is_short(count: int, size: int) -> bool:
    """Whether a page is the last. A round number may be the server's own limit, smaller than what was asked for."""
    return count < size and count % 10 != 0


def _next_link(response: HttpResponse) -> str:
    """The address with rel="next" in the Link header, which has to be on the same origin; empty where there is none."""
    for target, parameters in _LINK.findall(response.headers.get("link", "")):
        if _NEXT.search(parameters):
            return _within(target, response.url, response.url)
    return ""


def _within(target: str, here: str, base: str) -> str:
    """The link's address, which has to be on the same origin as ``here``."""
    url = joined(base, target)
    if urlsplit(url)[:2] != urlsplit(here)[:2]:
        raise BadAnswer("the next page is on another host, which is not followed", key="circular_link")
    return url
