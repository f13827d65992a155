"""The kind ``zgw``: cases by the Dutch standard for case-oriented work (Zaken, Catalogi and Documenten API, VNG Realisatie).

Asked like ``rest``, with what the standard adds: a JWT signed with the client's secret (``auth`` of type ``jwt``), coordinates'
headers, pages by ``next``. A case names its type, status and documents by address: ``zgw.resolve`` says which are read along, and puts
them under ``_expand``, where a server that knows ``expand`` (Zaken 1.5) puts them itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from adapters.answers import decode_json, refusal, told_code
from adapters.asking import says_something, url_of
from adapters.contract import BadAnswer, CallContext, DepartmentError, Health, NotFound, SignInNeeded, TimedOut
from adapters.manifest import Manifest
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.rest_paging import Page, linked
from adapters.templates import VALUES, fill, query_values
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, HttpResponse, Transport
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record

NOBODY = "000000000"
"""No citizen's service number, and no case's."""
TYPES_KEPT = 3600.0
"""Seconds for which a type of the Catalogi API is kept: it changes by a new version, under a new address."""
MOST_TYPES = 500
_HEADERS = {"accept": "application/json", "accept-crs": "EPSG:4326"}
_WITH_WORDS = frozenset({400, 403, 404, 405, 406, 409, 410, 412, 415, 500, 503})
"""Statuses whose body tells a code (application/problem+json)."""
_SIGN_IN = re.compile(r"jwt|client-identifier|not_authenticated")
"""Codes of a refused token, which the standard's servers give under 403."""


class ZgwDepartment(QuestionsDepartment):
    """A department with the Dutch case APIs."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        super().__init__(manifest, transport)
        self.reactor = transport.reactor
        self._trusted = {_origin(url) for url in (manifest.address, *manifest.zgw.apis)}
        self._types: dict[str, tuple[float, Any]] = {}

    def check(self, ctx: CallContext) -> Health:
        """Ask what [check] says; or else for a case that none has, so that the token's rights are tried and nobody is read."""
        manifest = self._manifest
        question = (
            manifest.check if manifest.check.path else next(iter((*manifest.lookup, *manifest.records, *manifest.find)), manifest.check)
        )
        values = dict.fromkeys(VALUES, NOBODY) | query_values(SearchQuery(reference=NOBODY), ctx.now.date())
        values = {name: text or NOBODY for name, text in values.items()}
        started = time.monotonic()
        try:
            response = self._send(url_of(manifest.address, question, values, {}), question, values, ctx)
        except NotFound:
            return Health((time.monotonic() - started) * 1000)
        version = response.headers.get("api-version", "")[:12]
        return Health((time.monotonic() - started) * 1000, f"API {version}" if version else "")

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        """As every department; a person who has a role in many cases is told once."""
        told: set[SubjectRef] = set()
        for each in super().find(query, ctx):
            if not isinstance(each, Person):
                yield each
            elif each.ref not in told:
                told.add(each.ref)
                yield each

    # --- asking

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        """The resources of all pages, with those that they name; what could not be read of the latter is told at the end."""
        if not says_something(question, values):
            return
        url, page, links = url_of(self._manifest.address, question, values, {}), Page(), self._links(ctx)
        while True:
            response = self._send(url, question, values, ctx)
            answer = decode_json(response)
            found = answer.get("results", answer) if isinstance(answer, dict) else answer
            resources = found if isinstance(found, list) else [found]
            if question.items:
                for each in resources:
                    links.resolve(each)
                yield from self._listed(question, answer)
            elif all(isinstance(each, dict) for each in resources):
                for each in resources:  # one by one: whoever takes no more does not wait for the others'
                    links.resolve(each)
                    yield each
            else:
                raise BadAnswer(f"{self._where(question, 'path')} gave neither a resource nor a page of them", key="mapping")
            following = answer.get("next") if isinstance(answer, dict) else None
            if not following:
                break
            page = linked(str(following), page, resources, response)
            url = page.url
        if links.unread:
            yield BadAnswer(links.unread, key="mapping")

    def _send(self, url: str, question: Request, values: dict[str, str], ctx: CallContext) -> HttpResponse:
        headers = _HEADERS | {name.lower(): text for name, template in question.headers.items() if (text := fill(template, values))}
        response = self._http.send(HttpRequest("GET", url, headers), ctx, accept=_WITH_WORDS)
        if 200 <= response.status < 300:
            return response
        error = refusal(response, ctx.now, lambda answer: told_code(answer.get("code")) if isinstance(answer, dict) else "")
        raise SignInNeeded(error.detail) if response.status == 403 and _SIGN_IN.search(error.detail) else error

    def _links(self, ctx: CallContext) -> _Links:
        return _Links(self._manifest.zgw.resolve, lambda url, is_type: self._linked(url, is_type, ctx))

    def _linked(self, url: str, is_type: bool, ctx: CallContext) -> Any:
        """A resource by its address; a type of the catalogue may be one that was read before. Raises DepartmentError."""
        kept = self._types.get(url)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        if _origin(url) not in self._trusted:
            raise BadAnswer("is at another host, which gets no token: name its address in zgw.apis", key="mapping")
        found = decode_json(self._send(url, Request(), {}, ctx))
        if is_type:
            if len(self._types) >= MOST_TYPES:
                self._types.clear()
            self._types[url] = (time.monotonic() + TYPES_KEPT, found)
        return found

    def _problems(self) -> Iterator[tuple[Place, str]]:
        yield from no_web_address(self._manifest)
        yield from unused(self._manifest, ("body", "method", "paging"), "path and query; pages are followed by next")
        for place, question in questions(self._manifest):
            if question.path and not question.path.startswith("/"):
                yield (*place, "path"), f'path is "{question.path}": begin it with /'
            if place != ("check",) and not question.path:
                yield place, f'{place[0]} has no path: write path = "/zaken"'


class _Links:
    """The resources that those of one call name; each address is read once. ``unread`` tells of the first that could not be."""

    def __init__(self, paths: tuple[str, ...], read: Callable[[str, bool], Any]) -> None:
        self._paths = paths
        self._read_one = read
        self._read: dict[str, Any] = {}
        self.unread = ""

    def resolve(self, resource: Any) -> None:
        """Put under ``_expand`` what each path leads to: ``status.statustype`` is the type within the status."""
        for path in self._paths:
            holders = [resource]
            for key in path.split("."):
                holders = [found for holder in holders for found in self._at(holder, key)]

    def _at(self, holder: Any, key: str) -> list[Any]:
        """What a resource names under a key, in its place."""
        if not isinstance(holder, dict):
            return []
        expanded = holder.get("_expand")
        if not isinstance(expanded, dict):
            expanded = holder["_expand"] = {}
        if expanded.get(key) is None and (named := holder.get(key)):
            found = [self._resource(url, key) for url in (named if isinstance(named, list) else [named])]
            expanded[key] = found if isinstance(named, list) else found[0]
        inner = expanded.get(key)
        return inner if isinstance(inner, list) else [inner]

    def _resource(self, url: Any, key: str) -> Any:
        url = str(url)
        if url not in self._read:
            try:
                self._read[url] = self._read_one(url, key.endswith("type"))
            except TimedOut:
                raise
            except DepartmentError as error:
                self._read[url] = None
                self.unread = self.unread or f"{key} {error.detail}"
        return self._read[url]


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.scheme, parts.netloc
