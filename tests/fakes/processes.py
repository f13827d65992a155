"""Server programs that tests start: on a free port of 127.0.0.1, once a test run, ended by their own process ids.

A server's folder and its log lie in the system's temporary folder and go with it. This module is a pytest plugin: what was
started ends before the guard looks for what is left running.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

START_SECONDS = 30

_at_end = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """End what was started, before the guard looks for what is left running."""
    _at_end.close()


def folder_of_the_run(name: str) -> Path:
    """A new folder that is removed when the test run ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"civicdesk-{name}-"))
    _at_end.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    command: Sequence[object],
    folder: Path,
    *,
    owner: str | None = None,
    end: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server that is ended with this process: in order by ``end``, or by the kernel where the test run is killed.

    What it says is in ``folder/log``.
    """
    words = [str(each) for each in command]
    if setpriv := shutil.which("setpriv"):
        words = [setpriv, "--pdeathsig", end.name.removeprefix("SIG"), "--", *words]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            words, user=owner, cwd="/", env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    _at_end.callback(_end, process, end)
    return process


def wait_for_port(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    """Wait until the server takes connections. Fails the test, with the server's log, if it ends or takes too long."""
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    said = (folder / "log").read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"the server did not start ({process.args!r}):\n{said[-4000:]}", pytrace=False)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(signal.SIGCONT)
    process.send_signal(how)
    try:
        process.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
