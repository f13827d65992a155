"""PySide6 takes no reference away from None, True and False.

PySide6 6.12.0 on Python 3.11 loses one of True at every emitted signal and one of None at every timer and repaint, until the
interpreter aborts. From Python 3.12 these objects are immortal (PEP 683), and the counts stand still.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

TIMES = 10_000
BOUND = TIMES // 20
"""What the interpreter itself gains and loses meanwhile is some hundred."""


class Bell(QObject):
    """Rings with a flag."""

    rung = Signal(bool)


class Face(QWidget):
    """Paints, and counts how often."""

    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        with QPainter(self) as painter:
            painter.drawLine(0, 0, 5, 5)


def counts() -> dict[str, int]:
    """References held to each."""
    return {str(each): sys.getrefcount(each) for each in (None, True, False)}


def test_signals_timers_and_repaints_lose_no_reference(qtbot) -> None:
    bell, face, heard = Bell(), Face(), []
    bell.rung.connect(lambda flag: heard.append(flag) if len(heard) < 2 else None)
    face.resize(10, 10)
    qtbot.addWidget(face)
    with qtbot.waitExposed(face):
        face.show()
    ticks = 0
    timer = QTimer(interval=0)

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks >= TIMES:
            timer.stop()

    timer.timeout.connect(tick)
    before = counts()
    for index in range(TIMES):
        bell.rung.emit(index % 2 == 0)
        face.repaint()
    timer.start()
    qtbot.waitUntil(lambda: ticks >= TIMES, timeout=60_000)
    after = counts()
    assert heard == [True, False]
    assert face.painted >= TIMES
    assert {name: abs(after[name] - before[name]) for name in before if abs(after[name] - before[name]) > BOUND} == {}
