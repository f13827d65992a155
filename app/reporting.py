"""One place where everything unexpected is told: exceptions of threads, slots and tasks, log records.

The log holds no personal data: services log keys and counts, never values, and what may quote values (an exception's text, a library's
message) is left out. It lies beside the store, readable by its owner. No core is dumped: it would hold all that was on the screen.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from asyncio import AbstractEventLoop
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

log = logging.getLogger("civicdesk")

_OURS = frozenset(("app", "adapters", "models", "views", "resources", "civicdesk", "qt"))
"""First parts of the names of loggers whose messages are known to quote nothing."""


class Withholding(logging.Formatter):
    """Tells when, how bad, who and where; of exceptions the kind and the frames, and of libraries' messages only where they come from."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] in _OURS
        message = record.getMessage() if ours else f"(message withheld, {record.filename}:{record.lineno})"
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {message}"
        error = record.exc_info[1] if record.exc_info else None
        return line if error is None else "\n".join([line, *without_values(error)])


def without_values(error: BaseException) -> list[str]:
    """An exception, and those that led to it, as lines: frames and kinds without any text of their own."""
    lines: list[str] = []
    known: set[int] = set()

    def tell(each: BaseException) -> None:
        known.add(id(each))
        before = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        if before is not None and id(before) not in known:
            tell(before)
            lines.append("which led to:")
        lines.extend(line.rstrip() for line in traceback.format_tb(each.__traceback__))
        lines.append(type(each).__name__)
        for part in each.exceptions if isinstance(each, BaseExceptionGroup) else ():
            if id(part) not in known:
                lines.append("in which was:")
                tell(part)

    tell(error)
    return lines


def log_to(folder: Path) -> None:
    """Keep the log in ``folder`` (made if need be): civicdesk.log, two older ones, one megabyte each.

    Where it can't be written that is told, once, and the desk goes on: what was looked at is in the store.
    """
    path = folder / "civicdesk.log"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    except OSError as error:
        log.warning("no log is kept: %s can't be written (%s)", path, error.strerror)
        return
    handler.setFormatter(Withholding())
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def report_everything() -> None:
    """Send uncaught exceptions of the main thread and of all others to the log; where none is kept yet, to standard error."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Withholding())
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


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
