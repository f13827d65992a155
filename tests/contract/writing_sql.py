"""Cases of writing of the kind ``sql``: a row with a version and a log of keys, in one transaction, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

from adapters.contract import CallContext, Department
from tests.contract.case import department_at
from tests.contract.writing import HAS, KEPT, PERSON, REFUSED, WORDS, Backend, WritingCase
from tests.fakes import databases
from tests.fakes.databases import Database
from tests.fakes.processes import free_port

Engine = Literal["sqlite", "postgresql", "mariadb"]
COLUMNS = dict(zip(KEPT, ("STR", "HNO", "UN", "ZIP"), strict=True))
SERIAL = {"sqlite": "integer PRIMARY KEY", "postgresql": "serial PRIMARY KEY", "mariadb": "integer AUTO_INCREMENT PRIMARY KEY"}
REFUSAL: dict[Engine, tuple[str, ...]] = {
    # The database's own rule: a trigger that says why.
    "sqlite": (f"CREATE TRIGGER known BEFORE UPDATE ON persons WHEN NEW.ZIP = '{REFUSED}' BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",),
    "postgresql": (
        f"CREATE FUNCTION known() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
        f"CREATE TRIGGER known BEFORE UPDATE ON persons FOR EACH ROW WHEN (NEW.ZIP = '{REFUSED}') EXECUTE FUNCTION known()",
    ),
    "mariadb": (
        "CREATE TRIGGER known BEFORE UPDATE ON persons FOR EACH ROW "
        f"IF NEW.ZIP = '{REFUSED}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{WORDS}'; END IF",
    ),
}


def tables(engine: Engine) -> Iterator[str | tuple[str, dict[str, object]]]:
    letters = " CHARACTER SET utf8mb4" if engine == "mariadb" else ""
    yield (
        "CREATE TABLE persons (P_NO varchar(12) PRIMARY KEY, STR varchar(60), HNO varchar(8), UN varchar(20), ZIP varchar(8), "
        f"ROW_VER integer NOT NULL){letters}"
    )
    yield f"CREATE TABLE changes (NO {SERIAL[engine]}, CHG_KEY varchar(60) NOT NULL UNIQUE, P_NO varchar(12)){letters}"
    yield "INSERT INTO persons VALUES (:p, :street, :number, :unit, :post_code, 1)", {"p": PERSON, **{name: HAS[name] for name in KEPT}}
    yield from REFUSAL[engine]


def manifest_toml(address: str, credential: bool) -> str:
    """The manifest of the tables above; it speaks of no engine."""
    sets = ", ".join(f"{column} = :{name}" for name, column in COLUMNS.items())
    new, old = (", ".join(f'{name} = "{{{prefix}{name}}}"' for name in COLUMNS) for prefix in ("", "before_"))
    update = f"UPDATE persons SET {sets}, ROW_VER = ROW_VER + 1 WHERE P_NO = :subject AND ROW_VER = :version"
    log = 'INSERT INTO changes (CHG_KEY, P_NO) VALUES (:key, :subject) RETURNING NO AS receipt"\n'
    log += 'params = { key = "{key}", subject = "{subject}" }\nreceipt = "receipt"'
    return f"""
kind = "sql"
title = "Office"
colour = "#336699"
address = "{address}"
{'credential = "office"' if credential else ""}
capabilities = ["apply"]
roles = ["agent"]

[[apply]]
change = "address"
repeatable = true

[apply.current]
sql = "SELECT * FROM persons WHERE P_NO = :subject"
params = {{ subject = "{{subject}}" }}
values = {{ {", ".join(f'{name} = "{column}"' for name, column in COLUMNS.items())} }}
version = "ROW_VER"

[[apply.send]]
sql = "{log}

[[apply.send]]
sql = "{update}"
params = {{ subject = "{{subject}}", version = "{{version}}", {new} }}

[apply.settled]
sql = "SELECT NO FROM changes WHERE CHG_KEY = :key"
params = {{ key = "{{key}}" }}
receipt = "NO"

[[apply.undo]]
sql = "{log}

[[apply.undo]]
sql = "{update}"
params = {{ subject = "{{subject}}", version = "{{version}}", {old} }}
"""


class SqlBackend:
    def __init__(self, database: Database) -> None:
        self._database = database

    def has(self) -> dict[str, str]:
        [row] = self.rows(f"SELECT {', '.join(COLUMNS.values())} FROM persons")
        return {name: value or "" for name, value in zip(COLUMNS, row, strict=True)}

    def meddle(self) -> None:
        self._database.run("UPDATE persons SET STR = 'Meddled Street', ROW_VER = ROW_VER + 1")

    def effects(self) -> int:
        [(count,)] = self.rows("SELECT count(*) FROM changes")
        return int(count)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        engine = create_engine(self._database.admin, poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]


def new_database(engine: Engine, folder: Path) -> Database:
    """An empty one. Skips where the server isn't installed."""
    if engine != "sqlite":
        return databases.SERVERS[engine]().new_database()
    url = URL.create("sqlite", database=str(folder / "office.db"))
    return Database(url.render_as_string(), "", url)


def _case(engine: Engine) -> WritingCase:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext, Backend]]:
        database = new_database(engine, folder)
        database.run(*tables(engine))
        with department_at(manifest_toml(database.address, bool(database.password)), folder, database.password or None) as (office, ctx):
            yield office, ctx, SqlBackend(database)

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        scheme = {"postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"}.get(engine)
        if scheme is None:
            return department_at(manifest_toml(f"sqlite:///{folder}/no.db", credential=False), folder, None)
        return department_at(manifest_toml(f"{scheme}://reader@127.0.0.1:{free_port()}/city", credential=True), folder, "x")

    return WritingCase(f"sql-{engine}", opened, down, needs_credential=engine != "sqlite")


CASES = [_case("sqlite"), _case("postgresql"), _case("mariadb")]
