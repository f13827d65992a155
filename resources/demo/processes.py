"""A department's web server in a process of its own, that ends when its parent does, however that ended.

The pipe to the parent is the life line: at its end the child deletes the city's folder and leaves. The socket is bound as
soon as the child runs, so that its port can be told while the databases are still being filled.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

Trouble = Literal["lose_reply", "error_after"]
"""What becomes of the reply to the next change, which is made all the same: it is lost, or it is 500."""
START_SECONDS = 60.0
"""The longest that a child may take until it has bound its port: a first start from a cold disk, with a virus scanner."""

ANSWER_SECONDS = 5.0


class ServerPlan(msgspec.Struct, frozen=True):
    """What a child needs to know. ``port`` 0 lets the system choose; ``delay`` is in seconds, before every answer."""

    department: str
    folder: Path
    secret: str
    port: int = 0
    delay: float = 0.0

    @property
    def database(self) -> Path:
        return self.folder / "data" / f"{self.department}.db"


class ServerProcess:
    """The parent's hold on one server."""

    def __init__(self, plan: ServerPlan) -> None:
        self.plan = plan
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(plan, theirs), name=f"springvale-{plan.department}", daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def bound(self) -> int:
        """Waits for the port. Raises RuntimeError if the child ends before."""
        try:
            if self._line.poll(START_SECONDS):
                return int(self._line.recv())
        except (EOFError, OSError):
            pass
        raise RuntimeError(f"the server of {self.plan.department} did not start")

    def open(self) -> None:
        """The database is there: answer."""
        self._line.send("open")

    def trouble(self, kind: Trouble) -> None:
        """The next change that it takes ends so. Raises RuntimeError if the child does not hear it."""
        self._line.send(kind)
        if not self._line.poll(ANSWER_SECONDS):
            raise RuntimeError(f"the server of {self.plan.department} does not answer")
        self._line.recv()

    def end(self) -> None:
        """Ends the server at once; its port then refuses connections."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(10)
        self._process.close()
        self._line.close()


def serve(plan: ServerPlan, line: Connection) -> None:
    """The child's whole life."""
    for name in ("SIGINT", "SIGHUP"):  # of the terminal, and meant for the parent
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    opened, late = threading.Event(), _Late()
    threading.Thread(target=_watch, args=(line, opened, late, plan.folder), daemon=True).start()
    import logging

    import waitress

    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    server: Any = waitress.create_server(late, host="127.0.0.1", port=plan.port, threads=8, ident=None)
    line.send(server.effective_port)
    late.app = _application(plan)
    opened.wait()
    server.run()


class _Late:
    """Stands for an application that is made after its socket was bound, and makes the trouble that is wanted."""

    app: Callable[..., Any]
    trouble = ""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        trouble = self.trouble if environ["REQUEST_METHOD"] != "GET" else ""
        if not trouble:
            return self.app(environ, start_response)
        self.trouble = ""
        for _ in self.app(environ, lambda *_: None):
            pass  # it is made
        if trouble == "lose_reply":
            from waitress.channel import ClientDisconnected

            raise ClientDisconnected  # as if nobody were there any more: nothing is sent, and the connection is closed
        start_response("500 Internal Server Error", [("Content-Type", "application/json")])
        return [b'{"error": "disk quota exceeded"}']


def _application(plan: ServerPlan) -> Callable[..., Any]:
    if plan.department == "permits":
        from resources.demo import serve_permits

        return serve_permits.make(plan.database, plan.secret)
    if plan.department == "requests":
        from resources.demo import serve_requests

        return serve_requests.make(plan.database, plan.secret)
    if plan.department == "benefits":
        from resources.demo import serve_benefits

        return serve_benefits.make(plan.database, plan.secret)
    from resources.demo import serve_cases

    return serve_cases.make(plan.database, plan.secret, plan.delay)


def _watch(line: Connection, opened: threading.Event, late: _Late, folder: Path) -> None:
    """Does what the parent says until it is gone."""
    try:
        while True:
            order = line.recv()
            if order in get_args(Trouble):
                late.trouble = order
                line.send(order)
            else:
                opened.set()
    except (EOFError, OSError):
        # An orderly parent ends its children first: this one was killed, and nobody else is left to tidy up.
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
