"""The kind ``sql`` on SQLite, PostgreSQL and MariaDB: what it asks, and what it can't be made to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.contract import BadAnswer, Rejected
from adapters.manifest import ManifestError
from models.people import SubjectRef
from tests.fakes import databases
from tests.fakes.revenue import TABLES, Opened, Place, ctx, found, opened, place, sqlite_place

__all__ = ["opened", "place"]


def test_the_check_names_product_and_version(place: Place, opened: Opened) -> None:
    health = opened(place).check(ctx(place))
    names = {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL ", "mariadb": "MariaDB "}
    assert health.detail.startswith(names[place.engine])
    assert health.ms > 0


def test_backslashes_are_data_where_the_server_says_so(opened: Opened) -> None:
    database = databases.mariadb().new_database()
    database.run(*TABLES)
    place = Place("mariadb", database.address + "?init_command=SET sql_mode='NO_BACKSLASH_ESCAPES'", database.password, database.run)
    department = opened(place)
    for text in ("\\' OR 1=1 -- ", "\\", "' OR 1=1 -- "):
        assert found(department, text, ctx(place)) == []
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_an_empty_parameter_is_null(place: Place, opened: Opened) -> None:
    sql = "SELECT TP_NO, NAM_KEY, DOB FROM taxpayer WHERE CAST(:given AS char(9)) IS NULL AND NAM_KEY = :name"
    department = opened(place, find=sql, text=lambda text: text.replace('name = "{name}" }', 'name = "{name}", given = "{given}" }'))
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_a_question_without_any_value_is_not_asked(place: Place, opened: Opened) -> None:
    """Filled with nothing, a SELECT that leaves out what is NULL would give everybody."""
    department = opened(place, find="SELECT TP_NO, NAM_KEY FROM taxpayer WHERE CAST(:name AS char(9)) IS NULL OR NAM_KEY = :name")
    assert found(department, "\x00", ctx(place)) == []


def test_a_row_that_can_not_be_read_keeps_nobody_from_the_others(place: Place, opened: Opened) -> None:
    place.run("UPDATE bill SET DUE = '2027XX31' WHERE BILL_NO = 'B-8'")
    answers = opened(place).records(SubjectRef("revenue", "1"), ctx(place))
    assert [next(answers).ref.id for _ in range(5)] == ["B-9", "B-7", "B-6", "B-5", "B-4"]
    with pytest.raises(BadAnswer, match=r"record\.bill\.due is not a date"):
        next(answers)


def test_nothing_can_be_written(place: Place, opened: Opened) -> None:
    """The reader may write in this database: the connection alone stops it."""
    department = opened(place)
    found(department, "x", ctx(place))
    pool = department._reading.pool(ctx(place))
    for statement in ("DELETE FROM bill", "UPDATE taxpayer SET DOB = NULL", "INSERT INTO taxpayer VALUES (99, 'X', NULL)"):
        with pool.connect() as connection, pytest.raises(Exception, match=r"(?i)read.?only"):
            connection.exec_driver_sql(statement)
    assert len(list(department.records(SubjectRef("revenue", "1"), ctx(place)))) == 6


def test_a_function_that_writes_is_refused_by_the_connection(opened: Opened) -> None:
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
        ("SELECT TP_NO FORM taxpayer WHERE NAM_KEY = :name", "revenue.toml:15"),
        ("SELECT nothing_like_it(TP_NO) FROM taxpayer WHERE NAM_KEY = :name", "nothing_like_it"),
    ],
)
def test_a_wrong_statement_names_its_line_and_no_value(place: Place, opened: Opened, find: str, words: str) -> None:
    department = opened(place, find=find)
    with pytest.raises(BadAnswer) as caught:
        found(department, "SECRETIVE", ctx(place))
    assert caught.value.fault_key == "mapping"
    assert caught.value.detail.startswith("revenue.toml:15: ")
    assert words in caught.value.detail.lower()
    assert "SECRETIVE" not in caught.value.detail


def test_a_column_that_the_select_lacks_is_named(place: Place, opened: Opened) -> None:
    with pytest.raises(BadAnswer, match="no column NAM_KEY"):
        found(opened(place, find="SELECT TP_NO FROM taxpayer WHERE NAM_KEY = :name"), "DOE, JO", ctx(place))


def test_a_table_may_be_altered_while_connections_stand(place: Place, opened: Opened) -> None:
    department = opened(place, find="SELECT * FROM taxpayer WHERE NAM_KEY = :name")
    for _ in range(8):  # drivers prepare what is asked often
        found(department, "DOE, JO", ctx(place))
    place.run("ALTER TABLE taxpayer ADD COLUMN PHONE varchar(20)")
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_times_are_in_the_zone_of_the_manifest(opened: Opened) -> None:
    database = databases.postgresql().new_database()
    database.run("CREATE TABLE taxpayer (TP_NO integer, NAM_KEY text, BORN timestamptz)")
    database.run("INSERT INTO taxpayer VALUES (1, 'X', '2026-03-01 23:30Z')")
    place = Place("postgresql", database.address, database.password, database.run)
    select = "SELECT TP_NO, NAM_KEY, BORN AS DOB FROM taxpayer WHERE NAM_KEY = :name"
    department = opened(place, find=select, text=lambda text: text.replace("currency", 'time_zone = "Europe/Amsterdam"\ncurrency', 1))
    (person,) = found(department, "X", ctx(place))
    assert person.birth_date == date(2026, 3, 2)


def test_a_renewed_credential_is_followed(opened: Opened) -> None:
    database = databases.mariadb().new_database()
    database.run(*TABLES)
    place = Place("mariadb", database.address, database.password, database.run)
    department = opened(place)
    department.check(ctx(place))
    user = place.address.split("//")[1].split("@")[0]
    database.run(f"ALTER USER {user}@'127.0.0.1' IDENTIFIED BY 'renewed'")
    department.check(ctx(place._replace(password="renewed")))


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("SELECT TP_NO, NAM_KEY", "DELETE FROM x; SELECT TP_NO"), 15, "write one SELECT"),
        (("ORDER BY TP_NO", "; SELECT 1"), 15, "several statements"),
        (("SELECT TP_NO, NAM_KEY", "WITH gone AS (DELETE FROM bill RETURNING 1) SELECT TP_NO, NAM_KEY"), 15, "DELETE"),
        (("NAM_KEY = :name", "NAM_KEY = :nam"), 15, "params lacks :nam"),
        (('params = { name = "{name}" }', 'params = { name = "{name}", born = "{birth_date}" }'), 16, "no :born"),
        (('address = "sqlite:', 'address = "access:'), 4, "unknown database"),
        (('address = "sqlite:', 'address = "nothing'), 4, "no database URL"),
        (('address = "sqlite://', 'address = "postgresql://reader:secret@host'), 4, "password"),
        (('address = "sqlite:////', 'address = "sqlite:///'), 4, "whole path"),
        (("currency", 'credential = "x"\ncurrency'), 4, "no credential"),
    ],
)
def test_a_manifest_that_can_not_work_is_refused_at_its_line(
    tmp_path: Path, opened: Opened, change: tuple[str, str], line: int, words: str
) -> None:
    with pytest.raises(ManifestError) as caught:
        opened(sqlite_place(tmp_path), text=lambda text: text.replace(*change, 1))
    assert caught.value.problems[0].line == line
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
