"""Qt's own messages, sent to the log like all else that is unexpected. Imports nothing that the first paint would wait for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import qInstallMessageHandler

_LEVELS = {"QtDebugMsg": 10, "QtInfoMsg": 20, "QtWarningMsg": 30, "QtCriticalMsg": 40, "QtFatalMsg": 50}
"""Levels of the standard library's logging."""


@contextmanager
def looking_for_a_screen() -> Iterator[None]:
    """Where the application is made: if no window can be opened, this process ends with one line that says why, and exit code 1.

    Qt itself would abort. What it says on the way is told only then, or logged.
    """
    said: list[tuple[Any, Any, str]] = []

    def hold(kind: Any, context: Any, message: str) -> None:
        if kind.name == "QtFatalMsg":
            _no_window([text for _, _, text in said] or [message])
        said.append((kind, context, message))

    qInstallMessageHandler(hold)
    yield
    report_qt()
    for each in said:
        _tell(*each)


def _no_window(said: list[str]) -> None:
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        why = "this session has no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    else:
        # "could not connect to display :7", "Failed to create wl_display": Qt's own guess at a library that is missing comes after it.
        why = next((text for text in said if "display" in text), "")
        if not why and any("even though it was found" in text for text in said):
            why = "Qt misses libraries of the system ('make demo' installs them, or says which)"
        why = (why or said[0]).strip().rstrip(".")
    if sys.stderr is not None:
        help_ = "With no screen, 'civicdesk demo --shots DIR' plays a call, and 'civicdesk search' searches."
        sys.stderr.write(f"civicdesk: No window can be opened here: {why}. {help_}\n")
        sys.stderr.flush()
    os._exit(1)


def report_qt() -> None:
    """From here on Qt tells the log; before a log is kept, its warnings go to standard error."""
    qInstallMessageHandler(_tell)


def leave_qt() -> None:
    """Qt tells standard error again: nothing of ours may be called while the interpreter ends."""
    qInstallMessageHandler(None)


def _tell(kind: Any, _context: Any, message: str) -> None:
    # Said by a platform without a screen whenever a window has a least size.
    if "does not support propagateSizeHints" in message:
        return
    import logging

    logging.getLogger("qt").log(_LEVELS.get(kind.name, 30), "%s", message)
