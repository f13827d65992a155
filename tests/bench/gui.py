"""The window's thread: its worst stall while answers come, what a superseded search leaves on the wire, and a large table."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
from qasync import QEventLoop

from adapters.transport import Transport
from app.desk import SWITCH_INTERVAL, give_way
from app.services.caller_file import CallerFile
from app.services.checks import Checks
from app.services.departments import Departments
from app.services.reading import ReadingRules
from app.services.search import Search
from app.tasks import Tasks
from app.viewmodels import ViewModels
from app.viewmodels.call import CallViewModel
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.departments import DepartmentsViewModel
from app.viewmodels.search import SearchViewModel
from app.viewmodels.session import SessionViewModel
from app.viewmodels.states import DepartmentState, SessionState
from models.outcomes import Waiting
from tests.bench.city import departments, manifest
from tests.bench.server import BenchServer
from tests.fakes.contact import FakeContact
from tests.fakes.contacts import FakeContacts
from tests.fakes.departments import FakeAsker, FakeAudit
from tests.fakes.viewmodels import FakeViewModels
from views.window import DeskWindow

BEAT_MS = 2


class Heartbeat:
    """The longest time, in ms, for which the event loop did not come round."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst = max(self.worst, (now - self._last) * 1000 - BEAT_MS)
        self._last = now

    def restart(self) -> None:
        self.worst = 0.0
        self._last = time.perf_counter()


def desk_models(desk: Departments, tasks: Tasks) -> ViewModels:
    """View models over these departments, as the application wires them."""
    states = tuple(DepartmentState(name, port.manifest.title, port.manifest.colour, kind="rest") for name, port in desk.ports.items())
    asker, audit = FakeAsker(), FakeAudit()
    contact = FakeContact((port.manifest for port in desk.ports.values()), audit=audit, alone=True)
    search = SearchViewModel(states, lambda name: True, ReadingRules(), lambda: Search(desk, audit, asker), contact.disclosure, tasks)
    caller = CallerViewModel(states, lambda: CallerFile(desk, audit, asker), contact.disclosure, contact.revealing, tasks)
    call = CallViewModel(("Tax",), FakeContacts(), tasks, lambda: search.state.text)
    search.opened = caller.open
    checks = Checks(desk, {}, asker)
    fakes: Any = FakeViewModels()
    models = ViewModels(*(getattr(fakes, name) for name in ViewModels._fields))
    here = SessionViewModel(SessionState(actor="bench"))
    return models._replace(search=search, caller=caller, call=call, departments=DepartmentsViewModel(checks, tasks), session=here)


def _in_window(work: Any, count: int, find: str) -> Any:
    """Run ``work(window, models, heartbeat)`` with a desk of ``count`` departments on the benchmark's server."""
    application = QApplication.instance() or QApplication([])
    sys.setswitchinterval(SWITCH_INTERVAL)
    with BenchServer(people=1, records=500) as server:
        transport = Transport()
        desk = departments([manifest(n, server.url, find) for n in range(count)], transport)
        window = DeskWindow()
        window.show()
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:

            async def run() -> Any:
                tasks = Tasks()
                models = desk_models(desk, tasks)
                window.bind(models)
                give_way(window)
                await asyncio.sleep(0.3)
                try:
                    return await work(window, models, server)
                finally:
                    await tasks.close()

            found = runner.run(run())
        window.close()
        window.deleteLater()
        desk.close()
        transport.close()
    return found


def stall() -> dict[str, float]:
    """Worst stall, ms, from the search to the last row of 20 x 500 records drawn: median of seven runs."""

    async def work(window: DeskWindow, models: ViewModels, server: BenchServer) -> list[float]:
        worst = []
        heartbeat = Heartbeat()
        for run in range(8):
            models.search.clear()
            await asyncio.sleep(0.2)
            heartbeat.restart()
            models.search.set_query("maria gonzalez")
            models.search.submit()
            for _ in range(2000):
                await asyncio.sleep(0.01)
                if len(models.caller.state.records) == 10_000 and not any(
                    isinstance(each.records, Waiting) for each in models.caller.state.departments
                ):
                    break
            else:
                raise RuntimeError(f"only {len(models.caller.state.records)} of 10,000 records came")
            await asyncio.sleep(0.5)
            if run:
                worst.append(heartbeat.worst)
        return worst

    found = _in_window(work, 20, "/people/5")
    return {"value": statistics.median(found), "peer": _plain_stall(), "worst_run": max(found)}


class _PlainModel(QAbstractTableModel):
    """What is written first: a model over lists, an insert for each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return len(self.rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 6

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return str(list(self.rows[index.row()].values())[index.column()])
        return None

    def add(self, rows: list[dict[str, Any]]) -> None:
        self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
        self.rows += rows
        self.endInsertRows()


def _plain_stall() -> float:
    """The same answers by requests and json in 20 threads into a plain QTableView: worst stall, ms, median of five runs."""
    application = QApplication.instance() or QApplication([])
    with BenchServer(records=500) as server, asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:

        async def run() -> list[float]:
            loop, pool, worst = asyncio.get_running_loop(), ThreadPoolExecutor(20), []
            session = requests.Session()
            session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=20))
            heartbeat = Heartbeat()
            for _ in range(5):
                window, view, model = QMainWindow(), QTableView(), _PlainModel()
                view.setModel(model)
                window.setCentralWidget(view)
                window.resize(1440, 900)
                window.show()
                await asyncio.sleep(0.3)
                heartbeat.restart()

                def get(number: int) -> list[dict[str, Any]]:
                    return list(json.loads(session.get(f"{server.url}/records/5/{number}", timeout=10).content)["items"])

                for done in asyncio.as_completed([loop.run_in_executor(pool, get, number) for number in range(20)]):
                    model.add(await done)
                await asyncio.sleep(0.4)
                worst.append(heartbeat.worst)
                window.close()
                window.deleteLater()
            pool.shutdown()
            session.close()
            return worst

        return statistics.median(runner.run(run()))


def superseding() -> dict[str, float]:
    """Ten keys in a second over 20 departments at 300 ms: requests of superseded searches on the wire 50 ms after the last key."""

    async def work(window: DeskWindow, models: ViewModels, server: BenchServer) -> dict[str, float]:
        for end in range(5, 15):
            models.search.set_query("maria gonzalez"[:end])
            await asyncio.sleep(0.1 if end < 14 else 0.05)
        stale = server.counted()
        await asyncio.sleep(0.3)
        return {"value": float(stale), "last_search": float(server.counted())}

    found: dict[str, float] = _in_window(work, 20, "/people/300")
    return found
