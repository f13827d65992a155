"""Redraws once a frame: however fast states arrive, each pane draws only the latest, and long work is spread over frames."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal

FRAME_MS = 16
_SLICE_S = 0.002
"""How long one turn draws before it lets keys and the mouse through."""
_LAST = -100
"""Priority of an event that comes after the paints, which have Qt's lowest, -1."""


class Frame(QObject):
    """Runs what is asked for, once each, at the next frame; what does not fit goes into the frame after.

    ``drawing`` says when it begins, and when all is on the screen.
    """

    drawing = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending: dict[Callable[[], None], None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.run)

    def ask(self, draw: Callable[[], None]) -> None:
        """Asks for one call of ``draw`` at the next frame, however often it is asked for until then."""
        self._pending[draw] = None
        if not self._timer.isActive():
            self._timer.start(FRAME_MS)

    def follow(self, model: Any, *draws: Callable[[Any], None]) -> None:
        """Draws ``model.state`` now and, from now on, whenever it changes."""
        for draw in draws:
            follower = _Follower(self, model, draw)
            model.state_changed.connect(follower.changed)
            follower.draw()

    def run(self) -> None:
        """Draws what is pending, until the time of this turn is used up."""
        self.drawing.emit(True)
        until = perf_counter() + _SLICE_S
        while self._pending:
            draw = next(iter(self._pending))
            del self._pending[draw]
            draw()
            if self._pending and perf_counter() > until:
                self._timer.start(1)
                return
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), _LAST)

    def customEvent(self, _event: QEvent) -> None:
        """After all that was posted meanwhile: layouts and paints."""
        self.drawing.emit(False)

    def flush(self) -> None:
        """Draws all that is pending at once."""
        while self._pending:
            self.run()


class _Follower(QObject):
    """A child of the frame, so that the connection ends with the window."""

    def __init__(self, frame: Frame, model: Any, draw: Callable[[Any], None]) -> None:
        super().__init__(frame)
        self._frame = frame
        self._model = model
        self._draw = draw

    def changed(self, _state: object = None) -> None:
        self._frame.ask(self.draw)

    def draw(self) -> None:
        self._draw(self._model.state)
