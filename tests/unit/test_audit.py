"""The audit log: durable before a look, chained per actor, and refused where it can't be written."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services.audit import AuditLog, AuditUnavailable
from models.audit import FIRST_PREVIOUS, Look
from models.store.errors import StoreUnavailable
from models.store.store import FILE_NAME, Store
from tests.fakes.store import FakeAuditRows

KEY = bytes(range(32))
AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
WHAT = "Zoë Åkesson 1984-03-02"


def look(actor: str = "ann", what: str = WHAT, **fields: object) -> Look:
    given: dict[str, object] = {"role": "agent", "purpose": "Inquiry", "kind": "search", "departments": ("revenue", "permits")}
    return Look(actor=actor, what=what, **(given | fields))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, patience=0.2) as opened:
        yield opened


@pytest.fixture
def log(store: Store) -> AuditLog:
    return AuditLog(store.audit, KEY)


@pytest.fixture(params=["store", "fake"])
def either(request: pytest.FixtureRequest) -> AuditLog:
    """The log on the real store, and on the fake that other tests use."""
    return AuditLog(FakeAuditRows() if request.param == "fake" else request.getfixturevalue("store").audit, KEY)


def tamper(folder: Path, *statements: str) -> None:
    """What somebody with the file can do: take the triggers away and change what they like."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        for trigger in ("audit_no_update", "audit_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)


def test_a_row_tells_who_when_why_and_where(either: AuditLog) -> None:
    row = either.append(look(), AT)
    assert (row.actor, row.role, row.purpose, row.kind, row.departments) == ("ann", "agent", "Inquiry", "search", ("revenue", "permits"))
    assert (row.at, row.sequence, row.outcome, row.refers_to, row.previous) == (AT, 1, "", None, FIRST_PREVIOUS)
    assert either.verify() is None


def test_an_outcome_is_a_row_that_refers_to_the_look(either: AuditLog) -> None:
    either.append(look(), AT)
    asked = either.append(look(kind="records"), AT)
    other = either.append(look("bob"), AT)
    ended = either.finish(asked, "revenue answered 3", AT)
    assert (ended.kind, ended.refers_to, ended.outcome, ended.sequence) == ("outcome", asked.sequence, "revenue answered 3", 3)
    assert (ended.actor, ended.what_hash, ended.previous) == ("ann", asked.what_hash, asked.hash)
    assert (other.sequence, other.previous) == (1, FIRST_PREVIOUS), "each actor has a chain"
    assert either.finish(other, "none").at.tzinfo is UTC
    assert either.verify() is None


def test_the_hash_is_the_one_that_is_described(log: AuditLog) -> None:
    row = log.append(look(), AT)
    what_hash = hmac.new(KEY, "zoë åkesson 1984-03-02".encode(), hashlib.sha256).hexdigest()
    departments = json.dumps(["revenue", "permits"])
    fields = ["0" * 64, "ann", 1, "2026-10-25T00:30:00.000000+00:00", "agent", "Inquiry", "search", departments, what_hash, "", None]
    assert row.what_hash == what_hash
    assert row.hash == hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def test_what_was_searched_is_not_in_the_file(log: AuditLog, store: Store, tmp_path: Path) -> None:
    log.append(look(), AT)
    store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ann" in content
    assert not [part for part in WHAT.split() if part.encode() in content]


def test_hashes_compare_across_case_and_space_but_not_across_keys(log: AuditLog, store: Store) -> None:
    first = log.append(look(), AT).what_hash
    assert log.append(look(what="  ZOË   åkesson\t1984-03-02 "), AT).what_hash == first
    assert log.append(look(what="Zoe Åkesson 1984-03-02"), AT).what_hash != first
    assert AuditLog(store.audit, bytes(32)).append(look(), AT).what_hash != first


@pytest.mark.parametrize("hostile", ["it's \"; --", "\0", "half \ud83d pair", "😀" * 3000, ""])
def test_any_text_can_be_logged(log: AuditLog, hostile: str) -> None:
    row = log.append(look(actor=hostile, what=hostile, purpose=hostile, departments=(hostile,)), AT)
    log.finish(row, hostile, AT)
    assert log.verify() is None


def test_moments_are_kept_in_utc_and_need_a_zone(log: AuditLog) -> None:
    assert log.append(look(), AT.astimezone(timezone(timedelta(hours=13)))).at == AT
    with pytest.raises(ValueError, match="must name its zone"):
        log.append(look(), AT.replace(tzinfo=None))


def test_a_clock_that_jumps_back_breaks_no_chain(log: AuditLog) -> None:
    for hours in (0, 5, -20, 1):
        log.append(look(), AT + timedelta(hours=hours))
    assert log.verify() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET purpose = 'Other' WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 2",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE sequence = 1",
    ],
)
def test_the_store_refuses_to_change_or_delete_a_row(log: AuditLog, store: Store, statement: str) -> None:
    log.append(look(), AT)
    log.append(look(), AT)
    with pytest.raises(StoreUnavailable), store._database.writing() as connection:
        connection.execute(text(statement))
    with store._database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit WHERE purpose = 'Inquiry'")) == 2


COLUMNS = ("at", "role", "purpose", "kind", "departments", "what_hash", "outcome", "refers_to", "previous", "hash")


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", ["'1'", "7", "x'00ff'", "''"], ids=["text", "number", "blob", "empty"])
def test_an_edit_of_any_field_is_found(log: AuditLog, tmp_path: Path, column: str, value: str) -> None:
    for _ in range(4):
        log.finish(log.append(look(), AT), "answered", AT)
    tamper(tmp_path, f"UPDATE audit SET {column} = {value} WHERE sequence = 4")
    broken = log.verify()
    assert broken is not None
    assert (broken.actor, broken.sequence) == ("ann", 4)
    assert "was changed after it was written" in str(broken)


