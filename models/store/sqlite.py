"""The store on SQLite: one file that only its user can read. All that is special to SQLite stands here.

Write-ahead log with ``synchronous=FULL``: what is committed survives kill -9 and a power cut
(https://www.sqlite.org/pragma.html#pragma_synchronous). A write transaction takes the file's only write lock with its first
statement (BEGIN IMMEDIATE), so that what it read can't change before it writes: several processes may append at once.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import DDL, URL, Connection, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.store.errors import Reason, StoreUnavailable
from models.store.tables import audit

PATIENCE = 10.0
"""Seconds to wait for another writer. Ten clients that append without a pause made one of them wait up to 4 s."""

_SETTINGS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE would pass the triggers below
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA secure_delete=ON",  # a draft that was discarded is overwritten, not only let go
)

APPEND_ONLY = tuple(
    f"CREATE TRIGGER audit_no_{what} BEFORE {what.upper()} ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for what in ("update", "delete")
)
"""Against mistakes, not against an attacker, who could drop them: it is the chain that shows what happened."""

for _statement in APPEND_ONLY:
    event.listen(audit, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]

_REASONS: dict[int, Reason] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "no_access",
    sqlite3.SQLITE_CANTOPEN: "no_access",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}

_WORDS: dict[Reason, str] = {
    "full": "The disk is full: {path} can't be written. Make room on it, then try again.",
    "locked": "Another program holds {path}. Wait a moment or close other copies of CivicDesk, then try again.",
    "read_only": "{path} is write-protected. Give your account the right to write to it and its folder, then try again.",
    "no_access": "{path} can't be opened. Give your account the right to use it and its folder, then try again.",
    "damaged": "{path} is damaged. Put back a backup of it; or move it away, and CivicDesk begins a new one.",
    "failed": "{path} can't be used now ({detail}). Try again; if that does not help, tell your administrator.",
}


class SqliteDatabase:
    """The file at ``path``, made if it is not there (folder 0700, file 0600). Thread-safe; holds one connection.

    ``read_only``: the file must be there, and nothing is written, made or locked for others.
    """

    def __init__(self, path: Path, patience: float = PATIENCE, *, read_only: bool = False) -> None:
        self.path = path
        self._patience = patience
        if not read_only:
            self._make_private()
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=patience,
            hide_parameters=True,  # an error's text holds no personal data
            connect_args={"timeout": patience, "isolation_level": None, "check_same_thread": False},
        )
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        if read_only:
            event.listen(self._engine, "do_connect", lambda *_: self._connect_to_read())
        else:
            event.listen(self._engine, "connect", self._on_connect)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._told(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the connection. The last one to close the file folds its log into it."""
        self._engine.dispose()

    def _make_private(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self.path.chmod(0o600)  # SQLite gives its log the mode of the file
        except OSError as error:
            words = f"{self.path} can't be made ({error.strerror}). Give your account the right to write to its folder, then try again."
            raise StoreUnavailable("no_access", words) from error

    def _on_connect(self, connection: sqlite3.Connection, record: Any) -> None:
        _write_ahead(connection, self._patience)
        for setting in _SETTINGS:
            connection.execute(setting)

    def _connect_to_read(self) -> sqlite3.Connection:
        """A connection that can't write. In a folder that may not be written either, SQLite needs to be told that nobody else does."""
        log = self.path.with_name(self.path.name + "-wal")
        unlogged = not log.exists() or log.stat().st_size == 0
        for also in ("", "&immutable=1") if unlogged else ("",):
            uri = f"{self.path.absolute().as_uri()}?mode=ro{also}"
            connection = sqlite3.connect(uri, timeout=self._patience, isolation_level=None, check_same_thread=False, uri=True)
            # Text that is no UTF-8, as only a hand from outside leaves it, is to be named and not to end the reading.
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
            try:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.OperationalError:
                connection.close()
                if also or not unlogged:
                    raise
            else:
                return connection
        raise AssertionError("either returned or raised")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise self._unavailable("locked") from error
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            detail = getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)
            raise self._unavailable(_REASONS.get(code & 0xFF, "failed"), detail) from error

    def _unavailable(self, reason: Reason, detail: str = "") -> StoreUnavailable:
        return StoreUnavailable(reason, _WORDS[reason].format(path=self.path, detail=detail))


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Turn the write-ahead log on. Where two processes do so at once, SQLite reports "busy" to one of them without waiting."""
    give_up = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
