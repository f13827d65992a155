"""The kind ``rest``: a department that answers in JSON over HTTP, asked as its manifest says.

A ``[[find]]``, ``[[records]]`` or ``[[lookup]]`` gives ``path``, ``query``, ``headers`` and (POST) ``body`` as templates, where
the list stands in the answer (``items``, a JMESPath), and how further pages are asked for (``paging``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.answers import decode_json
from adapters.apply_problems import unreadable_receipts, unused_in_applies
from adapters.asking import says_something, url_of
from adapters.contract import CallContext, Health
from adapters.http_writing import REFUSALS, receipt_from, refused, request_for
from adapters.manifest import Manifest
from adapters.manifest_apply import Asking, Statement
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.rest_paging import Page, following
from adapters.sources import json_getter
from adapters.templates import fill, query_values
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, Transport
from adapters.writing import Writes, statements
from models.changes import Receipt
from models.query import SearchQuery

_REACHED = frozenset({404, 405})
"""Answers of an address that is no page of its own: the department is there all the same."""


class RestDepartment(QuestionsDepartment, Writes):
    """A department with a JSON interface."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        QuestionsDepartment.__init__(self, manifest, transport)
        Writes.__init__(self, manifest, json_getter)
        self.reactor = transport.reactor

    def check(self, ctx: CallContext) -> Health:
        """Reach the address, or the path of [check], with the credential."""
        started = time.monotonic()
        request = self._request(self._manifest.check, query_values(SearchQuery(), ctx.now.date()), {})
        response = self._http.send(request, ctx, accept=frozenset() if self._manifest.check.path else _REACHED)
        return Health((time.monotonic() - started) * 1000, response.headers.get("server", "")[:40])

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

    def _told(self, asking: Asking, values: dict[str, str], ctx: CallContext) -> tuple[Any, str] | None:
        response = self._http.send(self._request(asking, values, {}), ctx)
        items = self._listed(asking, decode_json(response))
        return (items[0], response.headers.get("etag", "")) if items else None

    def _send(self, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        [statement] = several
        request = request_for(statement, values, self._manifest.address)
        response = self._http.send(request, ctx, accept=REFUSALS)
        if response.status in REFUSALS:
            raise refused(response, ctx.now)
        return receipt_from(response, self._receipts[id(statement)], statement)

    def _request(self, question: Request, values: dict[str, str], paging: dict[str, str | int]) -> HttpRequest:
        headers = {"accept": "application/json"}
        headers |= {name.lower(): text for name, template in question.headers.items() if (text := fill(template, values))}
        body = b""
        if question.body:
            inside = {name: text for name, template in question.body.items() if (text := fill(template, values))}
            body = msgspec.json.encode(inside | paging)
            headers["content-type"] = "application/json"
        url = url_of(self._manifest.address, question, values, {} if question.body else paging)
        return HttpRequest(question.method, url, headers, body, only_asks=True)

    def _problems(self) -> Iterator[tuple[Place, str]]:
        yield from no_web_address(self._manifest)
        yield from unused(self._manifest, (), "path and query")
        yield from unused_in_applies(self._manifest, ("sql", "params", "rows", "operation"), "method, path and body")
        yield from unreadable_receipts(self._manifest)
        for place, question in questions(self._manifest):
            if question.body and question.method == "GET":
                yield (*place, "body"), 'a body needs method = "POST"'
            if question.path and not question.path.startswith(("/", "?")):
                yield (*place, "path"), f'path is "{question.path}": begin it with /'
        for place, statement in statements(self._manifest):
            if not statement.path.startswith(("/", "?")):
                yield (*place, "path"), f'path is "{statement.path}": begin it with /'
