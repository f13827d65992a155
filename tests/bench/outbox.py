"""Deliveries through the outbox beside raw inserts of the same durability, in one run, on one disk.

The peer: rows of a delivery's size inserted by ``sqlite3`` itself, each in a transaction of its own, in a file with the store's settings
(write-ahead log, ``synchronous=FULL``: a commit is on the disk when it returns). Against it stands the way of a delivery through the
outbox: it is claimed (a commit before it is sent), handed to a department's worker and back, and its result is written (another).
Departments answer at once and take 16 at a time; what makes this fast is that claims and results of deliveries that are due at the same
time share their commits. ``with_keeping`` counts besides what an agent waits for: a change of five departments is kept, one after
the other (audit rows with their hashes, change, deliveries: one transaction). Of a delivery's time some 0.5 ms are then the
interpreter's: the faster a disk commits, the smaller both shares.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from models.changes import Current, Proposal, Receipt, Writing
from models.people import SubjectRef
from models.store.sqlite import _SETTINGS
from tests.fakes.registers import FakeRegister, Town

DEPARTMENTS = 5
CHANGES = 200
RUNS = 5


class Taking(FakeRegister):
    """Takes everything at once."""

    def apply(self, writing: Writing, ctx: object) -> Receipt:
        return Receipt(writing.key[:8])


def outbox() -> dict[str, float]:
    """``value`` is deliveries a second from "waiting" to their receipt on the disk, by raw inserts a second; medians of runs in turn."""
    raw, whole, sent = [], [], []
    with tempfile.TemporaryDirectory(dir=Path.home()) as name:
        for run in range(RUNS):
            folder = Path(name) / str(run)
            folder.mkdir()
            raw.append(_raw(folder / "raw.db"))
            kept, through = _through(folder)
            whole.append(DEPARTMENTS * CHANGES / (kept + through))
            sent.append(DEPARTMENTS * CHANGES / through)
    inserts = statistics.median(raw)
    return {
        "value": statistics.median(sent) / inserts,
        "with_keeping": statistics.median(whole) / inserts,
        "raw_a_second": inserts,
        "sent_a_second": statistics.median(sent),
        "kept_and_sent_a_second": statistics.median(whole),
    }


def _raw(file: Path) -> float:
    """Inserts a second."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for setting in _SETTINGS:
            connection.execute(setting)
        connection.execute(
            "CREATE TABLE deliveries (id integer PRIMARY KEY, department text, key text, state text, since text, before text)"
        )
        rows = [("revenue", f"{n:032x}", "waiting", "2026-11-24 10:00:00.000000", '{"address": "2210 N Clark St"}') for n in range(1000)]
        started = time.perf_counter()
        for row in rows:
            connection.execute("INSERT INTO deliveries (department, key, state, since, before) VALUES (?, ?, ?, ?, ?)", row)
        return len(rows) / (time.perf_counter() - started)


def _through(folder: Path) -> tuple[float, float]:
    """Seconds to keep all changes one after the other, and to send all their deliveries."""
    names = [f"d{number}" for number in range(DEPARTMENTS)]
    town = Town(folder, {name: Taking() for name in names}, {name: {"at_once": 16} for name in names})
    proposals = tuple(Proposal(name, SubjectRef(name, "1"), current=Current({"address": "2210 N Clark St"}, "1")) for name in names)

    async def work() -> tuple[float, float]:
        started = time.perf_counter()
        for number in range(CHANGES):
            await town.changes.submit("address", {"address": f"{number} Elm St"}, proposals, caller_name="Maria Gonzalez", call="c")
        kept = time.perf_counter()
        await town.changes.outbox.drain()
        ended = time.perf_counter()
        assert all(part.state == "done" for change in town.rows.of_call("c") for part in change.deliveries)
        return kept - started, ended - kept

    try:
        return asyncio.run(work())
    finally:
        town.close()
