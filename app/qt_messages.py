"""Qt's own messages, sent to the log like all else that is unexpected. Imports nothing that the first paint would wait for."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import qInstallMessageHandler

_LEVELS = {"QtDebugMsg": 10, "QtInfoMsg": 20, "QtWarningMsg": 30, "QtCriticalMsg": 40, "QtFatalMsg": 50}
"""Levels of the standard library's logging."""


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
