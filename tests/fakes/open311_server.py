"""A small GeoReport v2 server over given requests and services, in JSON and XML, that can take on the habits of real cities.

``Open311Server(City(...))`` is a context manager: a real HTTP server on a free port of 127.0.0.1, ended on leaving. It
keeps the standard's limit of 90 days a call, and notes what it was asked in ``asked``: (path, parameters, headers).
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

BASE = "/open311/v2"
PERSON_PARAMETERS = ("account_id", "first_name", "last_name", "email", "phone", "address")
DEFAULT_RANGE = timedelta(days=90)


@dataclass
class City:
    """The data, and the habits. ``requests`` have GeoReport's keys; None is a null; ``tokens`` maps a token to a number or None."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    definitions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tokens: dict[str, str | None] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)
    api_key: str = ""
    jurisdiction: str = ""
    discovery: str = "standard"
    """``nested`` puts the endpoints one level deeper, ``repeated`` gives each in a list of its own, ``draft first`` lists v2.1 first."""
    most_a_page: int = 0
    """0: does not page."""
    repeats_pages: bool = False
    fails_after_last_page: bool = False
    item: str = "request"
    """The element or key around an item."""
    wraps_json: bool = False
    collapses_one: bool = False
    lists: bool = False
    number_ids: bool = False
    keeps_nulls: bool = False
    only_xml: bool = False
    unknown: str = "404"
    """How an unknown number is told: ``404``, ``empty`` (200 and an empty list) or ``text`` (404 as text/plain)."""
    errors: str = "standard"
    """``bare``: one <error>text</error> or {"error": text}; ``typed``: {"type", "code", "message"}; ``nested``; ``text``: text/plain."""
    errors_are_ok: bool = False
    """Errors come with status 200."""
    knows_paths: bool = True
    """requests/ID is known; else only ?service_request_id=."""
    knows_people: bool = True
    """Else parameters that name people are ignored, as the standard has none."""
    drops_time: bool = False
    answers_tokens: bool = False
    """A report is answered with a token, whose number is told once ``release`` was called."""
    fails_after_taking: bool = False
    names_by_search_only: bool = False
    """A request asked for by its number tells the account, but not who that is."""


@dataclass(frozen=True)
class _Refused(Exception):
    status: int
    text: str


