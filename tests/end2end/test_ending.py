"""How the desk and the commands end: told by a signal, killed, with no screen, and with nobody who reads what they print."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from resources.demo.city import DemoCity

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and shells")

CALLS = ("+13125550142", "lena wojcik")
"""Who is on the telephone, and who is at the desk."""

_IN_TWO_CALLS = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from app.desk import Desk
from models.telephony import CallEvent

async def until(come):
    for _ in range(2000):
        if come():
            return
        await asyncio.sleep(0.005)
    raise SystemExit("it did not come about")

def where(models):
    caller = models.caller.state.caller
    parked = [each.name for each in models.calls.state.calls if not each.active]
    return [models.call.state.note, models.search.state.text, caller.name if caller else "", models.caller.state.tab, parked]

async def work(desk):
    models = desk.viewmodels
    await asyncio.sleep(0.3)
    if models.call.state.started is not None:
        await until(lambda: models.caller.state.caller is not None and models.search.state.phase == "done")
    print("found:" + repr(where(models)), flush=True)
    if models.call.state.started is None:
        models.calls.hear(CallEvent("ringing", "1", datetime.now(UTC), sys.argv[3]))
        models.calls.hear(CallEvent("answered", "1", datetime.now(UTC)))
        await until(lambda: models.caller.state.caller is not None)
        models.calls.park()
        await until(lambda: models.call.state.started is None)
        models.search.set_query(sys.argv[4])
        models.search.submit()
        await until(lambda: models.search.state.phase == "done" and models.caller.state.caller is not None)
        desk.window.desk.caller_view.caller.go_to("permits")
    desk.window.desk.caller_view.call.wrap_up.note.setPlainText(sys.argv[2])
    await asyncio.sleep(float(sys.argv[5]))
    print("typed:" + repr(where(models)), flush=True)
    await asyncio.sleep(60)

def ready(desk):
    desk.work = asyncio.ensure_future(work(desk))

desk = Desk(lambda: Path(sys.argv[1]), ready, keep_settings=False)
desk.show()
sys.exit(desk.run())
"""
_OPEN_IN_VAIN = """
import sys
from PySide6.QtCore import QTimer
from app.desk import Desk

desk = Desk(lambda: 1 / 0, keep_settings=False)
desk.show()
QTimer.singleShot(1500, desk.window.close)
sys.exit(desk.run())
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    everything = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **environment}
    given = {name: value for name, value in everything.items() if value}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False)


@POSIX
@pytest.mark.parametrize(
    ("how", "pause", "code"),
    [
        # What was typed a quarter of a second ago is on the disk, whatever comes.
        (signal.SIGKILL, 1.0, -signal.SIGKILL),
        # Told to end, the desk does not wait for that.
        (signal.SIGINT, 0.0, 130),
        (signal.SIGTERM, 0.0, 143),
        (signal.SIGHUP, 0.0, 129),
    ],
    ids=str,
)
def test_every_open_call_is_there_at_the_next_start(city: DemoCity, how: signal.Signals, pause: float, code: int) -> None:
    """The one at hand at the same tab with the same caller, the parked one parked."""

    def desk(note: str) -> tuple[str, str, int, str]:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-c", _IN_TWO_CALLS, str(city.site), note, *CALLS, str(pause)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        assert process.stdout is not None
        found, typed = process.stdout.readline(), process.stdout.readline()
        process.send_signal(how)
        _, said = process.communicate(timeout=30)
        return found.partition(":")[2], typed.partition(":")[2], process.returncode, said

    _, typed, *ended = desk("promised a call back on Fri")
    assert ended == [code, ""]
    assert "'promised a call back on Fri'" in typed
    assert typed.count("'permits'") == 1
    assert desk("x")[0] == typed


@pytest.mark.skipif(sys.platform != "linux", reason="X and Wayland")
@pytest.mark.parametrize("display", ["", ":77"])
def test_no_screen_is_told_in_one_line(display: str) -> None:
    done = run(sys.executable, "-m", "app", "desk", QT_QPA_PLATFORM="", WAYLAND_DISPLAY="", DISPLAY=display)
    assert done.returncode == 1
    assert done.stderr.startswith("civicdesk: No window can be opened here: ")
    assert done.stderr.count("\n") == 1


def test_what_nobody_foresaw_is_told_in_the_window() -> None:
    done = run(sys.executable, "-c", _OPEN_IN_VAIN)
    assert done.returncode == 1
    assert "task open site failed: ZeroDivisionError" in done.stderr


@POSIX
def test_closed_output_is_no_error(city: DemoCity) -> None:
    words = f"{sys.executable} -m app search {{}} --site {city.site}"
    assert run("sh", "-c", words.format("zzyzx") + " >&-").returncode == 0
    done = run("sh", "-c", words.format("gonzalez") + " | true")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", ["search gonzalez", "check", "--help"])
def test_output_that_can_not_be_written_is_told(city: DemoCity, command: str) -> None:
    site = "" if command == "--help" else f"--site {city.site}"
    done = run("sh", "-c", f"{sys.executable} -m app {command} {site} > /dev/full")
    assert (done.returncode, done.stderr) == (1, "civicdesk: No space left on device.\n")


@POSIX
@pytest.mark.parametrize("how", ["--serve", "--shots shots"])
def test_a_city_that_has_no_room_is_told_and_leaves_nothing(tmp_path: Path, how: str) -> None:
    words = f"ulimit -f 100; cd {tmp_path}; exec {sys.executable} -m app demo --people 500 {how}"
    (tmp_path / "tmp").mkdir()
    done = run("sh", "-c", words, TMPDIR=str(tmp_path / "tmp"))
    assert done.returncode == 1
    assert done.stderr.startswith("civicdesk: The demo city could not be started: its data can't be written to ")
    assert list((tmp_path / "tmp").iterdir()) == []
