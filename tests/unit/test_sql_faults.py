"""What each trouble of a database becomes: down, hanging, locked, refusing, too slow, or of another character set."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import BadAnswer, CallContext, Cancelled, Forbidden, Rejected, SignInNeeded, TimedOut, Unavailable
from models.people import SubjectRef
from models.records import RecordRef
from tests.fakes import databases
from tests.fakes.revenue import TABLES, Opened, Place, ctx, found, opened, place, server_place, sqlite_place

__all__ = ["opened", "place", "server_place"]


def test_a_slow_statement_is_ended_by_the_database(place: Place, opened: Opened) -> None:
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


def test_a_statement_that_nobody_waits_for_ends(tmp_path: Path, opened: Opened) -> None:
    place = sqlite_place(tmp_path, *TABLES)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS TP_NO, :name AS NAM_KEY FROM n"
    gone = threading.Event()
    timer = threading.Timer(0.2, gone.set)
    timer.start()
    with pytest.raises(Cancelled):
        found(opened(place, find=endless), "x", ctx(place, 30, cancelled=gone.is_set))
    timer.join()


def test_a_wrong_password_needs_a_new_one(server_place: Any, opened: Opened) -> None:
    _, _, place = server_place
    department = opened(place)
    with pytest.raises(SignInNeeded) as caught:
        department.check(CallContext(time.monotonic() + 5, "wr0ng-password"))
    assert caught.value.fault_key == "sign_in_needed"
    assert "wr0ng" not in caught.value.detail + repr(department._url)
    department.check(ctx(place))


def test_a_missing_privilege_is_forbidden(server_place: Any, opened: Opened) -> None:
    _, _, place = server_place
    secret = "pg_read_file('PG_VERSION') AS TP_NO" if place.engine == "postgresql" else "user AS TP_NO FROM mysql.global_priv"
    with pytest.raises(Forbidden):
        found(opened(place, find=f"SELECT {secret} WHERE :name = 'x'"), "x", ctx(place))


def test_an_unknown_database_names_the_address(server_place: Any, opened: Opened) -> None:
    _, _, place = server_place
    other = place._replace(address=place.address.rsplit("/", 1)[0] + "/nowhere")
    with pytest.raises((BadAnswer, Forbidden)) as caught:
        opened(other).check(ctx(place))
    assert "revenue.toml:4" in caught.value.detail


def test_a_connection_that_died_is_replaced(server_place: Any, opened: Opened) -> None:
    _, database, place = server_place
    department = opened(place)
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1
    user = place.address.split("//")[1].split("@")[0]
    if place.engine == "postgresql":
        database.run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :user", {"user": user}))
    else:
        database.run(f"KILL USER {user}@'127.0.0.1'")
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_a_server_that_hangs_frees_its_worker(opened: Opened) -> None:
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


def test_a_backend_that_hangs_frees_its_worker(opened: Opened, hold: Callable[[int], None]) -> None:
    database = databases.postgresql().new_database()
    database.run(*TABLES)
    place = Place("postgresql", database.address, database.password, database.run)
    department = opened(place)
    department.check(ctx(place))
    with department._reading.pool(ctx(place)).connect() as connection:
        hold(connection.connection.driver_connection.info.backend_pid)
    with pytest.raises(TimedOut):
        found(department, "x", ctx(place, 0.5))
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


@pytest.fixture
def hold() -> Iterator[Callable[[int], None]]:
    """Pauses processes until the test ends."""
    held: list[int] = []

    def pause(pid: int) -> None:
        held.append(pid)
        os.kill(pid, signal.SIGSTOP)

    yield pause
    for pid in held:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_port_that_never_speaks_is_no_connection(opened: Opened, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = Place("none", f"{scheme}://reader@127.0.0.1:{silent.getsockname()[1]}/city", "x", lambda: None)
        with pytest.raises(Unavailable):
            opened(place, text=lambda text: text.replace("deadline = 5.0", "deadline = 0.5")).check(ctx(place, 0.5))


def test_a_file_that_is_not_there_is_no_connection(tmp_path: Path, opened: Opened) -> None:
    place = Place("sqlite", f"sqlite:///{tmp_path}/missing.db", None, lambda: None)
    with pytest.raises(Unavailable) as caught:
        opened(place).check(ctx(place))
    assert caught.value.fault_key == "no_connection"
    assert not (tmp_path / "missing.db").exists()


def test_a_file_that_is_no_database_is_unreadable(tmp_path: Path, opened: Opened) -> None:
    (tmp_path / "text.db").write_text("This is no database.\n" * 100)
    place = Place("sqlite", f"sqlite:///{tmp_path}/text.db", None, lambda: None)
    with pytest.raises(BadAnswer) as caught:
        opened(place).check(ctx(place))
    assert caught.value.fault_key == "unreadable"


def test_a_locked_file_is_waited_for_and_then_told(tmp_path: Path, opened: Opened) -> None:
    place = sqlite_place(tmp_path, *TABLES)
    department = opened(place)
    with closing(sqlite3.connect(tmp_path / "revenue #1%.db")) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable) as caught:
            found(department, "x", ctx(place, 0.3))
        assert (caught.value.fault_key, caught.value.retryable) == ("server_error", True)
        writer.rollback()
    assert len(found(department, "GROß 100%, ZOË", ctx(place))) == 1


def test_bytes_that_are_not_utf8_lose_no_row(tmp_path: Path, opened: Opened) -> None:
    place = sqlite_place(tmp_path, *TABLES, "UPDATE bill SET TXT = CAST(x'47726fdf' AS TEXT) WHERE BILL_NO = 'B-8'")
    department = opened(place)
    titles = [record.title for record in department.records(SubjectRef("revenue", "1"), ctx(place))]
    assert titles == ["Property tax", "Gro\ufffd", *["Property tax"] * 4]
    assert department.lookup(RecordRef("revenue", "B-8"), ctx(place)).title == "Gro\ufffd"


def test_a_latin1_database_is_read_and_does_not_hold_other_letters(server_place: Any, opened: Opened) -> None:
    _, database, place = server_place
    if place.engine == "postgresql":
        database.run(f"CREATE DATABASE {database.admin.database}_l ENCODING 'LATIN1' TEMPLATE template0")
        database = database._replace(address=database.address + "_l", admin=database.admin.set(database=database.admin.database + "_l"))
    else:
        database.run("DROP TABLE taxpayer", "DROP TABLE bill", f"ALTER DATABASE {database.admin.database} CHARACTER SET latin1")
    database.run(*TABLES)
    place = place._replace(address=database.address)
    department = opened(place)
    assert [person.full_name for person in found(department, "GROß 100%, ZOË", ctx(place))] == ["Zoë Groß 100%"]
    assert found(department, "ŁUKASZ 😀", ctx(place)) == []


def test_a_value_of_another_type_is_rejected_without_being_told(opened: Opened) -> None:
    database = databases.postgresql().new_database()
    database.run(*TABLES)
    place = Place("postgresql", database.address, database.password, database.run)
    with pytest.raises(Rejected) as caught:
        list(opened(place).records(SubjectRef("revenue", "SECRETIVE"), ctx(place)))
    assert "SECRETIVE" not in caught.value.detail
    assert "revenue.toml:19" in caught.value.detail
