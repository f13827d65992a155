"""The kind ``sql`` on SQLite, PostgreSQL and MariaDB: what it asks, what it refuses, and what each trouble becomes."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.contract import (
    BadAnswer,
    CallContext,
    Cancelled,
    DepartmentError,
    Forbidden,
    NotFound,
    Rejected,
    SignInNeeded,
    TimedOut,
    Unavailable,
)
from adapters.manifest import ManifestError, load_manifest
from adapters.sql import SqlDepartment
from models.people import SubjectRef
from models.query import SearchQuery
from models.records import RecordRef
from tests.fakes import databases

MANIFEST = """\
kind = "sql"
title = "Revenue"
colour = "#336699"
address = "{address}"
{credential}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
currency = "USD"
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
    "CREATE TABLE taxpayer (TP_NO integer PRIMARY KEY, NAM_KEY varchar(20000) NOT NULL, DOB char(8))",
    "CREATE TABLE bill (BILL_NO varchar(20) PRIMARY KEY, TP_NO integer NOT NULL, TXT varchar(100), DUE char(8), AMT bigint)",
    "INSERT INTO taxpayer VALUES (1, 'O''BRIEN, SIOBHÁN', '19800102'), (2, 'GROß 100%, ZOË', NULL)",
    "INSERT INTO taxpayer VALUES (10, 'DOE, JO', '19700101'), (11, 'DOE, JO', NULL), (12, 'DOE, JO', NULL), (13, 'DOE, JO', NULL), (14, 'DOE, JO', '00000000')",
    *(f"INSERT INTO bill VALUES ('B-{number}', 1, 'Property tax', '20270131', {number}50)" for number in range(1, 10)),
)
HOSTILE = [
    "O'BRIEN, SIOBHÁN' OR '1'='1",
    "'; DROP TABLE taxpayer; --",
    '"; DELETE FROM taxpayer; /*',
    "%",
    "_%_",
    "nul\x00byte",
    "half \ud83d pair",
    "😀 𝔘𝔫𝔦",
    "\\",
    "\\' OR 1=1 -- ",
    "${x} {name} :name %(name)s %s ? $1 ::text",
    str(2**63),
    "x" * 10_000,
    "'" * 10_000,
    "\n\r\t\x1a\x7f\u2028",
]


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
def opened(tmp_path: Path) -> Iterator[Callable[..., SqlDepartment]]:
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


