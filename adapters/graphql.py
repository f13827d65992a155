"""The kind ``graphql``: a department with a GraphQL server, asked by the queries of its manifest.

A question has ``operation``, the text of one named query, and ``body``, its variables as templates. ``items`` and the maps read what
is within ``data``. Errors come beside the data or instead of it (GraphQL, October 2021, 7.1): what came is shown, with the word that
something is missing. ``check`` has the server validate every query without running it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.answers import decode_json, refusal, told_code
from adapters.asking import says_something
from adapters.contract import BadAnswer, CallContext, DepartmentError, Health, Rejected, Unavailable, error_named
from adapters.graphql_text import Query, read_query
from adapters.manifest import Manifest
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.rest_paging import Page, following
from adapters.sources import json_getter
from adapters.templates import fill, query_values
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, HttpResponse, Transport
from models.query import SearchQuery

CHECK = "CivicDeskCheck"
_HEADERS = {"accept": "application/graphql-response+json, application/json;q=0.9", "content-type": "application/json"}
_WITH_WORDS = frozenset({400, 403, 404, 405, 409, 422, 500, 502, 503})
"""Statuses under which errors come as JSON (GraphQL over HTTP, 6.4)."""
_MEANINGS = {
    # Codes that Apollo and others share; the language itself has none.
    "UNAUTHENTICATED": "sign_in_needed",
    "FORBIDDEN": "forbidden",
    "NOT_FOUND": "not_found",
    "BAD_USER_INPUT": "rejected",
    "CONFLICT": "conflict",
    "RATE_LIMITED": "rate_limited",
    "THROTTLED": "rate_limited",
    "TOO_MANY_REQUESTS": "rate_limited",
    "GRAPHQL_VALIDATION_FAILED": "mapping",
    "GRAPHQL_PARSE_FAILED": "mapping",
}


class GraphqlDepartment(QuestionsDepartment):
    """A department with a GraphQL server."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        super().__init__(manifest, transport)
        self.reactor = transport.reactor
        self._queries = {each.operation: read_query(each.operation) for _, each in questions(manifest) if each.operation}

    def check(self, ctx: CallContext) -> Health:
        """Ask what [check] says; or else have the server validate all queries, none of which it runs, and name the manifest's line."""
        own = self._manifest.check.operation
        text, name = (own, self._queries[own].name) if own else (f"query {CHECK} {{ __typename }}", CHECK)
        values = query_values(SearchQuery(), ctx.now.date())
        started = time.monotonic()
        self._data(self._http.send(self._request(self._manifest.check, values, text, name, {}), ctx, accept=_WITH_WORDS), ctx)
        health = Health((time.monotonic() - started) * 1000, "GraphQL")
        for place, question in questions(self._manifest) if not own else ():
            if place != ("check",):
                # The server validates a whole document, and runs of it what is named.
                whole = f"{question.operation}\nquery {CHECK} {{ __typename }}"
                response = self._http.send(self._request(question, values, whole, CHECK, {}), ctx, accept=_WITH_WORDS)
                self._hold_to(question, decode_json(response))
                self._data(response, ctx)
        return health

    # --- asking

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        """The items of all pages; none where no value was given, or one is not of its variable's type: nothing there has such a key."""
        query, page = self._queries[question.operation], Page()
        if not says_something(question, values):
            return
        given = {name: text for name, template in question.body.items() if (text := fill(template, values))}
        while True:
            variables = query.variables(given | page.parameters(question.paging))
            if variables is None:
                return
            response = self._http.send(self._request(question, values, question.operation, query.name, variables), ctx, accept=_WITH_WORDS)
            data, errors = self._data(response, ctx)
            items = self._listed(question, data, _is_null)
            if errors and not items:
                raise self._error(errors, in_data=True)
            yield from items
            if errors:
                yield BadAnswer(f"the answer has errors: {_codes(errors)}", key="mapping")
            following_page = _following(question, page, items, data, response)
            if following_page is None:
                return
            page = following_page

    def _request(self, question: Request, values: dict[str, str], text: str, name: str, variables: dict[str, Any]) -> HttpRequest:
        headers = {each.lower(): said for each, template in question.headers.items() if (said := fill(template, values))}
        body = msgspec.json.encode({"query": text, "operationName": name, "variables": variables})
        return HttpRequest("POST", self._manifest.address, headers | _HEADERS, body, only_asks=True)

    def _data(self, response: HttpResponse, ctx: CallContext) -> tuple[Any, list[Any]]:
        """The answer's data, and the errors beside it. Raises what they mean where there is no data."""
        succeeded = 200 <= response.status < 300
        try:
            answer = decode_json(response)
        except BadAnswer:
            if succeeded:
                raise
            answer = None
        errors = _errors(answer)
        if errors and (not succeeded or answer.get("data") is None):
            error = self._error(errors, in_data="data" in answer)
            if succeeded or error.fault_key not in ("rejected", "server_error"):
                raise error
        if not succeeded:
            raise refusal(response, ctx.now, lambda found: next((_code(each) for each in _errors(found)), ""))
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            raise BadAnswer("the answer has no data: is the address that of a GraphQL server?", key="mapping")
        return answer["data"], errors

    def _error(self, errors: list[Any], *, in_data: bool) -> DepartmentError:
        """What errors mean: what the manifest says of one, else its code. Texts are not told: they may name people."""
        detail = f"GraphQL error {_codes(errors)}".strip()
        for each in errors:
            for pattern, meaning in self._manifest.graphql.errors.items():
                if re.fullmatch(pattern, _code(each)) or re.search(pattern, str(each.get("message"))):
                    return error_named(meaning, detail)
        for each in errors:
            if key := _MEANINGS.get(_code(each), ""):
                return error_named(key, detail)
        # Without "data" nothing was run: the question itself was wrong.
        return Unavailable(detail, key="server_error") if in_data else Rejected(detail)

    # --- the manifest, held against what the kind and the server can do

    def _problems(self) -> Iterator[tuple[Place, str]]:
        yield from no_web_address(self._manifest)
        yield from unused(self._manifest, ("path", "query", "method"), "operation and body")
        for place, question in questions(self._manifest):
            if question.operation:
                yield from _problems_of(place, question)
            elif place != ("check",):
                yield place, f'{place[0]} has no operation: write operation = "query Name($variable: Type) {{ ... }}"'

    def _hold_to(self, question: Request, answer: Any) -> None:
        """Raises BadAnswer ``mapping``, naming the manifest's line, for what the server finds wrong with a query's text."""
        for each in _errors(answer):
            if _code(each) in ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED") or "data" not in answer:
                # No value was sent: the text can quote the manifest alone.
                raise BadAnswer(f"{self._where(question, 'operation')}: {str(each.get('message'))[:300]}", key="mapping")


