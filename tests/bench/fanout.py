"""Fan-out: how soon all answers are there, beside aiohttp and requests in threads, all under qasync in one process.

The interpreter is set as the desk sets it. Ways take turns, and each figure is the median over all turns: what else the machine
does meanwhile, it does to all of them.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import aiohttp
import requests
from PySide6.QtCore import QCoreApplication
from qasync import QEventLoop

from adapters.transport import Transport
from app.desk import SWITCH_INTERVAL
from app.services.search import Search
from models.outcomes import Answered
from models.query import SearchQuery
from tests.bench.city import departments, manifest
from tests.bench.server import BenchServer
from tests.fakes.departments import FakeAsker, FakeAudit

QUERY = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez")
RUNS = 60
WARM = 5


def _in_qt(work: Callable[[], Awaitable[dict[str, list[float]]]]) -> dict[str, list[float]]:
    application = QCoreApplication.instance() or QCoreApplication([])
    sys.setswitchinterval(SWITCH_INTERVAL)
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        return runner.run(work())  # type: ignore[arg-type]


def spread() -> dict[str, float]:
    """N=5 at 5, 50, 100, 150 and 200 ms with a sixth that hangs: ms to the last answer by the slowest that answers (200 ms)."""
    with BenchServer(people=10) as server:
        delays = ("/people/5", "/people/50", "/people/100", "/people/150", "/people/200", "/hung")
        transport = Transport()
        desk = departments([manifest(n, server.url, path, deadline=1.0) for n, path in enumerate(delays)], transport)

        async def work() -> dict[str, list[float]]:
            times: list[float] = []
            peers: list[float] = []
            session = requests.Session()
            pool = ThreadPoolExecutor(6)
            for run in range(WARM + 10):
                started = time.perf_counter()
                search = Search(desk, FakeAudit(), FakeAsker())
                async with aclosing(search.run(QUERY)) as findings:
                    async for found in findings:
                        if sum(isinstance(outcome, Answered) for outcome in found.outcomes.values()) == 5:
                            break
                if run >= WARM:
                    times.append(time.perf_counter() - started)
                search.cancel()
                await asyncio.sleep(1.1)  # until the hung one's deadline has freed its thread
                started = time.perf_counter()
                loop = asyncio.get_running_loop()
                calls = [
                    loop.run_in_executor(pool, lambda url=server.url + path: session.get(url, timeout=5).json()) for path in delays[:5]
                ]
                await asyncio.gather(*calls)
                if run >= WARM:
                    peers.append(time.perf_counter() - started)
            pool.shutdown()
            session.close()
            return {"ours": times, "peer": peers}

        found = _in_qt(work)
        desk.close()
        transport.close()
    ours, peer = (statistics.median(found[name]) / 0.2 for name in ("ours", "peer"))
    return {"value": ours, "peer": peer}


def fifty() -> dict[str, float]:
    """N=50 at 20 ms: our median by aiohttp's; the peer's figure is requests in threads by aiohttp's."""
    with BenchServer(people=10) as server:
        transport = Transport()
        desk = departments([manifest(n, server.url, "/people/20") for n in range(50)], transport)
        urls = [f"{server.url}/people/20/{n}" for n in range(50)]

        async def work() -> dict[str, list[float]]:
            times: dict[str, list[float]] = {"ours": [], "aiohttp": [], "requests": []}
            loop = asyncio.get_running_loop()
            pool = ThreadPoolExecutor(50)
            sessions = [requests.Session() for _ in urls]
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

                async def get(url: str) -> object:
                    async with client.get(url) as answer:
                        return await answer.json()

                async def by_us() -> None:
                    futures = [desk.find(name, QUERY, FakeAsker(), lambda: False) for name in desk.ports]
                    await asyncio.gather(*futures)

                async def by_aiohttp() -> None:
                    await asyncio.gather(*(get(url) for url in urls))

                async def by_requests() -> None:
                    calls = zip(sessions, urls, strict=True)
                    await asyncio.gather(
                        *(loop.run_in_executor(pool, lambda s=session, u=url: s.get(u, timeout=5).json()) for session, url in calls)
                    )

                ways = {"ours": by_us, "aiohttp": by_aiohttp, "requests": by_requests}
                for run in range(WARM + RUNS):
                    turn = run % len(ways)
                    for name, way in (*list(ways.items())[turn:], *list(ways.items())[:turn]):
                        started = time.perf_counter()
                        await way()
                        if run >= WARM:
                            times[name].append(time.perf_counter() - started)
            pool.shutdown()
            for session in sessions:
                session.close()
            return times

        found = _in_qt(work)
        desk.close()
        transport.close()
    middle = {name: statistics.median(values) for name, values in found.items()}
    return {
        "value": middle["ours"] / middle["aiohttp"],
        "peer": middle["requests"] / middle["aiohttp"],
        **{f"{name}_ms": 1000 * value for name, value in middle.items()},
    }
