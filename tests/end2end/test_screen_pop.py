"""A call that rings is on the screen before anybody picks up: through the webhook, and by a link that a program opens."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from resources.demo.city import DemoCity

ROOT = Path(__file__).resolve().parents[2]
MARIA, OBRIEN = "+13125550142", "+13125550119"

_DESK = """
import asyncio, sys
from pathlib import Path
from app.desk import Desk

async def work(desk):
    for _ in range(4000):
        if desk.services.lines.webhook_port:
            break
        await asyncio.sleep(0.005)
    print(desk.services.lines.webhook_port, flush=True)
    told = []
    while True:
        models = desk.viewmodels
        caller = models.caller.state.caller
        calls = [(each.mark, each.number, each.name, each.active) for each in models.calls.state.calls]
        now = (caller.name if caller else "", calls)
        if now != told:
            told = now
            print(now, flush=True)
        await asyncio.sleep(0.005)

def ready(desk):
    desk.work = asyncio.ensure_future(work(desk))

desk = Desk(lambda: Path(sys.argv[1]), ready, keep_settings=False)
desk.show()
sys.exit(desk.run())
"""


class Running:
    """A desk of its own; ``until`` reads what it tells."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._out = process.stdout
        self.port = int(self._out.readline())

    def until(self, *words: str) -> str:
        for line in self._out:
            if all(word in line for word in words):
                return line
        raise AssertionError(f"it never told {words}")

    def post(self, body: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", "/cti", body.replace("+", "%2B"), {"Content-Type": "application/x-www-form-urlencoded"})
        status = connection.getresponse().status
        connection.close()
        return status


@contextmanager
def desk(site: Path) -> Iterator[Running]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", _DESK, str(site)], stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    try:
        yield Running(process)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def civicdesk(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_call_from_its_ring_to_its_hang_up_and_a_link_beside_it(city: DemoCity) -> None:
    with (city.site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[telephony]\nwebhook_port = {_free_port()}\n")
    with desk(city.site) as running:
        assert running.post(f"event=newCall&from={MARIA}&to=14010&direction=in&callId=1") == 200
        running.until("'Maria Gonzalez', [('ringing', '(312) 555-0142', 'Maria Gonzalez', True)]")
        assert running.post("event=answer&callId=1") == 200
        running.until("('talking',")
        done = civicdesk("open", f"civicdesk://call?from={OBRIEN.replace('+', '%2B')}", "--site", str(city.site))
        assert (done.returncode, done.stderr) == (0, "")
        told = running.until("('talking', '(312) 555-0119', ", "False)")
        assert "'Maria Gonzalez', [" in told, "who was on the screen stays there"
        assert running.post("event=hangup&callId=1&cause=normalClearing") == 200
        running.until("('ended', '(312) 555-0142', 'Maria Gonzalez', True)")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("civicdesk://erase", "This can't be opened: a link must look like civicdesk://call?from=+13125550142"),
        ("https://example.org", "a link must look like"),
        ("civicdesk://call", "the link says no number"),
    ],
)
def test_a_link_that_is_none_gets_one_clear_line(link: str, words: str) -> None:
    done = civicdesk("open", link)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
