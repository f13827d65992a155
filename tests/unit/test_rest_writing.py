"""Writing as JSON over HTTP: what goes out, what an answer means for the change, and what is certain when there is none."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.contract import (
    BadAnswer,
    CallContext,
    Conflict,
    Department,
    DepartmentError,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from models.changes import Receipt, Writing
from models.people import SubjectRef
from tests.contract.case import department_at
from tests.fakes.certificates import Authority
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.raw_server import RawServer

SEND = """
[apply.send]
method = "PATCH"
path = "/people/{subject}"
headers = { "If-Match" = "{version}", "Idempotency-Key" = "{key}", "X-Clerk" = "{actor}" }
query = { dry = "{nothing}" }
body = { "home.line" = "{number} {street}, {unit}", "home.unit" = "{unit}", months = "{months|number}", urgent = "{urgent|boolean}" }
receipt = "data.id"
link = "data.href"
note = "data.text"
"""
VALUES = {"number": "12", "street": "Elm & Oak", "unit": "", "months": "6", "urgent": "no", "nothing": ""}
CHANGE = Writing("move", "K/1", VALUES, SubjectRef("office", "10/01"), version='"r1"')


def manifest(url: str, send: str = SEND) -> str:
    fields = ", ".join(f'{{ name = "{name}", label = "{name}", required = false }}' for name in VALUES)
    return f"""
kind = "rest"
title = "Office"
colour = "#336699"
address = "{url}"
capabilities = ["apply"]
roles = ["agent"]

