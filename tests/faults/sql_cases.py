"""Faults of databases: files on this machine, and a real PostgreSQL and MariaDB."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, text

from adapters.manifest import Manifest, load_manifest
from tests.fakes import databases
from tests.fakes.revenue import FIND, LOOKUP, MANIFEST, RECORDS, TABLES
from tests.faults.matrix import QUERY, SECRET, Case, Ill

MARIA = f"INSERT INTO taxpayer VALUES (77, '{QUERY.name}', '19840309')"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS TP_NO, 'x' AS NAM_KEY, '' AS DOB FROM n"
Statements = tuple[str, ...]


def _manifest(address: str, folder: Path, deadline: float) -> Manifest:
    file = folder / "faulty.toml"
    credential = "" if address.startswith("sqlite") else 'credential = "revenue"'
    filled = MANIFEST.format(address=address, credential=credential, find=FIND, records=RECORDS, lookup=LOOKUP)
    file.write_text(filled.replace("deadline = 5.0", f"deadline = {deadline}"), encoding="utf-8")
    return load_manifest(file, folder)


# --- SQLite


class _File:
    """A database file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "city.db"
        self.run(*TABLES, MARIA)
        self.good = self.path.read_bytes()

    def run(self, *statements: str) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            for each in statements:
                connection.execute(each)
        connection.close()

    def heal(self) -> None:
        self.path.write_bytes(self.good)


@contextmanager
def _file(spoil: Callable[[_File], object], folder: Path) -> Iterator[Ill]:
    file = _File(folder)
    spoil(file)
    yield Ill(_manifest(f"sqlite:///{file.path}", folder, 1.0), file.heal)


def _ran(*statements: str) -> Callable[[_File], object]:
    return lambda file: file.run(*statements)


@contextmanager
def _locked(folder: Path) -> Iterator[Ill]:
    file = _File(folder)
    writer = sqlite3.connect(file.path, check_same_thread=False)
    writer.execute("BEGIN EXCLUSIVE")
    yield Ill(_manifest(f"sqlite:///{file.path}", folder, 0.5), writer.rollback)
    writer.close()


FILES: dict[str, tuple[Callable[[_File], object], str, str, str]] = {
    "a file that is not there": (lambda file: file.path.unlink(), "no_connection", "", ""),
    "a file that is no database": (lambda file: file.path.write_text("This is no database.\n" * 500), "unreadable", "", ""),
    "half a file": (lambda file: file.path.write_bytes(file.good[: len(file.good) // 2]), "server_error", "", ""),
    "schema drift: the table is gone": (_ran("ALTER TABLE taxpayer RENAME TO tp"), "mapping", "faulty.toml:15", ""),
    "schema drift: the column is gone": (_ran("ALTER TABLE taxpayer RENAME COLUMN DOB TO BORN"), "mapping", "faulty.toml:15", ""),
    "schema drift: another form of date": (_ran("UPDATE taxpayer SET DOB = 'soon'"), "mapping", "person.birth_date", ""),
    "a statement without end": (_ran("DROP TABLE taxpayer", f"CREATE VIEW taxpayer AS {ENDLESS}"), "timed_out", "", ""),
    "a text that is not UTF-8": (
        _ran(
            f"UPDATE taxpayer SET NAM_KEY = CAST(x'4d617269e1' AS TEXT), DOB = '' WHERE NAM_KEY = '{QUERY.name}'", MARIA.replace("77", "78")
        ),
        *("", "", "what can't be shown is replaced"),
    ),
    "a NUL and controls in a text": (
        _ran(f"INSERT INTO taxpayer VALUES (79, '{QUERY.name}', '19840309' || char(0))"),
        *("", "", "it is read"),
    ),
    "an id of 2^63 - 1": (_ran(f"INSERT INTO taxpayer VALUES (9223372036854775807, '{QUERY.name}', '')"), "", "", "it is read"),
}


# --- servers


@contextmanager
def _server(engine: str, spoil: str, heal: str, deadline: float, folder: Path) -> Iterator[Ill]:
    """A database of a server, and its reader; ``{user}`` in a statement is the reader as the engine writes it."""
    database = databases.SERVERS[engine]().new_database()
    name = database.address.split("//")[1].split("@")[0]
    user = name if engine == "postgresql" else f"{name}@'127.0.0.1'"
    password = f"ALTER USER {user} {'PASSWORD' if engine == 'postgresql' else 'IDENTIFIED BY'} '{SECRET}'"
    database.run(*TABLES, MARIA, password)
    engine_ = create_engine(database.admin)
    held = engine_.connect()
    held.execute(text(spoil.format(user=user)))
    if "LOCK" not in spoil:
        held.commit()

    def mend() -> None:
        if heal:
            held.execute(text(heal.format(user=user, password=password)))
        held.commit()

    try:
        yield Ill(_manifest(database.address, folder, deadline), mend)
    finally:
        held.close()
        engine_.dispose()


SERVERS: dict[str, tuple[str, str, str, float, str]] = {
    "postgresql: a lock": ("postgresql", "LOCK TABLE taxpayer IN ACCESS EXCLUSIVE MODE", "", 0.6, "timed_out"),
    "postgresql: a password that was changed": ("postgresql", "ALTER USER {user} PASSWORD 'another'", "{password}", 3.0, "sign_in_needed"),
    "postgresql: no privilege any more": (
        *("postgresql", "REVOKE pg_read_all_data FROM {user}", "GRANT pg_read_all_data TO {user}"),
        *(3.0, "forbidden"),
    ),
    "postgresql: a column of another type": (
        "postgresql",
        "ALTER TABLE taxpayer ALTER COLUMN NAM_KEY TYPE integer USING 1",
        f"ALTER TABLE taxpayer ALTER COLUMN NAM_KEY TYPE varchar(200) USING '{QUERY.name}'",
        *(3.0, "rejected"),
    ),
    "mariadb: a lock": ("mariadb", "LOCK TABLES taxpayer WRITE", "UNLOCK TABLES", 0.6, "timed_out"),
    "mariadb: a password that was changed": ("mariadb", "ALTER USER {user} IDENTIFIED BY 'another'", "{password}", 3.0, "sign_in_needed"),
}
MATRIX = [
    Case("sql", "a file that another writes to", _locked, "server_error"),
    *(Case("sql", fault, partial(_file, spoil), word, detail, seen) for fault, (spoil, word, detail, seen) in FILES.items()),
    *(
        Case("sql", fault, partial(_server, engine, spoil, heal, deadline), word)
        for fault, (engine, spoil, heal, deadline, word) in SERVERS.items()
    ),
]
