"""Workers decode one at a time, give way to a window that draws, and do not wait for it for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from adapters import asking
from adapters.turns import Turns


@pytest.fixture
def start() -> Iterator[Callable[[Callable[[], None]], None]]:
    threads: list[threading.Thread] = []

    def started(work: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield started
    for thread in threads:
        thread.join(10)


def test_one_at_a_time(start: Callable[[Callable[[], None]], None]) -> None:
    turns, entered = Turns(), threading.Event()

    def work() -> None:
        with turns:
            entered.set()

    with turns:
        start(work)
        assert not entered.wait(0.02)
    assert entered.wait(10)


def test_none_while_the_window_draws(start: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.turns.LONGEST_WAIT", 10)
    turns, entered = Turns(), threading.Event()

    def work() -> None:
        with turns:
            entered.set()

    turns.drawing(True)
    start(work)
    assert not entered.wait(0.02)
    turns.drawing(False)
    assert entered.wait(10)


def test_a_window_that_draws_on_and_on_keeps_no_answer_from_coming() -> None:
    turns = Turns()
    turns.drawing(True)
    with turns:
        pass


def test_a_long_work_gives_way_between_its_pieces(start: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.turns.LONGEST_WAIT", 10)
    turns, second_piece = Turns(), threading.Event()

    def work() -> None:
        turns.give_way()
        second_piece.set()
        turns.__exit__()

    turns.__enter__()
    turns.drawing(True)
    start(work)
    assert not second_piece.wait(0.02)
    turns.drawing(False)
    assert second_piece.wait(10)


@pytest.mark.parametrize(("milliseconds", "turns"), [(0.01, 0), (0.8, 3), (4.0, 10)])
def test_reading_gives_way_by_time_and_not_by_number(monkeypatch: pytest.MonkeyPatch, milliseconds: float, turns: int) -> None:
    """A map of ten expressions takes ten times as long as one of names."""
    clock, given = count(), []
    monkeypatch.setattr(asking, "perf_counter", lambda: next(clock) * milliseconds / 1000)
    monkeypatch.setattr(asking.TURNS, "give_way", lambda: given.append(True))
    assert list(asking.read_items([(int, 0)] * 10, 10)) == [0] * 10
    assert len(given) == turns


def test_nobody_naps_where_there_is_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    monkeypatch.setattr("adapters.turns.SHORT", -1.0)
    monkeypatch.setattr("adapters.turns.time.sleep", naps.append)
    turns = Turns()
    with turns:
        pass
    assert naps == []
    turns.drawing(False)
    with turns:
        pass
    assert len(naps) == 1
