"""Writing to a database: all or nothing, rows counted, procedures, receipts, locks, and what is certain when it fails."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec
import pytest

from adapters.contract import BadAnswer, CallContext, Conflict, DepartmentError, NotFound, Rejected
from adapters.manifest import ManifestError
from adapters.sql import SqlDepartment
from adapters.sql_engines import Call
from models.changes import Receipt, Writing
from models.people import SubjectRef
from tests.contract.case import department_at
from tests.contract.writing_sql import Engine, SqlBackend, manifest_toml, new_database, tables
from tests.fakes.databases import Database

Office = Callable[[str], tuple[SqlDepartment, CallContext]]
BILLS = (
    "CREATE TABLE bill (NO varchar(10) PRIMARY KEY, OWNER varchar(10), AMOUNT integer CHECK (AMOUNT >= 0), VER integer NOT NULL)",
    "INSERT INTO bill VALUES ('B1', '7', 10, 1), ('B2', '7', 20, 1), ('B3', '8', 30, 1)",
)
PLAN = Writing("plan", "K-1", {"amount": "5"}, SubjectRef("office", "7"), version="1")


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    made = new_database(request.param, tmp_path)
    made.run(*BILLS)
    return made


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """Makes the department of these [[apply.send]] statements."""
    with ExitStack() as stack:

        def make(sends: str) -> tuple[SqlDepartment, CallContext]:
            return opened(stack, database, tmp_path, sends)

        yield make


def opened(stack: ExitStack, database: Database, folder: Path, sends: str) -> tuple[SqlDepartment, CallContext]:
    credential = 'credential = "x"' if database.password else ""
    manifest = f"""
kind = "sql"
title = "Office"
colour = "#336699"
address = "{database.address}"
{credential}
capabilities = ["apply"]
roles = ["agent"]
deadline = 3.0

