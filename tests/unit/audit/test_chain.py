"""Proving the audit log: every chain is followed, its first broken row is named, and nothing is written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.audit import AuditLog, AuditUnavailable
from models.audit_chain import Anchor, ChainBreak
from models.store.errors import StoreUnavailable
from models.store.store import FILE_NAME, Store
from tests.fakes.store import FakeAuditRows
from tests.unit.audit.conftest import AT, KEY, MARIA, look, tamper


def broken(log: AuditLog, actor: str = "ann", anchors: dict[str, Anchor] | None = None) -> ChainBreak:
    """The first row of the actor's chain that is not as it was written."""
    return next(found for found in log.prove(anchors).breaks if found.actor == actor)


def whole(log: AuditLog, anchors: dict[str, Anchor] | None = None) -> bool:
    return log.prove(anchors).breaks == ()


COLUMNS = ("at", "role", "purpose", "kind", "departments", "what_hash", "outcome", "refers_to", "previous", "hash")


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", ["'1'", "7", "x'00ff'", "''"], ids=["text", "number", "blob", "empty"])
def test_an_edit_of_any_field_is_found(log: AuditLog, tmp_path: Path, column: str, value: str) -> None:
    for _ in range(4):
        log.finish(log.append(look(), AT), "answered", AT)
    tamper(tmp_path, f"UPDATE audit SET {column} = {value} WHERE sequence = 4")
    found = broken(log)
    assert (found.sequence, found.wrong) == (4, "edited")
    assert "was changed after it was written" in str(found)


@pytest.mark.parametrize(
    ("statements", "sequence", "wrong", "why"),
    [
        (["DELETE FROM audit WHERE sequence = 3"], 4, "missing", "row 3 is missing"),
        (["DELETE FROM audit WHERE sequence <= 2"], 3, "missing", "rows from 1 on are missing"),
        (["UPDATE audit SET actor = 'eve' WHERE sequence = 3 AND actor = 'bob'"], 4, "missing", "row 3 is missing"),
        (["UPDATE audit SET sequence = 9 WHERE sequence = 3", "UPDATE audit SET sequence = 3 WHERE sequence = 4"], 3, "edited", "changed"),
        (["UPDATE audit SET id = 999 WHERE sequence = 3"], 4, "order", "in another order"),
    ],
    ids=["one in the middle", "the first ones", "to somebody else", "order", "order of storing"],
)
def test_a_row_that_is_missing_or_moved_is_found(
    log: AuditLog, tmp_path: Path, statements: list[str], sequence: int, wrong: str, why: str
) -> None:
    for _ in range(5):
        log.append(look("bob"), AT)
    tamper(tmp_path, *statements)
    found = broken(log, "bob")
    assert (found.sequence, found.wrong, found.at[:10]) == (sequence, wrong, "2026-10-25")
    assert why in found.why


def test_a_row_written_anew_with_its_own_hash_breaks_the_next(log: AuditLog, store: Store, tmp_path: Path) -> None:
    rows = [log.append(look(), AT) for _ in range(3)]
    other = AuditLog(FakeAuditRows(), KEY)
    forged = [other.append(look(purpose="Forged" if number == 1 else "Inquiry"), AT) for number in range(2)][1]
    tamper(tmp_path, f"UPDATE audit SET purpose = 'Forged', hash = '{forged.hash}' WHERE sequence = 2")
    assert broken(log).sequence == rows[2].sequence == 3


def test_the_first_broken_row_of_each_chain_is_named(log: AuditLog, tmp_path: Path) -> None:
    for actor in ("ann", "bob", "cyd") * 3:
        log.append(look(actor), AT)
    tamper(tmp_path, "UPDATE audit SET role = 'auditor' WHERE actor <> 'bob' AND sequence >= 2")
    proof = log.prove()
    assert [(found.actor, found.sequence) for found in proof.breaks] == [("ann", 2), ("cyd", 2)]
    assert (proof.rows, proof.actors) == (9, 3)


