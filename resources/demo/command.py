"""Runs the demo city for others: says where it is, in one line of JSON, and keeps it up until it is told to end."""

from __future__ import annotations

import json
import signal
import threading
from types import FrameType
from typing import TextIO

from resources.demo.city import DemoCity

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class _Ended(BaseException):
    """A signal came; not an Exception, so that nothing on the way takes it for an error."""


def serve(people: int, out: TextIO) -> None:
    """Start the city, write ``{"site", "departments", "sample_searches"}`` to ``out`` once all departments answer, and wait.

    Returns after SIGTERM, SIGINT or SIGHUP, with all processes ended and the folder deleted. For the main thread only.
    Raises ValueError for a number of people that there can't be, RuntimeError when a department does not start.
    """
    city = DemoCity(people=people)
    before = {each: signal.signal(each, _end) for each in _SIGNALS}
    try:
        try:
            city.start()
            line = {"site": str(city.site), "departments": city.departments, "sample_searches": city.sample_searches}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            out.flush()
            forever = threading.Event()
            while not forever.wait(1):  # in turns: on Windows an endless wait hears no signal
                pass
        except _Ended:
            pass
        except BrokenPipeError:
            pass  # whoever started it went before it was up
    finally:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        city.stop()
        for each, handler in before.items():
            signal.signal(each, handler)


def _end(number: int, frame: FrameType | None) -> None:
    # A second signal must not break off the tidying.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise _Ended