def test_a_person_is_found_and_their_bills_read(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    department = opened(place)
    (person,) = found(department, "O'BRIEN, SIOBHÁN", ctx(place))
    assert (person.ref, person.full_name, person.birth_date) == (SubjectRef("revenue", "1"), "Siobhán O'Brien", date(1980, 1, 2))
    bills = list(department.records(person.ref, ctx(place)))
    assert bills[0].ref == RecordRef("revenue", "B-9")
    assert (bills[0].due, bills[0].amount, bills[0].subject) == (date(2027, 1, 31), Decimal("9.50"), person.ref)
    assert department.lookup(RecordRef("revenue", "B-4"), ctx(place)).title == "Property tax"
    with pytest.raises(NotFound):
        department.lookup(RecordRef("revenue", "B-44"), ctx(place))


def test_a_limit_gives_one_more_so_that_it_is_seen(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    department = opened(place)
    assert [person.ref.id for person in found(department, "DOE, JO", ctx(place))] == ["10", "11", "12", "13"]
    assert len(list(department.records(SubjectRef("revenue", "1"), ctx(place)))) == 6


def test_a_reference_number_leads_to_its_record(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    department = opened(place)
    assert [record.ref.id for record in department.find(SearchQuery(reference="B-3"), ctx(place))] == ["B-3"]
    assert department.can_find(SearchQuery(reference="b-3"))
    assert not department.can_find(SearchQuery(reference="X-3"))
    assert not department.can_find(SearchQuery(phone="+1555"))


def test_the_check_names_product_and_version(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    health = opened(place).check(ctx(place))
    names = {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL ", "mariadb": "MariaDB "}
    assert health.detail.startswith(names[place.engine])
    assert health.ms > 0


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_finds_nobody_and_changes_nothing(place: Place, opened: Callable[..., SqlDepartment], text: str) -> None:
    department = opened(place, find=FIND.replace("WHERE", "WHERE NAM_KEY LIKE CONCAT('a%', 'b') OR").replace("CONCAT('a%', 'b')", "'a%'"))
    assert found(department, text, ctx(place)) == []
    assert list(department.records(SubjectRef("revenue", "-1"), ctx(place))) == []
    assert len(found(department, "O'BRIEN, SIOBHÁN", ctx(place))) == 1


def test_backslashes_are_data_where_the_server_says_so(opened: Callable[..., SqlDepartment]) -> None:
    database = databases.mariadb().new_database()
    database.run(*TABLES)
    place = Place("mariadb", database.address + "?init_command=SET sql_mode='NO_BACKSLASH_ESCAPES'", database.password, database.run)
    department = opened(place)
    for text in ("\\' OR 1=1 -- ", "\\", "' OR 1=1 -- "):
        assert found(department, text, ctx(place)) == []
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_an_empty_parameter_is_null(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    sql = "SELECT TP_NO, NAM_KEY, DOB FROM taxpayer WHERE CAST(:given AS char(9)) IS NULL AND NAM_KEY = :name"
    department = opened(place, find=sql, text=lambda text: text.replace('name = "{name}" }', 'name = "{name}", given = "{given}" }'))
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_nothing_can_be_written(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    """The reader may write in this database: the connection alone stops it."""
    department = opened(place)
    found(department, "x", ctx(place))
    pool = department._pool(ctx(place))
    for statement in ("DELETE FROM bill", "UPDATE taxpayer SET DOB = NULL", "INSERT INTO taxpayer VALUES (99, 'X', NULL)"):
        with pool.connect() as connection, pytest.raises(Exception, match="(?i)read.?only"):
            connection.exec_driver_sql(statement)
    assert len(list(department.records(SubjectRef("revenue", "1"), ctx(place)))) == 6


def test_a_function_that_writes_is_refused_by_the_connection(opened: Callable[..., SqlDepartment]) -> None:
    database = databases.postgresql().new_database()
    database.run(*TABLES, "CREATE SEQUENCE numbers")
    place = Place("postgresql", database.address, database.password, database.run)
    department = opened(place, find="SELECT nextval('numbers') AS TP_NO, :name AS NAM_KEY, NULL AS DOB")
    with pytest.raises(Rejected):
        found(department, "x", ctx(place))


@pytest.mark.parametrize(
    ("find", "words"),
    [
        ("SELECT TP_NO FROM taxpayers WHERE NAM_KEY = :name", "taxpayers"),
        ("SELECT TP_NUMBER FROM taxpayer WHERE NAM_KEY = :name", "tp_number"),
        ("SELECT TP_NO FORM taxpayer WHERE NAM_KEY = :name", "revenue.toml:14"),
        ("SELECT nothing_like_it(TP_NO) FROM taxpayer WHERE NAM_KEY = :name", "nothing_like_it"),
    ],
)
def test_a_wrong_statement_names_its_line_and_no_value(place: Place, opened: Callable[..., SqlDepartment], find: str, words: str) -> None:
    department = opened(place, find=find)
    with pytest.raises(BadAnswer) as caught:
        found(department, "SECRETIVE", ctx(place))
    assert caught.value.fault_key == "mapping"
    assert caught.value.detail.startswith("revenue.toml:14: ")
    assert words in caught.value.detail.lower()
    assert "SECRETIVE" not in caught.value.detail


def test_a_column_that_the_select_lacks_is_named(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    with pytest.raises(BadAnswer, match="no column NAM_KEY"):
        found(opened(place, find="SELECT TP_NO FROM taxpayer WHERE NAM_KEY = :name"), "DOE, JO", ctx(place))


def test_a_slow_statement_is_ended_by_the_database(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS TP_NO, :name AS NAM_KEY FROM n",
        "postgresql": "SELECT pg_sleep(60)::text AS TP_NO, :name AS NAM_KEY",
        "mariadb": "SELECT SLEEP(60) AS TP_NO, :name AS NAM_KEY",
    }[place.engine]
    department = opened(place, find=slow)
    department.check(ctx(place))
    with pytest.raises(TimedOut):
        found(department, "x", ctx(place, 0.3))
    assert len(list(department.records(SubjectRef("revenue", "1"), ctx(place)))) == 6


def test_a_statement_that_nobody_waits_for_ends(tmp_path: Path, opened: Callable[..., SqlDepartment]) -> None:
    place = sqlite_place(tmp_path, *TABLES)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS TP_NO, :name AS NAM_KEY FROM n"
    gone = threading.Event()
    timer = threading.Timer(0.2, gone.set)
    timer.start()
    with pytest.raises(Cancelled):
        found(opened(place, find=endless), "x", ctx(place, 30, cancelled=gone.is_set))
    timer.join()


def test_no_time_left_asks_nothing(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    department = opened(place)
    with pytest.raises(TimedOut):
        found(department, "x", ctx(place, -1))
    with pytest.raises(Cancelled):
        found(department, "x", ctx(place, cancelled=lambda: True))


@pytest.fixture(params=["postgresql", "mariadb"])
def server_place(request: pytest.FixtureRequest) -> tuple[databases.Server, databases.Database, Place]:
    server = databases.SERVERS[request.param]()
    database = server.new_database()
    database.run(*TABLES)
    return server, database, Place(request.param, database.address, database.password, database.run)


def test_a_wrong_password_needs_a_new_one(server_place: Any, opened: Callable[..., SqlDepartment]) -> None:
    _, _, place = server_place
    department = opened(place)
    with pytest.raises(SignInNeeded) as caught:
        department.check(CallContext(time.monotonic() + 5, "wr0ng-password"))
    assert caught.value.fault_key == "sign_in_needed"
    assert "wr0ng" not in caught.value.detail + repr(department._url)
    with pytest.raises(SignInNeeded) as caught:
        department.check(CallContext(time.monotonic() + 5, None))
    assert caught.value.fault_key == "no_credential"
    department.check(ctx(place))


def test_a_missing_privilege_is_forbidden(server_place: Any, opened: Callable[..., SqlDepartment]) -> None:
    _, _, place = server_place
    secret = "pg_read_file('PG_VERSION') AS TP_NO" if place.engine == "postgresql" else "user AS TP_NO FROM mysql.global_priv"
    with pytest.raises(Forbidden):
        found(opened(place, find=f"SELECT {secret} WHERE :name = 'x'"), "x", ctx(place))


def test_an_unknown_database_names_the_address(server_place: Any, opened: Callable[..., SqlDepartment]) -> None:
    _, _, place = server_place
    other = place._replace(address=place.address.rsplit("/", 1)[0] + "/nowhere")
    with pytest.raises((BadAnswer, Forbidden)) as caught:
        opened(other).check(ctx(place))
    assert "revenue.toml:4" in caught.value.detail


def test_a_connection_that_died_is_replaced(server_place: Any, opened: Callable[..., SqlDepartment]) -> None:
    _, database, place = server_place
    department = opened(place)
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1
    user = place.address.split("//")[1].split("@")[0]
    if place.engine == "postgresql":
        database.run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :user", {"user": user}))
    else:
        database.run(f"KILL USER {user}@'127.0.0.1'")
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_a_server_that_hangs_frees_its_worker(opened: Callable[..., SqlDepartment]) -> None:
    server = databases.mariadb()
    database = server.new_database()
    database.run(*TABLES)
    place = Place("mariadb", database.address, database.password, database.run)
    department = opened(place)
    department.check(ctx(place))
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(TimedOut):
            found(department, "x", ctx(place, 0.5))
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_a_backend_that_hangs_frees_its_worker(opened: Callable[..., SqlDepartment], hold: Callable[[int], None]) -> None:
    database = databases.postgresql().new_database()
    database.run(*TABLES)
    place = Place("postgresql", database.address, database.password, database.run)
    department = opened(place)
    department.check(ctx(place))
    with department._pool(ctx(place)).connect() as connection:
        hold(connection.connection.driver_connection.info.backend_pid)
    with pytest.raises(TimedOut):
        found(department, "x", ctx(place, 0.5))
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


@pytest.fixture
def hold() -> Iterator[Callable[[int], None]]:
    """Pauses processes until the test ends."""
    import os

    held: list[int] = []

    def pause(pid: int) -> None:
        held.append(pid)
        os.kill(pid, signal.SIGSTOP)

    yield pause
    for pid in held:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_nobody_there_is_no_connection(opened: Callable[..., SqlDepartment], scheme: str) -> None:
    place = Place("none", f"{scheme}://reader@127.0.0.1:{databases.free_port()}/city", "x", lambda: None)
    with pytest.raises(Unavailable) as caught:
        opened(place).check(ctx(place))
    assert (caught.value.fault_key, caught.value.retryable) == ("no_connection", True)


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_port_that_never_speaks_is_no_connection(opened: Callable[..., SqlDepartment], scheme: str) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = Place("none", f"{scheme}://reader@127.0.0.1:{silent.getsockname()[1]}/city", "x", lambda: None)
        with pytest.raises(Unavailable):
            opened(place, text=lambda text: text.replace("deadline = 5.0", "deadline = 0.5")).check(ctx(place, 0.5))


def test_a_file_that_is_not_there_is_no_connection(tmp_path: Path, opened: Callable[..., SqlDepartment]) -> None:
    place = Place("sqlite", f"sqlite:///{tmp_path}/missing.db", None, lambda: None)
    with pytest.raises(Unavailable) as caught:
        opened(place).check(ctx(place))
    assert caught.value.fault_key == "no_connection"
    assert not (tmp_path / "missing.db").exists()


def test_a_file_that_is_no_database_is_unreadable(tmp_path: Path, opened: Callable[..., SqlDepartment]) -> None:
    (tmp_path / "text.db").write_text("This is no database.\n" * 100)
    place = Place("sqlite", f"sqlite:///{tmp_path}/text.db", None, lambda: None)
    with pytest.raises(BadAnswer) as caught:
        opened(place).check(ctx(place))
    assert caught.value.fault_key == "unreadable"


def test_a_locked_file_is_waited_for_and_then_told(tmp_path: Path, opened: Callable[..., SqlDepartment]) -> None:
    place = sqlite_place(tmp_path, *TABLES)
    department = opened(place)
    with closing(sqlite3.connect(tmp_path / "revenue #1%.db")) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable) as caught:
            found(department, "x", ctx(place, 0.3))
        assert (caught.value.fault_key, caught.value.retryable) == ("server_error", True)
        writer.rollback()
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_bytes_that_are_not_utf8_lose_no_row(tmp_path: Path, opened: Callable[..., SqlDepartment]) -> None:
    place = sqlite_place(tmp_path, *TABLES, "UPDATE bill SET TXT = CAST(x'47726fdf' AS TEXT) WHERE BILL_NO = 'B-8'")
    department = opened(place)
    titles = [record.title for record in department.records(SubjectRef("revenue", "1"), ctx(place))]
    assert titles == ["Property tax", "Gro\ufffd", *["Property tax"] * 4]
    assert department.lookup(RecordRef("revenue", "B-8"), ctx(place)).title == "Gro\ufffd"


def test_a_latin1_database_is_read_and_does_not_hold_other_letters(server_place: Any, opened: Callable[..., SqlDepartment]) -> None:
    server, database, place = server_place
    if place.engine == "postgresql":
        database.run(f"CREATE DATABASE {database.admin.database}_l ENCODING 'LATIN1' TEMPLATE template0")
        database = database._replace(address=database.address + "_l", admin=database.admin.set(database=database.admin.database + "_l"))
    else:
        database.run("DROP TABLE taxpayer", "DROP TABLE bill", f"ALTER DATABASE {database.admin.database} CHARACTER SET latin1")
    database.run(*(statement.replace("20000", "2000") for statement in TABLES))
    place = place._replace(address=database.address)
    department = opened(place)
    assert [person.full_name for person in found(department, "GROß 100%, ZOË", ctx(place))] == ["Zoë Groß 100%"]
    assert found(department, "ŁUKASZ 😀", ctx(place)) == []


def test_a_value_of_another_type_is_rejected_without_being_told(opened: Callable[..., SqlDepartment]) -> None:
    database = databases.postgresql().new_database()
    database.run(*TABLES)
    place = Place("postgresql", database.address, database.password, database.run)
    with pytest.raises(Rejected) as caught:
        list(opened(place).records(SubjectRef("revenue", "SECRETIVE"), ctx(place)))
    assert "SECRETIVE" not in caught.value.detail
    assert "revenue.toml:18" in caught.value.detail


def test_calls_run_at_once_and_one_credential_change_is_followed(place: Place, opened: Callable[..., SqlDepartment]) -> None:
    department = opened(place)
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(len(found(department, "DOE, JO", ctx(place))))
        except DepartmentError as error:
            answers.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [4] * 4


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("SELECT TP_NO, NAM_KEY", "DELETE FROM x; SELECT TP_NO"), 14, "write one SELECT"),
        (("ORDER BY TP_NO", "; SELECT 1"), 14, "several statements"),
        (("SELECT TP_NO, NAM_KEY", "WITH gone AS (DELETE FROM bill RETURNING 1) SELECT TP_NO, NAM_KEY"), 14, "DELETE"),
        (("NAM_KEY = :name", "NAM_KEY = :nam"), 14, "params lacks :nam"),
        (('params = { name = "{name}" }', 'params = { name = "{name}", born = "{birth_date}" }'), 15, "no :born"),
        (('address = "sqlite:', 'address = "access:'), 4, "unknown database"),
        (('address = "sqlite:', 'address = "nothing'), 4, "no database URL"),
        (('address = "sqlite://', 'address = "postgresql://reader:secret@host'), 4, "password"),
        (('address = "sqlite:////', 'address = "sqlite:///'), 4, "whole path"),
        (("currency", 'credential = "x"\ncurrency'), 4, "no credential"),
    ],
)
def test_a_manifest_that_can_not_work_is_refused_at_its_line(
    tmp_path: Path, opened: Callable[..., SqlDepartment], change: tuple[str, str], line: int, words: str
) -> None:
    with pytest.raises(ManifestError) as caught:
        opened(sqlite_place(tmp_path), text=lambda text: text.replace(*change, 1))
    assert [problem.line for problem in caught.value.problems][0] == line
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
