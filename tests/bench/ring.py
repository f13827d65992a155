"""From the ring to the caller on the screen, in the demo city and through the webhook, as a telephone system tells it."""

from __future__ import annotations

import asyncio
import http.client
import socket
import statistics
import time
from pathlib import Path
from typing import Any

from app.demo import CityProcess
from app.desk import Desk
from models.outcomes import Answered, Waiting

PEOPLE = 20_000
NUMBERS = ("+13125550142", "+13125550119", "+17735550161", "+13125550187")
"""Of the story's people; the third is shared by two."""
ROUNDS = 3


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def _until(come: Any) -> float:
    while not come():
        await asyncio.sleep(0.002)
    return time.perf_counter()


async def _ring(desk: Desk, port: int, number: str, call: str) -> tuple[float, float, float]:
    """Seconds from the post to the first person on the screen, and to the last department's answer; the slowest department's own."""
    models, people = desk.viewmodels, desk.window.desk.caller_view.people
    assert models is not None
    body = f"event=newCall&from={number.replace('+', '%2B')}&to=14010&direction=in&callId={call}"

    def post(kind: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/cti", body.replace("newCall", kind), {"Content-Type": "application/x-www-form-urlencoded"})
        assert connection.getresponse().status == 200
        connection.close()

    began = time.perf_counter()
    await asyncio.get_running_loop().run_in_executor(None, post, "newCall")
    await _until(lambda: people.list.model().rowCount() > 0)
    desk.window.frame.flush()
    first = time.perf_counter()
    outcomes = models.search.state.departments
    last = await _until(lambda: not any(isinstance(each.outcome, Waiting) for each in models.search.state.departments))
    outcomes = models.search.state.departments
    await _until(lambda: models.search.state.phase == "done")
    slowest = max(each.outcome.ms for each in outcomes if isinstance(each.outcome, Answered)) / 1000
    await asyncio.get_running_loop().run_in_executor(None, post, "hangup")
    await _until(lambda: not models.calls.state.calls and people.list.model().rowCount() == 0)
    return first - began, last - began, slowest


def _measured() -> list[tuple[float, float, float]]:
    city, port, found = CityProcess(PEOPLE), _free_port(), []

    def site() -> Path:
        folder = city.wait()
        with (folder / "site.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[telephony]\nwebhook_port = {port}\n")
        return folder

    async def work(desk: Desk) -> None:
        try:
            assert desk.services is not None
            await _until(lambda: desk.services.lines.webhook_port)  # type: ignore[union-attr]
            for number in NUMBERS:  # connections are made once
                await _ring(desk, port, number, f"warm {number}")
            for turn in range(ROUNDS):
                found.extend([await _ring(desk, port, number, f"{turn} {number}") for number in NUMBERS])
        finally:
            desk.end()

    def ready(desk: Desk) -> None:
        desk.work = asyncio.ensure_future(work(desk))  # type: ignore[attr-defined]

    try:
        desk = Desk(site, ready, keep_settings=False)
        desk.show()
        desk.run()
    finally:
        city.end()
    return found


def first_row() -> dict[str, float]:
    """Milliseconds from the ring to the first person on the screen: median, and the worst of all."""
    found = [1000 * first for first, _, _ in _measured()]
    return {"value": statistics.median(found), "worst": max(found)}


def all_departments() -> dict[str, float]:
    """Milliseconds from the ring to the last department's answer, over the slowest department's own time: median, and the worst of all."""
    found = _measured()
    over = [1000 * (last - slowest) for _, last, slowest in found]
    return {"value": statistics.median(over), "worst": max(over), "slowest": statistics.median(1000 * each for _, _, each in found)}
