"""One place where everything unexpected is told: exceptions of threads, slots and tasks, log records.

The log holds no personal data: services log keys and counts, never values. It lies beside the store, readable by its owner.
"""

from __future__ import annotations

import logging
import sys
import threading
from asyncio import AbstractEventLoop
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

log = logging.getLogger("civicdesk")


def log_to(folder: Path) -> None:
    """Keep the log in ``folder`` (made if need be): civicdesk.log, two older ones, one megabyte each."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "civicdesk.log"
    path.touch(mode=0o600)
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def report_everything() -> None:
    """Send uncaught exceptions of the main thread and of all others to the log."""
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)


def report_loop(loop: AbstractEventLoop) -> None:
    """Send what an event loop can't hand to anybody to the log."""
    loop.set_exception_handler(_in_loop)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.error("uncaught %s", kind.__name__, exc_info=(kind, error, trace))


def _in_loop(loop: AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.error("event loop: %s", context.get("message", ""), exc_info=error if isinstance(error, BaseException) else None)
