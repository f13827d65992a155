"""The kind ``fhir``: a department with an HL7 FHIR R4 server (4.0.1), asked by search parameters as its manifest says.

A question's ``path`` is what follows the server's root (``address``): ``/Patient``, ``/Task/{reference}``; ``query`` has FHIR's own
search parameters, whose values are escaped. Pages are followed by the Bundle's link ``next``. A record's version is
``meta.versionId``. ``check`` holds the manifest against the server's CapabilityStatement. Sources: hl7.org/fhir/R4/http.html, search.html.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

from adapters.answers import decode_json, refusal
from adapters.asking import says_something
from adapters.contract import BadAnswer, CallContext, Health, Unavailable
from adapters.manifest import Manifest
from adapters.manifest_maps import Value
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.rest_paging import Page, linked
from adapters.templates import fill, names_in
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, HttpResponse, Transport, joined

LONGEST_URL = 8_000
"""Characters. Servers take 8 to 16 kB of headers; a longer text is nobody's name, so nobody is found by it."""
_VERSION = Value("meta.versionId")
_HEADERS = {"accept": "application/fhir+json", "prefer": "handling=strict"}
"""Strict: a server that does not know a search parameter should say so, not leave it out (search.html, 3.1.1.4)."""
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
"""A resource's id (datatypes.html, id); nothing there has another."""
_NO_ID = "\0"
_WITH_WORDS = frozenset({400, 403, 404, 405, 406, 409, 410, 412, 422, 500, 501, 503})
"""Statuses whose body may be an OperationOutcome, which is looked into for its code."""


