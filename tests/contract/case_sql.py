"""Cases of the kind ``sql``: SQLite, PostgreSQL and MariaDB, each with a legacy schema (all text, cents) and with a typed one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from sqlalchemy import URL

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes import databases
from tests.fakes.databases import Database
from tests.fakes.processes import free_port

Engine = Literal["sqlite", "postgresql", "mariadb"]
Schema = Literal["legacy", "typed"]

TABLES: dict[Schema, tuple[str, str]] = {
    "legacy": (
        "CREATE TABLE persons (P_NO varchar(12), G_NAM varchar(60), F_NAM varchar(60), DOB char(8), TEL varchar(20), MAIL varchar(60), "
        "STR varchar(60), HNO varchar(8), ZIP varchar(8), TOWN varchar(40))",
        "CREATE TABLE files (F_NO varchar(12), P_NO varchar(12), TXT varchar(80), ST char(1), OPN char(8), DUE char(8), AMT bigint)",
    ),
    "typed": (
        "CREATE TABLE persons (P_NO integer PRIMARY KEY, G_NAM varchar(60), F_NAM varchar(60), DOB date, TEL varchar(20), "
        "MAIL varchar(60), STR varchar(60), HNO varchar(8), ZIP varchar(8), TOWN varchar(40))",
        "CREATE TABLE files (F_NO varchar(12) PRIMARY KEY, P_NO integer REFERENCES persons (P_NO), TXT varchar(80), ST char(1), "
        "OPN {moment}, DUE date, AMT numeric(12, 2))",
    ),
}
BEGINS: dict[Engine, str] = {
    "sqlite": "F_NAM LIKE :begin ESCAPE '\\'",
    "postgresql": "F_NAM ILIKE :begin",
    "mariadb": "F_NAM LIKE :begin",
}
"""How a name that begins so is asked for, whatever its case."""


def _people(schema: Schema) -> Iterator[tuple[object, ...]]:
    for each in suite.PEOPLE:
        key = each.id if schema == "legacy" else int(each.id)
        address = (each.street, each.number, each.post_code, each.city)
        yield key, each.given, each.family, _day(each.birth_date, schema), each.phone, each.email, *address


def _files(schema: Schema) -> Iterator[tuple[object, ...]]:
    for each in suite.RECORDS:
        key: object = each.person
        amount: object = None if each.amount is None else int(each.amount * 100)
        if schema == "typed":
            # SQLite's driver takes no decimals; the servers make them of text.
            key, amount = int(each.person), None if each.amount is None else str(each.amount)
        yield each.id, key, each.title, each.status, _day(each.opened, schema), _day(each.due, schema), amount


def _day(day: date | None, schema: Schema) -> str | None:
    if schema == "typed":
        return day.isoformat() if day else None
    return day.strftime("%Y%m%d") if day else "00000000"


def _fill(database: Database, engine: Engine, schema: Schema) -> None:
    if engine == "mariadb":
        database.run(f"ALTER DATABASE {database.admin.database} CHARACTER SET utf8mb4")
    moment = {"sqlite": "text", "postgresql": "timestamptz", "mariadb": "datetime"}[engine]
    database.run(*(table.format(moment=moment) for table in TABLES[schema]))
    for table, rows in (("persons", _people(schema)), ("files", _files(schema))):
        for row in rows:
            values = {f"v{at}": value for at, value in enumerate(row)}
            database.run((f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in values)})", values))


def _manifest(address: str, engine: Engine, schema: Schema, credential: bool) -> str:
    key = "P_NO" if schema == "legacy" else "CAST(P_NO AS char(12))"
    day, cents = (', date = "%Y%m%d"', ", cents = true") if schema == "legacy" else ("", "")
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    return f"""
kind = "sql"
title = "Revenue"
colour = "#336699"
address = "{address}"
{'credential = "revenue"' if credential else ""}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}

[[find]]
needs = ["family"]
sql = '''SELECT * FROM persons WHERE {BEGINS[engine]} ORDER BY P_NO'''
params = {{ begin = "{{family|like}}%" }}

[[records]]
sql = '''SELECT * FROM files WHERE {key} = :subject ORDER BY OPN DESC'''
params = {{ subject = "{{subject}}" }}

[[lookup]]
sql = '''SELECT * FROM files WHERE F_NO = :number'''
params = {{ number = "{{reference|upper}}" }}

[person]
id = "P_NO"
given_name = "G_NAM"
family_name = "F_NAM"
birth_date = {{ from = "DOB"{day} }}
phones = ["TEL"]
emails = ["MAIL"]
address = {{ thoroughfare = "STR", locator = "HNO", post_code = "ZIP", city = "TOWN" }}

[record.file]
id = "F_NO"
title = "TXT"
subject = "P_NO"
status = {{ from = "ST", codes = "states" }}
opened = {{ from = "OPN"{day} }}
due = {{ from = "DUE"{day} }}
amount = {{ from = "AMT"{cents} }}

[codes.states]
{codes}
"""


def _new_database(engine: Engine, folder: Path) -> Database:
    """An empty one. Skips where the server isn't installed."""
    if engine != "sqlite":
        return databases.SERVERS[engine]().new_database()
    url = URL.create("sqlite", database=str(folder / "city.db"))
    return Database(url.render_as_string(), "", url)


def _case(engine: Engine, schema: Schema) -> Case:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        database = _new_database(engine, folder)
        _fill(database, engine, schema)
        manifest = _manifest(database.address, engine, schema, bool(database.password))
        with department_at(manifest, folder, database.password or None) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        scheme = {"postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"}.get(engine)
        if scheme is None:
            return department_at(_manifest(f"sqlite:///{folder}/no.db", engine, schema, credential=False), folder, None)
        address = f"{scheme}://reader@127.0.0.1:{free_port()}/city"
        return department_at(_manifest(address, engine, schema, credential=True), folder, "x")

    return Case(f"sql-{engine}-{schema}", opened, needs_credential=engine != "sqlite", down=down)


CASES = [_case(engine, schema) for engine in BEGINS for schema in TABLES]
