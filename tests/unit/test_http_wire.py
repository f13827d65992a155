"""Answers as they come over a socket: read by the rules of RFC 9112, refused where they can be read in two ways."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest

from adapters.contract import BadAnswer, DepartmentError, TimedOut
from adapters.http_wire import Answer, Stale, connect, request_bytes, send

OK = b"HTTP/1.1 200 OK\r\n"
GZIP = gzip.compress(b"hello, hello, hello")
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Our end of a connection, and the department's."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def read(pair: Pair, data: bytes, *, max_bytes: int = 1000, hang_up: bool = False) -> tuple[Answer, bytes]:
    ours, theirs = pair
    theirs.sendall(data)
    if hang_up:
        theirs.shutdown(socket.SHUT_WR)
    answer = Answer(ours, time.monotonic() + 0.3)
    return answer, answer.read(max_bytes)


BODIES = {
    "with a length": (b"Content-Length: 5\r\n\r\nhello", b"hello"),
    "with the same length twice": (b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    "in chunks": (b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;note=x\r\nlo\r\n0\r\n\r\n", b"hello"),
    "in chunks with a trailer": (b"Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", b"hello"),
    "in chunks, whose word goes before the length": (b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", b"a"),
    "of none": (b"Content-Length: 0\r\n\r\n", b""),
    "packed": (b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIP) + GZIP, b"hello, hello, hello"),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_read_to_its_end_and_the_connection_kept(pair: Pair, case: str) -> None:
    head, body = BODIES[case]
    answer, found = read(pair, OK + head)
    assert (answer.status, found) == (200, body)
    assert not answer.will_close


def test_a_body_may_come_byte_by_byte(pair: Pair) -> None:
    ours, theirs = pair
    whole = OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    def drip() -> None:
        for byte in whole:
            theirs.sendall(bytes([byte]))
            time.sleep(0.0005)

    thread = threading.Thread(target=drip)
    thread.start()
    answer = Answer(ours, time.monotonic() + 5)
    assert answer.read(1000) == b"hello"
    assert not answer.will_close
    thread.join()


def test_interim_answers_are_passed_over(pair: Pair) -> None:
    answer, body = read(
        pair, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na"
    )
    assert (answer.status, body, answer.headers) == (200, b"a", {"content-length": "1"})


def test_without_a_length_the_body_ends_with_the_connection(pair: Pair) -> None:
    answer, body = read(pair, OK + b"\r\nhello", hang_up=True)
    assert body == b"hello"
    assert answer.will_close


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_have_no_body(pair: Pair, status: bytes) -> None:
    answer, body = read(pair, b"HTTP/1.1 %b\r\nContent-Length: 5\r\n\r\n" % status)
    assert body == b""
    assert not answer.will_close


@pytest.mark.parametrize(
    ("head", "closes"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close\r\n", True),
        (b"HTTP/1.0 200 OK\r\n", True),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", False),
        (b"HTTP/1.1 200\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTraceback, line 3\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n", True),
    ],
)
def test_who_says_that_the_connection_is_closed(pair: Pair, head: bytes, closes: bool) -> None:
    assert read(pair, head + b"Content-Length: 1\r\n\r\na")[0].will_close == closes


def test_a_connection_is_used_again_only_after_a_whole_answer(pair: Pair) -> None:
    ours, theirs = pair
    theirs.sendall(OK + b"Content-Length: 5000\r\n\r\n" + bytes(5000))
    answer = Answer(ours, time.monotonic() + 1)
    with pytest.raises(BadAnswer):
        answer.read(4999)
    assert answer.will_close


def test_a_connection_on_which_more_came_than_was_asked_for_is_not_used_again(pair: Pair) -> None:
    assert read(pair, OK + b"Content-Length: 1\r\n\r\na" + OK)[0].will_close


def test_headers_are_joined_folded_and_trimmed(pair: Pair) -> None:
    answer, _ = read(
        pair, b"HTTP/1.1 200 OK\nLink: </2>;\r\n  rel=next \r\nLINK: </9>\r\nX-Empty:\r\nX-Name: Jos\xe9\r\nContent-Length: 0\n\n"
    )
    assert answer.headers == {"link": "</2>; rel=next, </9>", "x-empty": "", "x-name": "José", "content-length": "0"}


REFUSED = {
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length below zero": OK + b"Content-Length: -1\r\n\r\n",
    "a length of other digits": OK + "Content-Length: ²\r\n\r\n".encode("latin-1"),
    "a length that is none": OK + b"Content-Length:\r\n\r\n",
    "another transfer coding": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
    "another content coding": OK + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\na",
    "what is not packed": OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bab",
    "a chunk without a size": OK + b"Transfer-Encoding: chunked\r\n\r\nhello\r\n",
    "a chunk below zero": OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
    "a chunk longer than it says": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
    "headers without end": OK + b"X: " + b"x" * 70_000,
    "a chunk's size without end": OK + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 70_000,
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_as_it_should_be_is_refused(pair: Pair, case: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        read(pair, REFUSED[case])
    assert refused.value.fault_key == "unreadable"


BREAKS_OFF = {
    "in the headers": OK + b"Content-L",
    "in the body": OK + b"Content-Length: 5\r\n\r\nhel",
    "in a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "before the last chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "in what is packed": OK + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + GZIP[:20],
}


@pytest.mark.parametrize("case", BREAKS_OFF)
def test_an_answer_that_breaks_off_is_incomplete(pair: Pair, case: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        read(pair, BREAKS_OFF[case], hang_up=True)
    assert refused.value.fault_key == "incomplete"


def test_one_that_hangs_up_without_an_answer_is_stale(pair: Pair) -> None:
    with pytest.raises(Stale):
        read(pair, b"", hang_up=True)


@pytest.mark.parametrize(("data", "key"), [(b"", "timed_out"), (OK, "too_slow"), (OK + b"Content-Length: 5\r\n\r\nhel", "too_slow")])
def test_the_deadline_ends_every_wait(pair: Pair, data: bytes, key: str) -> None:
    with pytest.raises(TimedOut) as late:
        read(pair, data)
    assert late.value.fault_key == key


@pytest.mark.parametrize("packed", [gzip.compress(b" " * 5000), zlib.compress(b" " * 5000)])
def test_the_cap_counts_what_is_unpacked(pair: Pair, packed: bytes) -> None:
    with pytest.raises(BadAnswer) as refused:
        read(pair, OK + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed, max_bytes=4999)
    assert refused.value.fault_key == "too_large"


def test_a_long_question_is_sent_whole_while_the_department_reads_slowly(pair: Pair) -> None:
    ours, theirs = pair
    message = bytes(3_000_000)
    sender = threading.Thread(target=send, args=(ours, message, time.monotonic() + 5))
    sender.start()
    found = 0
    while found < len(message):
        found += len(theirs.recv(65_536))
    sender.join()
    assert found == len(message)


def test_a_question_that_nobody_reads_is_given_up_at_the_deadline(pair: Pair) -> None:
    with pytest.raises(TimedOut):
        send(pair[0], bytes(3_000_000), time.monotonic() + 0.1)


def test_a_question_on_a_closed_connection_is_stale(pair: Pair) -> None:
    ours, theirs = pair
    theirs.close()
    with pytest.raises(Stale):
        send(ours, b"GET / HTTP/1.1\r\n\r\n", time.monotonic() + 1)


def test_a_line_break_in_a_value_starts_no_other_header() -> None:
    assert request_bytes("GET", "/", {"a": "1\r\nb: 2\0"}, b"") == b"GET / HTTP/1.1\r\na: 1b: 2\r\n\r\n"


def test_a_name_that_is_not_resolved_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: ended.wait(5))
    try:
        with pytest.raises(TimedOut):
            connect("hangs.example", 80, time.monotonic() + 0.1)
    finally:
        ended.set()


def test_a_connection_that_is_refused_raises_the_systems_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        connect("127.0.0.1", port, time.monotonic() + 1)


def test_an_error_of_the_contract_is_raised_whatever_comes(pair: Pair) -> None:
    """Bytes cut anywhere, in an answer with all there is: an error of the contract, or the whole body."""
    whole = (
        OK
        + b"Content-Type: a/b\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n%x\r\n" % len(GZIP)
        + GZIP
        + b"\r\n0\r\n\r\n"
    )
    for end in range(len(whole)):
        ours, theirs = socket.socketpair()
        with ours, theirs, suppress(DepartmentError):
            assert read((ours, theirs), whole[:end], hang_up=True)[1] == b"never"
