"""What a fresh process costs: time to the first paint, and memory with one caller open, beside an empty QMainWindow."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

RUNS = 9

_EMPTY = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1440, 900)
window.show()
app.processEvents()
"""
_OURS = """
import sys, time
sys.argv = ["civicdesk", "desk", "--site", "nowhere"]
import app.__main__ as command
import app.desk
app.desk.Desk.run = lambda self: (print(time.time()), sys.stdout.flush(), __import__("os")._exit(0))
command.main()
"""
_PAINTED = "print(time.time()); sys.stdout.flush(); __import__('os')._exit(0)\n"
_MEMORY = """
def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
"""
_MEMORY_EMPTY = "import os\n" + _MEMORY + _EMPTY + "print(rss()); sys.stdout.flush(); os._exit(0)\n"
_MEMORY_GIVEN = (
    "import os\n"
    + _MEMORY
    + _EMPTY
    + """
import keyring, qasync, requests, sqlalchemy
from PySide6.QtWidgets import QApplication
loop = qasync.QEventLoop(QApplication.instance())
keyring.get_keyring()
engine = sqlalchemy.create_engine("sqlite://")
table = sqlalchemy.Table("t", sqlalchemy.MetaData(), sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True))
with engine.begin() as connection:
    table.create(connection)
    connection.execute(sqlalchemy.select(table)).all()
print(rss()); sys.stdout.flush(); os._exit(0)
"""
)
"""The empty window with the libraries that CivicDesk is built on, each used once, and nothing of ours."""
_MEMORY_OURS = (
    "import asyncio, json, os, sys\n"
    + _MEMORY
    + """
from pathlib import Path
from app.desk import Desk
site, text, says = sys.argv[1:]
says = json.loads(says)
async def until(holds):
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.02)
    os._exit(1)
async def measure(desk):
    models = desk.viewmodels
    search, caller, verification = models.search, models.caller, models.verification
    search.set_query(text)
    search.submit()
    await until(lambda: search.state.phase == "done")
    verification.open()
    while verification.state.level != "verified":
        await until(lambda: verification.state.ask and not verification.state.busy)
        number = verification.state.number
        verification.answer(says[verification.state.question])
        await until(lambda: verification.state.number > number)
    verification.close()
    await until(lambda: len(caller.state.records) > 10)
    await asyncio.sleep(1.0)
    print(rss())
    sys.stdout.flush()
    os._exit(0)
def ready(desk):
    desk.measuring = asyncio.ensure_future(measure(desk))
desk = Desk(lambda: Path(site), ready, keep_settings=False)
desk.show()
desk.run()
"""
)


def _environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}


def _run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=_environment(), capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def _first_paint(code: str) -> float:
    """Seconds from the start of the process until the window is painted."""
    started = time.time()
    return float(_run(code)) - started


def first_paint() -> dict[str, float]:
    """``civicdesk desk`` by an empty QMainWindow, medians of runs taken in turn, warm."""
    ours, empty = [], []
    for run in range(RUNS + 1):
        pair = _first_paint(_OURS), _first_paint(_EMPTY + _PAINTED)
        if run:
            ours.append(pair[0])
            empty.append(pair[1])
    middle = statistics.median(ours), statistics.median(empty)
    return {"value": middle[0] / middle[1], "ours_ms": 1000 * middle[0], "empty_ms": 1000 * middle[1]}


def memory() -> dict[str, float]:
    """Resident memory with one caller of the demo city verified and their file open, by that of an empty QMainWindow."""
    from app.demo_call import MARIA_SAYS
    from resources.demo.city import DemoCity

    with DemoCity(people=2000) as city:
        arguments = str(city.site), city.sample_searches[0], json.dumps(MARIA_SAYS)
        ours = [float(_run(_MEMORY_OURS, *arguments)) for _ in range(3)]
    empty = [float(_run(_MEMORY_EMPTY)) for _ in range(3)]
    given = [float(_run(_MEMORY_GIVEN)) for _ in range(3)]
    middle = statistics.median(ours), statistics.median(empty)
    return {"value": middle[0] / middle[1], "ours_mib": middle[0], "empty_mib": middle[1], "libraries_mib": statistics.median(given)}
