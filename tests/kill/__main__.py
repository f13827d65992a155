"""Kills desks: ``python -m tests.kill FIRST COUNT`` runs so many seeds and prints what became of their changes, as JSON.

With ``careless`` behind, desks look nothing up: that this is found out shows that it would be.

Each seed is one person, whose change of address goes to five departments. The desk is killed once or twice at a step and a repetition
that the seed chooses, started anew with its leases over, and at last left alone until nothing moves. Desks are forked from this
process, which has imported everything and has no threads; the server is forked, too.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from app.services.audit import AuditLog
from models.store.store import Store
from tests.fakes.http_server import HttpServer
from tests.kill.city import NAMES, NEW, Server, make_database, manifests
from tests.kill.desk import POINTS, Points, work

SETTLES = 0.03
"""Seconds after a kill for which what the desk had sent may still be read; a lease is longer."""


def forked(job: Callable[[], None]) -> int:
    """Start a process that does this and no more."""
    if pid := os.fork():
        return pid
    try:
        job()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def serve(told: int) -> None:
    with HttpServer(Server()) as server:
        os.write(told, server.url.encode())
        os.close(told)
        signal.pause()


def run(folder: Path, url: str, seed: int, careless: bool) -> tuple[dict[str, Any], list[str]]:
    """One person's change, from its form to its end. Returns what became of it, and the steps at which the desk was killed."""
    chance = random.Random(seed)
    killed: list[str] = []
    later = 0.0
    for _ in range(chance.choice((1, 1, 2))):
        point = POINTS[(seed + len(killed) * 5) % len(POINTS)]
        delay = chance.uniform(0.0005, 0.02) if point == "while it is sent" else 0.0
        points = Points(point, 1 if "kept" in point else chance.choice((1, 1, 1, 2, 3, 5)), delay)
        _, status = os.waitpid(forked(lambda points=points, later=later: work(folder, seed, points, later, careless)), 0)  # type: ignore[misc]
        if os.WIFSIGNALED(status):
            killed.append(point)
            time.sleep(SETTLES)
        elif os.WEXITSTATUS(status):
            raise RuntimeError(f"seed {seed}: the desk failed by itself")
        later += 400.0
    _, status = os.waitpid(forked(lambda: work(folder, seed, Points("", 0), later, careless)), 0)
    if status:
        raise RuntimeError(f"seed {seed}: the desk failed by itself")
    return outcome(folder, url, seed), killed


def outcome(folder: Path, url: str, seed: int) -> dict[str, Any]:
    """Where each delivery is in the end, and what its department did."""
    with urllib.request.urlopen(f"{url}/effects/{seed}", timeout=10) as answer:
        effects: dict[str, list[str]] = json.loads(answer.read())
    with closing(sqlite3.connect(folder / "city.db")) as connection:
        for name, address in connection.execute("SELECT DEPARTMENT, ADDRESS FROM effects WHERE NO = ?", (str(seed),)):
            effects.setdefault(name, []).append(address)
    with Store.open(folder / str(seed)) as store:
        changes = store.changes.of_call(str(seed))
        whole = not AuditLog(store.audit, b"k" * 32).prove().breaks
        looks = [seen.kind for seen in store.audit.looks("areyes", None, 99)]
    parts = {part.department: part.state for change in changes for part in change.deliveries}
    once = len(changes) == 1 and sorted(parts) == list(NAMES) and looks == ["change"] and whole
    done = {name: effects.get(name, []) for name in NAMES}
    lost = [name for name in NAMES if not once or (parts[name] == "done" and done[name] != [NEW] and len(done[name]) < 2)]
    return {
        "states": parts,
        "lost": lost,
        "doubled": [name for name in NAMES if len(done[name]) > 1],
        "untold": [name for name in NAMES if done[name] and parts.get(name) == "waiting"],
    }


def main(first: int, count: int, *, careless: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="civicdesk-kill-") as name:
        folder = Path(name)
        make_database(folder / "city.db", range(first, first + count))
        read, told = os.pipe()
        server = forked(lambda: serve(told))
        os.close(told)
        url = os.read(read, 200).decode()
        for department, text in manifests(folder, url).items():
            (folder / f"{department}.toml").write_text(text, encoding="utf-8")
        try:
            runs = [run(folder, url, seed, careless) for seed in range(first, first + count)]
        finally:
            os.kill(server, signal.SIGTERM)
            os.waitpid(server, 0)
    states: dict[str, Counter[str]] = {department: Counter() for department in NAMES}
    points: Counter[str] = Counter()
    for found, killed in runs:
        points.update(killed)
        for department, state in found["states"].items():
            states[department][state] += 1
    summary = {
        "runs": count,
        "kills": sum(points.values()),
        "points": points,
        "states": states,
        **{
            what: [(first + at, found[what]) for at, (found, _) in enumerate(runs) if found[what]] for what in ("lost", "doubled", "untold")
        },
    }
    sys.stdout.write(json.dumps(summary) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), careless=sys.argv[3:] == ["careless"]))
