"""Whatever a department answers, its chip gets its own clear word in time, and the others are shown."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.manifest import Manifest
from adapters.registry import make_department
from adapters.toml_tables import read_table
from adapters.transport import Transport
from app.services.departments import Departments, Port
from app.services.search import Findings, Search
from models.outcomes import FAULT_WORDS, Answered, Failed
from models.query import SearchQuery
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, FakeSecrets, manifest, person
from tests.fakes.raw_server import RawServer, answer

QUERY = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez")
ONE = b'{"items": [{"id": "1", "name": "Maria Gonzalez", "born": "1984-03-09"}]}'
DEADLINE = 0.6


def department(url: str, kind: str = "rest") -> Manifest:
    return read_table(
        Manifest,
        {
            "id": "faulty",
            "path": "faulty.toml",
            "kind": kind,
            "title": "Faulty",
            "colour": "#336699",
            "address": url,
            "capabilities": ("find",),
            "roles": ("agent",),
            "deadline": DEADLINE,
            "limits": {"bytes": 100_000},
            "find": [{"needs": ["family"], "path": "/people", "query": {"name": "{family}"}, "items": "items"}],
            "person": {"id": "id", "full_name": "name", "birth_date": "born"},
        },
    )


def search(faulty: Manifest) -> Findings:
    """A search over the faulty department and a healthy one."""
    transport = Transport()
    well = FakeDepartment([person("well", "1", "Maria Gonzalez", "1984-03-09")])
    desk = Departments([Port(faulty, make_department(faulty, transport)), Port(manifest("well"), well)], FakeSecrets())

    async def work() -> Findings:
        last = Findings({})
        async for found in Search(desk, FakeAudit(), FakeAsker()).run(QUERY):
            last = found
        return last

    started = time.monotonic()
    try:
        found = asyncio.run(work())
    finally:
        desk.close()
        transport.close()
    assert time.monotonic() - started < 10, "a guard against hanging for good, not a figure"
    assert isinstance(found.outcomes["well"], Answered)
    assert any(member.ref.department == "well" for caller in found.callers for member in caller.members)
    return found


def word(behave: Callable[[RawServer, object], None]) -> str:
    """The fault's key when a department behaves so."""
    server: RawServer

    def do(connection: object) -> None:
        behave(server, connection)

    server = RawServer(do)  # type: ignore[arg-type]
    with server:
        outcome = search(department(server.url)).outcomes["faulty"]
    assert isinstance(outcome, Failed)
    assert outcome.fault.key in FAULT_WORDS
    assert "gonzalez" not in outcome.fault.detail.lower()
    return outcome.fault.key


def sends(data: bytes) -> Callable[[RawServer, object], None]:
    return lambda server, connection: connection.sendall(data)  # type: ignore[attr-defined]


def drips(head: bytes, body: bytes) -> Callable[[RawServer, object], None]:
    """Sends ``head`` at once and ``body`` a byte every 50 ms, for at most ten seconds."""

    def behave(server: RawServer, connection: object) -> None:
        connection.sendall(head)  # type: ignore[attr-defined]
        for byte in body[:200]:
            if server.ended.is_set():
                return
            connection.sendall(bytes([byte]))  # type: ignore[attr-defined]
            server.wait(0.05)

    return behave


