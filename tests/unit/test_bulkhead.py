"""A bulkhead keeps what hangs to itself, and the loop is woken once for many results."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from contextlib import suppress

import pytest

from app.services.bulkhead import Bulkhead, Inbox, Overdue
from tests.fakes.departments import Gate


def test_no_more_calls_at_once_than_its_size() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def call() -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1
        return 1

    async def work() -> int:
        bulkhead, inbox = Bulkhead("test", 3), Inbox(asyncio.get_running_loop())
        results = await asyncio.gather(*(inbox.call(bulkhead, call) for _ in range(20)))
        bulkhead.close()
        return sum(results)

    assert asyncio.run(work()) == 20
    assert most == 3


def test_one_that_hangs_does_not_hold_up_another() -> None:
    gate = Gate()

    async def work() -> str:
        hung, well, inbox = Bulkhead("hung", 1), Bulkhead("well", 1), Inbox(asyncio.get_running_loop())
        waiting = inbox.call(hung, gate)
        answer = await inbox.call(well, lambda: "answer")
        assert not waiting.done()
        gate.open()
        await waiting
        hung.close()
        well.close()
        return answer

    assert asyncio.run(work()) == "answer"


def test_what_a_call_raises_is_raised_where_it_is_awaited() -> None:
    def fail() -> None:
        raise LookupError("not there")

    async def work() -> None:
        bulkhead = Bulkhead("test", 1)
        try:
            await Inbox(asyncio.get_running_loop()).call(bulkhead, fail)
        finally:
            bulkhead.close()

    with pytest.raises(LookupError):
        asyncio.run(work())


def test_a_call_that_is_overdue_is_given_up_and_its_end_is_nobodys_trouble() -> None:
    first, second = Gate(), Gate()

    def fail() -> None:
        second()
        raise LookupError("too late")

    async def work() -> list[object]:
        bulkheads = [Bulkhead("a", 1), Bulkhead("b", 1), Bulkhead("c", 1)]
        inbox, now = Inbox(asyncio.get_running_loop()), time.monotonic()
        calls = [
            inbox.call(bulkheads[0], first, until=now + 9, told=lambda result, error: (result, error)),
            inbox.call(bulkheads[1], fail, until=now + 0.05),
            inbox.call(bulkheads[2], second, until=now + 0.15, told=lambda result, error: type(error)),
        ]
        ends = await asyncio.gather(*calls[1:], return_exceptions=True)
        assert not calls[0].done()
        first.open()
        ends.append(await calls[0])
        second.open()
        for bulkhead in bulkheads:
            await inbox.call(bulkhead, lambda: None)  # after it, what ended late has been thrown away
            bulkhead.close()
        return [*ends]

    overdue, late, well = asyncio.run(work())
    assert isinstance(overdue, Overdue)
    assert late is Overdue
    assert well == (None, None)


def test_what_a_call_raises_when_nobody_waits_any_more_is_no_ones_trouble() -> None:
    """An exception that nobody retrieves would be logged, which fails a test."""
    gate = Gate()

    def fail() -> None:
        gate()
        raise LookupError("not there")

    async def work() -> None:
        bulkhead, inbox = Bulkhead("test", 1), Inbox(asyncio.get_running_loop())
        waiting = asyncio.ensure_future(asyncio.gather(inbox.call(bulkhead, fail)))
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        gate.open()
        await inbox.call(bulkhead, lambda: None)
        bulkhead.close()

    asyncio.run(work())
    gc.collect()


def test_threads_do_not_keep_the_interpreter_and_end_when_closed() -> None:
    before = set(threading.enumerate())
    bulkhead, done = Bulkhead("test", 2), threading.Semaphore(0)
    for _ in range(4):
        bulkhead.submit(lambda: None, lambda result, error: done.release())
    for _ in range(4):
        assert done.acquire(timeout=5)
    mine = set(threading.enumerate()) - before
    assert 1 <= len(mine) <= 2
    assert all(thread.daemon for thread in mine)
    bulkhead.close()
    for thread in mine:
        thread.join(5)
        assert not thread.is_alive()
