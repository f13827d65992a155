"""What an Open311 department takes: reports by the standard's POST, and in JSON what staff may besides at this server.

An ``[[apply]]`` that sends nothing of its own is a report: its choices are the server's services, and their attributes follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from adapters import open311_answers as answers
from adapters import open311_reporting as reporting
from adapters.answers import decode_json
from adapters.apply_problems import unreadable_receipts, unused_in_applies
from adapters.asking import path_part
from adapters.contract import BadAnswer, CallContext, NotFound, Unsettled
from adapters.http_auth import Authorizer
from adapters.http_writing import REFUSALS, receipt_from, refused, request_for
from adapters.manifest import Manifest
from adapters.manifest_apply import Asking, Statement
from adapters.open311_answers import Item, Service, ServiceDefinition, request_items
from adapters.sources import json_getter
from adapters.templates import fill, sendable
from adapters.toml_tables import Place
from adapters.transport import HttpRequest
from adapters.writing import Writes, askings, statements, unsent
from models.changes import FieldChoice, FormField, Receipt, Writing

ERRORS_WITH_WORDS = frozenset({400, 403, 404, 409, 422})
_A_DAY = timedelta(days=1)


class Open311Changes(Writes):
    """The changes of a department that can be asked."""

    _http: Authorizer
    _zone: tzinfo

    def __init__(self, manifest: Manifest) -> None:
        super().__init__(manifest, json_getter)
        self._dialect = manifest.open311
        self._items = {id(asking): json_getter(asking.items) for _, asking in askings(manifest) if asking.items}

    def services(self, ctx: CallContext) -> list[Service]:
        raise NotImplementedError

    def definition(self, code: str, ctx: CallContext) -> ServiceDefinition:
        raise NotImplementedError

    def _found_endpoint(self, ctx: CallContext) -> tuple[str, str]:
        raise NotImplementedError

    def _get(self, path: str, parameters: dict[str, str], ctx: CallContext) -> Any:
        raise NotImplementedError

    def _dated(self, path: str, parameters: dict[str, str], start: date, end: date, ctx: CallContext) -> Iterator[Item]:
        raise NotImplementedError

    followed = reporting.SERVICE

    def choices(self, change: str, ctx: CallContext) -> tuple[FieldChoice, ...]:
        """What the city can be asked for."""
        return reporting.service_choices(self.services(ctx))

    def following(self, change: str, choice: str, ctx: CallContext) -> tuple[FormField, ...]:
        """A service's attributes; none where it has no definition."""
        try:
            return reporting.attribute_fields(self.definition(choice, ctx))
        except NotFound:
            return ()

    def apply(self, writing: Writing, ctx: CallContext) -> Receipt:
        apply = self._apply(writing)
        if apply.send:
            return super().apply(writing, ctx)
        base, form = unsent(lambda: self._found_endpoint(ctx))
        account = writing.subject.id if writing.subject else ""
        said = list(reporting.arguments(sendable(writing.values), account, self._zone))
        if self._dialect.jurisdiction:
            said.insert(0, ("jurisdiction_id", self._dialect.jurisdiction))
        kind, body = reporting.form_body(said, writing.media)
        headers = {"Accept": accepted(form), "Content-Type": kind}
        if apply.repeatable:
            headers["Idempotency-Key"] = writing.key
        request = HttpRequest("POST", f"{base}/requests.{form}", headers, body)
        items = request_items(answers.read(self._http.send(request, ctx, accept=ERRORS_WITH_WORDS), aloud=True))
        told = (reporting.receipt_of(item) for item in items)
        receipt = next((each for each in told if each.reference or each.pending), None)
        if receipt is None:
            raise BadAnswer("the answer has neither a service_request_id nor a token", key="mapping")
        return receipt

    def settled(self, writing: Writing, ctx: CallContext) -> Receipt | None:
        """A token's number, once there is one; else by the manifest's question, or among the last day's requests."""
        apply = self._apply(writing)
        if writing.pending:
            try:
                items = request_items(self._get(f"tokens/{path_part(writing.pending)}", {}, ctx))
            except NotFound:
                items = []
            receipts = [found for item in items if (found := reporting.receipt_of(item)).reference]
            return receipts[0] if receipts else Receipt(pending=writing.pending)
        if apply.send or apply.settled:
            return super().settled(writing, ctx)
        end = ctx.now.astimezone(self._zone).date() + _A_DAY
        recent = self._dated("requests", {reporting.SERVICE: writing.values.get(reporting.SERVICE, "")}, end - 2 * _A_DAY, end, ctx)
        same = next((item for item in recent if reporting.is_same_report(item, writing.values)), None)
        if same is None:
            raise Unsettled("no request of the last day says the same; it may not be public yet")
        return reporting.receipt_of(same)

    def _told(self, asking: Asking, values: dict[str, str], ctx: CallContext) -> tuple[Any, str] | None:
        base, _ = self._found_endpoint(ctx)
        query = {name: text for name, template in asking.query.items() if (text := fill(template, values))}
        url = base + fill(asking.path, values, path_part) + (f"?{urlencode(query)}" if query else "")
        response = self._http.send(HttpRequest("GET", url, {"accept": "application/json"}), ctx)
        find = self._items.get(id(asking))
        found = decode_json(response)
        found = find(found) if find else found
        items = found if isinstance(found, list) else [found] if found else []
        return (items[0], response.headers.get("etag", "")) if items else None

    def _send(self, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        [statement] = several
        base, _ = unsent(lambda: self._found_endpoint(ctx))
        response = self._http.send(request_for(statement, values, base), ctx, accept=REFUSALS)
        if response.status in REFUSALS:
            raise refused(response, ctx.now)
        return receipt_from(response, self._receipts[id(statement)], statement)


def accepted(form: str) -> str:
    """The Accept header for a format."""
    return "application/json" if form == "json" else "text/xml, application/xml"


def wrong_changes(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """What this kind can't do of what the manifest says under [[apply]]."""
    yield from unused_in_applies(manifest, ("sql", "params", "rows", "operation"), "method, path and body")
    yield from unreadable_receipts(manifest)
    yield from reporting.wrong_reports(manifest.apply)
    paths = [(place, each.path) for place, each in statements(manifest)] + [(place, each.path) for place, each in askings(manifest)]
    for place, path in paths:
        if not path.startswith("/"):
            yield (*place, "path"), f'path is "{path}": begin it with /'
