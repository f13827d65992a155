"""Whatever a department answers, its chip gets its own clear word in time, and the others are shown."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from adapters.manifest import Manifest, load_manifest
from models.outcomes import Answered
from tests.fakes.raw_server import RawServer, answer
from tests.faults.behaviours import ZIP, drips, everywhere, floods, hangs, resets
from tests.faults.matrix import Case, Ill, http_cases, in_time, search

__all__ = ["search"]

ONE = b'{"items": [{"id": "1", "name": "Maria Gonzalez", "born": "1984-03-09"}]}'
DEADLINE = 1.0
MANIFEST = """
kind = "rest"
title = "Faulty"
colour = "#336699"
address = "{url}"
credential = "faulty"
auth = {{ type = "api_key" }}
capabilities = ["find"]
roles = ["agent"]
deadline = {deadline}
limits = {{ bytes = 100000 }}
[[find]]
needs = ["family"]
path = "/people"
query = {{ name = "{{family}}" }}
items = "items"
[person]
id = "id"
full_name = "name"
birth_date = "born"
"""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def department(url: str, folder: Path) -> Manifest:
    file = folder / "faulty.toml"
    file.write_text(MANIFEST.format(url=url, deadline=DEADLINE), encoding="utf-8")
    return load_manifest(file, folder)


def says(text: str) -> bytes:
    """An answer with one person whose name is this JSON text."""
    return answer(b'{"items": [{"id": "1", "name": ' + text.encode() + b"}]}")


PAGE = b"<!DOCTYPE html><html>Maintenance</html>"
CASES = {
    "hangs before the first byte": (hangs(b""), "timed_out"),
    "hangs in the headers": (hangs(b"HTTP/1.1 200 OK\r\nContent-T"), "too_slow"),
    "hangs within a chunk": (hangs(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n" + ONE[:20]), "too_slow"),
    "drips its headers": (drips(b"HTTP/1.1 200 OK\r\n", b"X-Padding: " + b"x" * 190), "too_slow"),
    "drips its body": (drips(OK + b"Content-Length: 200\r\n\r\n", b" " * 200), "too_slow"),
    "a reset in mid-body": (resets, "incomplete"),
    "not HTTP": (b"220 smtp.springvale.example ESMTP\r\n", "incomplete"),
    "another protocol's greeting": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "unreadable"),
    "headers without end": (floods(b"HTTP/1.1 200 OK\r\n", b"X-Padding: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n" * 100), "unreadable"),
    "early hints without end": (floods(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000), "unreadable"),
    "two lengths that differ": (OK + b"Content-Length: 5\r\nContent-Length: 72\r\n\r\n" + ONE, "unreadable"),
    "a length below nothing": (answer(ONE, length=-5), "unreadable"),
    "a body longer than its length": (answer(ONE, length=40), "incomplete"),
    "half a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n" + ONE[:30], "incomplete"),
    "a chunk longer than it says": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + ONE + b"\r\n0\r\n\r\n", "unreadable"),
    "a chunk of no size": (OK + b"Transfer-Encoding: chunked\r\n\r\nmany\r\n" + ONE, "unreadable"),
    "a length and chunks": (OK + b"Content-Length: 3\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "unreadable"),
    "a bomb of many small gzip files": (answer(gzip.compress(b" " * 1_000) * 2_000, more=ZIP), "too_large"),
    "a deflate bomb": (answer(zlib.compress(b" " * 30_000_000), more="Content-Encoding: deflate\r\n"), "too_large"),
    "gzip that is none": (answer(ONE, more=ZIP), "unreadable"),
    "an encoding that was not asked for": (answer(ONE, more="Content-Encoding: br\r\n"), "unreadable"),
    "500 with a stack trace": (answer(b"Traceback: Maria Gonzalez", status="500 Error", kind="text/plain"), "server_error"),
    "503": (answer(b"", status="503 Service Unavailable"), "server_error"),
    "429 with an absurd wait": (answer(b"{}", status="429 Too Many", more="Retry-After: 99999999999999\r\n"), "rate_limited"),
    "429 with a wait that is none": (answer(b"{}", status="429 Too Many", more="Retry-After: soon\r\n"), "rate_limited"),
    "403": (answer(b"{}", status="403 Forbidden"), "forbidden"),
    "400 that quotes the question": (answer(b'{"error": "Gonzalez?"}', status="400 Bad Request"), "rejected"),
    "404": (answer(b"{}", status="404 Not Found"), "not_found"),
    "a status of no meaning": (answer(b"{}", status="299 Gonzalez"), "mapping"),
    "a redirect to nowhere": (answer(b"", status="302 Found"), "not_data"),
    "a redirect without TLS's name": (answer(b"", status="302 Found", more="Location: https://127.0.0.1/\r\n"), "not_data"),
    "a redirect to what is no address": (answer(b"", status="302 Found", more="Location: http://[\r\n"), "not_data", "no address"),
    "a redirect to a file": (answer(b"", status="302 Found", more="Location: file:///etc/passwd\r\n"), "not_data"),
    "a web page that says it is JSON": (answer(PAGE), "not_data"),
    "a picture": (answer(b"\x89PNG", kind="image/png"), "not_data"),
    "nothing": (answer(b""), "incomplete"),
    "another character set": (answer('{"items": [{"id": "1", "name": "José"}]}'.encode("latin-1")), "charset"),
    "UTF-16 that is none": (answer(b"\xff\xfe{\x00\x00\xd8"), "charset"),
    "NaN": (says("NaN"), "unreadable"),
    "the same key twice": (answer(b'{"items": [{"id": "1", "id": "2", "name": "Ann"}]}'), "unreadable"),
    "ten thousand brackets": (answer(b"[" * 10_000 + b"]" * 10_000), "unreadable"),
    "an object ten thousand deep": (answer(b'{"a":' * 10_000 + b"1" + b"}" * 10_000), "unreadable"),
    "a number of five thousand digits": (answer(b'{"items": [{"id": ' + b"9" * 5000 + b', "name": "Ann"}]}'), "unreadable"),
    "a number beyond all bounds": (answer(b'{"items": [{"id": 1e999999, "name": "Ann"}]}'), "unreadable"),
    "JSON with a comma too many": (answer(b'{"items": [],}'), "unreadable"),
    "JSON and then more": (answer(ONE + b"{}"), "unreadable"),
    "schema drift: another key": (answer(b'{"items": [{"number": 1}]}'), "mapping", "faulty.toml:18: person.id is missing"),
    "schema drift: no list": (answer(b'{"items": 7}'), "mapping", "faulty.toml:16: find.items"),
    "schema drift: another form of date": (answer(ONE.replace(b"1984-03-09", b"9.3.1984")), "mapping", "faulty.toml:20: person.birth_date"),
    "schema drift: a list of texts": (answer(b'{"items": ["Gonzalez"]}'), "mapping"),
    "schema drift: another shape": (answer(b'[{"id": "1"}]'), "mapping"),
    "schema drift: a name in parts": (says('{"first": "Maria"}'), "mapping", "faulty.toml:19: person.full_name is a table"),
    "one bad entry among good ones": (
        answer(b'{"items": [{"id": "1", "name": "M Gonzalez", "born": "soon"}, {"id": "2", "name": "Maria Gonzalez"}]}'),
        *("", "", "the others are shown, and that some are left out"),
    ),
    "a byte order mark": (answer(b"\xef\xbb\xbf" + ONE), "", "", "it is read"),
    "UTF-16 with a byte order mark": (answer(ONE.decode().encode("utf-16")), "", "", "it is read"),
    "NUL, a bidi override, half a surrogate pair": (says(r'"Mar\u0000ia \u202eGonz\ud800alez"'), "", "", "what can't be shown is replaced"),
    "markup in a name": (says('"<img src=file:///etc/passwd>Maria Gonzalez"'), "", "", "it is shown as text"),
    "an id of 2^63": (answer(b'{"items": [{"id": 9223372036854775808, "name": "Maria Gonzalez"}]}'), "", "", "it is read"),
}


@contextmanager
def _redirects(folder: Path) -> Iterator[Ill]:
    """To another host, which must not be asked: a credential's header would go along."""
    healed = Event()
    with RawServer(lambda connection: connection.sendall(answer(ONE))) as other:
        away = answer(b"", status="307 Away", more=f"Location: {other.url.replace('127.0.0.1', 'localhost')}/people\r\n")
        with RawServer(lambda connection: connection.sendall(answer(ONE) if healed.is_set() else away)) as server:
            yield Ill(in_time(department(server.url, folder), "not_data"), healed.set)
        assert all(b"s3cret" in request for request in server.requests)
        assert other.requests == []


