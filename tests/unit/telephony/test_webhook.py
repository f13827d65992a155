"""The webhook answers this machine only, every post with its word, however many come and whatever is in them."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from app.services.telephony import webhook
from app.services.telephony.lines import MOST_WAITING, Inbox
from app.services.telephony.webhook import MOST_BYTES, NoPort, Webhook
from models.telephony import CallEvent

RING = "event=newCall&from=3125550142&to=14010&direction=in&callId=c-{}"
FORM = "application/x-www-form-urlencoded"


class Heard:
    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.woken = 0
        self.inbox = Inbox(self.wake)

    def wake(self) -> None:
        self.woken += 1


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def hook(heard: Heard) -> Iterator[Webhook]:
    made = Webhook(0, heard.inbox.put, mine=frozenset())
    yield made
    made.close()


def post(port: int, body: str | bytes, path: str = "/cti", method: str = "POST", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": FORM} | {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_call_is_heard_as_form_and_as_json(hook: Webhook, heard: Heard) -> None:
    assert post(hook.port, RING.format(1)) == (200, b"{}")
    assert post(hook.port, '{"event": "hangup", "callId": "c-1", "from": "1"}', Content_Type="application/json; charset=utf-8") == (
        200,
        b"{}",
    )
    assert [(event.kind, event.call) for event in heard.inbox.take(9)] == [("ringing", "c-1"), ("hung_up", "c-1")]


@pytest.mark.parametrize(
    ("body", "how", "status"),
    [
        ("event=newCall", {}, 422),
        ("{", {"Content_Type": "application/json"}, 422),
        ("<a/>", {"Content_Type": "text/xml"}, 422),
        ("x" * (MOST_BYTES + 1), {}, 413),
        ("", {"method": "GET"}, 405),
        (RING, {"path": "/other"}, 404),
        (RING, {"path": "/cti/anything"}, 404),
        (RING, {"Origin": "https://evil.example"}, 403),
        (RING, {"Host": "evil.example"}, 403),
        (RING, {"X_Filler": "x" * (MOST_BYTES + 1)}, 431),
    ],
)
def test_what_is_wrong_is_answered_and_nothing_is_heard(hook: Webhook, heard: Heard, body: str, how: dict[str, str], status: int) -> None:
    assert post(hook.port, body, **how)[0] == status
    assert heard.inbox.take(9) == []
    assert post(hook.port, RING.format(2))[0] == 200, "and the next is heard"


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00", b"POST /cti\r\n\r\n", b"POST /cti HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"\r\n" * 9]
)
def test_what_is_no_http_is_no_harm(hook: Webhook, heard: Heard, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hook.port), timeout=5) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(4096)
    assert post(hook.port, RING.format(3))[0] == 200


def test_a_secret_is_the_end_of_the_path(heard: Heard) -> None:
    made = Webhook(0, heard.inbox.put, secret="s3cret")
    try:
        assert post(made.port, RING.format(1))[0] == 404
        assert post(made.port, RING.format(1), path="/cti/s3cre")[0] == 404
        assert post(made.port, RING.format(1), path="/cti/s3cret")[0] == 200
    finally:
        made.close()


def test_it_listens_on_the_loopback_alone(hook: Webhook) -> None:
    assert {each.getsockname()[0] for each in hook._server._map.values() if hasattr(each, "getsockname")} <= {"127.0.0.1"}
    elsewhere = socket.gethostbyname(socket.gethostname())
    if not elsewhere.startswith("127."):
        with socket.socket() as connection:
            connection.settimeout(2)
            assert connection.connect_ex((elsewhere, hook.port)) != 0


def test_a_post_that_came_from_elsewhere_would_be_refused(hook: Webhook) -> None:
    environ = {"REMOTE_ADDR": "192.0.2.7", "PATH_INFO": "/cti", "REQUEST_METHOD": "POST"}
    assert hook._outcome(environ)[0] == "403 Forbidden"


def test_a_port_that_is_taken_is_told(hook: Webhook, heard: Heard) -> None:
    with pytest.raises(NoPort, match=f"port {hook.port}"):
        Webhook(hook.port, heard.inbox.put)


def test_a_thousand_posts_are_each_answered_and_what_has_no_room_is_refused(hook: Webhook, heard: Heard) -> None:
    answers: list[int] = []

    def sender(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", hook.port, timeout=30)
        for number in range(first, first + 250):
            connection.request("POST", "/cti", RING.format(number), {"Content-Type": FORM})
            answer = connection.getresponse()
            answer.read()
            answers.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=sender, args=(250 * at,)) for at in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert len(answers) == 1000
    assert answers.count(200) == MOST_WAITING
    assert answers.count(503) == 1000 - MOST_WAITING
    assert heard.woken == 1, "the window is woken once"
    assert len({event.call for event in heard.inbox.take(1000)}) == MOST_WAITING


def test_one_that_says_nothing_keeps_nobody_waiting(hook: Webhook) -> None:
    with socket.create_connection(("127.0.0.1", hook.port), timeout=5) as slow:
        slow.sendall(b"POST /cti HTTP/1.1\r\nContent-Le")
        began = time.monotonic()
        assert post(hook.port, RING.format(1))[0] == 200
        assert time.monotonic() - began < 5


def test_where_it_listens_is_no_setting() -> None:
    assert webhook.HOST == "127.0.0.1"
