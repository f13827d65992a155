"""A call played through the real window by keyboard, told step by step with times, and kept as pictures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.playing import ALT, CONTROL, SHIFT, Player, StuckError, perform, tell
from models.outcomes import FAULT_WORDS, Answered, Failed, NotPermitted, Skipped
from views.desk import CALLER, DEPARTMENTS

if TYPE_CHECKING:
    from app.demo import CityProcess

MARIA_SAYS = {
    "birth date": "March 9, 1984",
    "last payment": "214.50",
    "permit number": "4211",
    "post code": "60614",
    "phone": "312 555 0142",
    "e-mail": "m.gonzalez@mail.example",
}
"""What the caller of the first sample search answers."""


def play(city: CityProcess, folder: Path) -> int:
    """Play the call against the city and write its pictures. Returns the exit code: 0 when every step came about."""
    started = monotonic()
    tell("Starting the demo city Springvale and its six departments ...")
    try:
        return perform(city.wait, folder, lambda player: _Call(player, city, folder, started).play())
    finally:
        city.end()
        tell("The city is closed; nothing of it is left.")


class _Call:
    def __init__(self, player: Player, city: CityProcess, folder: Path, started: float) -> None:
        self._player = player
        self._models = player.models
        self._window = player.desk.window
        self._city = city
        self._folder = folder
        self._started = started

    async def play(self) -> None:
        told = self._city.told
        tell(f"The city answers after {monotonic() - self._started:.1f} s: {', '.join(told['departments'])}.")
        await self._search(told["sample_searches"][0])
        await self._verify()
        await self._reveal()
        await self._look_around()
        await self._one_is_down()
        await self._wrap_up()
        await self._departments()
        self._window.appearance.set_scheme("dark")
        await self._player.picture("dark")
        self._window.appearance.set_scheme("light")
        tell(f"The whole call took {monotonic() - self._started:.1f} s. Pictures are in {self._folder}/.")

    async def _search(self, text: str) -> None:
        tell(f'\nThe caller says who they are. The agent presses Ctrl+K and types "{text}", Enter.')
        self._player.press(Qt.Key.Key_K, CONTROL)
        self._player.type(text)
        asked = monotonic()
        self._player.press(Qt.Key.Key_Return)
        search = self._models.search
        tell("  read as: " + ", ".join(f"{part.part.replace('_', ' ')} {part.value}" for part in search.state.read_as))
        await self._player.until(lambda: bool(search.state.callers), "nobody was found")
        tell(f"  {1000 * (monotonic() - asked):5.0f} ms  the first person is on the screen")
        await self._player.until(lambda: search.state.phase == "done", "the departments did not finish")
        await self._player.until(self._player.file_read, "the records did not finish")
        tell(f"  {1000 * (monotonic() - asked):5.0f} ms  all departments have answered")
        self._tell_departments()
        caller = self._models.caller.state.caller
        if caller is not None:
            tell(f"  {caller.name}: {caller.match} ({', '.join(caller.why)}); {len(search.state.callers)} in the list")
        self._tell_records()
        await self._player.picture("caller")

    async def _verify(self) -> None:
        tell("\nNothing of the file is shown before it is sure who calls. Ctrl+Shift+V: questions to read aloud.")
        verification = self._models.verification
        panel = self._window.desk.caller_view.caller.verify_panel
        self._player.press(Qt.Key.Key_V, CONTROL | SHIFT)
        await self._player.until(lambda: bool(verification.state.ask), "no question came")
        while verification.state.level != "verified":
            state = verification.state
            tell(f'  "{state.ask}"  ({state.source} knows it)')
            if state.question not in MARIA_SAYS:
                raise StuckError(f"the caller does not know what to say to {state.ask!r}")
            await self._player.until(lambda ask=state.ask: ask in panel.ask.text(), "the question was not drawn")  # type: ignore[misc]
            self._player.type(MARIA_SAYS[state.question])
            await self._player.picture("question")
            self._player.press(Qt.Key.Key_Return)
            await self._player.until(lambda before=state.number: verification.state.number > before, "the answer was not weighed")  # type: ignore[misc]
            right = verification.state.asked[-1].right
            tell(f"    the caller says something, and only then: {'right' if right else 'wrong'}; now {verification.state.level}")
            if not right:
                raise StuckError("the caller's answer was wrong")
        await self._player.until(lambda: bool(self._models.caller.state.records), "the file did not open")
        self._tell_records()
        await self._player.picture("verified")

    async def _reveal(self) -> None:
        tell("\nA bank account stays masked. Ctrl+Shift+R, Enter and a reason show it for 30 seconds; the log has it first.")
        caller = self._models.caller
        table = self._window.desk.caller_view.caller.table
        wanted = next(
            (
                record
                for record in caller.state.records
                if any((field.sensitivity, field.shut) == ("bank", "reveal") for field in record.fields)
            ),
            None,
        )
        if wanted is None:
            raise StuckError("there is nothing to reveal")
        table.selectRow(table.records.row_of(wanted.ref))
        await asyncio.sleep(0.1)
        self._player.press(Qt.Key.Key_R, CONTROL | SHIFT)
        self._player.press(Qt.Key.Key_Return)
        await self._player.until(lambda: QApplication.activePopupWidget() is not None, "no reason was asked for")
        self._player.press(Qt.Key.Key_1)
        self._window.activateWindow()  # where there is no window system, a menu keeps the focus that it took
        await self._player.until(lambda: caller.state.revealed is not None, "nothing was revealed")
        place = caller.state.revealed.place if caller.state.revealed else None
        tell(f"  {wanted.title}: {place.label if place else ''} is shown; reason: {caller.state.reveal_reasons[0]}")
        await self._player.picture("revealed")
        caller.mask()

    async def _look_around(self) -> None:
        tell("\nAlt+2 opens the first department's tab: the same table, and every field with its source below.")
        self._player.press(Qt.Key.Key_2, ALT)
        await self._player.picture("department")
        self._player.press(Qt.Key.Key_1, ALT)

    async def _one_is_down(self) -> None:
        department = "permits"
        tell("\nThe permit office's system goes down. The agent searches again: the others are shown, and its chip says why.")
        departments = self._models.departments
        departments.switch(department, False)
        await self._player.until(lambda: self._row_state(department) == "down", "the department did not go down")
        text = self._models.search.state.text
        self._models.search.clear()
        await self._search(text)
        tell("It comes back; the agent asks only that one again (Enter on its chip).")
        departments.switch(department, True)
        await self._player.until(lambda: self._row_state(department) in ("well", "slow"), "the department did not come back")
        self._models.search.retry(department)
        await self._player.until(lambda: isinstance(self._player.outcome(department), Answered), "the department did not answer again")
        await self._player.until(self._player.file_read, "the records did not finish")
        self._tell_departments()
        await self._player.picture("back-again")

    async def _wrap_up(self) -> None:
        tell("\nWrap-up: what it was about, how it ended, a note; Ctrl+Enter saves and clears for the next caller.")
        call = self._models.call
        call.set_reason(call.state.reasons[0])
        call.set_outcome("resolved")
        self._player.press(Qt.Key.Key_N, ALT)
        self._player.type("Explained the reminder; offered a payment plan.")
        await self._player.until(lambda: bool(call.state.note), "the note was not typed")
        await self._player.picture("wrap-up")
        self._player.press(Qt.Key.Key_Return, CONTROL)
        await self._player.until(lambda: bool(call.state.recent) and not call.state.note, "the contact was not saved")
        tell(f"  saved: {call.state.recent[0].caller_name}, {call.state.recent[0].outcome}")
        await self._player.picture("next-caller")

    async def _departments(self) -> None:
        tell("\nThe Departments view: how each is doing, live.")
        self._window.desk.go_to(DEPARTMENTS)
        departments = self._models.departments
        departments.check_all()
        await self._player.until(
            lambda: all(row.state not in ("unchecked", "checking") for row in departments.state.rows), "the checks did not finish"
        )
        for row in departments.state.rows:
            tell(f"  {row.title:<24} {row.kind:<8} {row.state:<6} {row.ms:5.0f} ms  credential {row.credential}")
        await self._player.picture("departments")
        self._window.desk.go_to(CALLER)

    def _tell_records(self) -> None:
        records = self._models.caller.state.records
        for record in records[:6]:
            amount = f", {record.amount:,.2f} {record.currency}" if record.amount is not None else ""
            tell(f"    {record.opened or ''!s:<10}  {record.title}: {record.status}{amount}")
        if not records:
            tell(f"    the file is shut: {self._models.verification.state.level}")

    def _tell_departments(self) -> None:
        for department in self._models.search.state.departments:
            outcome = department.outcome
            if isinstance(outcome, Answered):
                words = f"{department.found or 0} · {outcome.ms:.0f} ms"
            elif isinstance(outcome, Failed):
                words = FAULT_WORDS[outcome.fault.key][0]
            elif isinstance(outcome, NotPermitted):
                words = "not permitted for this role"
            else:
                words = f"not asked: {outcome.why}" if isinstance(outcome, Skipped) else ""
            tell(f"    {department.title:<24} {words}")

    def _row_state(self, department: str) -> str:
        return next((row.state for row in self._models.departments.state.rows if row.id == department), "")
