"""The connections of one department's database: for reading only, or such that may write; made with the first call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine import Engine as Pool
from sqlalchemy.pool import QueuePool

from adapters.contract import CallContext, SignInNeeded, Unavailable
from adapters.manifest import Manifest
from adapters.sql_engines import Call, Engine

_WRITERS = 2
"""Connections that may write: a change is short, and few are made at once."""


class Connections:
    """A pool of them, made anew when the credential was renewed."""

    def __init__(self, manifest: Manifest, url: URL, engine: Engine, *, writing: bool = False) -> None:
        self._manifest = manifest
        self._url = url
        self._engine = engine
        self._writing = writing
        self._opened: tuple[str | None, Pool] | None = None
        self._opening = threading.Lock()
        self._current = threading.local()

    @contextmanager
    def connect(self, call: Call, ctx: CallContext) -> Iterator[Connection]:
        """A connection for this call, of which ``call.connected`` then tells; given back at the end, and what was not committed with it."""
        self._current.call = call
        try:
            pool = self.pool(ctx)
            if self._engine.watched:
                call.watchdog.start()
            with pool.connect() as connection:
                call.connected = True
                call.connection = connection.connection.driver_connection
                yield connection
        finally:
            call.watchdog.cancel()
            self._current.call = None

    def pool(self, ctx: CallContext) -> Pool:
        """Raises SignInNeeded where the credential is missing, Unavailable where the driver is."""
        if self._manifest.credential and ctx.credential is None:
            raise SignInNeeded(key="no_credential", sent=False)
        secret = ctx.credential if self._manifest.credential else None
        with self._opening:
            if self._opened is None or self._opened[0] != secret:
                if self._opened is not None:
                    self._opened[1].dispose()
                self._opened = (secret, self._new_pool(secret))
            return self._opened[1]

    def close(self) -> None:
        with self._opening:
            if self._opened is not None:
                self._opened[1].dispose()
                self._opened = None

    def _new_pool(self, secret: str | None) -> Pool:
        manifest, engine, writing = self._manifest, self._engine, self._writing
        url = engine.address(self._url if secret is None else self._url.set(password=secret), writing)
        size = {"pool_size": _WRITERS if writing else manifest.concurrent, "max_overflow": 0, "pool_timeout": manifest.deadline}
        options: dict[str, Any] = {"pool_pre_ping": True} if writing else engine.options
        try:
            pool = create_engine(url, poolclass=QueuePool, hide_parameters=True, **size, **options)
        except ImportError as error:
            raise Unavailable(f"the database driver {error.name} is not installed here", sent=False) from None

        @event.listens_for(pool, "do_connect")
        def before(dialect: object, record: object, args: object, options: dict[str, Any]) -> None:
            options.update(engine.connect_options(self._current.call.remaining(), manifest.deadline))

        # First of all listeners, as SQLAlchemy's own ask the server, which may hang.
        @event.listens_for(pool, "connect", insert=True)
        def watch(connection: Any, record: Any) -> None:
            self._current.call.connection = connection

        @event.listens_for(pool, "connect")
        def after(connection: Any, record: Any) -> None:
            record.info["seconds"] = manifest.deadline
            engine.opened(connection, manifest.deadline, manifest.time_zone, writing)

        if writing and engine.starts:

            @event.listens_for(pool, "begin")
            def start(connection: Connection) -> None:
                connection.exec_driver_sql(engine.starts)

        return pool
