"""The kind ``odata``: a department with an OData service, version 4, asked as its manifest says.

A question's ``path`` is what follows the service's root (``address``): ``/People``, ``/People('{subject}')/cases``; ``query`` has
OData's own options ($filter, $search, $select, $expand, $orderby), where values become literals. Pages are followed by the
service's @odata.nextLink. A record keeps its ETag. An ``[[apply]]`` is sent to such a path, with ``If-Match`` and a JSON body.
``check`` holds the manifest against the service's $metadata.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from adapters.answers import decode_json, refusal, told_code
from adapters.apply_problems import unreadable_receipts, unused_in_applies
from adapters.contract import BadAnswer, CallContext, Health, NotFound, Unavailable
from adapters.expressions import filled, problem
from adapters.http_writing import REFUSALS, receipt_from, refused, request_for
from adapters.manifest import Manifest, Records
from adapters.manifest_apply import Asking, Statement
from adapters.manifest_maps import Value
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.rest_paging import Page, following, linked
from adapters.sources import json_getter
from adapters.templates import fill
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, HttpResponse, Transport, joined
from adapters.writing import Writes, statements
from models.changes import Receipt

if TYPE_CHECKING:
    from adapters.odata_metadata import Metadata

LONGEST_URL = 8_000
"""Characters. Servers take 8 to 16 kB of headers; nobody's name or number is that long, so nobody is found by it."""
_WITH_WORDS = frozenset({400, 403, 404, 409, 410, 412, 422, 428, 500, 501, 503})
"""Statuses whose body is looked into for the service's error code."""
_ETAG = Value('"@odata.etag"')
_HEADERS = {"accept": "application/json", "odata-maxversion": "4.0"}