@contextmanager
def _silent(folder: Path, *, listens: bool) -> Iterator[Ill]:
    """Nobody listens; or the queue is full, so that the system lets further connections wait."""
    with ExitStack() as stack:
        place = stack.enter_context(socket.socket())
        place.bind(("127.0.0.1", 0))
        if listens:
            place.listen(0)
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(place.getsockname())
        server = RawServer(lambda connection: connection.sendall(answer(ONE)), place=place)
        yield Ill(department(f"http://127.0.0.1:{place.getsockname()[1]}", folder), lambda: stack.enter_context(server) and None)


MATRIX = [
    *http_cases("rest", department, answer(ONE), everywhere(ONE, "application/json") | CASES),
    Case("rest", "a redirect to another host, which would get the credential", _redirects, "not_data", "another host"),
    Case("rest", "nobody listens", partial(_silent, listens=False), "no_connection", "Connection refused"),
    Case("rest", "hangs at connect", partial(_silent, listens=True), "timed_out", "no connection within"),
]


def test_one_bad_entry_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    body = b'{"items": [{"id": "1", "name": "Maria Gonzalez", "born": "soon"}, {"id": "2", "name": "Maria Gonzalez"}]}'
    with RawServer(lambda connection: connection.sendall(answer(body))) as server:
        outcome = search(department(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert [each.ref.id for each in outcome.people] == ["2"]
    assert outcome.partial is not None
    assert "birth_date" in outcome.partial.detail


def test_controls_surrogates_and_bidi_are_shown_or_taken_out(tmp_path: Path) -> None:
    body = b'{"items": [{"id": "1", "name": "Mar\\u0000ia \\u202eGonzalez"}]}'
    with RawServer(lambda connection: connection.sendall(answer(body))) as server:
        outcome = search(department(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert outcome.people[0].full_name == "Mar\ufffdia Gonzalez"


def test_a_netrc_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login eve password secret\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with RawServer(lambda connection: connection.sendall(answer(ONE))) as server:
        outcome = search(department(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert b"authorization" not in server.requests[0].lower()
