"""States are drawn once a frame, in short turns, and workers are told when the window draws."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget

from views.frame import Frame


class Painted(QWidget):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._told.append("painted")


@pytest.fixture
def frame(qapp: QApplication) -> Frame:
    return Frame()


def until(come: Callable[[], bool]) -> None:
    for _ in range(500):
        if come():
            return
        QTest.qWait(10)
    raise AssertionError("it did not come about")


def test_what_is_asked_for_twice_is_drawn_once(frame: Frame) -> None:
    drawn: list[str] = []

    def draw() -> None:
        drawn.append("drawn")

    frame.ask(draw)
    frame.ask(draw)
    until(lambda: bool(drawn))
    QTest.qWait(50)
    assert drawn == ["drawn"]


def test_drawing_ends_when_all_is_painted(frame: Frame) -> None:
    told: list[str] = []
    widget = Painted(told)
    widget.show()
    until(lambda: "painted" in told)
    QTest.qWait(50)
    told.clear()
    frame.drawing.connect(lambda draws: told.append("begins" if draws else "ends"))
    frame.ask(widget.update)
    until(lambda: "ends" in told)
    assert told == ["begins", "painted", "ends"]


def test_long_work_is_spread_over_several_turns(frame: Frame) -> None:
    drawing = QSignalSpy(frame.drawing)
    drawn: list[int] = []

    def draw(number: int) -> None:
        QTest.qSleep(5)
        drawn.append(number)

    for number in range(3):
        frame.ask(partial(draw, number))
    frame.run()
    assert drawn == [0]
    until(lambda: len(drawn) == 3)
    until(lambda: drawing.at(drawing.count() - 1) == [False])
