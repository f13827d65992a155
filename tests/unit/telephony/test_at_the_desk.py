"""What telephone systems and links tell is heard in the window's thread, a few at a time, and by the right desk only."""

from __future__ import annotations

import asyncio
import itertools
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket

from app import links
from app.links import Listening, hand_over, place
from app.services.credentials import Credentials
from app.services.telephony.lines import MOST_WAITING, Inbox, Lines
from app.tasks import Tasks
from app.telephone import AT_ONCE, Telephone
from models.telephony import CallEvent, TelephonySettings

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LINK = "civicdesk://call?from=%2B13125550142"
pytestmark = pytest.mark.usefixtures("qapp")


class Keyring:
    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets

    def get_password(self, service: str, name: str) -> str | None:
        return self.secrets.get(name)

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.secrets[name] = secret


class Told(Lines):
    """Lines that are told what a test tells."""

    def __init__(self, events: list[CallEvent]) -> None:
        super().__init__(TelephonySettings(), "ann", Credentials(Keyring()))
        self.events = events
        self.taken: list[bool] = []

    def open(self, hear, told) -> None:  # type: ignore[no-untyped-def]
        thread = threading.Thread(target=lambda: self.taken.extend(hear(event) for event in self.events))
        thread.start()
        thread.join()
        told("The telephone system can't be reached.")


def test_events_are_heard_in_order_a_few_at_a_time() -> None:
    events = [CallEvent("ringing", str(number), AT) for number in range(MOST_WAITING + 100)]
    lines, heard, words, turns = Told(events), [], [], []

    async def work() -> None:
        tasks = Tasks()

        def hear(event: CallEvent) -> None:
            heard.append(event)
            turns.append(asyncio.get_running_loop().time())

        Telephone(lines, hear, words.append, tasks)
        for _ in range(500):
            if words and len(heard) == lines.taken.count(True):
                break
            await asyncio.sleep(0.01)
        await tasks.close()

    asyncio.run(work())
    assert heard == [event for event, taken in zip(events, lines.taken, strict=True) if taken]
    assert len(heard) >= MOST_WAITING
    assert words == ["The telephone system can't be reached."]
    assert sum(later - sooner > 0.01 for sooner, later in itertools.pairwise(turns)) >= MOST_WAITING // AT_ONCE - 1


def test_a_full_inbox_wakes_nobody_twice() -> None:
    woken: list[int] = []
    inbox = Inbox(lambda: woken.append(1))
    for number in range(3):
        assert inbox.put(CallEvent("ringing", str(number), AT))
    assert (len(woken), inbox.waiting, len(inbox.take(2)), inbox.waiting) == (1, True, 2, True)


@pytest.mark.parametrize("there", [True, False])
def test_a_webhook_has_its_secret_or_is_not_there(there: bool) -> None:
    settings = TelephonySettings(webhook_port=_free_port(), webhook_secret="telephone")
    lines, words = Lines(settings, "ann", Credentials(Keyring(**({"telephone": "s3cret"} if there else {})))), []
    lines.open(lambda event: True, words.append)
    assert (lines.webhook_port > 0) == there
    assert bool(words) != there
    again, more = Lines(settings, "ann", Credentials(Keyring(telephone="s3cret"))), []
    again.open(lambda event: True, more.append)
    assert bool(more) == there, "the port is taken"
    for each in (lines, again):
        each.close()


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def heard() -> list[CallEvent]:
    return []


@pytest.fixture
def listening(tmp_path: Path, heard: list[CallEvent]) -> Iterator[Listening]:
    made = Listening(place(tmp_path), heard.append)
    yield made
    made.close()


def handed(tmp_path: Path, link: str, qapp) -> str | None:  # type: ignore[no-untyped-def]
    """As another program does."""
    code = "import sys; from app.links import hand_over; print(hand_over(*sys.argv[1:]))"
    with subprocess.Popen([sys.executable, "-c", code, place(tmp_path), link], stdout=subprocess.PIPE, text=True) as program:
        while program.poll() is None:
            qapp.processEvents()
            time.sleep(0.005)
        assert program.stdout is not None
        return program.stdout.read().strip()


def test_a_link_reaches_the_desk_that_runs(tmp_path: Path, listening: Listening, heard: list[CallEvent], qapp) -> None:  # type: ignore[no-untyped-def]
    assert handed(tmp_path, LINK, qapp) == "heard"
    assert [(event.kind, event.number) for event in heard] == [("answered", "+13125550142")]
    assert "a link must look like" in str(handed(tmp_path, "civicdesk://erase?all=1", qapp))
    assert len(heard) == 1


def test_nobody_else_can_reach_it(tmp_path: Path, listening: Listening) -> None:
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(place(tmp_path)).st_mode) & 0o077 == 0


def test_what_says_too_much_is_cut_off(tmp_path: Path, listening: Listening, heard: list[CallEvent], qapp) -> None:  # type: ignore[no-untyped-def]
    socket = QLocalSocket()
    socket.connectToServer(place(tmp_path))
    assert socket.waitForConnected(2000)
    socket.write(b"x" * (3 * links.LONGEST))
    for _ in range(200):
        qapp.processEvents()
        if socket.state() == QLocalSocket.LocalSocketState.UnconnectedState:
            break
        socket.waitForBytesWritten(10)
        socket.waitForDisconnected(10)
    assert socket.state() == QLocalSocket.LocalSocketState.UnconnectedState
    assert heard == []


def test_no_desk_is_told_apart_from_one_that_was_killed(tmp_path: Path, heard: list[CallEvent], qapp) -> None:  # type: ignore[no-untyped-def]
    assert hand_over(place(tmp_path), LINK) is None
    if sys.platform != "win32":
        Path(place(tmp_path)).touch()  # a killed desk leaves its socket's file
        made = Listening(place(tmp_path), heard.append)
        assert handed(tmp_path, LINK, qapp) == "heard"
        made.close()


def test_a_long_folder_has_a_place_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "user_runtime_path", lambda *_, **__: tmp_path / "run")
    assert len(place(tmp_path / ("x" * 200)).encode()) < 108


@pytest.mark.skipif(sys.platform != "linux", reason="freedesktop.org")
def test_the_scheme_is_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links.shutil, "which", lambda name: None)
    words = links.register("/usr/bin/civicdesk", tmp_path / "applications")
    written = (tmp_path / "applications" / "civicdesk.desktop").read_text(encoding="utf-8")
    assert "Exec=/usr/bin/civicdesk open %u\n" in written
    assert "MimeType=x-scheme-handler/civicdesk;" in written
    assert "no xdg-mime" in words