class TestAnchors:
    """What is kept elsewhere of a chain's end shows what the chain can't."""

    @pytest.fixture
    def anchor(self, log: AuditLog) -> dict[str, Anchor]:
        """Three rows of ann's are anchored, two more follow."""
        rows = [log.append(look(), AT) for _ in range(5)]
        end = log.end("ann")
        assert end == Anchor(5, rows[4].hash)
        return {"ann": Anchor(3, rows[2].hash)}

    def test_a_whole_log_holds(self, log: AuditLog, anchor: dict[str, Anchor]) -> None:
        assert whole(log, anchor)
        assert log.prove(anchor).anchored == {"ann": 3}
        assert log.end("ann", anchor["ann"]) == log.end("ann")

    def test_a_tail_cut_behind_the_anchor_can_t_be_told(self, log: AuditLog, anchor: dict[str, Anchor], tmp_path: Path) -> None:
        tamper(tmp_path, "DELETE FROM audit WHERE sequence > 3")
        assert whole(log, anchor)

    @pytest.mark.parametrize(("kept", "last"), [(2, 2), (0, 0)], ids=["tail", "all"])
    def test_a_cut_is_found(self, log: AuditLog, anchor: dict[str, Anchor], tmp_path: Path, kept: int, last: int) -> None:
        tamper(tmp_path, f"DELETE FROM audit WHERE sequence > {kept}")
        assert whole(log), "the chain alone does not tell"
        found = broken(log, anchors=anchor)
        assert (found.sequence, found.wrong) == (last, "cut")
        assert "the end of the log was cut away" in str(found)
        assert log.end("ann", anchor["ann"]) is None

    def test_a_log_written_anew_is_found(self, log: AuditLog, anchor: dict[str, Anchor], tmp_path: Path) -> None:
        tamper(tmp_path, "DELETE FROM audit")
        for _ in range(5):
            log.append(look(purpose="Forged"), AT)
        assert whole(log)
        found = broken(log, anchors=anchor)
        assert (found.sequence, found.wrong) == (3, "rewritten")
        assert log.end("ann", anchor["ann"]) is None


class TestReadingAlone:
    """A store that may only be read is proven all the same, and nothing of it is touched."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Iterator[Path]:
        folder = tmp_path / "archive"
        with Store.open(folder) as store:
            AuditLog(store.audit, KEY).append(look(subjects=(MARIA,)), AT)
        yield folder
        folder.chmod(0o700)

    def test_a_closed_store_in_a_folder_nobody_may_write(self, folder: Path) -> None:
        code = f"""if True:
            import os
            from pathlib import Path
            from models.store.store import Store
            Store.open(Path({str(folder.parent / "other")!r})).close()  # all is imported before rights are given up
            if os.getuid() == 0:  # who may write anywhere
                os.setgid(65534)
                os.setuid(65534)
            with Store.open_to_read(Path({str(folder)!r})) as store:
                print(store.audit.prove().rows)
        """
        readable_by_others(folder)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout == "2\n", done.stderr
        assert [path.name for path in folder.iterdir()] == [FILE_NAME]

    def test_a_store_that_a_desk_has_open(self, folder: Path) -> None:
        with Store.open(folder) as store, Store.open_to_read(folder) as reading:
            AuditLog(store.audit, KEY).append(look(), AT)
            assert reading.audit.prove().rows == 3
            with pytest.raises(AuditUnavailable, match="write-protected"):
                AuditLog(reading.audit, KEY).append(look(), AT)

    def test_text_that_is_none_is_named_and_not_stumbled_over(self, folder: Path) -> None:
        tamper(folder, "UPDATE audit SET purpose = CAST(x'ff41' AS TEXT) WHERE sequence = 2")
        with Store.open_to_read(folder) as store:
            assert broken(AuditLog(store.audit, KEY)).sequence == 2

    def test_no_store_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable, match="There is no store"):
            Store.open_to_read(tmp_path)
        assert list(tmp_path.iterdir()) == []


def readable_by_others(folder: Path) -> None:
    """For whoever runs as root and reads as somebody else: the way to the folder is opened, and the folder kept unwritable."""
    (folder / FILE_NAME).chmod(0o444)
    folder.chmod(0o555)
    for parent in folder.parents:
        if parent.is_relative_to(Path(tempfile.gettempdir())) and parent != Path(tempfile.gettempdir()):
            parent.chmod(0o755)


def test_a_clock_that_jumps_back_breaks_no_chain(log: AuditLog) -> None:
    for hours in (0, 5, -20, 1):
        log.append(look(), AT + timedelta(hours=hours))
    assert whole(log)


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
    assert whole(log)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        counted = dict(connection.execute("SELECT actor, max(sequence) FROM audit GROUP BY actor").fetchall())
        assert connection.execute("SELECT count(*), count(DISTINCT previous || actor) FROM audit").fetchone() == (200, 200)
    assert counted == {"ann": 100, "p": 25, "q": 25, "r": 25, "s": 25}