def _problems_of(place: Place, question: Request) -> Iterator[tuple[Place, str]]:
    try:
        query: Query = read_query(question.operation)
    except ValueError as error:
        yield (*place, "operation"), f"operation: {error}"
        return
    paging = question.paging
    paged = {name for name in (paging.parameter, paging.size_parameter) if name} if paging else set()
    for name in question.body.keys() - query.types.keys():
        yield (*place, "body"), f"body: the query declares no ${name}"
    for name in paged - query.types.keys():
        yield (*place, "paging"), f"paging: the query declares no ${name}"
    for name in query.needed - question.body.keys() - paged:
        yield (*place, "operation"), f"operation: ${name} must have a value: write body = {{ {name} = ... }}"
    if paging and paging.by == "link":
        yield (*place, "paging"), 'kind graphql has no links: write by = "cursor", "offset" or "page"'


def _following(question: Request, page: Page, items: list[Any], data: Any, response: HttpResponse) -> Page | None:
    """The page after; ``paging.next`` may lead to a cursor, or to the PageInfo of a connection (Relay's cursor connections)."""
    paging = question.paging
    if paging is None:
        return None
    if paging.by == "cursor" and isinstance(info := json_getter(paging.next)(data), dict):
        data, paging = info if info.get("hasNextPage") else {}, msgspec.structs.replace(paging, next="endCursor")
    return following(paging, page, items, data, response)


def _is_null(data: Any, path: str) -> bool:
    """Whether a null stands on the way of a path: nothing there. A name that is not there at all is a mistake of the manifest's."""
    for key in re.split(r"[^\w.]", path, maxsplit=1)[0].split("."):
        if data is None:
            return True
        if not isinstance(data, dict) or key not in data:
            return False
        data = data[key]
    return data is None


def _errors(answer: Any) -> list[Any]:
    found = answer.get("errors") if isinstance(answer, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _code(error: dict[str, Any]) -> str:
    extensions = error.get("extensions")
    return told_code(extensions.get("code")) if isinstance(extensions, dict) else ""


def _codes(errors: list[Any]) -> str:
    return ", ".join(sorted({code for each in errors if (code := _code(each))}))[:80] or f"{len(errors)} without a code"
