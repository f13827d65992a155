"""The kind ``rest``: a department that answers in JSON over HTTP, asked as its manifest says.

A ``[[find]]``, ``[[records]]`` or ``[[lookup]]`` gives ``path``, ``query``, ``headers`` and (POST) ``body`` as templates, where
the list stands in the answer (``items``, a JMESPath), and how further pages are asked for (``paging``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from adapters.answers import decode_json
from adapters.asking import can_find, is_reference, lookups_for, read_items, says_something
from adapters.contract import BadAnswer, CallContext, Health, NotFound
from adapters.http_auth import Authorizer
from adapters.manifest import Manifest, ManifestError, ManifestProblem, Request
from adapters.mapping import Getter, PersonReader, json_getter, record_readers
from adapters.rest_paging import Page, following
from adapters.templates import fill, query_values, subject_values
from adapters.toml_lines import line_of
from adapters.transport import HttpRequest, Transport
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef

_REACHED = frozenset({404, 405})
"""Answers of an address that is no page of its own: the department is there all the same."""


class RestDepartment:
    """A department with a JSON interface. Raises ManifestError, with every problem found, when its manifest can't be used."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        lines = Path(manifest.path).read_text(encoding="utf-8") if Path(manifest.path).is_file() else ""
        self._manifest = manifest
        self._items = _checked(manifest, lines)
        self._lines = lines
        self._http = Authorizer(manifest, transport)
        self._person = PersonReader(manifest, manifest.person, json_getter) if manifest.person else None
        self._readers = record_readers(manifest, json_getter)

    def can_find(self, query: SearchQuery) -> bool:
        """Whether a [[find]] fits the parts of this query, or a [[lookup]] its reference number."""
        return can_find(self._manifest, query)

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        """The record whose number was given, with the person whom a [[find]] by ``reference`` tells; or else the people who fit."""
        manifest = self._manifest
        question = manifest.find_for(query)
        if is_reference(manifest, query.reference) and manifest.lookup:
            try:
                yield self.lookup(RecordRef(manifest.id, query.reference), ctx)
                if question is None or "reference" not in question.needs:
                    return  # else the person whom the number concerns follows
            except NotFound:
                pass  # no such number: found nothing, unless another part was given
        read = self._person
        if question is None or read is None:
            return
        items = self._asked(question, query_values(query, ctx.now.date()), ctx)
        yield from read_items((partial(read, item, ctx) for item in items), manifest.limits.people)

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        """All records of one person, of all [[records]] questions."""
        values = subject_values(subject.id, ctx.now.date())

        def readings() -> Iterator[Callable[[], Record]]:
            for question in self._manifest.records:
                read = self._readers[question.map]
                for item in self._asked(question, values, ctx):
                    yield partial(read, item, ctx, subject)

        yield from read_items(readings(), self._manifest.limits.records)

    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        """One record by its number, of the first [[lookup]] that knows it."""
        values = query_values(SearchQuery(reference=ref.id), ctx.now.date())
        for question in lookups_for(self._manifest, ref.id):
            try:
                item = next(self._asked(question, values, ctx), None)
            except NotFound:
                continue
            if item is not None:
                return self._readers[question.map](item, ctx)
        raise NotFound("no record has this number")

    def check(self, ctx: CallContext) -> Health:
        """Reach the address, or the path of [check], with the credential."""
        started = time.monotonic()
        request = self._request(self._manifest.check, query_values(SearchQuery(), ctx.now.date()), {})
        response = self._http.send(request, ctx, accept=frozenset() if self._manifest.check.path else _REACHED)
        return Health((time.monotonic() - started) * 1000, response.headers.get("server", "")[:40])

    def close(self) -> None:
        """Connections belong to the transport."""

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        """The items of all pages. Raises BadAnswer ``mapping`` where the answer has no list at ``items``."""
        if not says_something(question, values):
            return
        page: Page | None = Page()
        while page is not None:
            request = self._request(question, values, page.parameters(question.paging))
            if page.url:
                request = msgspec.structs.replace(request, url=page.url)
            response = self._http.send(request, ctx)
            answer = decode_json(response)
            items = self._listed(question, answer)
            yield from items
            page = following(question.paging, page, items, answer, response) if question.paging else None

    def _request(self, question: Request, values: dict[str, str], paging: dict[str, str | int]) -> HttpRequest:
        url = self._manifest.address.rstrip("/") + fill(question.path, values, _quoted) if question.path else self._manifest.address
        said: dict[str, str | int] = {name: text for name, template in question.query.items() if (text := fill(template, values))}
        headers = {"accept": "application/json"}
        headers |= {name.lower(): text for name, template in question.headers.items() if (text := fill(template, values))}
        body = b""
        if question.body:
            inside = {name: text for name, template in question.body.items() if (text := fill(template, values))}
            body = msgspec.json.encode(inside | paging)
            headers["content-type"] = "application/json"
        else:
            said |= paging
        if said:
            url += ("&" if "?" in url else "?") + urlencode(said, quote_via=quote)
        return HttpRequest(question.method, url, headers, body)

    def _listed(self, question: Request, answer: Any) -> list[Any]:
        """The list at ``items``; one object stands for a list of one. What is not there at all is not "none found"."""
        if answer is None:
            return []
        find = self._items[id(question)]
        found = answer if find is None else find(answer)
        if isinstance(found, list):
            return found
        if isinstance(found, dict):
            return [found]
        if found is None and _is_null(answer, question.items):
            return []
        name = type(question).__name__.lower()
        siblings: tuple[Request, ...] = getattr(self._manifest, name)
        line = line_of(self._lines, (name, siblings.index(question), "items"))
        raise BadAnswer(f"{Path(self._manifest.path).name}:{line}: {name}.items ({question.items or 'all'}) is no list", key="mapping")


