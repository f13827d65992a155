"""How each database is opened, for reading only unless it is to be written to, and how one call is ended at its deadline.

The server is told to end a statement in time; where it hangs and can't, the call's own watchdog closes the socket, so that no
worker thread waits for ever. A database that isn't named here is asked too, within what its driver offers by itself.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.contract import CallContext

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

WATCHDOG_GRACE = 0.2
"""Seconds after the deadline at which a connection whose server did not end the statement is closed."""
_BUSY_SHARE = 0.8
_STEPS = 20_000
"""SQLite's virtual machine steps between two looks at the clock: about a millisecond of work."""

# A question is then one round trip, with no BEGIN before and no ROLLBACK after it.
_AUTOCOMMIT: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}


class Call:
    """One call's time: who waits, and the driver's connection, to be closed when it hangs."""

    def __init__(self, ctx: CallContext) -> None:
        self._ctx = ctx
        self.connection: Any = None
        self.connected = False
        self.watchdog = threading.Timer(ctx.remaining() + WATCHDOG_GRACE, self._hang_up)
        self.watchdog.daemon = True

    def remaining(self) -> float:
        """Seconds left; raises as CallContext.remaining does."""
        return self._ctx.remaining()

    def cancelled(self) -> bool:
        return self._ctx.cancelled()

    def over(self) -> bool:
        """Whether the time is up or nobody waits."""
        return self._ctx.cancelled() or time.monotonic() >= self._ctx.deadline

    def _hang_up(self) -> None:
        # The socket is shut under the driver, which then meets the end of the stream in its own thread.
        with suppress(Exception):
            shut = socket.socket(fileno=getattr(self.connection, "_sock", self.connection).fileno())
            try:
                shut.shutdown(socket.SHUT_RDWR)
            finally:
                shut.detach()


class Engine:
    """A database of which nothing is known."""

    product = ""
    watched = False
    """Whether the watchdog can close a connection."""
    options: ClassVar[dict[str, Any]] = {}
    """For create_engine."""
    ping = "SELECT 1"
    takes_back = False
    """Whether whatever was not committed is surely taken back; else it depends on the tables."""
    explains = False
    """Whether EXPLAIN tells of a statement that it can't be done, without doing it."""
    starts = ""
    """The statement that begins a transaction that writes, where the driver does not."""

    def address(self, url: URL, writing: bool) -> URL:
        """The address, such that what is opened can't be written to unless it is for ``writing``, where an address can say so."""
        return url

    def connect_options(self, seconds: float, longest: float) -> dict[str, Any]:
        """For the driver's connect(), which may take ``seconds``; no statement on the connection may take ``longest``."""
        return {}

    def opened(self, raw: Any, seconds: float, time_zone: str, writing: bool) -> None:
        """Make a driver's new connection read-only unless it is for ``writing``, with statements of ``seconds`` at most."""

    def begin(self, connection: Connection, call: Call) -> None:
        """Hold the next statement to the call's time. ``connection.info["seconds"]`` is what the server was told last."""

    def end(self, raw: Any) -> None:
        """Undo ``begin``, where it holds on to the call."""

    def cannot_hold(self, error: BaseException | None, raw: Any, values: list[str]) -> bool:
        """Whether the error says no more than that one of the values can't occur in the database's character set."""
        return False


class Sqlite(Engine):
    product = "SQLite"
    options = _AUTOCOMMIT
    ping = "SELECT 1 FROM sqlite_master"
    """Opening a file reads nothing of it."""
    takes_back = True
    explains = True
    starts = "BEGIN IMMEDIATE"
    """Else two who read before they write would wait for one another."""

    def address(self, url: URL, writing: bool) -> URL:
        if "uri" not in url.query:
            url = url.set(database=Path(url.database or "").as_uri())
        return url.update_query_dict({"uri": "true", "mode": "rw" if writing else "ro"})

    def opened(self, raw: Any, seconds: float, time_zone: str, writing: bool) -> None:
        if writing:
            raw.isolation_level = None  # the driver begins nothing by itself
            raw.execute("PRAGMA foreign_keys = ON").close()
        else:
            raw.execute("PRAGMA query_only = ON").close()

    def begin(self, connection: Connection, call: Call) -> None:
        # While it waits for a lock SQLite doesn't look at the clock: an end before the deadline leaves time to say why.
        call.connection.execute(f"PRAGMA busy_timeout = {_ms(call.remaining() * _BUSY_SHARE)}").close()
        call.connection.set_progress_handler(call.over, _STEPS)

    def end(self, raw: Any) -> None:
        raw.set_progress_handler(None, _STEPS)


