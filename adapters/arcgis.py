"""The kind ``arcgis``: layers of an ArcGIS FeatureServer or MapServer (parcels, addresses, assets), asked by SQL conditions.

A question's ``path`` is the layer (``/0`` below ``address``), ``query`` what its operation ``query`` takes: the condition ``where``, in
which values become literals. Only the fields that the maps read are asked for, no shapes, in JSON. Pages are followed while the server says
that there is more. Errors come in a 200. Source: developers.arcgis.com, Query (Feature Service/Layer).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from adapters.answers import decode_json
from adapters.contract import BadAnswer, CallContext, DepartmentError, Health, SignInNeeded
from adapters.expressions import NUMBER, filled, problem
from adapters.manifest import Manifest
from adapters.manifest_requests import Paging, Request
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.rest_paging import Page, following
from adapters.templates import fill
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, HttpResponse, Transport, error_for

LONGEST_URL = 2_000
"""Characters: what Esri advises, from which on a question goes by POST."""
_PAGES = Paging(by="offset", parameter="resultOffset")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELD = re.compile(r'\w+|"([^"\\]+)"')
_TOKEN_CODES = (498, 499)
"""An invalid token, and a token that is lacking."""
_NO_TOKEN = re.compile(rb'"error"\s*:\s*\{\s*"code"\s*:\s*49[89]\b')


class ArcgisDepartment(QuestionsDepartment):
    """A department with layers on an ArcGIS server."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        super().__init__(manifest, transport)
        self.reactor = transport.reactor
        self._root = manifest.address.rstrip("/")
        self._zone = ZoneInfo(manifest.time_zone) if manifest.time_zone else UTC
        self._fields = {id(each): self._fields_of(each) for place, each in questions(manifest) if place != ("check",)}

    def check(self, ctx: CallContext) -> Health:
        """Read what each layer says of itself, with the credential, and hold the manifest's maps against it."""
        started = time.monotonic()
        service = self._send(self._root, ctx, {"f": "json"})[0]
        health = Health((time.monotonic() - started) * 1000, f"ArcGIS {service.get('currentVersion', '')}"[:20].strip())
        layers: dict[str, dict[str, Any]] = {}
        for place, question in questions(self._manifest):
            if place != ("check",):
                if question.path not in layers:
                    layers[question.path] = self._send(self._root + question.path, ctx, {"f": "json"})[0]
                self._hold_to(layers[question.path], question)
        return health

    # --- asking

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        """The attributes of all pages' features; none where a value can't stand where its template has it: nothing has such a key."""
        asked: dict[str, str | int] = {"f": "json", "returnGeometry": "false", "outFields": self._fields[id(question)]}
        # To some servers (Koop) a backslash before a quote ends no literal; nobody's name or number has one.
        values = {name: "" if "\\" in text else text for name, text in values.items()}
        for name, template in question.query.items():
            text = filled(template, values, NUMBER) if name == "where" else fill(template, values)
            if not text and template:
                return
            asked[name] = text
        headers = {name.lower(): text for name, template in question.headers.items() if (text := fill(template, values))}
        page: Page | None = Page()
        while page is not None:
            # A first page is asked for without an offset: old servers know none.
            more = page.parameters(_PAGES) if page.number else {}
            answer, response = self._send(f"{self._root}{question.path}/query", ctx, asked | more, headers, question.method == "POST")
            items = self._attributes(question, answer)
            yield from items
            if not answer.get("exceededTransferLimit"):
                return
            if not items:
                raise BadAnswer("a page with nothing on it says that there is more", key="incomplete")
            page = following(_PAGES, page, items, answer, response)

    def _send(
        self, url: str, ctx: CallContext, asked: Mapping[str, str | int], more: Mapping[str, str] | None = None, post: bool = False
    ) -> tuple[dict[str, Any], HttpResponse]:
        """The answer's object. Raises the error that its status or its body tells."""
        said = urlencode(asked, quote_via=quote)
        headers = {"accept": "application/json", **(more or {})}
        if post or len(url) + len(said) > LONGEST_URL:
            headers["content-type"] = "application/x-www-form-urlencoded"
            request = HttpRequest("POST", url, headers, said.encode(), only_asks=True)
        else:
            request = HttpRequest("GET", f"{url}?{said}", headers)
        response = self._http.send(request, ctx, refuses=_refuses_token)
        answer = decode_json(response)
        if not isinstance(answer, dict):
            raise BadAnswer("the answer is no object: is the address that of a FeatureServer?", key="mapping")
        if "error" in answer:
            raise _error(answer["error"], ctx)
        return answer, response

    def _attributes(self, question: Request, answer: dict[str, Any]) -> list[dict[str, Any]]:
        features = answer.get("features")
        found = [each["attributes"] for each in features if _has_attributes(each)] if isinstance(features, list) else []
        if not isinstance(features, list) or len(found) < len(features):
            raise BadAnswer(f"{self._where(question, 'path')} gave no features with attributes", key="mapping")
        dates = [name for name, kind in _types(answer).items() if kind == "esriFieldTypeDate"]
        for each in found:
            for name in dates:
                if isinstance(value := each.get(name), int):
                    each[name] = _day(value, self._zone)
        return found

    # --- the manifest, held against what the kind and the layers can do

    def _problems(self) -> Iterator[tuple[Place, str]]:
        yield from no_web_address(self._manifest)
        yield from unused(self._manifest, ("body", "items", "paging"), "path and query; the features' attributes are the items")
        for place, question in questions(self._manifest):
            if place == ("check",):
                continue
            if not re.fullmatch(r"/\d+", question.path):
                yield (*place, "path"), f'path is "{question.path}": write the layer\'s number, such as "/0"'
            where = question.query.get("where", "")
            if not where and "objectIds" not in question.query:
                yield (*place, "query"), "query has no where: write query = { where = \"NAME = '{name}'\" }"
            if wrong := problem(where):
                yield (*place, "query"), f"where: {wrong}"

    def _fields_of(self, question: Request) -> str:
        """The fields that the map of a question's features reads; all of them where a source is more than a field's name."""
        names = {found[1] or found[0] if (found := _FIELD.fullmatch(source)) else "*" for _, source in self._sources(question)}
        return "*" if "*" in names or not names else ",".join(sorted(names))

    def _hold_to(self, layer: dict[str, Any], question: Request) -> None:
        """Raises BadAnswer ``mapping``, naming the manifest's line, for a field that the layer does not have."""
        known = _types(layer)
        for place, source in self._sources(question) if known else ():
            field = _FIELD.fullmatch(source)
            if field and (name := field[1] or field[0]) not in known:
                raise BadAnswer(
                    f"{self._line(place)} reads {name}, which layer {question.path} does not have; it has: {', '.join(known)[:300]}",
                    key="mapping",
                )


