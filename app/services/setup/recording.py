"""A department's answers recorded without anybody's data in them, and given again by a simulator on this machine.

Names, numbers, addresses and dates of birth are replaced wherever they stand, the same value by the same stand-in, so that what
belongs together still does: in addresses asked for as well as in answers. The key that the stand-ins are made with is thrown away.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from msgspec import Struct, convert, to_builtins

from adapters.contract import CallContext
from adapters.transport import HttpRequest, HttpResponse, Transport
from models.people import Person
from models.records import Record

FORMAT = "civicdesk-recording-1"
_KEPT_HEADERS = ("content-type", "etag", "link", "retry-after")
_SHORTEST = 3
"""Letters of a value that is replaced wherever it stands; shorter ones would be found in everything."""


class Exchange(Struct, frozen=True):
    """One question and its answer. ``target`` is the path with its query; ``body`` of the question is text; of the answer too."""

    method: str
    target: str
    asked: str
    status: int
    headers: dict[str, str]
    body: str


class Recording(Struct, frozen=True):
    """What a department answered, as it is kept in a file."""

    format: str
    department: str
    kind: str
    taken: str
    exchanges: tuple[Exchange, ...]
    search: str = ""
    """A search that finds the stand-in of the test person."""


class NotRecorded(Exception):
    """There is nothing to record, or the file is no recording; the text is for the user."""


class RecordingTransport(Transport):
    """A transport that keeps what is asked and answered; credentials are no part of it."""

    def __init__(self, inner: Transport) -> None:
        super().__init__()
        self._inner = inner
        self.reactor = inner.reactor
        self.exchanges: list[tuple[HttpRequest, HttpResponse]] = []

    def for_department(self, manifest: Any) -> Transport:
        self._inner = self._inner.for_department(manifest)
        return self

    def send(self, request: HttpRequest, ctx: CallContext, *, max_bytes: int, accept: frozenset[int] = frozenset()) -> HttpResponse:
        response = self._inner.send(request, ctx, max_bytes=max_bytes, accept=accept)
        self.exchanges.append((request, response))
        return response


class StandIns:
    """What stands for each value: of the same shape, drawn by a key that is never kept."""

    def __init__(self, names: Iterable[str]) -> None:
        """``names`` are the stand-ins for names of persons and streets."""
        self._key = secrets.token_bytes(32)
        self._names = sorted(set(names))
        self._days = timedelta(days=secrets.randbelow(4000) - 2000)
        self._known: dict[str, str] = {}

    def learn_person(self, person: Person) -> None:
        """Everything that a person is told by."""
        for name in (person.given_name, person.family_name, *person.full_name.replace(",", " ").split()):
            self._learn(name, self._name)
        for value in (*person.phones, *person.emails, person.ref.id, *(each.value for each in person.identifiers)):
            self._learn(value, self._shape)
            digits = re.sub(r"\D", "", value)
            if len(digits) >= 7 and digits != value:
                stand_in = re.sub(r"\D", "", self._known.get(value, ""))
                self._known.setdefault(digits, stand_in or self._shape(digits))
        for address in person.addresses:
            self._learn(address.post_code, self._shape)
            for part in (address.thoroughfare, *re.split(r"[\s,]+", address.full)):
                if any(letter.isalpha() for letter in part):
                    self._learn(part, self._name)
                elif len(part) > 3:
                    self._learn(part, self._shape)
        if person.birth_date is not None:
            self._learn_date(person.birth_date)

    def learn_record(self, record: Record) -> None:
        """Numbers of matters, and every field that is not open."""
        self._learn(record.ref.id, self._shape)
        for field in record.fields:
            if field.sensitivity != "open":
                self._learn(field.value, self._shape)

    def replaced(self, text: str) -> str:
        """The text with a stand-in for every value that was learnt, the longest first, whatever its letters' case."""
        if not self._known:
            return text
        by_lower = {value.lower(): stand_in for value, stand_in in self._known.items()}
        longest = sorted(by_lower, key=len, reverse=True)
        pattern = re.compile("|".join(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])" for value in longest), re.IGNORECASE)

        def stand_in(found: re.Match[str]) -> str:
            given, text = found[0], by_lower[found[0].lower()]
            return text.upper() if given.isupper() else text.lower() if given.islower() else text

        return pattern.sub(stand_in, text)

    def _learn(self, value: str, make: Callable[[str], str]) -> None:
        if len(value) >= _SHORTEST and value not in self._known:
            self._known[value] = make(value)

    def _learn_date(self, day: date) -> None:
        other = day + self._days
        for form in ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
            self._known[day.strftime(form)] = other.strftime(form)

    def _name(self, value: str) -> str:
        return self._names[int.from_bytes(self._drawn(value)[:8]) % len(self._names)]

    def _shape(self, value: str) -> str:
        """Letters for letters and digits for digits; what separates them stays."""
        drawn, text = self._drawn(value), []
        for at, letter in enumerate(value):
            number = drawn[at % len(drawn)]
            if letter.isdigit():
                text.append(str(1 + number % 9))
            elif letter.isalpha():
                text.append(chr((ord("A") if letter.isupper() else ord("a")) + number % 26))
            else:
                text.append(letter)
        return "".join(text)

    def _drawn(self, value: str) -> bytes:
        return hmac.new(self._key, value.lower().encode("utf-8", "replace"), hashlib.sha512).digest()


