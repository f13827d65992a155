"""One department's database while it is filled: rows gathered and written in batches, indexes last."""

from __future__ import annotations

import random
import sqlite3
from abc import ABC, abstractmethod
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from resources.demo.dirt import Habits, Known
from resources.demo.text import days_from

BATCH = 5_000
"""Rows of one table that are kept before they are written."""


class Ledger(ABC):
    """The base of the six departments. A subclass names its tables and turns one person into rows."""

    name: ClassVar[str]
    habits: ClassVar[Habits]
    share: ClassVar[float]
    """Of the adults who are known there; of the children, where ``children`` says so."""
    children: ClassVar[float] = 0.0
    tables: ClassVar[dict[str, str]]
    """Table name to its columns, as in CREATE TABLE."""
    indexes: ClassVar[tuple[str, ...]]
    """What stands behind ON in CREATE INDEX."""
    rules: ClassVar[tuple[str, ...]] = ()
    """What the database itself holds those to who write: whole CREATE TRIGGER statements."""

    def __init__(self, folder: Path, today: date, rng: random.Random) -> None:
        self.path = folder / f"{self.name}.db"
        self.today = today
        self.rng = rng
        self.serial = 0
        self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        # Nothing is lost when this is interrupted: it is all made up, and then deleted.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._insert: dict[str, str] = {}
        for table, columns in self.tables.items():
            self._connection.execute(f"CREATE TABLE {table} ({columns})")
            count = len(self._connection.execute(f"SELECT * FROM {table}").description)
            self._insert[table] = f"INSERT INTO {table} VALUES ({', '.join('?' * count)})"
            self._rows[table] = []

    @abstractmethod
    def add(self, person: Known) -> None:
        """Keep a person and their records."""

    def put(self, table: str, *row: Any) -> None:
        rows = self._rows[table]
        rows.append(row)
        if len(rows) >= BATCH:
            self._connection.executemany(self._insert[table], rows)
            rows.clear()

    def next_serial(self, step: int = 3) -> int:
        """A growing number with gaps, as real series have them."""
        self.serial += 1 + int(self.rng.random() * step)
        return self.serial

    def how_many(self) -> int:
        """Records of one person: three in five have one to three, one in four none."""
        share = self.rng.random()
        return 0 if share < 0.25 else 1 if share < 0.6 else 2 if share < 0.78 else 3 if share < 0.87 else 4 + int((share - 0.87) * 30)

    def day(self, offset: int) -> str:
        """Today and so many days, in ISO 8601."""
        return days_from(self.today, offset).isoformat()

    def choose(self, things: tuple[Any, ...]) -> Any:
        return things[int(self.rng.random() * len(things))]

    def between(self, low: int, high: int) -> int:
        return low + int(self.rng.random() * (high - low + 1))

    def close(self) -> None:
        """Write what is left, and the indexes."""
        for table, rows in self._rows.items():
            self._connection.executemany(self._insert[table], rows)
            rows.clear()
        for position, index in enumerate(self.indexes):
            self._connection.execute(f"CREATE INDEX {self.name}_{position} ON {index}")
        for rule in self.rules:
            self._connection.execute(rule)
        self._connection.execute("COMMIT")
        self._connection.execute("ANALYZE")
        self._connection.close()

    def abandon(self) -> None:
        """Let go of an unfinished file."""
        self._connection.close()
