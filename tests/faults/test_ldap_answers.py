"""Whatever a directory answers, the chip gets its own word in time, and the detail no personal data."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.contract import CallContext, Department, DepartmentError
from adapters.ldap_session import Sessions
from models.query import SearchQuery
from tests.contract.case import department_at
from tests.fakes.certificates import Authority
from tests.fakes.raw_server import RawServer

MANIFEST = """
kind = "ldap"
title = "Staff"
colour = "#336699"
address = "{url}"
capabilities = ["find"]
roles = ["agent"]
{more}

[[find]]
needs = ["family"]
base = "dc=x"
filter = "(sn={{family}}*)"

[person]
id = "uid"
full_name = "cn"
"""
MARIA = SearchQuery(name="Gonzalez", family="Gonzalez")


def entry(message: int, name: str, attributes: dict[str, str]) -> bytes:
    """A searchResEntry (RFC 4511, 4.5.2) in BER."""
    inner = b"".join(_tlv(0x30, _octets(key) + _tlv(0x31, _octets(value))) for key, value in attributes.items())
    return _tlv(0x30, _integer(message) + _tlv(0x64, _octets(name) + _tlv(0x30, inner)))


def done(message: int, code: int = 0, words: str = "") -> bytes:
    """A searchResDone."""
    return _tlv(0x30, _integer(message) + _tlv(0x65, _tlv(0x0A, bytes([code])) + _octets("") + _octets(words)))


def _octets(text: str) -> bytes:
    return _tlv(0x04, text.encode())


def _integer(number: int) -> bytes:
    return _tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + value


def asked(connection: socket.socket) -> int:
    """Reads a question; its message's number, as the answer has to bear it. The library counts on from test to test."""
    return message_of(connection.recv(65_536))


def message_of(question: bytes) -> int:
    """The number of a message; 1 of what is none."""
    at = 2 if question[1:2] < b"\x80" else 2 + (question[1] & 0x7F)
    if question[:1] != b"\x30" or question[at : at + 1] != b"\x02":
        return 1
    size = question[at + 1]
    return int.from_bytes(question[at + 2 : at + 2 + size], "big")


GOOD = {"uid": "1001", "cn": "Maria Gonzalez"}


def ask(url: str, folder: Path, seconds: float = 5.0, more: str = "ldap = { start_tls = false }") -> list[str]:
    text = MANIFEST.format(url=url.replace("http:", "ldap:"), more=more)
    with department_at(text, folder, None) as (department, _):
        return names(department, seconds)


def names(department: Department, seconds: float) -> list[str]:
    return [getattr(each, "full_name", "") for each in department.find(MARIA, CallContext(time.monotonic() + seconds))]


def fault(behave: object, folder: Path, seconds: float = 5.0) -> str:
    with RawServer(behave, until=b"") as server, pytest.raises(DepartmentError) as caught:  # type: ignore[arg-type]
        ask(server.url, folder, seconds)
    assert "gonzalez" not in caught.value.detail.lower()
    return caught.value.fault_key


def test_a_good_answer_is_understood(tmp_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        number = asked(connection)
        connection.sendall(entry(number, "uid=1001,dc=x", GOOD) + done(number))

    with RawServer(behave, until=b"") as server:
        assert ask(server.url, tmp_path) == ["Maria Gonzalez"]


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (1, "rejected"),
        (3, "too_slow"),
        (8, "rejected"),
        (10, "rejected"),
        (11, "too_large"),
        (50, "forbidden"),
        (51, "rate_limited"),
        (52, "server_error"),
        (80, "server_error"),
    ],
)
def test_each_result_has_its_word(tmp_path: Path, code: int, key: str) -> None:
    assert fault(lambda connection: connection.sendall(done(asked(connection), code, "Maria Gonzalez is odd")), tmp_path) == key


@pytest.mark.parametrize("code", [32, 34])
def test_nothing_of_this_name_is_nobody_found(tmp_path: Path, code: int) -> None:
    with RawServer(lambda connection: connection.sendall(done(asked(connection), code)), until=b"") as server:
        assert ask(server.url, tmp_path) == []


def test_no_answer_and_one_that_drips_end_at_the_deadline(tmp_path: Path) -> None:
    with RawServer(lambda connection: server.wait(30), until=b"") as server, pytest.raises(DepartmentError) as caught:
        ask(server.url, tmp_path, 0.3)
    assert caught.value.fault_key == "timed_out"

    def drip(connection: socket.socket) -> None:
        number = asked(connection)
        for byte in entry(number, "uid=1001,dc=x", GOOD) * 100:
            connection.sendall(bytes([byte]))
            dripping.wait(0.05)

    with RawServer(drip, until=b"") as dripping, pytest.raises(DepartmentError) as caught:
        ask(dripping.url, tmp_path, 0.4)
    assert caught.value.fault_key == "too_slow"


