"""The audit log: durable before a look, chained per actor, and refused where it can't be written."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services.audit import AuditLog, AuditUnavailable
from models.audit import FIRST_PREVIOUS
from models.store.errors import StoreUnavailable
from models.store.store import FILE_NAME, Store
from tests.fakes.store import FakeAuditRows
from tests.unit.audit.conftest import AT, KEY, MARIA, WHAT, look
from tests.unit.audit.test_chain import whole


def test_a_row_tells_who_when_why_and_where(either: AuditLog) -> None:
    row = either.append(look(), AT)
    assert (row.actor, row.role, row.purpose, row.kind, row.departments) == ("ann", "agent", "Inquiry", "search", ("revenue", "permits"))
    assert (row.at, row.sequence, row.outcome, row.refers_to, row.previous) == (AT, 1, "", None, FIRST_PREVIOUS)
    assert whole(either)


def test_an_outcome_is_a_row_that_refers_to_the_look(either: AuditLog) -> None:
    either.append(look(), AT)
    asked = either.append(look(kind="records"), AT)
    other = either.append(look("bob"), AT)
    ended = either.finish(asked, "revenue answered 3", AT)
    assert (ended.kind, ended.refers_to, ended.outcome, ended.sequence) == ("outcome", asked.sequence, "revenue answered 3", 3)
    assert (ended.actor, ended.what_hash, ended.previous) == ("ann", asked.what_hash, asked.hash)
    assert (other.sequence, other.previous) == (1, FIRST_PREVIOUS), "each actor has a chain"
    assert either.finish(other, "none").at.tzinfo is UTC
    assert whole(either)


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
    assert whole(log)


def test_moments_are_kept_in_utc_and_need_a_zone(log: AuditLog) -> None:
    assert log.append(look(), AT.astimezone(timezone(timedelta(hours=13)))).at == AT
    with pytest.raises(ValueError, match="must name its zone"):
        log.append(look(), AT.replace(tzinfo=None))


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
    assert whole(log)
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
    for ask in (
        lambda log: log.prove(),
        lambda log: log.who_saw((MARIA,)),
        lambda log: log.looks("ann", None, 1),
        lambda log: log.end("ann"),
    ):
        with pytest.raises(AuditUnavailable, match=r"can't be read\. the file is damaged"):
            ask(AuditLog(rows, KEY))
