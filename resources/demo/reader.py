"""Reading a department's database from a server's threads, each over a connection of its own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path


class Reader:
    """The database at ``path``, opened for reading when a thread first asks."""

    def __init__(self, path: Path) -> None:
        self._address = f"{path.resolve().as_uri()}?mode=ro"
        self._local = threading.local()

    def rows(self, sql: str, values: Sequence[str | int]) -> list[sqlite3.Row]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._address, uri=True)
            connection.row_factory = sqlite3.Row
        return list(connection.execute(sql, values))

    def close(self) -> None:
        """Close the calling thread's connection; a server's threads keep theirs until they end."""
        if (connection := self._local.__dict__.pop("connection", None)) is not None:
            connection.close()
