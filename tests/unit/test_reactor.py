"""Calls that wait take turns in one thread; what is due to each comes to each, whatever the others do."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from adapters.reactor import READABLE, WRITABLE, Reactor, aside, pause, wait

Pairs = Callable[[], tuple[socket.socket, socket.socket]]


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    made = Reactor()
    yield made
    made.close()


@pytest.fixture
def pairs() -> Iterator[Pairs]:
    made: list[socket.socket] = []

    def pair() -> tuple[socket.socket, socket.socket]:
        both = socket.socketpair()
        made.extend(both)
        return both

    yield pair
    for each in made:
        each.close()


@pytest.fixture(params=["reactor", "thread"])
def ended(request: pytest.FixtureRequest, reactor: Reactor) -> Callable[[Callable[[], Any]], Any]:
    """What a call ends in, its result or its error, made in a reactor and in a thread."""

    def result(call: Callable[[], Any]) -> Any:
        ends: SimpleQueue[Any] = SimpleQueue()

        def work() -> None:
            try:
                ends.put(call())
            except Exception as error:
                ends.put(error)

        if request.param == "reactor":
            reactor.run(work)
        else:
            threading.Thread(target=work).start()
        return ends.get(timeout=10)

    return result


def soon() -> float:
    return time.monotonic() + 0.05


def later() -> float:
    return time.monotonic() + 10


def test_many_calls_wait_in_one_thread_and_go_on_as_their_sockets_are_ready(reactor: Reactor, pairs: Pairs) -> None:
    sockets = [pairs() for _ in range(20)]
    ends: SimpleQueue[tuple[int, bytes, int]] = SimpleQueue()

    def call(number: int, ours: socket.socket) -> None:
        wait(ours, READABLE, later())
        first = ours.recv(1)
        wait(ours, READABLE, later())
        ends.put((number, first + ours.recv(1), threading.get_ident()))

    for number, (ours, _) in enumerate(sockets):
        reactor.run(lambda number=number, ours=ours: call(number, ours))  # type: ignore[misc]
    for _, theirs in sockets:
        theirs.send(b"a")
    found = []
    for _, theirs in reversed(sockets):  # one after the other, last first
        theirs.send(b"b")
        found.append(ends.get(timeout=10))
    assert [number for number, _, _ in found] == [*reversed(range(20))]
    assert {data for _, data, _ in found} == {b"ab"}
    assert len({thread for _, _, thread in found}) == 1
    assert threading.get_ident() not in {thread for _, _, thread in found}


def test_a_deadline_ends_a_wait_and_no_other(reactor: Reactor, pairs: Pairs) -> None:
    ends: SimpleQueue[str] = SimpleQueue()
    (hung, _), (well, theirs) = pairs(), pairs()

    def hangs() -> None:
        try:
            wait(hung, READABLE, soon())
        except TimeoutError:
            ends.put("too late")

    def answers() -> None:
        wait(well, READABLE, later())
        ends.put("answer")

    reactor.run(answers)
    reactor.run(hangs)
    assert ends.get(timeout=10) == "too late"
    theirs.send(b"a")
    assert ends.get(timeout=10) == "answer"


def test_a_bug_is_told_of_and_the_others_go_on(reactor: Reactor, monkeypatch: pytest.MonkeyPatch) -> None:
    told: SimpleQueue[Any] = SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", lambda args: told.put(args.exc_type))
    reactor.run(lambda: print(1 / 0))
    reactor.run(lambda: told.put("well"))
    assert [told.get(timeout=10), told.get(timeout=10)] == [ZeroDivisionError, "well"]


def test_when_it_is_closed_calls_are_given_up_where_they_wait(pairs: Pairs) -> None:
    reactor, begun, ends = Reactor(), threading.Event(), []
    ours, _ = pairs()

    def call() -> None:
        begun.set()
        try:
            wait(ours, READABLE, later())
        finally:
            ends.append("given up")
            wait(ours, WRITABLE, later())  # nothing waits in a reactor that is closed
            ends.append("never")

    reactor.run(call)
    assert begun.wait(10)
    reactor.close()
    reactor.close()
    reactor.run(lambda: ends.append("never"))
    assert ends == ["given up"]
    assert "reactor" not in {thread.name for thread in threading.enumerate()}


def test_ends_are_told_when_nobody_can_go_on(reactor: Reactor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.reactor.MOST_KEPT", 10)
    order: list[str] = []
    both, told = threading.Event(), threading.Event()

    def first() -> None:
        both.wait(10)  # until the second was given, too
        order.append("first")
        reactor.when_idle(lambda: order.append("first is told"))

    def second() -> None:
        order.append("second")
        reactor.when_idle(told.set)

    reactor.run(first)
    reactor.run(second)
    both.set()
    assert told.wait(10)
    assert order == ["first", "second", "first is told"]


def test_ends_are_not_kept_back_for_long(reactor: Reactor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.reactor.MOST_KEPT", 0)
    order: list[str] = []
    both, told = threading.Event(), threading.Event()

    def first() -> None:
        both.wait(10)
        reactor.when_idle(lambda: order.append("first is told"))
        time.sleep(0.001)

    reactor.run(first)
    reactor.run(lambda: order.append("second"))
    reactor.run(told.set)
    both.set()
    assert told.wait(10)
    assert order == ["first is told", "second"]


def test_a_wait_ends_when_the_socket_is_ready_or_in_time(ended: Callable[[Callable[[], Any]], Any], pairs: Pairs) -> None:
    ours, theirs = pairs()
    assert ended(lambda: wait(ours, WRITABLE, later())) is None
    assert isinstance(ended(lambda: wait(ours, READABLE, soon())), TimeoutError)
    assert isinstance(ended(lambda: wait(ours, WRITABLE, time.monotonic())), TimeoutError)
    theirs.send(b"a")
    assert ended(lambda: wait(ours, READABLE, later())) is None


def test_a_pause_takes_its_time(ended: Callable[[Callable[[], Any]], Any]) -> None:
    started = time.monotonic()
    assert ended(lambda: pause(0.03)) is None
    assert time.monotonic() - started >= 0.03


def test_what_waits_by_other_means_is_done_aside(ended: Callable[[Callable[[], Any]], Any]) -> None:
    def fails() -> None:
        raise LookupError("not there")

    gate = threading.Event()
    assert ended(lambda: aside(lambda: "answer", later())) == "answer"
    assert isinstance(ended(lambda: aside(fails, later())), LookupError)
    assert isinstance(ended(lambda: aside(lambda: gate.wait(10), soon())), TimeoutError)
    gate.set()


def test_what_is_done_aside_holds_up_no_other_call(reactor: Reactor) -> None:
    gate, ends = threading.Event(), SimpleQueue[Any]()
    reactor.run(lambda: ends.put(aside(lambda: gate.wait(10), later())))
    reactor.run(lambda: ends.put("other"))
    assert ends.get(timeout=10) == "other"
    gate.set()
    assert ends.get(timeout=10) is True