def anonymous(exchanges: Iterable[tuple[HttpRequest, HttpResponse]], base: str, stand_ins: StandIns) -> Iterator[Exchange]:
    """The exchanges with stand-ins in them; ``base`` is the department's address, whose host is taken out of links.

    What changes something, and what is not text (a picture, a PDF), is left out.
    """
    host = f"{urlsplit(base).scheme}://{urlsplit(base).netloc}"
    for request, response in exchanges:
        if request.method != "GET" and not request.only_asks:
            continue
        try:
            body, asked = response.body.decode("utf-8"), request.body.decode("utf-8")
        except UnicodeDecodeError:
            continue
        headers = {name: response.headers[name].replace(host, "") for name in _KEPT_HEADERS if name in response.headers}
        headers = {name: _in_link(value, stand_ins) for name, value in headers.items()}
        target = _target(request.url, stand_ins)
        yield Exchange(
            request.method, target, stand_ins.replaced(asked), response.status, headers, stand_ins.replaced(body.replace(host, ""))
        )


def _target(url: str, stand_ins: StandIns) -> str:
    parts = urlsplit(url)
    path = "/".join(quote(stand_ins.replaced(unquote(part)), safe="@:$()',=") for part in parts.path.split("/"))
    query = urlencode(
        [(name, stand_ins.replaced(value)) for name, value in parse_qsl(parts.query, keep_blank_values=True)], quote_via=quote
    )
    return f"{path}?{query}" if query else path


def _in_link(value: str, stand_ins: StandIns) -> str:
    return re.sub(r"<([^>]*)>", lambda found: f"<{_target(found[1], stand_ins)}>", value)


def write(recording: Recording, file: Path) -> None:
    """Keep a recording as JSON, readable by its owner only. Raises OSError."""
    text = json.dumps(to_builtins(recording), ensure_ascii=False, indent=1)
    file.touch(mode=0o600, exist_ok=True)
    file.write_text(text + "\n", encoding="utf-8")


def read(file: Path) -> Recording:
    """Raises NotRecorded."""
    try:
        recording = convert(json.loads(file.read_text(encoding="utf-8")), Recording)
    except OSError as error:
        raise NotRecorded(f"{file} can't be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        recording = None
    if recording is None or recording.format != FORMAT:
        raise NotRecorded(f"{file} is no recording of a department: make one with 'civicdesk department record'.")
    return recording


class Simulator:
    """Answers on this machine as the department did; what was never asked is not found there."""

    def __init__(self, recording: Recording, port: int = 0) -> None:
        exact: dict[tuple[str, str, str], Exchange] = {}
        for each in recording.exchanges:
            exact.setdefault((each.method, _sorted(each.target), each.asked), each)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer("")

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                self._answer(self.rfile.read(length).decode("utf-8", "replace"))

            def _answer(self, asked: str) -> None:
                found = exact.get((self.command, _sorted(self.path), asked))
                body = found.body.encode() if found else b'{"error": "not recorded"}'
                self.send_response(found.status if found else 404)
                headers = found.headers if found else {"content-type": "application/json"}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet: what is asked is nobody's business."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="simulator", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it answers, without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _sorted(target: str) -> str:
    """A target whatever the order of its parameters and the way they are quoted."""
    parts = urlsplit(target)
    return f"{unquote(parts.path)}?{urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))}"
