"""Nothing is left behind: threads that hold the interpreter, or processes that outlive the run, fail the session.

Processes are found by being children of the run or by a word in their environment that only this run gave them, so that
a daemon that has left its parent is found too (on Linux).
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from pathlib import Path

import pytest

VARIABLE = "CIVICDESK_TEST_RUN"
GRACE_S = 5.0
"""How long a process that was told to end may take."""

_run = uuid.uuid4().hex


def lingering_threads() -> list[str]:
    """Names of the threads, besides the main one, that the interpreter would wait for."""
    return [thread.name for thread in threading.enumerate() if thread is not threading.main_thread() and not thread.daemon]


def lingering_processes() -> list[str]:
    """Command lines of the processes that this run started and that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            ours = int(parent) == os.getpid() or f"{VARIABLE}={_run}".encode() in (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        # Python's own helper ends with the interpreter.
        if ours and state != "Z" and "multiprocessing.resource_tracker" not in command:
            found.append(f"{folder.name} {command[:200]}")
    return found


def pytest_sessionstart(session: pytest.Session) -> None:
    os.environ[VARIABLE] = _run


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    give_up = time.monotonic() + GRACE_S
    while (left := [*lingering_threads(), *lingering_processes()]) and time.monotonic() < give_up:
        time.sleep(0.1)
    if left:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        for one in left:
            reporter.write_line(f"left running: {one}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