[[apply]]
change = "move"
title = "Move"
fields = [{fields}]
{send}
"""


class Answering:
    """Gives one reply to whatever is asked."""

    def __init__(self) -> None:
        self.reply = Reply({"data": {"id": 7, "href": "https://city.example/7", "text": "Taken"}})

    def __call__(self, asked: Asked) -> Reply:
        return self.reply


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def server(answering: Answering) -> Iterator[HttpServer]:
    with HttpServer(answering) as running:
        yield running


@pytest.fixture
def office(server: HttpServer, tmp_path: Path) -> Iterator[tuple[Department, CallContext]]:
    with department_at(manifest(server.url), tmp_path, None) as pair:
        yield pair


def test_what_goes_out(server: HttpServer, office: tuple[Department, CallContext]) -> None:
    department, ctx = office
    assert department.apply(CHANGE, ctx) == Receipt("7", "Taken", "https://city.example/7")
    [asked] = server.asked
    assert (asked.method, asked.path, asked.query) == ("PATCH", "/people/10/01", {})
    assert (asked.headers["if-match"], asked.headers["idempotency-key"], asked.headers["content-type"]) == (
        '"r1"',
        "K/1",
        "application/json",
    )
    assert "x-clerk" not in asked.headers
    home = {"line": "12 Elm & Oak", "unit": None}
    assert json.loads(asked.body) == {"home": home, "months": 6, "urgent": False}


def raised(office: tuple[Department, CallContext], answering: Answering, reply: Reply) -> DepartmentError:
    answering.reply = reply
    with pytest.raises(DepartmentError) as caught:
        office[0].apply(CHANGE, office[1])
    return caught.value


@pytest.mark.parametrize(
    ("status", "error", "key"),
    [
        (400, Rejected, "rejected"),
        (403, Forbidden, "forbidden"),
        (404, NotFound, "not_found"),
        (409, Conflict, "conflict"),
        (412, Conflict, "conflict"),
        (422, Rejected, "rejected"),
        (423, Conflict, "locked"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        {"type": "x", "title": "No", "detail": "Not on\n Sundays"},
        {"error": {"code": "7", "message": "Not on Sundays"}},
        {"errors": [{"field": "day", "message": "Not on Sundays"}]},
        {"fault": {"reason": "Not on Sundays"}},
    ],
    ids=range(4),
)
def test_a_refusal_says_why(
    office: tuple[Department, CallContext], answering: Answering, status: int, error: type[DepartmentError], key: str, body: Any
) -> None:
    found = raised(office, answering, Reply(body, status))
    assert (type(found), found.fault_key, found.detail) == (error, key, "Not on Sundays")


def test_a_refusal_without_words_tells_the_status(office: tuple[Department, CallContext], answering: Answering) -> None:
    assert raised(office, answering, Reply(b"<html>no</html>", 422, {"content-type": "text/html"})).detail == "HTTP 422"
    assert raised(office, answering, Reply(b"Not today\nor ever", 422, {"content-type": "text/plain"})).detail == "Not today"


@pytest.mark.parametrize("status", [429, 503])
def test_it_is_told_when_to_come_again(office: tuple[Department, CallContext], answering: Answering, status: int) -> None:
    soon = msgspec.structs.replace(office[1], deadline=time.monotonic() + 2)  # 7 s are not there to be waited for
    found = raised((office[0], soon), answering, Reply(b"", status, {"retry-after": "7"}))
    assert (type(found), found.retry_after) == (RateLimited, 7.0)


def test_an_error_after_taking_leaves_it_open(office: tuple[Department, CallContext], answering: Answering) -> None:
    found = raised(office, answering, Reply({"error": "oops"}, 500))
    assert (type(found), found.fault_key, found.sent) == (Unavailable, "server_error", True)


@pytest.mark.parametrize(
    "reply",
    [Reply(b"<html>Sign in</html>", 200, {"content-type": "text/html"}), Reply({"data": {}}), Reply(b'{"data"')],
    ids=["a page", "no receipt", "broken off"],
)
def test_a_success_that_is_none_leaves_it_open(office: tuple[Department, CallContext], answering: Answering, reply: Reply) -> None:
    found = raised(office, answering, reply)
    assert (type(found), found.sent) == (BadAnswer, True)


def test_without_a_receipt_an_empty_success_is_one(server: HttpServer, answering: Answering, tmp_path: Path) -> None:
    answering.reply = Reply(b"", 204)
    send = '[apply.send]\nmethod = "DELETE"\npath = "/people/{subject}"'
    with department_at(manifest(server.url, send), tmp_path, None) as (department, ctx):
        assert department.apply(CHANGE, ctx) == Receipt()
        answering.reply = Reply(b"<html>", 200, {"content-type": "text/html"})
        with pytest.raises(BadAnswer):
            department.apply(CHANGE, ctx)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"], ids=["none", "half"])
def test_a_lost_reply_leaves_it_open(tmp_path: Path, answer: bytes) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(RawServer(lambda connection: connection.sendall(answer)))
        department, ctx = stack.enter_context(department_at(manifest(server.url), tmp_path, None))
        with pytest.raises(DepartmentError) as caught:
            department.apply(CHANGE, ctx)
    assert caught.value.sent


def test_what_was_refused_in_the_handshake_was_not_sent(tmp_path: Path, answering: Answering) -> None:
    (tmp_path / "authority").mkdir()
    with HttpServer(answering, tls=Authority(tmp_path / "authority").server()) as server:  # whom nobody trusts
        with department_at(manifest(server.url), tmp_path, None) as (department, ctx), pytest.raises(Unavailable) as caught:
            department.apply(CHANGE, ctx)
        assert not caught.value.sent
        assert server.asked == []


def test_a_token_that_is_not_given_is_no_change_that_was_sent(tmp_path: Path, answering: Answering) -> None:
    answering.reply = Reply({"error": "busy"}, 500)
    auth = 'credential = "x"\nauth = { type = "oauth2", token_url = "/token", client_id = "desk" }\ncapabilities'
    with (
        HttpServer(answering) as server,
        department_at(manifest(server.url).replace("capabilities", auth), tmp_path, "s") as (department, ctx),
    ):
        with pytest.raises(Unavailable) as caught:
            department.apply(CHANGE, ctx)
        assert not caught.value.sent
        assert {asked.path for asked in server.asked} == {"/token"}


def test_a_path_without_its_value_is_not_sent(server: HttpServer, office: tuple[Department, CallContext]) -> None:
    department, ctx = office
    with pytest.raises(Rejected) as caught:
        department.apply(Writing("move", "K", VALUES), ctx)
    assert not caught.value.sent
    assert server.asked == []
