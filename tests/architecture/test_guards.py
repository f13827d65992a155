"""The guards themselves: each is shown to catch what it is there for."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.guards.leftovers import VARIABLE, lingering_processes, lingering_threads
from tests.guards.logs import Collector
from tests.guards.network import stays_here


def test_a_stray_warning_is_told() -> None:
    collector = Collector()
    collector.handle(logging.makeLogRecord({"name": "app", "levelno": logging.WARNING, "levelname": "WARNING", "msg": "odd"}))
    assert collector.verdict() == "unexpected log line: WARNING app: odd"
    collector.expected.append("od+")
    assert collector.verdict() == ""


def test_a_warning_that_never_comes_is_told() -> None:
    collector = Collector()
    collector.expected.append("late")
    assert collector.verdict() == "expected log line never came: late"


@pytest.mark.expect_log("by marker")
def test_expected_warnings_pass(expect_log) -> None:
    expect_log("by fixture")
    logging.getLogger("app").warning("by marker")
    logging.getLogger("app").error("by fixture")


@pytest.mark.parametrize(
    ("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("city.gov", False)]
)
def test_what_counts_as_this_machine(host: str, here: bool) -> None:
    assert stays_here(host) is here


def test_a_connection_elsewhere_is_refused(_no_escape: list[str]) -> None:
    with socket.socket() as plug, pytest.raises(ConnectionRefusedError):
        plug.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("city.gov", 80)
    assert _no_escape == ["connection to 192.0.2.1:80", "look-up of city.gov"]
    _no_escape.clear()


def test_a_name_of_nowhere_is_unknown_and_no_failure(_no_escape: list[str]) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("revenue.invalid", 80)
    assert _no_escape == []


def test_home_is_not_the_users(home: Path) -> None:
    assert Path.home() == home
    assert Path(os.environ["XDG_RUNTIME_DIR"]).stat().st_mode & 0o077 == 0
    assert "DBUS_SESSION_BUS_ADDRESS" not in os.environ


def test_a_thread_that_holds_the_interpreter_is_found() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name="lingers", daemon=False)
    thread.start()
    assert "lingers" in lingering_threads()
    done.set()
    thread.join()
    assert "lingers" not in lingering_threads()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_process_that_left_its_parent_is_found() -> None:
    assert VARIABLE in os.environ
    # The parent ends at once and leaves a child, which waits for its input to be closed.
    script = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0, stdout=-3, stderr=-3).pid)"
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as end:
        told = subprocess.run([sys.executable, "-c", script], stdin=reading, capture_output=True, text=True, check=True, timeout=30)
        os.close(reading)
        pid = told.stdout.strip()
        assert any(line.startswith(f"{pid} ") for line in lingering_processes())
        end.write("\n")