def hangs(head: bytes) -> Callable[[RawServer, object], None]:
    def behave(server: RawServer, connection: object) -> None:
        connection.sendall(head)  # type: ignore[attr-defined]
        server.wait(10)

    return behave


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CASES: dict[str, tuple[Callable[[RawServer, object], None], set[str]]] = {
    "hangs before the first byte": (hangs(b""), {"timed_out"}),
    "hangs in the headers": (hangs(b"HTTP/1.1 200 OK\r\nContent-T"), {"too_slow", "timed_out"}),
    "hangs in mid-body": (hangs(OK + b"Content-Length: 500\r\n\r\n" + ONE[:20]), {"too_slow"}),
    "drips its headers": (drips(b"HTTP/1.1 200 OK\r\n", b"X-Padding: " + b"x" * 190), {"too_slow"}),
    "drips its body": (drips(OK + b"Content-Length: 200\r\n\r\n", b" " * 200), {"too_slow"}),
    "a web page": (sends(answer(b"<html>Maintenance</html>", kind="text/html")), {"not_data"}),
    "a web page that says it is JSON": (sends(answer(b"<!DOCTYPE html><html>Maintenance</html>")), {"not_data", "unreadable"}),
    "half a JSON, with a length": (sends(answer(ONE[:40], length=len(ONE))), {"incomplete"}),
    "half a JSON, without a length": (sends(answer(ONE[:40], length=-1)), {"incomplete"}),
    "half a chunk": (sends(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n" + ONE[:30]), {"incomplete"}),
    "500": (sends(answer(b"Traceback: secret", status="500 Internal Server Error", kind="text/plain")), {"server_error"}),
    "503": (sends(answer(b"", status="503 Service Unavailable")), {"server_error"}),
    "503 with Retry-After": (sends(answer(b"", status="503 Busy", more="Retry-After: 30\r\n")), {"rate_limited"}),
    "429": (sends(answer(b"{}", status="429 Too Many Requests", more="Retry-After: 5\r\n")), {"rate_limited"}),
    "401": (sends(answer(b"{}", status="401 Unauthorized")), {"sign_in_needed"}),
    "403": (sends(answer(b"{}", status="403 Forbidden")), {"forbidden"}),
    "400": (sends(answer(b"{}", status="400 Bad Request")), {"rejected"}),
    "another character set": (sends(answer('{"items": [{"id": "1", "name": "José"}]}'.encode("latin-1"))), {"charset"}),
    "a character set that nobody knows": (sends(answer(ONE, kind="application/json; charset=klingon")), {"charset"}),
    "too much": (sends(answer(b"[" + b"1," * 100_000 + b"1]")), {"too_large"}),
    "a gzip bomb": (sends(answer(gzip.compress(b" " * 30_000_000), more="Content-Encoding: gzip\r\n")), {"too_large"}),
    "NaN": (sends(answer(b'{"items": [{"id": "1", "name": NaN}]}')), {"unreadable"}),
    "the same key twice": (sends(answer(b'{"items": [{"id": "1", "id": "2", "name": "Ann"}]}')), {"unreadable"}),
    "ten thousand brackets": (sends(answer(b"[" * 10_000 + b"]" * 10_000)), {"unreadable"}),
    "another form than the manifest says": (sends(answer(b'{"items": [{"number": 1}]}')), {"mapping"}),
    "a redirect to another host": (
        sends(answer(b"", status="302 Found", more="Location: http://localhost:9/people\r\n")),
        {"not_data", "unreadable", "rejected", "forbidden"},
    ),
    "a redirect to itself, for ever": (
        sends(answer(b"", status="302 Found", more="Location: /people\r\n")),
        {"circular_link", "not_data", "unreadable"},
    ),
    "nothing at all, and hangs up": (sends(b""), {"incomplete", "no_connection"}),
    "not HTTP": (sends(b"220 smtp.springvale.example ESMTP\r\n"), {"not_data", "unreadable", "incomplete", "no_connection"}),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_has_its_word(case: str) -> None:
    behave, words = CASES[case]
    assert word(behave) in words


def test_one_that_is_not_there_is_told_as_such() -> None:
    with RawServer(lambda connection: None) as server:
        url = server.url
    outcome = search(department(url)).outcomes["faulty"]
    assert isinstance(outcome, Failed)
    assert outcome.fault.key == "no_connection"


def test_five_thousand_digits_are_no_crash() -> None:
    with RawServer(lambda connection: connection.sendall(answer(b'{"items": [{"id": ' + b"9" * 5000 + b', "name": "Ann"}]}'))) as server:
        outcome = search(department(server.url)).outcomes["faulty"]
    assert isinstance(outcome, Failed | Answered)
    if isinstance(outcome, Failed):
        assert outcome.fault.key in ("unreadable", "mapping")


def test_one_bad_entry_keeps_nobody_from_the_others() -> None:
    body = b'{"items": [{"id": "1", "name": "Maria Gonzalez", "born": "soon"}, {"id": "2", "name": "Maria Gonzalez"}]}'
    with RawServer(lambda connection: connection.sendall(answer(body))) as server:
        outcome = search(department(server.url)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert [each.ref.id for each in outcome.people] == ["2"]
    assert outcome.partial is not None
    assert "birth_date" in outcome.partial.detail


def test_controls_surrogates_and_bidi_are_shown_or_taken_out() -> None:
    body = b'{"items": [{"id": "1", "name": "Mar\\u0000ia \\u202eGonzalez"}]}'
    with RawServer(lambda connection: connection.sendall(answer(body))) as server:
        outcome = search(department(server.url)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert outcome.people[0].full_name == "Mar\ufffdia Gonzalez"


def test_a_netrc_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login eve password secret\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with RawServer(lambda connection: connection.sendall(answer(ONE))) as server:
        outcome = search(department(server.url)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert b"authorization" not in server.requests[0].lower()
