"""Values found nowhere else go through a whole session, and are found nowhere afterwards but where they must be.

They may be: in the wrapped-up contact, which is the city's record, and in the departments' own answers. They may not be: in any log, crash
report, temporary file, setting, title or clipboard, on standard output or error, in a process's title and arguments, or anywhere else in
the store.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.canary_city import CANARIES, FAMILY, GIVEN, QUERY, SUBJECT, canary_site

ROOT = Path(__file__).resolve().parents[2]
FAILING = ["dates", "echo", "mapping", "statement", "torn", "web_page"]
RECORD = ("contacts", "contact_members")
"""Tables of the store that hold what was wrapped up."""


def found_in(data: bytes) -> list[str]:
    """The canaries in some bytes, as UTF-8 or as Qt writes text."""
    lower = data.lower()
    return [each for each in CANARIES if any(each.lower().encode(code) in lower for code in ("utf-8", "utf-16-le", "utf-16-be"))]


def leaks(folder: Path, *, but: tuple[Path, ...] = ()) -> dict[str, list[str]]:
    """Files under a folder that hold canaries, in their content or their name."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not any(path.is_relative_to(skipped) for skipped in but)]
    told = {str(path.relative_to(folder)): found_in(path.read_bytes() + str(path).encode()) for path in files}
    return {name: canaries for name, canaries in told.items() if canaries}


def in_tables(file: Path) -> dict[str, list[str]]:
    """Tables of the store that hold canaries."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        told = {name: found_in(repr(connection.execute(f"SELECT * FROM {name}").fetchall()).encode()) for name in tables}
    return {name: canaries for name, canaries in told.items() if canaries}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("home", "tmp", "work", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[Path]:
    with canary_site(folder) as made:
        yield made


def environment(folder: Path) -> dict[str, str]:
    """A home of its own: all that a desk writes, it writes there."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }


@pytest.fixture(params=["offscreen", "xcb"])
def screen(request: pytest.FixtureRequest, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a desk: with no screen, and on a real one, whose clipboard it fills."""
    if request.param == "offscreen":
        yield environment(folder)
        return
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start")
        yield environment(folder) | {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}"}
    finally:
        server.terminate()
        server.wait()


class Session:
    """The desk as a process; ``stop`` goes on to the next stop and returns what was told until then."""

    def __init__(self, site: Path, folder: Path, screen: dict[str, str], *more: str) -> None:
        self.process = subprocess.Popen(
            ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", sys.executable, "-m", "tests.end2end.canary_desk", str(site), *more],
            cwd=folder / "work",
            env=screen,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told: list[dict[str, Any]] = []

    def until(self, step: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            assert line.startswith("{"), f"said by something else than the play: {line}"
            told = json.loads(line)
            assert told["step"] != "failed", told
            assert found_in(line.encode()) == [], told
            self.told.append(told)
            if told["step"] == step:
                return told
        raise AssertionError(f"ended before {step}: {self.told} {self.process.communicate()[1]} {self.process.wait()}")

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> int:
        out, err = self.process.communicate(timeout=60)
        assert found_in((out + err).encode()) == []
        return self.process.returncode


@pytest.mark.skipif(os.name != "posix", reason="the play is written for Linux")
def test_nothing_personal_is_left_by_a_session(site: Path, folder: Path, screen: dict[str, str]) -> None:
    desk = Session(site, folder, screen, "--crash")
    departments = (site / "ledger.db", site / "departments")
    store = site / "store"
    try:
        assert desk.until("found")["failed"] == FAILING
        assert desk.until("my looks")["rows"] >= 2
        assert set(desk.until("locked").get("clipboard", [])) <= {""}
        desk.until("in a call")
        processes = b"".join((Path("/proc") / str(desk.process.pid) / name).read_bytes() for name in ("cmdline", "comm", "environ"))
        assert found_in(processes) == []
        assert leaks(folder, but=departments) == {}, "an open call is sealed: not even the store's files hold anything"
        desk.go_on()
        desk.until("about to crash")
        desk.go_on()
        desk.end()
    finally:
        if desk.process.poll() is None:
            desk.process.kill()
            desk.process.communicate()
    assert desk.process.returncode < 0, "it crashed, as was asked"
    assert leaks(folder, but=(*departments, *store.glob("civicdesk.db*"))) == {}
    assert set(in_tables(store / "civicdesk.db")) == set(RECORD)
    log = (store / "civicdesk.log").read_text(encoding="utf-8")
    for kind in ("ValueError", "KeyError", "ExceptionGroup", "RuntimeError"):
        assert kind in log, "what happened is told all the same"
    assert "in thread" in log
    assert "urllib3.connectionpool" in log


@pytest.mark.skipif(os.name != "posix", reason="the play is written for Linux")
def test_nothing_personal_is_said_beside_the_answer_of_a_search(site: Path, folder: Path) -> None:
    """The answer itself is what was asked for; all else that the command says or leaves is not."""
    command = [sys.executable, "-m", "app", "search", QUERY, "--site", str(site)]
    done = subprocess.run(command, cwd=folder / "work", env=environment(folder), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert GIVEN in done.stdout
    assert found_in(done.stderr.encode()) == []
    assert leaks(folder, but=(site / "ledger.db", site / "departments")) == {}


def test_the_search_for_canaries_finds_them(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text(f"... {FAMILY.upper()} ...", encoding="utf-8")
    (tmp_path / "qt").write_bytes(GIVEN.encode("utf-16-le"))
    (tmp_path / f"named-{SUBJECT}").touch()
    assert leaks(tmp_path) == {"plain": [FAMILY], "qt": [GIVEN], f"named-{SUBJECT}": [SUBJECT]}
    assert leaks(tmp_path, but=(tmp_path / "plain", tmp_path / "qt", tmp_path / f"named-{SUBJECT}")) == {}