class _Server(Engine):
    """A database behind a socket: told the time only where it differs from the last, as that costs a round trip."""

    watched = True
    options = _AUTOCOMMIT

    def begin(self, connection: Connection, call: Call) -> None:
        seconds = call.remaining()
        if abs(connection.info["seconds"] - seconds) > 0.1 * seconds:
            connection.exec_driver_sql(self.limit(call.connection, seconds))
            connection.info["seconds"] = seconds

    def limit(self, raw: Any, seconds: float) -> str:
        """The statement that limits the statements after it."""
        raise NotImplementedError


class PostgreSql(_Server):
    product = "PostgreSQL"
    takes_back = True
    explains = True

    def connect_options(self, seconds: float, longest: float) -> dict[str, Any]:
        return {
            # libpq counts whole seconds, and takes 1 for 2.
            "connect_timeout": max(2, math.ceil(seconds)),
            # Else the server's, of which SQL_ASCII is none.
            "client_encoding": "utf8",
            # A statement prepared before a table was altered fails on this connection for ever; poolers lose them.
            "prepare_threshold": None,
        }

    def opened(self, raw: Any, seconds: float, time_zone: str, writing: bool) -> None:
        statements = [f"SET SESSION CHARACTERISTICS AS TRANSACTION {_access(writing)}", self.limit(raw, seconds)]
        if time_zone:
            quoted = time_zone.replace("'", "''")
            statements.append(f"SET TIME ZONE '{quoted}'")
        with raw.cursor() as cursor:
            cursor.execute("; ".join(statements))
        raw.commit()

    def limit(self, raw: Any, seconds: float) -> str:
        return f"SET statement_timeout = {_ms(seconds)}"

    def cannot_hold(self, error: BaseException | None, raw: Any, values: list[str]) -> bool:
        if getattr(error, "sqlstate", None) != "22P05":  # untranslatable_character, in the question or in the answer
            return False
        encoding = raw.info.parameter_status("server_encoding").replace("WIN", "cp")
        try:
            "".join(values).encode(encoding)
        except UnicodeEncodeError:
            return True
        except LookupError:
            return False
        return False


class MariaDb(_Server):
    """MariaDB and MySQL, which name and count the longest time of a statement differently."""

    product = "MariaDB or MySQL"
    explains = True

    def connect_options(self, seconds: float, longest: float) -> dict[str, Any]:
        # PyMySQL's connect_timeout ends when TCP is there: a port that never speaks is met by read_timeout alone.
        return {"connect_timeout": max(1, math.ceil(seconds)), "read_timeout": longest + WATCHDOG_GRACE}

    def opened(self, raw: Any, seconds: float, time_zone: str, writing: bool) -> None:
        with raw.cursor() as cursor:
            cursor.execute(f"SET SESSION TRANSACTION {_access(writing)}")
            cursor.execute(self.limit(raw, seconds))

    def limit(self, raw: Any, seconds: float) -> str:
        if "MariaDB" in str(raw.get_server_info()):
            return f"SET SESSION max_statement_time = {seconds:.3f}"
        return f"SET SESSION max_execution_time = {_ms(seconds)}"

    def cannot_hold(self, error: BaseException | None, raw: Any, values: list[str]) -> bool:
        # ER_CANT_AGGREGATE_2COLLATIONS; COERCIBLE is the value, which was not coerced as the column's set lacks its letters.
        number, *words = error.args if error else (0,)
        return number == 1267 and "COERCIBLE)" in str(words) and not all(value.isascii() for value in values)


def _access(writing: bool) -> str:
    return "READ WRITE" if writing else "READ ONLY"


def _ms(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def engine_for(backend: str, driver: str) -> Engine:
    """The engine for a SQLAlchemy backend and driver name."""
    known: dict[tuple[str, str], type[Engine]] = {
        ("sqlite", "pysqlite"): Sqlite,
        ("postgresql", "psycopg"): PostgreSql,
        ("mysql", "pymysql"): MariaDb,
        ("mariadb", "pymysql"): MariaDb,
    }
    return known.get((backend, driver), Engine)()