def test_an_answer_that_breaks_off_is_told(tmp_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        number = asked(connection)
        connection.sendall(entry(number, "uid=1001,dc=x", GOOD)[:-4])

    assert fault(behave, tmp_path) == "incomplete"


@pytest.mark.parametrize(
    "body",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00" * 50,
        b"\x30\x03\x02\x01\x02",
        b"\x30\x84\x00\x00\x00\x00",
        b"\x16\x03\x01\x00\x05hello",
        b"\x30\x0a\x02\x01\x02\x64\x05\x04\x01x\x30\x00\x00",
        b"\xff" * 200,
    ],
    ids=["http", "zeros", "no operation", "empty", "tls", "odd entry", "ones"],
)
def test_what_is_no_ldap_is_told(tmp_path: Path, body: bytes) -> None:
    assert fault(lambda connection: (asked(connection), connection.sendall(body)), tmp_path) in ("unreadable", "incomplete")


def test_an_endless_message_is_not_held(tmp_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        asked(connection)
        connection.sendall(b"\x30\x84\x7f\xff\xff\xff")
        for _ in range(1000):
            connection.sendall(b"\x00" * 65_536)

    assert fault(behave, tmp_path) == "too_large"


def test_a_value_that_is_no_text_is_told(tmp_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        number = asked(connection)
        connection.sendall(entry(number, "uid=1001,dc=x", GOOD).replace(b"Maria", b"M\xe1\xff\xfea") + done(number))

    assert fault(behave, tmp_path) == "mapping"


def test_references_to_other_servers_are_not_followed(tmp_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        number = asked(connection)
        elsewhere = _tlv(0x30, _integer(number) + _tlv(0x73, _octets("ldap://127.0.0.1:1/dc=y")))
        connection.sendall(elsewhere + entry(number, "uid=1001,dc=x", GOOD) + done(number))

    with RawServer(behave, until=b"") as server:
        assert ask(server.url, tmp_path) == ["Maria Gonzalez"]


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_anew(tmp_path: Path) -> None:
    def behave(connection: socket.socket) -> None:
        number = asked(connection)
        connection.sendall(entry(number, "uid=1001,dc=x", GOOD) + done(number))

    with RawServer(behave, until=b"") as server:
        text = MANIFEST.format(url=server.url.replace("http:", "ldap:"), more="ldap = { start_tls = false }")
        with department_at(text, tmp_path, None) as (department, _):
            assert [names(department, 5) for _ in range(3)] == [["Maria Gonzalez"]] * 3


def test_a_server_without_starttls_is_told_nothing(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        heard.append(connection.recv(65_536))
        response = _tlv(0x78, _tlv(0x0A, b"\x02") + _octets("") + _octets("unsupported"))
        connection.sendall(_tlv(0x30, _integer(message_of(heard[-1])) + response))
        heard.append(connection.recv(65_536))

    with RawServer(behave, until=b"") as server, pytest.raises(DepartmentError, match="does not speak TLS"):
        ask(server.url, tmp_path, more="")
    assert b"Gonzalez" not in b"".join(heard)


@pytest.mark.parametrize(("host", "days", "key"), [("other.example", 1, "not_trusted"), ("127.0.0.1", -1, "not_trusted")])
def test_a_certificate_of_another_host_or_that_is_over_is_refused(tmp_path: Path, host: str, days: int, key: str) -> None:
    authority = Authority(tmp_path)
    context = authority.server(host, days)

    def behave(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    with RawServer(behave, until=b"") as server, pytest.raises(DepartmentError) as caught:
        ask(server.url.replace("http:", "ldaps:"), tmp_path, more=f'tls = {{ authorities = "{authority.file}" }}')
    assert caught.value.fault_key == key


def test_no_tls_where_it_was_expected_is_told(tmp_path: Path) -> None:
    with RawServer(lambda connection: connection.sendall(done(1)), until=b"") as server, pytest.raises(DepartmentError) as caught:
        ask(server.url.replace("http:", "ldaps:"), tmp_path, more="")
    assert caught.value.fault_key == "no_connection"


PIECES = st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([entry(2, "uid=1", GOOD), done(2), done(2, 80)])), max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=PIECES, cut=st.integers(0, 200), flipped=st.integers(0, 400))
def test_no_bytes_are_more_than_a_fault(tmp_path: Path, pieces: list[bytes], cut: int, flipped: int) -> None:
    body = bytearray(b"".join(pieces))
    if body:
        body[flipped % len(body)] ^= 0x41
    said = bytes(body[: len(body) - cut % (len(body) + 1)])
    with suppress(DepartmentError):  # any other exception is a bug
        assert len(read_as_an_answer(said, tmp_path)) <= 51


def read_as_an_answer(said: bytes, folder: Path) -> list[str]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        text = MANIFEST.format(url="ldap://127.0.0.1:1", more="ldap = { start_tls = false }")
        with department_at(text, folder, None) as (department, _), pytest.MonkeyPatch.context() as patch:
            patch.setattr(Sessions, "_connected", lambda self, ctx: ours)
            patch.setattr("ldap3.Server.next_message_id", lambda self: 2)
            try:
                return names(department, 2)
            finally:
                ours.close()