class FhirDepartment(QuestionsDepartment):
    """A department with a FHIR R4 server."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        maps = {name: each if each.version else msgspec.structs.replace(each, version=_VERSION) for name, each in manifest.record.items()}
        super().__init__(msgspec.structs.replace(manifest, record=maps), transport)
        self.reactor = transport.reactor
        self._root = manifest.address.rstrip("/")

    def check(self, ctx: CallContext) -> Health:
        """Read the CapabilityStatement with the credential, and hold the manifest's paths and search parameters against it."""
        started = time.monotonic()
        answer = _read(self._http.send(HttpRequest("GET", f"{self._root}/metadata", _HEADERS), ctx, accept=_WITH_WORDS), ctx)
        if not isinstance(answer, dict) or answer.get("resourceType") != "CapabilityStatement":
            raise BadAnswer("/metadata is no CapabilityStatement: is the address the root of a FHIR server?", key="mapping")
        version = str(answer.get("fhirVersion"))[:12]
        if not version.startswith("4."):
            raise BadAnswer(f"the server speaks FHIR {version}, not R4 (4.0.1)", key="mapping")
        known = {
            str(resource.get("type")): {str(each.get("name")) for each in _objects(resource, "searchParam")}
            for rest in _objects(answer, "rest")
            for resource in _objects(rest, "resource")
        }
        for place, question in questions(self._manifest):
            if known and place != ("check",):
                self._hold_to(known, question)
        return Health((time.monotonic() - started) * 1000, f"FHIR {version}, {len(known)} resource types")

    # --- asking

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        """The resources of all pages; none where a value can't stand where its template has it: nothing there has such a key."""
        request = self._request(question, values)
        if request is None or not says_something(question, values):
            return
        page = Page()
        while True:
            response = self._http.send(request, ctx, accept=_WITH_WORDS)
            answer = _read(response, ctx)
            if page.number == 0:
                self._see_what_was_asked(question, values, answer)
            items = self._resources(question, answer)
            yield from items
            following = _link(answer, "next")
            if not following:
                return
            page = linked(following, page, items, response)
            request = HttpRequest("GET", page.url, request.headers)

    def _request(self, question: Request, values: dict[str, str]) -> HttpRequest | None:
        """A read or a search; with ``method = "POST"`` a search whose values stand in no address (http.html, 3.1.0.9)."""
        path = fill(question.path, values, lambda text: text if _ID.fullmatch(text) else _NO_ID)
        if not path or _NO_ID in path:
            return None
        headers = _HEADERS | {name.lower(): text for name, template in question.headers.items() if (text := fill(template, values))}
        said = _encoded({name: text for name, template in question.query.items() if (text := fill(template, values, _escaped))})
        url = self._root + path
        if question.method == "POST":
            headers["content-type"] = "application/x-www-form-urlencoded"
            return HttpRequest("POST", f"{url}/_search", headers, said.encode(), only_asks=True)
        if said:
            url += ("&" if "?" in url else "?") + said
        return HttpRequest("GET", url, headers) if len(url) <= LONGEST_URL else None

    def _resources(self, question: Request, answer: Any) -> list[Any]:
        """What ``items`` says; else the matches of a Bundle, without what the server included or says of its own, or the one resource."""
        if question.items or not isinstance(answer, dict) or answer.get("resourceType") != "Bundle":
            return self._listed(question, answer)
        entries = answer.get("entry", [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise BadAnswer("the Bundle's entry is no list of objects", key="mapping")
        found = [each.get("resource") for each in entries if _mode(each) == "match"]
        return [each for each in found if isinstance(each, dict) and each.get("resourceType") != "OperationOutcome"]

    def _see_what_was_asked(self, question: Request, values: dict[str, str], answer: Any) -> None:
        """Raises BadAnswer where the server tells, by the link ``self``, that it left a search parameter out (search.html, 3.1.1.1).

        Without it everybody would be found, and one person be shown another's records.
        """
        own = _link(answer, "self")
        if not own or (question.method == "POST" and "?" not in own):
            return
        used = {name.partition(":")[0] for name, _ in parse_qsl(urlsplit(joined("", own)).query, keep_blank_values=True)}
        for name, template in question.query.items():
            if names_in(template) and fill(template, values) and name.partition(":")[0] not in used:
                raise BadAnswer(f"{self._where(question, 'query')}: the server does not search by {name}", key="mapping")

    # --- the manifest, held against what the kind and the server can do

    def _problems(self) -> Iterator[tuple[Place, str]]:
        yield from no_web_address(self._manifest)
        yield from unused(self._manifest, ("body",), "path and query")
        for place, question in questions(self._manifest):
            if question.path and not question.path.startswith("/"):
                yield (*place, "path"), f'path is "{question.path}": begin it with /'
            if place != ("check",) and not question.path:
                yield place, f'{place[0]} has no path: write path = "/Patient", or another resource type'
            if question.paging:
                yield (*place, "paging"), "kind fhir follows the server's own links: take it out"

    def _hold_to(self, known: dict[str, set[str]], question: Request) -> None:
        """Raises BadAnswer ``mapping``, naming the manifest's line, for a resource type or search parameter that there is not."""
        kind = re.split(r"[/?{]", question.path.lstrip("/"))[0]
        if kind and not kind.startswith("$") and kind not in known:
            raise BadAnswer(f"{self._where(question, 'path')}: the server has no {kind}; it has: {_some(known)}", key="mapping")
        parameters = known.get(kind)
        for name in question.query if parameters else ():
            plain = name.partition(":")[0].partition(".")[0]
            if not plain.startswith("_") and parameters and plain not in parameters:
                raise BadAnswer(
                    f"{self._where(question, 'query')}: {kind} is not searched by {plain}, but by: {_some(parameters)}", key="mapping"
                )


def _encoded(said: dict[str, str]) -> str:
    return urlencode(said, quote_via=quote)


def _escaped(text: str) -> str:
    """A value of a search parameter, in which commas, bars and dollar signs would part it (search.html, 3.1.1.3.5)."""
    return re.sub(r"([\\,$|])", r"\\\1", text)


def _some(names: dict[str, set[str]] | set[str]) -> str:
    return ", ".join(sorted(names))[:300]


def _mode(entry: dict[str, Any]) -> Any:
    search = entry.get("search")
    return search.get("mode", "match") if isinstance(search, dict) else "match"


def _link(answer: Any, relation: str) -> str:
    """The address of a Bundle's link; empty where it has none."""
    return next((str(each.get("url") or "") for each in _objects(answer, "link") if each.get("relation") == relation), "")


def _objects(answer: Any, key: str) -> list[dict[str, Any]]:
    """The objects of a list; none where it is not there, or something else is."""
    found = answer.get(key) if isinstance(answer, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _read(response: HttpResponse, ctx: CallContext) -> Any:
    """The answer's JSON, a resource with its version. Raises the error that status or OperationOutcome tell, with the issue's code."""
    if not 200 <= response.status < 300:
        raise refusal(response, ctx.now, _issue)
    answer = decode_json(response)
    if not isinstance(answer, dict):
        return answer
    if answer.get("resourceType") == "OperationOutcome":
        raise Unavailable(f"an OperationOutcome in a {response.status}: {_issue(answer)}", key="server_error")
    if answer.get("resourceType") != "Bundle" and (found := re.fullmatch(r'(?:W/)?"([^"]+)"', response.headers.get("etag", ""))):
        meta = answer.setdefault("meta", {})
        if isinstance(meta, dict):
            meta.setdefault("versionId", found[1])
    return answer


def _issue(answer: Any) -> str:
    """The code of the first issue that is an error, of a fixed list (valueset-issue-type). Its text is not told: it may name people."""
    found = _objects(answer, "issue")
    bad = [each for each in found if each.get("severity") in ("error", "fatal")] or found
    return str(bad[0].get("code")) if bad else ""
