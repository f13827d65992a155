"""Drops as tables in memory, asked by one SELECT at a time: SQLite, which may only read them, until the call's deadline."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from anyascii import anyascii

from adapters.contract import BadAnswer, CallContext, TimedOut
from adapters.drop_formats import Unread
from adapters.drops import Found
from adapters.turns import TURNS

_AT_ONCE = 500
"""Rows stored in one go: about a millisecond."""
_STEPS = 10_000
"""SQLite's steps between two looks at the clock."""
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}

_QUOTED = re.compile(r"""'(?:[^']|'')*'|(\bAS\s+)?"((?:[^"]|"")+)\"""", re.IGNORECASE)
"""Texts, which are passed over, and names in double quotes."""
_OF_THE_STATEMENT = ("no such ", "near ", "ambiguous column", "not authorized", "wrong number of arguments")

Row = dict[str, Any]


class Tables:
    """What lay in a place at one time. Calls may come from any thread; they take turns."""

    def __init__(self) -> None:
        self.drops: dict[str, Found] = {}
        """By table, the file it was read from."""
        self.unread: dict[str, list[Unread]] = {}
        self.rows: dict[str, int] = {}
        self._names: set[str] = set()
        """Of tables and columns, in lower case."""
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._database.create_function("fold", 1, _fold, deterministic=True)

    def add(self, table: str, drop: Found, columns: list[str], rows: Iterator[list[str] | Unread], ctx: CallContext) -> None:
        """Fill a table. Raises DepartmentError."""
        database, unread, count = self._database, self.unread.setdefault(table, []), 0
        named = ", ".join(f"{_quoted(each)} TEXT" for each in columns)
        try:
            database.execute(f"CREATE TABLE {_quoted(table)} ({named})")
        except sqlite3.Error as error:
            raise BadAnswer(f"{drop.name} can't be made a table ({type(error).__name__})", key="mapping") from None
        insert = f"INSERT INTO {_quoted(table)} VALUES ({', '.join('?' * len(columns))})"
        database.execute("BEGIN")
        while True:
            ctx.remaining()
            with TURNS:
                batch = list(islice(rows, _AT_ONCE))
                good = [each for each in batch if not isinstance(each, Unread)]
                database.executemany(insert, good)
            unread += [each for each in batch if isinstance(each, Unread)]
            count += len(good)
            if len(batch) < _AT_ONCE:
                break
        database.execute("COMMIT")
        self.drops[table], self.rows[table] = drop, count
        self._names |= {table.lower(), *(each.lower() for each in columns)}

    def seal(self) -> None:
        """From now on only SELECTs are taken."""
        self._database.set_authorizer(lambda action, *about: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY)

    def select(self, sql: str, values: Mapping[str, str | None], where: str, ctx: CallContext) -> list[Row]:
        """The rows, columns by their names in lower case. ``where`` is the place of the SELECT. Raises DepartmentError."""
        if unknown := sorted(_quoted_in(sql) - self._names):
            # SQLite would take it for a text, and find nobody.
            raise BadAnswer(f"{where}: no such column: {unknown[0]}", key="mapping")
        with self._lock:
            left = ctx.remaining()
            until = time.monotonic() + left
            self._database.set_progress_handler(lambda: ctx.cancelled() or time.monotonic() > until, _STEPS)
            try:
                cursor = self._database.execute(sql, dict(values))
                names = [each[0].lower() for each in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor]
            except sqlite3.Error as error:
                ctx.remaining()
                if "interrupted" in str(error):
                    raise TimedOut from None
                raise BadAnswer(f"{where}: {_told(error)}", key="mapping") from None
            finally:
                self._database.set_progress_handler(None, 0)

    def read_by(self, sql: str) -> set[str]:
        """The tables that a SELECT names."""
        return {each for each in self.drops if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", sql, re.IGNORECASE)}

    def at(self, tables: set[str]) -> datetime:
        """When the oldest of these drops was written; of all where none is named."""
        return min(self.drops[each].at for each in tables or self.drops)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def __del__(self) -> None:
        """Those that newer drops have taken the place of end with the last call that reads them."""
        self._database.close()


@cache
def _quoted_in(sql: str) -> frozenset[str]:
    """The names in double quotes of a SELECT, in lower case, but for those that it gives itself (AS "name")."""
    found = [(each[1] is not None, (each[2] or "").replace('""', '"').lower()) for each in _QUOTED.finditer(sql)]
    return frozenset({name for _, name in found} - {name for given, name in found if given} - {""})


def _fold(text: object) -> str:
    """Without accents, in lower case: as ``{value|ascii|lower}`` writes what is looked for."""
    return anyascii(str(text)).lower() if text is not None else ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _told(error: sqlite3.Error) -> str:
    """SQLite's words where they name the statement's own, which hold no data."""
    text = str(error)
    return text[:120] if text.startswith(_OF_THE_STATEMENT) else type(error).__name__