[[apply]]
change = "plan"
title = "Payment plan"
fields = [{{ name = "amount", label = "Amount", type = "number" }}]
{sends}
"""
    department, ctx = stack.enter_context(department_at(manifest, folder, database.password or None))
    assert isinstance(department, SqlDepartment)
    return department, ctx


def send(sql: str, params: str = "", more: str = "") -> str:
    return f'\n[[apply.send]]\nsql = "{sql}"\nparams = {{ {params} }}\n{more}\n'


def amounts(database: Database) -> list[int]:
    return [int(str(amount)) for (amount,) in SqlBackend(database).rows("SELECT AMOUNT FROM bill ORDER BY NO")]


SET_ALL = send("UPDATE bill SET AMOUNT = :amount WHERE OWNER = :owner", 'amount = "{amount}", owner = "{subject}"')
SET_ONE = send("UPDATE bill SET AMOUNT = :amount WHERE NO = 'B1'", 'amount = "{amount}"')


def test_more_rows_than_expected_takes_all_back(database: Database, office: Office) -> None:
    department, ctx = office(SET_ONE + SET_ALL)
    with pytest.raises(Rejected, match="touched 2 rows instead of 1"):
        department.apply(PLAN, ctx)
    assert amounts(database) == [10, 20, 30]


def test_as_many_rows_as_expected(database: Database, office: Office) -> None:
    department, ctx = office(SET_ALL.replace("params", "rows = 2\nparams"))
    assert department.apply(PLAN, ctx) == Receipt()
    assert amounts(database) == [5, 5, 30]


def test_no_row_takes_all_back(database: Database, office: Office) -> None:
    gone = send("UPDATE bill SET AMOUNT = 1 WHERE NO = :no", 'no = "{record}"')
    department, ctx = office(SET_ONE + gone)
    with pytest.raises(NotFound):
        department.apply(PLAN, ctx)
    department, ctx = office(SET_ONE + send("UPDATE bill SET AMOUNT = 1 WHERE NO = 'B1' AND VER = :ver", 'ver = "{version}"'))
    with pytest.raises(Conflict):
        department.apply(msgspec.structs.replace(PLAN, version="9"), ctx)
    assert amounts(database) == [10, 20, 30]


def test_a_row_that_is_set_to_what_it_has_is_touched(database: Database, office: Office) -> None:
    department, ctx = office(SET_ONE)
    department.apply(msgspec.structs.replace(PLAN, values={"amount": "10"}), ctx)
    assert amounts(database)[0] == 10


def test_the_databases_own_rule_refuses(database: Database, office: Office) -> None:
    department, ctx = office(SET_ONE)
    with pytest.raises(Rejected):
        department.apply(msgspec.structs.replace(PLAN, values={"amount": "-1"}), ctx)
    assert amounts(database) == [10, 20, 30]


def test_a_later_statement_has_the_receipt_of_those_before(database: Database, office: Office) -> None:
    made = send("INSERT INTO bill VALUES ('B9', '7', 1, 1) RETURNING NO AS receipt", more='receipt = "receipt"')
    after = send("UPDATE bill SET AMOUNT = 90 WHERE NO = :no", 'no = "{receipt}"')
    told = send("SELECT 'Zone ' || OWNER AS note FROM bill WHERE NO = :no", 'no = "{receipt}"', 'note = "NOTE"')
    if database.address.startswith("mysql"):
        told = told.replace("'Zone ' || OWNER", "concat('Zone ', OWNER)")
    department, ctx = office(made + after + told)
    assert department.apply(PLAN, ctx) == Receipt("B9", note="Zone 7")
    assert amounts(database) == [10, 20, 30, 90]


def test_a_receipt_that_the_answer_lacks_takes_all_back(database: Database, office: Office) -> None:
    department, ctx = office(SET_ONE + send("SELECT NO FROM bill WHERE NO = 'B1'", more='receipt = "number"'))
    with pytest.raises(DepartmentError, match="no column number"):
        department.apply(PLAN, ctx)
    assert amounts(database) == [10, 20, 30]


def test_questions_stay_on_connections_that_only_read(database: Database, office: Office) -> None:
    department, ctx = office(SET_ONE)
    department.apply(PLAN, ctx)
    with department._reading.connect(Call(ctx), ctx) as connection, pytest.raises(Exception, match=r"(?i)read.?only"):
        connection.exec_driver_sql("UPDATE bill SET AMOUNT = 0")
    assert amounts(database) == [5, 20, 30]


def test_a_check_finds_what_can_not_be_done_before_anybody_does_it(database: Database, office: Office) -> None:
    department, ctx = office(SET_ONE + SET_ALL)
    assert department.check(ctx).ms > 0
    for sql in ("UPDATE bill SET TOTAL = :amount WHERE NO = 'B1'", "INSERT INTO bills (NO) VALUES (:amount)"):
        department, ctx = office(SET_ONE + send(sql, 'amount = "{amount}"'))
        with pytest.raises(BadAnswer, match=r"office\.toml:22: .*(?i:total|bills)") as caught:
            department.check(ctx)
        assert caught.value.fault_key == "mapping"
    assert amounts(database) == [10, 20, 30]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mariadb"])
def test_a_check_takes_what_is_right_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    database = new_database(engine, tmp_path)
    database.run(*tables(engine))
    with department_at(manifest_toml(database.address, bool(database.password)), tmp_path, database.password or None) as (department, ctx):
        assert department.check(ctx).ms > 0
    assert SqlBackend(database).effects() == 0


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_a_procedure_is_called(engine: str, tmp_path: Path) -> None:
    database = new_database(engine, tmp_path)  # type: ignore[arg-type]
    if engine == "postgresql":
        body = "LANGUAGE plpgsql AS $$ BEGIN UPDATE bill SET AMOUNT = n WHERE NO = 'B1'; told := 'P-' || n; END $$"
        make, call = f"CREATE PROCEDURE set_amount(n integer, INOUT told text) {body}", "CALL set_amount(CAST(:n AS integer), NULL)"
    else:
        body = "BEGIN UPDATE bill SET AMOUNT = n WHERE NO = 'B1'; SELECT concat('P-', n) AS told; END"
        make, call = f"CREATE PROCEDURE set_amount(n integer) {body}", "CALL set_amount(:n)"
    database.run(*BILLS, make)
    with ExitStack() as stack:
        department, ctx = opened(stack, database, tmp_path, send(call, 'n = "{amount}"', 'receipt = "told"'))
        assert department.apply(PLAN, ctx) == Receipt("P-5")
        with pytest.raises(DepartmentError) as caught:
            department.apply(msgspec.structs.replace(PLAN, values={"amount": "-3"}), ctx)
    assert isinstance(caught.value, Rejected)
    assert amounts(database) == [5, 20, 30]


def test_a_locked_file_was_surely_not_written(tmp_path: Path) -> None:
    database = new_database("sqlite", tmp_path)
    database.run(*BILLS)
    with ExitStack() as stack:
        department, ctx = opened(stack, database, tmp_path, SET_ONE)
        with closing(sqlite3.connect(tmp_path / "office.db")) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(DepartmentError) as caught:
                department.apply(PLAN, msgspec.structs.replace(ctx, deadline=time.monotonic() + 0.3))
            assert (caught.value.retryable, caught.value.sent) == (True, False)
            other.rollback()
        department.apply(PLAN, ctx)
    assert amounts(database)[0] == 5


def test_a_server_that_was_started_anew_is_written_to(tmp_path: Path) -> None:
    database = new_database("postgresql", tmp_path)
    database.run(*BILLS)
    with ExitStack() as stack:
        department, ctx = opened(stack, database, tmp_path, SET_ONE)
        department.apply(PLAN, ctx)
        database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        department.apply(msgspec.structs.replace(PLAN, values={"amount": "6"}), ctx)
    assert amounts(database)[0] == 6


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("", "sql is missing"),
        ("DROP TABLE bill", "sql begins with DROP"),
        ("UPDATE bill SET AMOUNT = 1", "without WHERE: it would change every row"),
        ("DELETE FROM bill -- WHERE", "without WHERE"),
        ("UPDATE bill SET AMOUNT = 1 WHERE NO = 'B1'; DELETE FROM bill WHERE 1 = 1", "several statements"),
        ("UPDATE bill SET AMOUNT = :n WHERE NO = 'B1'", "params lacks :n"),
    ],
)
def test_what_can_not_be_a_change_is_told_with_its_line(tmp_path: Path, sql: str, words: str) -> None:
    database = new_database("sqlite", tmp_path)
    with ExitStack() as stack, pytest.raises(ManifestError) as caught:
        opened(stack, database, tmp_path, f'[apply.send]\nsql = "{sql}"')
    [problem] = caught.value.problems
    assert words in problem.text
    assert problem.line == 16 if sql else 15