def _quoted(text: str) -> str:
    """A value as one part of a path. A part of dots alone would mean another path."""
    return quote(text, safe="") if text.strip(".") else "%2E" * len(text)


def _is_null(answer: Any, path: str) -> bool:
    """Whether a plain path leads to a null that is there, as some servers write an empty list."""
    for key in path.split("."):
        if not isinstance(answer, dict) or key not in answer:
            return False
        answer = answer[key]
    return answer is None


def _checked(manifest: Manifest, lines: str) -> dict[int, Getter | None]:
    """The getter of each question's items. Raises ManifestError for what this kind can't do."""
    from jmespath.exceptions import JMESPathError

    problems: list[tuple[tuple[str | int, ...], str]] = []
    address = urlsplit(manifest.address)
    if address.scheme not in ("http", "https") or not address.hostname:
        problems.append((("address",), "address is no web address: write https://host/path"))
    elif "@" in address.netloc:
        problems.append((("address",), "address holds a user name: write it as auth.user, and put the password into the keyring"))
    getters: dict[int, Getter | None] = {}
    places: list[tuple[tuple[str | int, ...], Request]] = [(("check",), manifest.check)]
    places += [(("find", at), each) for at, each in enumerate(manifest.find)]
    places += [(("records", at), each) for at, each in enumerate(manifest.records)]
    places += [(("lookup", at), each) for at, each in enumerate(manifest.lookup)]
    for place, request in places:
        problems += [((*place, key), f"kind rest has no {key}: write path and query") for key in ("sql", "params") if getattr(request, key)]
        if request.body and request.method == "GET":
            problems.append(((*place, "body"), 'a body needs method = "POST"'))
        if request.path and not request.path.startswith(("/", "?")):
            problems.append(((*place, "path"), f'path is "{request.path}": begin it with /'))
        try:
            getters[id(request)] = json_getter(request.items) if request.items else None
        except JMESPathError:
            problems.append(((*place, "items"), f'items is "{request.items}", which is no JMESPath: see jmespath.org'))
    if problems:
        raise ManifestError(
            sorted((ManifestProblem(manifest.path, line_of(lines, at), text) for at, text in problems), key=lambda each: each.line)
        )
    return getters
