"""My looks: read page by page, forgotten when left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.tasks import Tasks
from app.viewmodels import trail
from app.viewmodels.states import TrailState
from app.viewmodels.trail import TrailViewModel
from models.audit import Seen
from models.store.errors import StoreUnavailable

pytestmark = pytest.mark.usefixtures("qapp")

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def seen(sequence: int) -> Seen:
    return Seen(AT, "ann", sequence, "agent", "Inquiry", "records", ("revenue", "gone"), "answered 2, failed 0", ("ab", "cd"))


class Log:
    """``count`` looks of one's own; ``broken`` can't be read."""

    def __init__(self, count: int) -> None:
        self.count, self.broken, self.asked = count, False, 0

    async def own_looks(self, before: int | None, limit: int) -> tuple[Seen, ...]:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.broken:
            raise StoreUnavailable("locked", "Another program holds the store.")
        newest = self.count if before is None else before - 1
        return tuple(seen(number) for number in range(newest, max(newest - limit, 0), -1))


def play(log: Log, work: Callable[[TrailViewModel], Awaitable[Any]]) -> None:
    async def run() -> None:
        tasks = Tasks()
        try:
            await work(TrailViewModel(log.own_looks, {"revenue": "Revenue"}, tasks))
        finally:
            await tasks.close()

    asyncio.run(run())


async def read(model: TrailViewModel) -> list[int]:
    for _ in range(200):
        if not model.state.reading:
            return [look.sequence for look in model.state.looks]
        await asyncio.sleep(0.005)
    raise AssertionError("never read")


def test_pages_follow_each_other_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "PAGE", 3)
    log = Log(7)

    async def work(model: TrailViewModel) -> None:
        assert (model.state, log.asked) == (TrailState(), 0), "nothing is read before it is opened"
        model.open()
        model.more()
        assert await read(model) == [7, 6, 5]
        assert model.state.looks[0].departments == ("Revenue", "gone")
        for expected in ([7, 6, 5, 4, 3, 2], [7, 6, 5, 4, 3, 2, 1]):
            assert not model.state.finished
            model.more()
            assert await read(model) == expected
        assert model.state.finished
        model.more()
        assert not model.state.reading

    play(log, work)
    assert log.asked == 3


def test_what_is_left_is_forgotten_and_what_comes_late_is_not_shown() -> None:
    async def work(model: TrailViewModel) -> None:
        model.open()
        await model.suspend()
        await asyncio.sleep(0.05)
        assert model.state == TrailState()
        model.resume(None)
        assert model.state == TrailState()
        model.open()
        assert await read(model) == [2, 1]

    play(Log(2), work)


def test_a_log_that_cannot_be_read_says_so_and_may_be_asked_again() -> None:
    log = Log(2)

    async def work(model: TrailViewModel) -> None:
        log.broken = True
        model.open()
        assert await read(model) == []
        assert model.state.problem == "Another program holds the store."
        log.broken = False
        model.more()
        assert await read(model) == [2, 1]
        assert model.state.problem == ""

    play(log, work)
