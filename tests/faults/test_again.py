"""What is sent a second time and what never is, how long is waited before, and that a token is renewed once for everybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from adapters.contract import CallContext, DepartmentError, RateLimited, Unavailable
from adapters.transport import LONGEST_RETRY_AFTER, HttpRequest, HttpResponse, Transport, retry_after
from models.outcomes import Answered, Failed
from tests.fakes.departments import FakeSecrets
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.raw_server import RawServer
from tests.faults.test_one_thread import ONE, department, found

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def transport() -> Iterator[Transport]:
    with closing(Transport()) as transport:
        yield transport


def get(transport: Transport, url: str, seconds: float = 5.0, request: HttpRequest | None = None) -> HttpResponse:
    return transport.send(request or HttpRequest("GET", url), CallContext(time.monotonic() + seconds), max_bytes=1000)


class Fails:
    """Answers with ``first``, as often as told, and then well."""

    def __init__(self, first: Reply, times: int = 1) -> None:
        self._first = first
        self._times = times

    def __call__(self, asked: Asked) -> Reply:
        self._times -= 1
        return self._first if self._times >= 0 else Reply(b"well")


def write(url: str, **headers: str) -> HttpRequest:
    return HttpRequest("POST", url, {name.replace("_", "-"): text for name, text in headers.items()}, b"{}")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_that_failed_is_asked_again(transport: Transport, status: int) -> None:
    with HttpServer(Fails(Reply(b"", status))) as server:
        assert get(transport, server.url).body == b"well"
        assert len(server.asked) == 2


def test_nobody_is_asked_a_third_time(transport: Transport) -> None:
    with HttpServer(Fails(Reply(b"", 503), 9)) as server:
        with pytest.raises(Unavailable, match="HTTP 503"):
            get(transport, server.url)
        assert len(server.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 501])
def test_what_would_end_the_same_is_not_asked_again(transport: Transport, status: int) -> None:
    with HttpServer(Fails(Reply(b"", status))) as server:
        with pytest.raises(DepartmentError):
            get(transport, server.url)
        assert len(server.asked) == 1


def test_a_write_is_sent_once(transport: Transport) -> None:
    with HttpServer(Fails(Reply(b"", 503))) as server:
        with pytest.raises(Unavailable):
            get(transport, "", request=write(server.url))
        assert len(server.asked) == 1


def test_a_write_with_a_key_is_sent_again_with_it(transport: Transport) -> None:
    with HttpServer(Fails(Reply(b"", 503))) as server:
        assert get(transport, "", request=write(server.url, Idempotency_Key="k1")).body == b"well"
        assert [asked.headers["idempotency-key"] for asked in server.asked] == ["k1", "k1"]


def test_a_write_that_found_no_connection_was_certainly_not_sent(transport: Transport) -> None:
    with HttpServer(Fails(Reply(b"", 503))) as server:
        url = server.url
    with pytest.raises(Unavailable) as refused:
        get(transport, "", request=write(url, Idempotency_Key="k1"))
    assert not refused.value.sent


def test_one_that_was_sent_once_may_have_arrived_whatever_becomes_of_the_second_try(transport: Transport) -> None:
    with RawServer(lambda _: server.stop()) as server, pytest.raises(Unavailable) as refused:
        get(transport, "", request=write(server.url, Idempotency_Key="k1"))
    assert len(server.requests) == 1
    assert refused.value.sent


def test_a_question_by_post_is_asked_again(transport: Transport) -> None:
    with HttpServer(Fails(Reply(b"", 502))) as server:
        assert get(transport, "", request=HttpRequest("POST", server.url, {}, b"{}", only_asks=True)).body == b"well"


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_is_in_time_is_waited(transport: Transport, status: int) -> None:
    with HttpServer(Fails(Reply(b"", status, {"retry-after": "1"}))) as server:
        began = time.monotonic()
        assert get(transport, server.url).body == b"well"
        assert time.monotonic() - began >= 1
        assert len(server.asked) == 2


@pytest.mark.parametrize("after", ["30", "99999999999999999999", "Wed, 25 Nov 2126 08:00:00 GMT"])
def test_a_wait_beyond_the_deadline_is_told_at_once(transport: Transport, after: str) -> None:
    with HttpServer(Fails(Reply(b"", 429, {"retry-after": after}))) as server:
        began = time.monotonic()
        with pytest.raises(RateLimited) as told:
            get(transport, server.url)
        assert time.monotonic() - began < 4, "the deadline was not waited for"
        assert told.value.retry_after is not None
        assert told.value.retry_after <= LONGEST_RETRY_AFTER
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("300", 300.0),
        ("301", 300.0),
        ("9" * 50, 300.0),
        ("Wed, 25 Nov 2026 08:00:30 GMT", 30.0),
        ("Wed, 25 Nov 2026 08:00:30", 30.0),
        ("Wed, 25 Nov 2026 07:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 300.0),
        ("Wed, 99 Nov 2026 08:00:30 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_wait_is_read_within_bounds(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


# --- tokens


class Registry:
    """Takes the token that was given out last; its tokens are good until ``revoke``."""

    def __init__(self, *, gives: bool = True) -> None:
        self.lock = threading.Lock()
        self.gives = gives
        self.given = 0
        self.refused = 0
        self.asked = 0

    def __call__(self, asked: Asked) -> Reply:
        with self.lock:
            if asked.path == "/token":
                self.given += 1
                time.sleep(0.05)
                return (
                    Reply({"access_token": f"t{self.given}", "expires_in": 600}) if self.gives else Reply({"error": "invalid_client"}, 401)
                )
            self.asked += 1
            if asked.headers["authorization"] != f"Bearer t{self.given}" or self.given == 1:
                self.refused += 1
                return Reply({}, 401)
        return Reply(ONE)


def test_a_token_that_is_refused_to_twenty_calls_is_renewed_once_and_each_is_sent_once_more() -> None:
    registry = Registry()
    with HttpServer(registry) as server:
        auth = {"type": "oauth2", "token_url": "/token", "client_id": "desk"}
        tax = department("tax", server.url, credential="tax", auth=auth, concurrent=20)
        outcomes = found([tax], ["tax"] * 20, FakeSecrets({"tax": "secret"}))
    assert all(isinstance(outcome, Answered) for _, outcome in outcomes)
    assert registry.given == 2, "the first, and one for all whose first was refused"
    assert registry.asked == 20 + registry.refused


def test_a_token_that_is_not_given_is_asked_for_once_for_all_who_wait() -> None:
    registry = Registry(gives=False)
    with HttpServer(registry) as server:
        auth = {"type": "oauth2", "token_url": "/token", "client_id": "desk"}
        tax = department("tax", server.url, credential="tax", auth=auth, concurrent=20)
        outcomes = found([tax], ["tax"] * 20, FakeSecrets({"tax": "secret"}))
    assert {outcome.fault.key for _, outcome in outcomes if isinstance(outcome, Failed)} == {"sign_in_needed"}
    assert len(outcomes) == 20
    assert registry.given == 1
