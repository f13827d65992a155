"""A bulkhead keeps what hangs to itself, and the loop is woken once for many results."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.services.bulkhead import Bulkhead, Inbox
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