@pytest.mark.parametrize(
    ("statements", "sequence", "why"),
    [
        (["DELETE FROM audit WHERE sequence = 3"], 4, "rows are missing"),
        (["DELETE FROM audit WHERE sequence <= 2"], 3, "rows are missing"),
        (["UPDATE audit SET actor = 'eve' WHERE sequence = 3 AND actor = 'bob'"], 4, "rows are missing"),
        (["UPDATE audit SET sequence = 9 WHERE sequence = 3", "UPDATE audit SET sequence = 3 WHERE sequence = 4"], 3, "was changed"),
        (["UPDATE audit SET id = 999 WHERE sequence = 3"], 4, "in another order"),
    ],
    ids=["one in the middle", "the first ones", "to somebody else", "order", "order of storing"],
)
def test_a_row_that_is_missing_or_moved_is_found(log: AuditLog, tmp_path: Path, statements: list[str], sequence: int, why: str) -> None:
    for _ in range(5):
        log.append(look("bob"), AT)
    tamper(tmp_path, *statements)
    broken = log.verify("bob")
    assert broken is not None
    assert (broken.actor, broken.sequence) == ("bob", sequence)
    assert why in broken.why


def test_a_row_written_anew_with_its_own_hash_breaks_the_next(log: AuditLog, store: Store, tmp_path: Path) -> None:
    rows = [log.append(look(), AT) for _ in range(3)]
    other = AuditLog(FakeAuditRows(), KEY)
    forged = [other.append(look(purpose="Forged" if number == 1 else "Inquiry"), AT) for number in range(2)][1]
    tamper(tmp_path, f"UPDATE audit SET purpose = 'Forged', hash = '{forged.hash}' WHERE sequence = 2")
    broken = log.verify()
    assert broken is not None
    assert (broken.sequence, rows[2].sequence) == (3, 3)


def test_only_the_chain_that_is_asked_for_is_checked(log: AuditLog, tmp_path: Path) -> None:
    log.append(look("ann"), AT)
    log.append(look("bob"), AT)
    tamper(tmp_path, "UPDATE audit SET role = 'auditor' WHERE actor = 'bob'")
    assert log.verify("ann") is None
    assert log.verify("nobody") is None
    broken = log.verify()
    assert broken is not None
    assert broken.actor == "bob"


def test_four_processes_append_without_a_fork(tmp_path: Path, log: AuditLog) -> None:
    code = """if True:
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from app.services.audit import AuditLog
        from models.audit import Look
        from models.store.store import Store
        store = Store.open(Path(sys.argv[1]), patience=60)
        log = AuditLog(store.audit, bytes(32))
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(50):
            actor = "ann" if number % 2 else sys.argv[2]
            log.append(Look(actor, "agent", "Inquiry", "search", ("revenue",), str(number)), datetime.now(UTC))
        store.close()
    """
    command = [sys.executable, "-c", code, str(tmp_path)]
    processes = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in "pqrs"]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.wait(timeout=90) for process in processes] == [0, 0, 0, 0]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert log.verify() is None
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        counted = dict(connection.execute("SELECT actor, max(sequence) FROM audit GROUP BY actor").fetchall())
        assert connection.execute("SELECT count(*), count(DISTINCT previous || actor) FROM audit").fetchone() == (200, 200)
    assert counted == {"ann": 100, "p": 25, "q": 25, "r": 25, "s": 25}


def full(store: Store) -> None:
    with store._database.reading() as connection:
        connection.execute(text(f"PRAGMA max_page_count={connection.scalar(text('PRAGMA page_count'))}"))


def read_only(store: Store) -> None:
    with store._database.reading() as connection:
        connection.execute(text("PRAGMA query_only=ON"))


def gone(store: Store) -> None:
    with store._database.writing() as connection:
        connection.execute(text("DROP TABLE audit"))


@pytest.mark.parametrize(
    ("fail", "reason"), [(full, "full"), (read_only, "read_only"), (gone, "failed")], ids=["disk full", "read-only", "no table"]
)
def test_a_log_that_cannot_be_written_refuses_the_look(log: AuditLog, store: Store, fail: Callable[[Store], None], reason: str) -> None:
    row = log.append(look(), AT)
    fail(store)
    with pytest.raises(AuditUnavailable, match="Nobody may look while the audit log can't be written") as refused:
        log.append(look(departments=("revenue",) * 1000), AT)  # more than is free in the last page
    assert refused.value.reason == reason
    with pytest.raises(AuditUnavailable):
        log.finish(row, "answered " * 1000, AT)


def test_a_full_disk_leaves_a_whole_log(log: AuditLog, store: Store) -> None:
    full(store)
    written = 0
    with contextlib.suppress(AuditUnavailable):
        for _ in range(1000):
            log.append(look(), AT)
            written += 1
    assert written < 1000
    assert log.verify() is None
    with store._database.reading() as connection:
        assert connection.scalar(text("SELECT max(sequence) FROM audit")) == (written or None)
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_log_that_another_holds_refuses_the_look(log: AuditLog, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AuditUnavailable, match="Another program holds") as refused:
            log.append(look(), AT)
        other.execute("ROLLBACK")
    assert refused.value.reason == "locked"
    assert WHAT not in f"{refused.value} {refused.value.__cause__} {refused.value.__cause__.__cause__}"
    assert log.append(look(), AT).sequence == 1


def test_a_log_that_cannot_be_read_says_so() -> None:
    rows = FakeAuditRows()
    rows.unavailable = StoreUnavailable("damaged", "the file is damaged")
    with pytest.raises(AuditUnavailable, match=r"can't be read\. the file is damaged"):
        AuditLog(rows, KEY).verify()