class Open311Server:
    def __init__(self, city: City) -> None:
        self.city = city
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.posted: list[tuple[str, bytes, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: else each answer waits 40 ms for the client's acknowledgement

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parameters = dict(parse_qsl(urlsplit(self.path).query))
                outer.posted.append(
                    (self.headers.get("Content-Type", ""), body, {name.lower(): text for name, text in self.headers.items()})
                )
                form = (
                    parse_qsl(body.decode()) if "urlencoded" in self.headers["Content-Type"] else _parts(self.headers["Content-Type"], body)
                )
                self._send(*outer._report(urlsplit(self.path).path, {**parameters, **dict(form)}))

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                parameters = dict(parse_qsl(parts.query))
                outer.asked.append((parts.path, parameters, {name.lower(): value for name, value in self.headers.items()}))
                self._send(*outer._answer(parts.path, parameters))

            def _send(self, status: int, media: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", media)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="open311-server")
        self.url = f"http://127.0.0.1:{self._server.server_port}{BASE}"

    def __enter__(self) -> Open311Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    # --- answering

    def _answer(self, path: str, parameters: dict[str, str]) -> tuple[int, str, bytes]:
        path, _, form = path.rpartition(".")
        form = "xml" if self.city.only_xml else form
        try:
            if path == "/open311/discovery":
                return self._written(200, form, "discovery", self._discovery())
            if not path.startswith(f"{BASE}/"):
                raise _Refused(404, "no such page")
            root, content = self._content([unquote(part) for part in path.removeprefix(f"{BASE}/").split("/")], parameters)
            return self._written(200, form, root, content)
        except _Refused as refused:
            return self._refusal(refused, form)

    def _report(self, path: str, form: dict[str, str]) -> tuple[int, str, bytes]:
        path, _, written = path.rpartition(".")
        city = self.city
        try:
            if path != f"{BASE}/requests":
                raise _Refused(404, "no such page")
            if city.api_key and form.get("api_key") != city.api_key:
                raise _Refused(403, "Missing or invalid api_key")
            if form.get("service_code") not in {each["service_code"] for each in city.services}:
                raise _Refused(404, "service_code was not found")
            if not ("lat" in form and "long" in form) and not form.get("address_string") and not form.get("address_id"):
                raise _Refused(400, "an address or a place is needed")
        except _Refused as refused:
            return self._refusal(refused, written)
        number = f"R-{len(city.requests) + 1}"
        kept = {key: form.get(key) for key in ("service_code", "description", "account_id")}
        opened = city.now.isoformat().replace("+00:00", "Z")
        city.requests.append({"service_request_id": number, "status": "open", "requested_datetime": opened, **kept})
        if city.fails_after_taking:
            return self._refusal(_Refused(500, "disk full"), written)
        if city.answers_tokens:
            city.tokens[f"T-{number}"] = None
            return self._written(200, written, "service_requests", self._items([{"token": f"T-{number}"}]))
        answer = {"service_request_id": number, "service_notice": "Crews look at it within ten days.", "account_id": None}
        return self._written(200, written, "service_requests", self._items([answer]))

    def release(self) -> None:
        """All reports that have a token get their numbers."""
        self.city.tokens = {token: token.removeprefix("T-") for token in self.city.tokens}

    def _content(self, path: list[str], parameters: dict[str, str]) -> tuple[str, Any]:
        city = self.city
        if city.jurisdiction and parameters.get("jurisdiction_id") != city.jurisdiction:
            raise _Refused(404, "jurisdiction_id provided was not found")
        if city.api_key and parameters.get("api_key") != city.api_key:
            raise _Refused(403, "Missing or invalid api_key")
        match path:
            case ["services"]:
                return "services", [("service", each) for each in city.services]
            case ["services", code] if code in city.definitions:
                attributes = [("attribute", each) for each in city.definitions[code]]
                return "service_definition", {"service_code": code, "attributes": attributes}
            case ["tokens", token] if token in city.tokens:
                return "service_requests", self._items([{"service_request_id": city.tokens[token], "token": token}])
            case ["requests", number] if city.knows_paths:
                found = [each for each in city.requests if str(each["service_request_id"]).casefold() == number.casefold()]
                if not found and city.unknown != "empty":
                    raise _Refused(404, f"service_request_id {number} was not found")
                if city.names_by_search_only:
                    found = [{key: value for key, value in each.items() if key not in PERSON_PARAMETERS[1:]} for each in found]
                return "service_requests", self._items(found)
            case ["requests"]:
                return "service_requests", self._items(self._page(self._found(parameters), parameters))
        raise _Refused(404, "not found")

    def _found(self, parameters: dict[str, str]) -> list[dict[str, Any]]:
        if number := parameters.get("service_request_id"):
            return [each for each in self.city.requests if str(each["service_request_id"]) in number.split(",")]
        start, end = self._range(parameters)
        return [each for each in self.city.requests if self._fits(each, parameters, start, end)]

    def _range(self, parameters: dict[str, str]) -> tuple[datetime, datetime]:
        end = self._moment(parameters["end_date"]) if "end_date" in parameters else self.city.now
        start = self._moment(parameters["start_date"]) if "start_date" in parameters else end - DEFAULT_RANGE
        if end - start > DEFAULT_RANGE:
            raise _Refused(400, "the range of dates is longer than 90 days")
        return start, end

    def _moment(self, written: str) -> datetime:
        moment = datetime.fromisoformat(written)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.replace(hour=0, minute=0, second=0, microsecond=0) if self.city.drops_time else moment

    def _fits(self, item: dict[str, Any], parameters: dict[str, str], start: datetime, end: datetime) -> bool:
        opened = item.get("requested_datetime")
        if opened and not start <= self._moment(opened) <= end:
            return False
        if self.city.knows_people:
            for name in PERSON_PARAMETERS:
                if name in parameters and not _same(name, str(item.get(name) or "").casefold(), parameters[name].casefold()):
                    return False
        return "radius" not in parameters or _metres(item, parameters) <= float(parameters["radius"])

    def _page(self, items: list[dict[str, Any]], parameters: dict[str, str]) -> list[dict[str, Any]]:
        most = self.city.most_a_page
        if not most:
            return items
        size = min(int(parameters.get("page_size", most)), most)
        first = 0 if self.city.repeats_pages else (int(parameters.get("page", 1)) - 1) * size
        if self.city.fails_after_last_page and first >= max(len(items), 1):
            raise _Refused(404, "no such page")
        return items[first : first + size]

    # --- writing

    def _items(self, items: list[dict[str, Any]]) -> list[tuple[str, Any]]:
        return [(self.city.item, each) for each in items]

    def _discovery(self) -> dict[str, Any]:
        def endpoint(specification: str, kind: str, url: str) -> tuple[str, dict[str, Any]]:
            formats = [("format", "text/xml")] if self.city.only_xml else [("format", "text/xml"), ("format", "application/json")]
            name = f"http://wiki.open311.org/{specification}"
            return "endpoint", {"specification": name, "url": url, "changeset": "2011-09-1 17:35", "type": kind, "formats": formats}

        all_of_them: list[Any] = [
            endpoint("GeoReport_v2", "test", self.url.replace("/v2", "/test")),
            endpoint("GeoReport_v2", "production", self.url),
        ]
        if self.city.discovery == "draft first":
            all_of_them.insert(0, endpoint("GeoReport_v2.1_Draft", "production", self.url.replace("/v2", "/draft")))
        if self.city.discovery == "nested":
            all_of_them = [("endpoints", all_of_them)]
        document: dict[str, Any] = {"changeset": "2011-09-1 17:35", "contact": "city hall", "endpoints": all_of_them}
        if self.city.discovery == "repeated":
            document = {"discovery": [("endpoints", [each]) for each in all_of_them]}
        return document

    def _refusal(self, refused: _Refused, form: str) -> tuple[int, str, bytes]:
        status = 200 if self.city.errors_are_ok else refused.status
        style = "text" if refused.status == 404 and self.city.unknown == "text" else self.city.errors
        error: Any = {"code": refused.status, "description": refused.text}
        match style:
            case "text":
                return status, "text/plain", refused.text.encode()
            case "bare":
                if form == "xml":
                    return self._written(status, form, "error", refused.text)
                return self._written(status, form, "", {"error": refused.text})
            case "typed":
                return self._written(status, form, "error", {"type": "error", "code": str(refused.status), "message": refused.text})
            case "nested":
                for _ in range(9):
                    error = {"errors": [("error", error)]}
        return self._written(status, form, "errors", [("error", error)])

    def _written(self, status: int, form: str, root: str, content: Any) -> tuple[int, str, bytes]:
        if form == "xml":
            text = f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{self._xml(content)}</{root}>'
            return status, "text/xml; charset=utf-8", text.encode()
        plain = self._plain(content)
        if root == "service_requests" and self.city.collapses_one and len(plain) == 1:
            plain = plain[0]
        if root == "service_requests" and self.city.wraps_json:
            plain = {root: {self.city.item: plain}}
        return status, "application/json; charset=utf-8", json.dumps(plain).encode()

    def _xml(self, content: Any) -> str:
        if isinstance(content, dict):
            return "".join(self._element(name, value) for name, value in content.items())
        if isinstance(content, list):
            return "".join(self._element(name, value) for name, value in content)
        return escape(str(content).lower() if isinstance(content, bool) else str(content))

    def _element(self, name: str, value: Any) -> str:
        if value is None:
            return f"<{name}/>" if self.city.keeps_nulls else ""
        return f"<{name}>{self._xml(value)}</{name}>"

    def _plain(self, content: Any) -> Any:
        city = self.city
        if isinstance(content, list):
            return [self._plain(value) for _, value in content]
        if isinstance(content, dict):
            plain = {name: self._plain(value) for name, value in content.items() if value is not None or city.keeps_nulls}
            if city.number_ids and str(plain.get("service_request_id")).isdigit():
                plain["service_request_id"] = int(plain["service_request_id"])
            return {name: [value] for name, value in plain.items()} if city.lists else plain
        return content


def _parts(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The parts of multipart/form-data, as the standard library's parser of messages has them."""
    from email import message_from_bytes

    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    found = []
    for part in message.get_payload():
        content = part.get_payload(decode=True)
        found.append((str(part.get_param("name", header="content-disposition")), content.decode("utf-8", "replace")))
    return found


def _same(name: str, kept: str, asked: str) -> bool:
    if name == "account_id":
        return kept == asked
    return kept.startswith(asked) if name.endswith("_name") else kept.endswith(asked)


def _metres(item: dict[str, Any], parameters: dict[str, str]) -> float:
    """Distance on a sphere, flat enough for a city; without coordinates, infinite."""
    if item.get("lat") is None:
        return math.inf
    north = math.radians(float(item["lat"]) - float(parameters["lat"]))
    east = math.radians(float(item["long"]) - float(parameters["long"])) * math.cos(math.radians(float(parameters["lat"])))
    return 6_371_000 * math.hypot(north, east)