class ODataDepartment(QuestionsDepartment, Writes):
    """A department with an OData 4 service."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        maps = {name: each if each.version else msgspec.structs.replace(each, version=_ETAG) for name, each in manifest.record.items()}
        QuestionsDepartment.__init__(self, msgspec.structs.replace(manifest, record=maps), transport)
        Writes.__init__(self, self._manifest, json_getter)
        self.reactor = transport.reactor
        self._root = manifest.address.rstrip("/") + "/"

    def check(self, ctx: CallContext) -> Health:
        """Read $metadata with the credential, and hold the manifest's paths and maps against it."""
        from adapters.odata_metadata import Metadata  # here, as only checks need XML
        from adapters.xml_answers import decode_xml

        started = time.monotonic()
        request = HttpRequest("GET", f"{self._root}$metadata", _HEADERS | {"accept": "application/xml"})
        metadata = Metadata(decode_xml(self._http.send(request, ctx)))
        for place, question in questions(self._manifest):
            if place != ("check",):
                self._hold_to(metadata, question)
        return Health((time.monotonic() - started) * 1000, f"OData 4, {len(metadata.sets)} entity sets")

    # --- asking

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext, first: HttpResponse | None = None) -> Iterator[Any]:
        """The items of all pages; none where a value can't stand where its template has it: nothing there has such a key.

        ``first`` is the first page where it has been asked for already.
        """
        page: Page | None = Page()
        headers = _HEADERS | {name.lower(): text for name, template in question.headers.items() if (text := fill(template, values))}
        while page is not None:
            response = first
            if response is None:
                url = page.url or self._url(question, values, page.parameters(question.paging))
                if not url:
                    return
                response = self._http.send(HttpRequest("GET", url, headers), ctx, accept=_WITH_WORDS)
            answer, first = _read(response, ctx), None
            items = self._entities(question, answer)
            yield from items
            page = _following(question, page, items, answer, response)

    def _asked_all(self, several: tuple[Records, ...], values: dict[str, str], ctx: CallContext) -> Iterator[tuple[Records, Iterable[Any]]]:
        """These questions, each with its items; their first pages come in one round trip where the service has $batch."""
        pages = self._batched(several, values, ctx) if self._manifest.odata.batch and len(several) > 1 else {}
        for question in several:
            yield question, self._asked(question, values, ctx, pages.get(id(question)))

    def _batched(self, several: tuple[Records, ...], values: dict[str, str], ctx: CallContext) -> dict[int, HttpResponse]:
        """The questions' first pages by id() of the question (part JSON Format, 19)."""
        urls = {str(at): self._url(each, values, Page().parameters(each.paging)) for at, each in enumerate(several)}
        asked = [{"id": at, "method": "GET", "url": url.removeprefix(self._root), "headers": _HEADERS} for at, url in urls.items() if url]
        if not asked:
            return {}
        headers = _HEADERS | {"content-type": "application/json"}
        request = HttpRequest("POST", f"{self._root}$batch", headers, msgspec.json.encode({"requests": asked}), only_asks=True)
        answer = _read(self._http.send(request, ctx, accept=_WITH_WORDS), ctx)
        found = answer.get("responses") if isinstance(answer, dict) else None
        if not isinstance(found, list) or not all(isinstance(each, dict) and isinstance(each.get("status"), int) for each in found):
            raise BadAnswer("$batch was not answered with responses: take odata.batch out of the manifest", key="mapping")
        by_id = {str(each.get("id")): each for each in found}
        if lacking := [each["id"] for each in asked if each["id"] not in by_id]:
            raise BadAnswer(f"$batch left {len(lacking)} of {len(asked)} questions unanswered", key="incomplete")
        return {
            id(several[int(at)]): HttpResponse(
                by_id[at]["status"],
                {str(name).lower(): str(value) for name, value in (by_id[at].get("headers") or {}).items()},
                msgspec.json.encode(by_id[at].get("body")),
                url,
            )
            for at, url in urls.items()
            if url
        }

    def _told(self, asking: Asking, values: dict[str, str], ctx: CallContext) -> tuple[Any, str] | None:
        url = self._url(asking, values, {})
        if not url:
            return None
        response = self._http.send(HttpRequest("GET", url, _HEADERS), ctx, accept=_WITH_WORDS)
        items = self._entities(asking, _read(response, ctx))
        if not items:
            return None
        return items[0], str(items[0].get("@odata.etag") or "") if isinstance(items[0], dict) else ""

    def _send(self, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        [statement] = several
        path = filled(statement.path, values, encode=lambda text: quote(text, safe=""))
        if not path:
            raise NotFound(f"a value of the path {statement.path} is empty or no key there", sent=False)
        at = msgspec.structs.replace(statement, path="")
        response = self._http.send(request_for(at, values, self._root + path.lstrip("/")), ctx, accept=REFUSALS)
        if response.status in REFUSALS:
            raise refused(response, ctx.now)
        return receipt_from(response, self._receipts[id(statement)], statement)

    def _url(self, question: Request, values: dict[str, str], paging: dict[str, str | int]) -> str:
        """Empty where a template comes out empty: to leave a filter out would ask for everybody."""
        path = filled(question.path, values, encode=lambda text: quote(text, safe=""))
        options: dict[str, str | int] = {}
        for name, template in question.query.items():
            text = filled(template, values, search=name == "$search")
            if template and not text:
                return ""
            options[name] = text
        options |= paging
        url = self._root + path.lstrip("/")
        if options:  # a blank is %20: some services take "+" for itself
            url += ("&" if "?" in url else "?") + urlencode(options, quote_via=quote, safe="$,")
        return url if path and len(url) <= LONGEST_URL else ""

    def _entities(self, question: Request, answer: Any) -> list[Any]:
        """What ``items`` says; else the collection's entities, or the one entity that was asked for."""
        if question.items:
            return self._listed(question, answer)
        if isinstance(answer, dict) and isinstance(answer.get("value"), list):
            return list(answer["value"])
        return self._listed(question, answer)

    # --- the manifest, held against what the kind and the service can do

    def _problems(self) -> Iterator[tuple[Place, str]]:
        yield from no_web_address(self._manifest)
        yield from unused(self._manifest, ("body", "method"), "path and query")
        yield from unused_in_applies(self._manifest, ("sql", "params", "rows", "operation"), "method, path and body")
        yield from unreadable_receipts(self._manifest)
        for place, statement in statements(self._manifest):
            if wrong := problem(statement.path) or ("" if statement.path.startswith("/") else "begin it with /"):
                yield (*place, "path"), f"path: {wrong}"
        for place, question in questions(self._manifest):
            if place != ("check",) and not question.path:
                yield place, f'{place[0]} has no path: write path = "/EntitySet"'
            for key, template in {"path": question.path, **question.query}.items():
                if wrong := problem(template, search=key == "$search"):
                    yield (*place, "path" if key == "path" else "query"), f"{key}: {wrong}"
            if question.paging and question.paging.by != "offset":
                yield (*place, "paging"), 'kind odata follows the service\'s own links; or write by = "offset", parameter = "$skip"'

    def _hold_to(self, metadata: Metadata, question: Request) -> None:
        """Raises BadAnswer ``mapping``, naming the manifest's line, for what $metadata does not have."""
        try:
            kind = metadata.type_at(question.path)
        except KeyError as error:
            known = ", ".join(sorted(metadata.sets))[:200] or "nothing"
            raise BadAnswer(
                f"{self._where(question, 'path')}: the service has no {error.args[0]}; it has: {known}", key="mapping"
            ) from None
        properties = metadata.properties(kind) if kind and not question.items else []
        if not properties:
            return
        for place, source in self._sources(question):
            root = source.partition(".")[0].partition("[")[0]
            if root.isidentifier() and root not in properties:
                known = ", ".join(properties)[:300]
                raise BadAnswer(f"{self._line(place)} reads {root}, which {kind} does not have; it has: {known}", key="mapping")


def _following(question: Request, page: Page, items: list[Any], answer: Any, response: HttpResponse) -> Page | None:
    """The page that the service names; where it names none and the manifest has ``paging``, the one after so many rows."""
    if isinstance(answer, dict) and (link := answer.get("@odata.nextLink") or answer.get("@nextLink")):
        # Relative to the context (part JSON Format, 4.6.5), whose own address is relative to the request's.
        context = str(answer.get("@odata.context") or answer.get("@context") or "").partition("#")[0]
        return linked(str(link), page, items, response, joined(response.url, context))
    return following(question.paging, page, items, answer, response) if question.paging and not page.url else None


def _read(response: HttpResponse, ctx: CallContext) -> Any:
    """The answer's JSON, an entity with its ETag. Raises the error that status or body tell, with the service's code for it."""
    if 200 <= response.status < 300:
        answer = decode_json(response)
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict) and "message" in answer["error"]:
            raise Unavailable(f"an error in a 200: {_code(answer)}", key="server_error")
        if isinstance(answer, dict) and "value" not in answer and "etag" in response.headers:
            answer.setdefault("@odata.etag", response.headers["etag"])
        return answer
    raise refusal(response, ctx.now, _code)


def _code(answer: Any) -> str:
    """The service's code for an error (part JSON Format, 21). Its message is not told: it may name people."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return told_code(error.get("code")) if isinstance(error, dict) else ""
