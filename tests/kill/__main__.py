"""Kills desks: ``python -m tests.kill FIRST COUNT`` runs so many seeds and prints what became of their changes, as JSON.

With ``careless`` behind, desks look nothing up: that this is found out shows that it would be. ``python -m tests.kill rivals COUNT`` lets
three desks send from one store.

Each seed is one person, whose change of address goes to six departments. The desk is killed once or twice at a step and a repetition
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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.services.audit import AuditLog
from models.store.store import Store
from tests.fakes.http_server import HttpServer
from tests.kill.city import NAMES, NEW, Server, make_database, manifests
from tests.kill.desk import POINTS, Points, keep_all, send_all, work

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


def effects_on(folder: Path, url: str, person: int) -> dict[str, list[str]]:
    """What each department did to a person's address."""
    with urllib.request.urlopen(f"{url}/effects/{person}", timeout=10) as answer:
        effects: dict[str, list[str]] = json.loads(answer.read())
    with closing(sqlite3.connect(folder / "city.db")) as connection:
        for name, address in connection.execute("SELECT DEPARTMENT, ADDRESS FROM effects WHERE NO = ?", (str(person),)):
            effects.setdefault(name, []).append(address)
    return effects


def outcome(folder: Path, url: str, seed: int) -> dict[str, Any]:
    """Where each delivery is in the end, and what its department did."""
    effects = effects_on(folder, url, seed)
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


@contextmanager
def city(people: range) -> Iterator[tuple[Path, str]]:
    """Departments with these people, in a folder, and the server's address."""
    with tempfile.TemporaryDirectory(prefix="civicdesk-kill-") as name:
        folder = Path(name)
        make_database(folder / "city.db", people)
        read, told = os.pipe()
        server = forked(lambda: serve(told))
        os.close(told)
        url = os.read(read, 200).decode()
        for department, text in manifests(folder, url).items():
            (folder / f"{department}.toml").write_text(text, encoding="utf-8")
        try:
            yield folder, url
        finally:
            os.kill(server, signal.SIGTERM)
            os.waitpid(server, 0)


def killed(first: int, count: int, *, careless: bool) -> dict[str, Any]:
    """Run the seeds, one after the other."""
    with city(range(first, first + count)) as (folder, url):
        runs = [run(folder, url, seed, careless) for seed in range(first, first + count)]
    states: dict[str, Counter[str]] = {department: Counter() for department in NAMES}
    points: Counter[str] = Counter()
    for found, at in runs:
        points.update(at)
        for department, state in found["states"].items():
            states[department][state] += 1
    wrong = {
        what: [(first + at, found[what]) for at, (found, _) in enumerate(runs) if found[what]] for what in ("lost", "doubled", "untold")
    }
    return {"runs": count, "kills": sum(points.values()), "points": points, "states": states, **wrong}


def rivals(count: int) -> dict[str, Any]:
    """Three desks send what lies in one store at the same moment."""
    people = range(count)
    with city(people) as (folder, url):
        begin, starts = os.pipe()
        os.waitpid(forked(lambda: keep_all(folder, people)), 0)
        desks = [forked(lambda: send_all(folder, begin)) for _ in range(3)]
        time.sleep(0.3)  # until they have opened the store
        os.write(starts, b"123")
        ended = [os.waitpid(pid, 0)[1] for pid in desks]
        effects = {person: effects_on(folder, url, person) for person in people}
        with Store.open(folder / "rivals") as store:
            parts = [part for person in people for change in store.changes.of_call(str(person)) for part in change.deliveries]
    return {
        "ended": ended,
        "deliveries": len(parts),
        "attempts": Counter(part.attempts for part in parts),
        "states": Counter(part.state for part in parts),
        "doubled": [person for person, of in effects.items() if any(len(each) > 1 for each in of.values())],
    }


def main(arguments: list[str]) -> int:
    if arguments[0] == "rivals":
        told = rivals(int(arguments[1]))
    else:
        told = killed(int(arguments[0]), int(arguments[1]), careless=arguments[2:] == ["careless"])
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
