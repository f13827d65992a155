"""Departments over HTTP share one thread: what one of them waits for holds up none of the others."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from adapters.manifest import Manifest
from adapters.registry import make_department
from adapters.transport import Transport
from app.services.departments import Departments, Port, Secrets
from models.outcomes import Answered, Failed, Outcome
from models.query import SearchQuery
from tests.fakes.departments import FakeAsker, FakeSecrets, manifest
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.raw_server import RawServer

QUERY = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez")
ONE = {"items": [{"id": "1", "name": "Maria Gonzalez"}]}
Serve = Callable[[Callable[[Asked], Reply]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(HttpServer(answer)).url


def department(name: str, url: str, **more: Any) -> Manifest:
    find = [{"needs": ["family"], "path": "/people", "query": {"name": "{family}"}, "items": "items"}]
    person = {"id": "id", "full_name": "name"}
    return manifest(name, kind="rest", address=url, capabilities=("find",), find=find, person=person, **more)


def found(manifests: list[Manifest], asked: list[str], secrets: Secrets | None = None) -> list[tuple[str, Outcome]]:
    """The departments' outcomes, each asked as often as it is named, in the order in which they came."""
    transport = Transport(plain_http=("hung.example",))
    desk = Departments([Port(each, make_department(each, transport)) for each in manifests], secrets or FakeSecrets())

    async def ask(name: str) -> tuple[str, Outcome]:
        return name, await desk.find(name, QUERY, FakeAsker(), lambda: False)

    async def work() -> list[tuple[str, Outcome]]:
        return [await each for each in asyncio.as_completed([ask(name) for name in asked])]

    try:
        return asyncio.run(work())
    finally:
        desk.close()
        transport.close()


def assert_only_the_first_fails(outcomes: list[tuple[str, Outcome]], key: str = "timed_out") -> None:
    """The hung one was asked first and is told last."""
    assert [name for name, _ in outcomes] == ["well", "hung"]
    assert isinstance(outcomes[0][1], Answered)
    hung = outcomes[1][1]
    assert isinstance(hung, Failed)
    assert hung.fault.key == key


def test_one_that_does_not_answer(serve: Serve) -> None:
    with RawServer(lambda connection: server.wait(10)) as server:
        manifests = [department("hung", server.url, deadline=0.5), department("well", serve(lambda _: Reply(ONE)))]
        assert_only_the_first_fails(found(manifests, ["hung", "well"]))


def test_one_that_takes_no_connection(serve: Serve) -> None:
    with socket.socket() as full:  # its queue is full, so that the system lets further ones wait
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with ExitStack() as stack:
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            url = f"http://127.0.0.1:{full.getsockname()[1]}"
            manifests = [department("hung", url, deadline=0.5), department("well", serve(lambda _: Reply(ONE)))]
            assert_only_the_first_fails(found(manifests, ["hung", "well"]))


def test_a_name_that_is_not_resolved(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, look_up = threading.Event(), socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *args, **named: look_up(host, *args, **named) if host[0] == "1" else ended.wait(10)
    )
    manifests = [department("hung", "http://hung.example", deadline=0.5), department("well", serve(lambda _: Reply(ONE)))]
    try:
        assert_only_the_first_fails(found(manifests, ["hung", "well"]))
    finally:
        ended.set()


def test_a_keyring_that_hangs(serve: Serve) -> None:
    ended = threading.Event()

    class Hangs(FakeSecrets):
        def get(self, name: str) -> str | None:
            ended.wait(10)
            return None

    url = serve(lambda _: Reply(ONE))
    manifests = [department("hung", url, deadline=0.5, credential="hung", auth={"type": "bearer"}), department("well", url)]
    try:
        assert_only_the_first_fails(found(manifests, ["hung", "well"], Hangs()))
    finally:
        ended.set()


def test_calls_at_once_get_one_token_between_them(serve: Serve) -> None:
    tokens: list[Asked] = []

    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            tokens.append(asked)
            time.sleep(0.1)
            return Reply({"access_token": "t", "expires_in": 600})
        return Reply(ONE, 200 if asked.headers["authorization"] == "Bearer t" else 401)

    auth = {"type": "oauth2", "token_url": "/token", "client_id": "desk"}
    manifests = [department("tax", serve(answer), credential="tax", auth=auth, concurrent=8)]
    outcomes = found(manifests, ["tax"] * 8, FakeSecrets({"tax": "secret"}))
    assert all(isinstance(outcome, Answered) for _, outcome in outcomes)
    assert len(tokens) == 1


def test_no_more_calls_at_once_than_the_manifest_says(serve: Serve) -> None:
    lock, running, most = threading.Lock(), 0, 0

    def answer(_: Asked) -> Reply:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return Reply(ONE)

    outcomes = found([department("tax", serve(answer), concurrent=2)], ["tax"] * 7)
    assert all(isinstance(outcome, Answered) for _, outcome in outcomes)
    assert most == 2
