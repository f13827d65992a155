"""The connection to a manager interface signs in without telling the secret, comes back when it was lost, and says so once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from app.services.telephony.manager import Manager
from models.telephony import CallEvent
from tests.fakes.asterisk import ANSWERED, CALLED, ENDED, RECORDED, FakeAsterisk


class Desk:
    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.words: list[str] = []
        self.managers: list[Manager] = []

    def manager(self, asterisk: FakeAsterisk, secret: str | None = "right", quiet: float = 20.0) -> Manager:
        made = Manager(asterisk.address, "cti", lambda: secret, "101", self.events.append, self.words.append, pause=0.02, quiet=quiet)
        self.managers.append(made)
        made.start()
        return made

    def until(self, come: Callable[[], bool]) -> None:
        until = time.monotonic() + 10
        while not come():
            assert time.monotonic() < until, "it did not come about"
            time.sleep(0.005)


@pytest.fixture
def asterisk() -> Iterator[FakeAsterisk]:
    made = FakeAsterisk()
    yield made
    made.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    for manager in made.managers:
        manager.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "asterisk manager"]


def call(number: str, text: str = CALLED + ANSWERED) -> str:
    return text.format(call=number, number="3125550142", extension="101")


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded session is not here")
def test_a_recorded_session_is_heard(asterisk: FakeAsterisk, desk: Desk) -> None:
    desk.manager(asterisk)
    asterisk.signed_in.wait(10)
    asterisk.say(RECORDED.read_text(encoding="utf-8"))
    desk.until(lambda: len(desk.events) == 3)
    assert [(event.kind, event.number) for event in desk.events] == [("ringing", "0612345678"), ("answered", ""), ("hung_up", "")]
    assert desk.words == []


def test_it_comes_back_when_it_was_lost_and_says_so_once(asterisk: FakeAsterisk, desk: Desk) -> None:
    desk.manager(asterisk)
    asterisk.signed_in.wait(10)
    asterisk.say(call("1") + call("2"))
    desk.until(lambda: len(desk.events) == 4)
    asterisk.channels = ["2.1"]
    asterisk.hang_up_on_us()
    desk.until(lambda: len(asterisk.sign_ins) == 2)
    desk.until(lambda: len(desk.events) == 5)
    assert (desk.events[-1].kind, desk.events[-1].call) == ("hung_up", "1.1"), "it ended while nobody listened"
    asterisk.signed_in.wait(10)
    asterisk.say(call("2", ENDED))
    desk.until(lambda: len(desk.events) == 6)
    assert [bool(words) for words in desk.words] == [True, False]


def test_a_server_that_is_down_is_told_once_and_waited_for(desk: Desk) -> None:
    gone = FakeAsterisk()
    gone.close()
    desk.manager(gone)
    desk.until(lambda: bool(desk.words))
    time.sleep(0.1)
    assert desk.words == ["The telephone system can't be reached: calls are not announced until it is back."]


@pytest.mark.parametrize("secret", ["wrong", None])
def test_a_secret_that_is_refused_is_told_and_never_sent(asterisk: FakeAsterisk, desk: Desk, secret: str | None) -> None:
    desk.manager(asterisk, secret)
    desk.until(lambda: bool(desk.words))
    assert "refuses our sign-in" in desk.words[0]
    assert True not in asterisk.sign_ins


def test_one_that_falls_silent_is_asked_and_then_given_up(asterisk: FakeAsterisk, desk: Desk) -> None:
    desk.manager(asterisk, quiet=0.1)
    asterisk.signed_in.wait(10)
    desk.until(lambda: asterisk.pings >= 2)
    assert desk.words == []
    asterisk.silent = True
    desk.until(lambda: bool(desk.words))
    asterisk.silent = False
    desk.until(lambda: desk.words[-1] == "")


def test_what_is_no_manager_interface_is_left(asterisk: FakeAsterisk, desk: Desk) -> None:
    desk.manager(asterisk)
    asterisk.signed_in.wait(10)
    asterisk.say("x" * 20_000, chunk=20_000)
    desk.until(lambda: len(asterisk.sign_ins) >= 2)