def _types(answer: dict[str, Any]) -> dict[str, str]:
    """The fields that an answer tells of, with their types."""
    fields = answer.get("fields")
    return {str(each.get("name")): str(each.get("type")) for each in fields if isinstance(each, dict)} if isinstance(fields, list) else {}


@lru_cache(10_000)  # a layer's days come again and again
def _day(milliseconds: int, zone: tzinfo) -> str | int:
    """A date of ArcGIS (milliseconds since 1970, UTC) as ISO 8601 in the department's zone; a day alone where it is midnight there."""
    try:
        when = (_EPOCH + timedelta(milliseconds=milliseconds)).astimezone(zone)
    except OverflowError:
        return milliseconds
    return when.date().isoformat() if when.time() == when.time().min else when.isoformat(sep=" ", timespec="minutes")


def _has_attributes(feature: Any) -> bool:
    return isinstance(feature, dict) and isinstance(feature.get("attributes"), dict)


def _refuses_token(response: HttpResponse) -> bool:
    return _NO_TOKEN.search(response.body[:200]) is not None


def _error(error: Any, ctx: CallContext) -> DepartmentError:
    """What an error in a 200 means: its code is a status of HTTP, or says something of the token. Its text is not told."""
    code = error.get("code") if isinstance(error, dict) else None
    if code in _TOKEN_CODES:
        return SignInNeeded(f"ArcGIS error {code}")
    found = error_for(HttpResponse(code if isinstance(code, int) and 400 <= code < 600 else 500, {}, b"", ""), ctx.now)
    return type(found)(f"ArcGIS error {code}" if isinstance(code, int) else "ArcGIS error without a code", key=found.fault_key)
