"""The store's file: who can read it, how it is opened, migrated and refused, and what survives."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from models.contacts import ContactDraft, Inquiry
from models.people import SubjectRef
from models.store import schema
from models.store.errors import StoreUnavailable
from models.store.sqlite import APPEND_ONLY, SqliteDatabase
from models.store.store import FILE_NAME, Store
from models.store.tables import metadata

START = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
SECRET = "Agnieszka Żółkiewska"


def draft(**fields: object) -> ContactDraft:
    return ContactDraft(**({"started": START, "inquiries": (Inquiry("Parking"),), "note": "asked for a permit"} | fields))  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.open(folder, patience=0.2) as opened:
        yield opened


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


def statements(file: Path) -> dict[str, str]:
    """What makes up the file's tables, by name, free of quotes, line breaks and the order of a table's parts."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    parts = {name: re.split(r",\s", sql.replace('"', "").replace("\t", "")) for name, sql in found}
    return {name: " | ".join(sorted(re.sub(r"\s*\(\s*|\s*\)\s*|\s+", " ", part).strip() for part in each)) for name, each in parts.items()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files apart by folder, not by mode")
def test_only_the_user_can_read_it(folder: Path, store: Store) -> None:
    store.contacts.keep_draft("ann", "", b"sealed", START)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes.pop("store") == 0o700
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files apart by folder, not by mode")
def test_a_file_that_others_could_read_is_closed_to_them(folder: Path) -> None:
    Store.open(folder).close()
    (folder / FILE_NAME).chmod(0o644)
    Store.open(folder).close()
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600


def test_commits_reach_the_disk(store: Store) -> None:
    with store._database.reading() as connection:
        settings = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("times", [1, 2], ids=["new", "existing"])
def test_opening_imports_neither_alembic_nor_the_orm(folder: Path, times: int) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from models.store.store import Store
        for _ in range(int(sys.argv[2])):
            Store.open(Path(sys.argv[1])).close()
        print([name for name in ("alembic", "sqlalchemy.orm", "sqlalchemy.ext") if name in sys.modules])
    """
    assert run(code, folder, times).stdout.strip() == "[]"


def test_services_import_no_database_library() -> None:
    code = "import sys, app.services.audit, app.services.contacts; print('sqlalchemy' in sys.modules)"
    assert run(code).stdout.strip() == "False"


def test_head_is_the_newest_migration() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(schema._MIGRATIONS).get_heads() == [schema.HEAD]


def test_migrating_gives_the_same_tables_as_beginning_anew(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    Store.open(tmp_path / "new").close()
    database = SqliteDatabase(tmp_path / "old" / FILE_NAME)
    with database.writing() as connection:  # as a store is before its first migration
        schema._version.create(connection)
    schema.prepare(database)
    with database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == schema.HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()
    migrated = statements(tmp_path / "old" / FILE_NAME)
    assert migrated == statements(tmp_path / "new" / FILE_NAME)
    assert len([name for name in migrated if name.startswith("audit_no_")]) == len(APPEND_ONLY)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = SqliteDatabase(tmp_path / FILE_NAME)
    with database.writing() as connection:
        schema._version.create(connection)
        connection.execute(text("CREATE TABLE audit (anything TEXT)"))  # the migration's last table
    with pytest.raises(StoreUnavailable, match="can't be used now"):
        schema.prepare(database)
    database.close()
    assert set(statements(tmp_path / FILE_NAME)) == {"alembic_version", "audit"}


def test_a_newer_store_is_refused(folder: Path) -> None:
    Store.open(folder).close()
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="newer version") as refused:
        Store.open(folder)
    assert refused.value.reason == "newer"


def test_a_damaged_file_is_refused_and_left_as_it_is(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreUnavailable, match=r"damaged\. Put back a backup") as refused:
        Store.open(folder)
    assert refused.value.reason == "damaged"
    assert (folder / FILE_NAME).read_bytes() == b"this is no database" * 1000


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="can't be made") as refused:
        Store.open(tmp_path / "file" / "store")
    assert refused.value.reason == "no_access"


def test_four_processes_may_begin_a_store_at_once(folder: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from datetime import UTC, datetime
        from models.contacts import ContactDraft
        from models.store.store import Store
        print("ready", flush=True)
        sys.stdin.readline()
        with Store.open(Path(sys.argv[1])) as store:
            store.contacts.save(sys.argv[2], ContactDraft(datetime.now(UTC)), datetime.now(UTC))
    """
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(folder), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in "abcd"
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    with Store.open(folder) as store:
        assert [len(store.contacts.recent(name, 9)) for name in "abcd"] == [1, 1, 1, 1]


def test_a_store_that_another_process_made_meanwhile_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_migrate", lambda connection: pytest.fail("there is nothing to migrate"))

    class Late(SqliteDatabase):
        def writing(self) -> AbstractContextManager[Connection]:
            with Store.open(folder) as first:
                first.contacts.save("ann", draft(), START)
            return super().writing()

    database = Late(folder / FILE_NAME)
    schema.prepare(database)
    database.close()
    with Store.open(folder) as store:
        assert len(store.contacts.recent("ann", 5)) == 1


def test_opening_waits_for_another_that_turns_on_the_log(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE other (id INTEGER)")
        ended = threading.Timer(0.3, other.execute, ["COMMIT"])
        ended.start()
        Store.open(folder, patience=30).close()
        ended.join()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_what_was_typed_survives_kill_9(folder: Path) -> None:
    code = """if True:
        import sys, time
        from datetime import UTC, datetime
        from pathlib import Path
        from models.store.store import Store
        store = Store.open(Path(sys.argv[1]))
        for sealed in (b"half a", b"half a sentence"):
            store.contacts.keep_draft("ann", "1", sealed, datetime.now(UTC))
        print("kept", flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "kept\n"
        os.kill(process.pid, signal.SIGKILL)
    with Store.open(folder) as store:
        assert store.contacts.drafts("ann") == {"1": b"half a sentence"}


def test_moments_come_back_in_utc_whatever_zone_they_were_told_in(store: Store) -> None:
    there = START.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    store.contacts.save("ann", draft(started=there), there)
    (kept,) = store.contacts.recent("ann", 1)
    assert (kept.started, kept.started.tzinfo, kept.ended) == (START, UTC, START)


def test_a_moment_without_a_zone_is_a_mistake(store: Store) -> None:
    with pytest.raises(Exception, match="without a time zone"):
        store.contacts.save("ann", draft(started=START.replace(tzinfo=None)), START)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("O'Brien\"; DROP TABLE drafts; --", None),
        ("100 % _ \\ ?1 :name", None),
        ("\U0001f600 ź ñ ﬁ \u202e", None),
        ("x" * 10_000, None),
        ("before\0after", "before\ufffdafter"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("\ud83d\ude00", "\U0001f600"),
    ],
    ids=["quotes", "wildcards", "unicode", "long", "nul", "lone surrogate", "surrogate pair"],
)
def test_any_text_can_be_stored(store: Store, typed: str, kept: str | None) -> None:
    every = draft(inquiries=(Inquiry(typed),), note=typed, caller_name=typed, members=(SubjectRef(typed, typed),), id="1")
    store.contacts.keep_draft(typed, "1", b"sealed", START)
    assert store.contacts.drafts(typed) == {"1": b"sealed"}
    saved = store.contacts.save(typed, every, START)
    assert store.contacts.drafts(typed) == {}
    assert store.contacts.recent(typed, 1) == (saved,)
    assert {
        saved.actor,
        saved.inquiries[0].subject,
        saved.note,
        saved.caller_name,
        *(saved.members[0].department, saved.members[0].id),
    } == {kept or typed}


def fail_full(store: Store, folder: Path) -> None:
    with store._database.reading() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count={pages}"))


def fail_read_only(store: Store, folder: Path) -> None:
    with store._database.reading() as connection:
        connection.execute(text("PRAGMA query_only=ON"))


@pytest.mark.parametrize(
    ("fail", "reason", "words"),
    [(fail_full, "full", "disk is full.*Make room"), (fail_read_only, "read_only", "write-protected.*Give your account")],
)
def test_a_write_that_fails_says_why_and_loses_nothing(store: Store, folder: Path, fail: object, reason: str, words: str) -> None:
    store.contacts.keep_draft("ann", "1", b"first", START)
    fail(store, folder)  # type: ignore[operator]
    with pytest.raises(StoreUnavailable, match=words) as failed:
        store.contacts.save("ann", draft(note=SECRET * 5000), START)
    assert failed.value.reason == reason
    told = f"{failed.value} {failed.value.__cause__}"
    assert SECRET not in told
    assert store.contacts.drafts("ann") == {"1": b"first"}
    assert store.contacts.recent("ann", 1) == ()
    with store._database.reading() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_store_that_another_holds_says_so(store: Store, folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="Another program holds") as failed:
            store.contacts.keep_draft("ann", "", b"sealed", START)
        assert store.contacts.drafts("ann") == {}, "reading needs no lock"
        other.execute("ROLLBACK")
    assert failed.value.reason == "locked"
    store.contacts.keep_draft("ann", "", b"sealed", START)


def test_a_block_that_raises_undoes_all_of_it(store: Store) -> None:
    def write(connection: Connection) -> None:
        connection.execute(text("DELETE FROM alembic_version"))
        raise LookupError

    with pytest.raises(LookupError), store._database.writing() as connection:
        write(connection)
    with store._database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
