"""An agent at the desk: what they press for a caller, and what they wait for on the screen."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.playing import ALT, CONTROL, SHIFT, Player, StuckError, tell
from app.viewmodels.doing_states import ChangeRow
from models.contacts import OUTCOMES, Contact
from views.change_dialog import ChangeDialog

CALL = "story-call"
"""The telephone system's id of the call; a story has one."""


class Agent(Player):
    """``says``: what the caller answers, by the question's name. ``spent``: keys for what only they can say, such as a new address."""

    says: Mapping[str, str] = {}
    spent = 0

    @classmethod
    def of(cls, player: Player, says: Mapping[str, str]) -> Agent:
        """The agent who uses this player's desk."""
        agent = cls(player.desk, player._folder)
        agent.says = says
        return agent

    # --- the telephone

    async def ring(self, number: str) -> None:
        """A call comes in, is searched before it is picked up, and is picked up."""
        await self._phone("newCall", number)
        await self.until(lambda: any(each.mark == "ringing" for each in self.models.calls.state.calls), "nothing rang")
        await self.until(lambda: self.models.search.state.phase == "done", "the departments did not finish")
        await self.picture("ringing")
        await self._phone("answer", number)
        await self.until(lambda: any(each.mark == "talking" for each in self.models.calls.state.calls), "the call was not opened")
        await self.until(lambda: self.models.search.state.phase == "done", "the departments did not finish")
        await self.until(self.file_read, "the file was not read")

    async def _phone(self, event: str, number: str) -> None:
        """The telephone system tells of a call, as Zammad's generic interface has it."""
        services = self.desk.services
        assert services is not None
        port = services.site.settings.telephony.webhook_port
        said = {"event": event, "direction": "in", "from": number, "to": "311", "callId": CALL, "user[]": "desk"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/cti", urllib.parse.urlencode(said).encode())

        def post() -> None:
            with urllib.request.urlopen(request, timeout=5) as answer:
                answer.read()

        for _ in range(100):
            try:
                await asyncio.to_thread(post)
            except urllib.error.URLError as error:  # the desk begins to listen shortly after it is there
                if not isinstance(error.reason, ConnectionRefusedError):
                    raise
            else:
                return
            await asyncio.sleep(0.05)
        raise StuckError("the desk does not listen for calls")

    # --- who it is

    async def search(self, text: str) -> None:
        """Type who it is, and open who fits best."""
        self.press(Qt.Key.Key_K, CONTROL)
        self.type(text)
        self.press(Qt.Key.Key_Return)
        await self.until(lambda: self.models.search.state.phase == "done", "the departments did not finish")
        await self.until(self.file_read, "the file was not read")

    async def verify(self, level: str) -> None:
        """Put questions until the caller is that sure."""
        verification = self.models.verification
        if verification.state.level == level:
            return
        if not verification.state.open:
            self.press(Qt.Key.Key_V, CONTROL | SHIFT)
        while verification.state.level != level:
            await self.until(lambda: verification.state.ask and not verification.state.busy, "no question came")
            state = verification.state
            if state.question not in self.says:
                raise StuckError(f"the caller can't answer {state.ask!r}")
            await self.until(partial(self._asks, state.ask), "the question was not drawn")
            self.type(self.says[state.question])
            self.press(Qt.Key.Key_Return)
            number = len(state.asked)
            await self.until(lambda number=number: len(verification.state.asked) > number, "the answer was not weighed")  # type: ignore[misc]
            if verification.state.asked[-1].right is False:
                raise StuckError("the caller's answer was wrong")
        await self.until(lambda: self.models.caller.state.records, "the file did not open")

    async def act_for(self, name: str, ground: int) -> None:
        """Somebody else calls for whoever is open; ``ground`` is its place in the site's list, from 0."""
        verification = self.models.verification
        panel = self.desk.window.desk.caller_view.caller.verify_panel
        self.press(Qt.Key.Key_V, CONTROL | SHIFT)
        await self.until(lambda: verification.state.ask, "no question came")
        await self.until(partial(self._asks, verification.state.ask), "the question was not drawn")
        self.press(Qt.Key.Key_F, ALT)
        await self.until(panel.who.hasFocus, "the name of who calls was not asked for")
        self.type(name)
        self.press(Qt.Key.Key_Tab)
        for _ in range(ground):
            self.press(Qt.Key.Key_Down)
        self.press(Qt.Key.Key_Tab)
        self.press(Qt.Key.Key_Return)
        await self.until(lambda: verification.state.mandate is not None, lambda: f"not written down: {verification.state.problem}")

    async def switch(self, department: str, on: bool) -> None:
        """Somebody in the department switches its system off or on."""
        services = self.desk.services
        assert services is not None
        await services.switch(department, on)

    # --- what is done

    async def do(self, words: str) -> None:
        """Choose what to do from the list of everything that can be done now."""
        self.press(Qt.Key.Key_D, CONTROL)
        await self.until(lambda: QApplication.activeModalWidget() is not None, "the list of what can be done did not open")
        self.type(words)
        self.press(Qt.Key.Key_Return)
        await self.form()

    async def form(self) -> None:
        """Wait for the form that was asked for."""
        await self.until(lambda: self.models.change.state.phase == "form", "the form did not open")
        await self.until(lambda: isinstance(QApplication.activeModalWidget(), ChangeDialog), "the form was not shown")
        await self._in_front(QApplication.activeModalWidget())

    async def fill(self, name: str, text: str) -> None:
        """Type into a field of the form; its keys are the caller's words, not the desk's."""
        before = self.keys
        self.type(text)
        self.spent += self.keys - before
        await self.until(lambda: text in self._typed(name), f"{name} was not taken")

    async def send(self) -> dict[str, str]:
        """Send the form, and wait until no department is being asked any more. Department to the state of its delivery."""
        change = self.models.change
        await self.until(lambda: not any(row.reading for row in change.state.rows), "the departments did not tell what they have")
        self.press(Qt.Key.Key_Return, CONTROL)
        await self.until(lambda: change.state.phase == "made", lambda: f"it was not sent: {self._problems()}")
        await self.until(lambda: all(row.state not in ("", "sending") and not self._due(row) for row in self._sent()), "it was not settled")
        return {row.department: row.state for row in self._sent()}

    async def send_own(self) -> None:
        """Send a form that concerns no department, which then closes."""
        self.press(Qt.Key.Key_Return, CONTROL)
        await self.until(lambda: self.models.change.state.phase in ("closed", "made"), lambda: f"it was not kept: {self._problems()}")
        if QApplication.activeModalWidget() is not None:
            await self.close_dialog()

    def receipts(self) -> dict[str, str]:
        """Department to its number for what was done."""
        return {row.department: row.receipt for row in self._sent()}

    async def close_dialog(self) -> None:
        """Close what is open over the desk."""
        self.press(Qt.Key.Key_Escape)
        await self.until(lambda: QApplication.activeModalWidget() is None, "what was open over the desk did not close")
        await self._in_front(self.desk.window)

    # --- the end

    async def macro(self, key: Qt.Key) -> None:
        """A bundle of steps at one key."""
        self.press(key)

    async def wrap_up(self, reason: str = "", outcome: int = 0, note: str = "") -> Contact:
        """What it was about, how it ended (1: resolved, 2: handed over, 3: call back), a note where there is more to say; saved."""
        call = self.models.call
        if reason and call.state.inquiry.subject != reason:
            self.press(Qt.Key.Key_R, ALT)
            self.type(reason)
            await self.until(lambda: call.state.inquiry.subject == reason, "the reason was not taken")
        if outcome and call.state.inquiry.outcome != OUTCOMES[outcome - 1]:
            self.press(Qt.Key.Key_O, ALT)
            for _ in range(outcome - 1):
                self.press(Qt.Key.Key_Right)
            self.press(Qt.Key.Key_Space)
            await self.until(lambda: call.state.inquiry.outcome == OUTCOMES[outcome - 1], "the outcome was not taken")
        if note:
            self.press(Qt.Key.Key_N, ALT)
            self.type(note)
        await self.picture("wrap-up")
        last = call.state.recent[0].id if call.state.recent else 0
        self.press(Qt.Key.Key_Return, CONTROL)

        def saved() -> bool:
            return bool(call.state.recent) and call.state.recent[0].id != last

        await self.until(saved, lambda: f"the contact was not saved: {call.state.problem}")
        return call.state.recent[0]

    def told(self, story: str, **figures: object) -> None:
        """One line of JSON for whoever started the story."""
        tell(json.dumps({"story": story, "keys": self.keys, "said": self.spent, **figures}))

    async def _in_front(self, window: QWidget | None) -> None:
        """A window system activates what is opened, and what is behind it when that is closed; where there is none, nobody does."""
        assert window is not None
        window.activateWindow()
        await self.until(window.isActiveWindow, "the window did not come to the front")

    def _asks(self, question: str) -> bool:
        return question in self.desk.window.desk.caller_view.caller.verify_panel.ask.text()

    def _typed(self, name: str) -> str:
        return next((each.text for each in self.models.change.state.fields if each.field.name == name), "")

    def _sent(self) -> list[ChangeRow]:
        return [row for row in self.models.change.state.rows if row.delivery]

    @staticmethod
    def _due(row: ChangeRow) -> bool:
        """Whether it is to be sent for the first time."""
        return row.state == "waiting" and row.attempts == 0

    def _problems(self) -> list[str]:
        state = self.models.change.state
        return [text for text in (state.problem, *(f"{each.field.label}: {each.problem}" for each in state.fields if each.problem)) if text]


def folder_of(name: str, shots: Path) -> Path:
    """Where the pictures of a story go."""
    folder = shots / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
