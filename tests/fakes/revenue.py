"""A legacy revenue database, the same on SQLite, PostgreSQL and MariaDB, with the manifest that asks it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.contract import CallContext
from adapters.manifest import load_manifest
from adapters.sql import SqlDepartment
from models.query import SearchQuery
from tests.fakes import databases

Opened = Callable[..., SqlDepartment]

MANIFEST = """\
kind = "sql"
title = "Revenue"
colour = "#336699"
address = "{address}"
{credential}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
currency = "USD"
references = ["B-\\\\d+"]
deadline = 5.0
limits = {{ people = 3, records = 5 }}

[[find]]
needs = ["name"]
sql = "{find}"
params = {{ name = "{{name}}" }}

[[records]]
sql = '''{records}'''
params = {{ subject = "{{subject}}" }}

[[lookup]]
pattern = "B-\\\\d+"
sql = "{lookup}"
params = {{ reference = "{{reference}}" }}

[person]
id = "TP_NO"
full_name = {{ from = "NAM_KEY", name_order = "family-first", case = "title" }}
birth_date = {{ from = "DOB", date = "%Y%m%d" }}

[record.bill]
id = "BILL_NO"
title = "TXT"
due = {{ from = "DUE", date = "%Y%m%d" }}
amount = {{ from = "AMT", cents = true }}
"""
FIND = "SELECT TP_NO, NAM_KEY, DOB FROM taxpayer WHERE NAM_KEY = :name ORDER BY TP_NO"
RECORDS = "SELECT BILL_NO, TXT, DUE, AMT FROM bill WHERE TP_NO = :subject ORDER BY BILL_NO DESC"
LOOKUP = "SELECT BILL_NO, TXT, DUE, AMT FROM bill WHERE BILL_NO = :reference"
TABLES = (
    "CREATE TABLE taxpayer (TP_NO integer PRIMARY KEY, NAM_KEY varchar(200) NOT NULL, DOB char(8))",
    "CREATE TABLE bill (BILL_NO varchar(20) PRIMARY KEY, TP_NO integer NOT NULL, TXT varchar(100), DUE char(8), AMT bigint)",
    "INSERT INTO taxpayer VALUES (1, 'O''BRIEN, SIOBHÁN', '19800102'), (2, 'GROß 100%, ZOË', NULL)",
    *(f"INSERT INTO taxpayer VALUES ({number}, 'DOE, JO', '00000000')" for number in range(10, 15)),
    *(f"INSERT INTO bill VALUES ('B-{number}', 1, 'Property tax', '20270131', {number}50)" for number in range(1, 10)),
)


class Place(NamedTuple):
    """An engine's database with the tables above."""

    engine: str
    address: str
    password: str | None
    run: Callable[..., None]


def sqlite_place(folder: Path, *statements: str) -> Place:
    file = folder / "revenue #1%.db"

    def run(*more: str) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            for each in more:
                connection.execute(each)

    run(*statements)
    return Place("sqlite", f"sqlite:///{file}", None, run)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return sqlite_place(tmp_path, *TABLES)
    database = databases.SERVERS[request.param]().new_database()
    database.run(*TABLES)
    return Place(request.param, database.address, database.password, database.run)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Makes departments, and closes them."""
    made: list[SqlDepartment] = []

    def make(
        place: Place, find: str = FIND, records: str = RECORDS, lookup: str = LOOKUP, text: Callable[[str], str] = str
    ) -> SqlDepartment:
        credential = 'credential = "revenue"' if place.password else ""
        path = tmp_path / "revenue.toml"
        filled = MANIFEST.format(address=place.address, credential=credential, find=find, records=records, lookup=lookup)
        path.write_text(text(filled), encoding="utf-8")
        made.append(SqlDepartment(load_manifest(path, tmp_path)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ctx(place: Place, seconds: float = 10.0, **more: Any) -> CallContext:
    return CallContext(time.monotonic() + seconds, place.password, **more)


def found(department: SqlDepartment, name: str, context: CallContext) -> list[Any]:
    return list(department.find(SearchQuery(name=name), context))


@pytest.fixture(params=["postgresql", "mariadb"])
def server_place(request: pytest.FixtureRequest) -> tuple[databases.Server, databases.Database, Place]:
    server = databases.SERVERS[request.param]()
    database = server.new_database()
    database.run(*TABLES)
    return server, database, Place(request.param, database.address, database.password, database.run)
