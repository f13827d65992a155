"""A call played through the real window by keyboard, told step by step with times, and kept as pictures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.demo import CityProcess
from app.desk import Desk
from app.viewmodels import ViewModels
from models.outcomes import FAULT_WORDS, Answered, Failed, NotPermitted, Skipped, Waiting
from views.desk import CALLER, DEPARTMENTS

PATIENCE = 30.0
"""Seconds after which a step that does not come about ends the play."""


MARIA_SAYS = {
    "birth date": "March 9, 1984",
    "last payment": "214.50",
    "permit number": "4211",
    "post code": "60614",
    "phone": "312 555 0142",
    "e-mail": "m.gonzalez@mail.example",
}
"""What the caller of the first sample search answers."""


class StuckError(Exception):
    """A step of the call did not come about."""


def play(city: CityProcess, folder: Path) -> int:
    """Play the call against the city and write its pictures. Returns the exit code: 0 when every step came about."""
    started = monotonic()
    _tell("Starting the demo city Springvale and its six departments ...")
    try:
        desk = Desk(city.wait, lambda desk: _start(desk, _Call(desk, city, folder, started)), keep_settings=False, attended=False)
        desk.show()
        return desk.run()
    finally:
        city.end()
        _tell("The city is closed; nothing of it is left.")


def _start(desk: Desk, call: _Call) -> None:
    desk.playing = asyncio.ensure_future(call.run())  # type: ignore[attr-defined]


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class _Call:
    def __init__(self, desk: Desk, city: CityProcess, folder: Path, started: float) -> None:
        self._desk = desk
        self._city = city
        self._folder = folder
        self._started = started
        self._pictures = 0

    @property
    def _models(self) -> ViewModels:
        assert self._desk.viewmodels is not None
        return self._desk.viewmodels

    async def run(self) -> None:
        code = 1
        try:
            await self._play()
            code = 0
        except StuckError as error:
            _tell(f"Stopped: {error}")
        finally:
            self._desk.end(code)

    async def _play(self) -> None:
        told = self._city.told
        _tell(f"The city answers after {monotonic() - self._started:.1f} s: {', '.join(told['departments'])}.")
        await self._search(told["sample_searches"][0])
        await self._verify()
        await self._reveal()
        await self._look_around()
        await self._one_is_down()
        await self._wrap_up()
        await self._departments()
        self._desk.window.appearance.set_scheme("dark")
        await self._picture("dark")
        self._desk.window.appearance.set_scheme("light")
        _tell(f"The whole call took {monotonic() - self._started:.1f} s. Pictures are in {self._folder}/.")

    async def _search(self, text: str) -> None:
        _tell(f'\nThe caller says who they are. The agent presses Ctrl+K and types "{text}", Enter.')
        self._press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self._type(text)
        asked = monotonic()
        self._press(Qt.Key.Key_Return)
        search = self._models.search
        _tell("  read as: " + ", ".join(f"{part.part.replace('_', ' ')} {part.value}" for part in search.state.read_as))
        await self._until(lambda: bool(search.state.callers), "nobody was found")
        _tell(f"  {1000 * (monotonic() - asked):5.0f} ms  the first person is on the screen")
        await self._until(lambda: search.state.phase == "done", "the departments did not finish")
        await self._until(self._file_read, "the records did not finish")
        _tell(f"  {1000 * (monotonic() - asked):5.0f} ms  all departments have answered")
        self._tell_departments()
        caller = self._models.caller.state.caller
        if caller is not None:
            _tell(f"  {caller.name}: {caller.match} ({', '.join(caller.why)}); {len(search.state.callers)} in the list")
        self._tell_records()
        await self._picture("caller")

    async def _verify(self) -> None:
        _tell("\nNothing of the file is shown before it is sure who calls. Ctrl+Shift+V: questions to read aloud.")
        verification = self._models.verification
        panel = self._desk.window.desk.caller_view.caller.verify_panel
        self._press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        await self._until(lambda: bool(verification.state.ask), "no question came")
        while verification.state.level != "verified":
            state = verification.state
            _tell(f'  "{state.ask}"  ({state.source} knows it)')
            if state.question not in MARIA_SAYS:
                raise StuckError(f"the caller does not know what to say to {state.ask!r}")
            await self._until(lambda ask=state.ask: ask in panel.ask.text(), "the question was not drawn")  # type: ignore[misc]
            self._type(MARIA_SAYS[state.question])
            await self._picture("question")
            self._press(Qt.Key.Key_Return)
            await self._until(lambda before=state.number: verification.state.number > before, "the answer was not weighed")  # type: ignore[misc]
            right = verification.state.asked[-1].right
            _tell(f"    the caller says something, and only then: {'right' if right else 'wrong'}; now {verification.state.level}")
            if not right:
                raise StuckError("the caller's answer was wrong")
        await self._until(lambda: bool(self._models.caller.state.records), "the file did not open")
        self._tell_records()
        await self._picture("verified")

    async def _reveal(self) -> None:
        _tell("\nA bank account stays masked. Ctrl+Shift+R, Enter and a reason show it for 30 seconds; the log has it first.")
        caller = self._models.caller
        table = self._desk.window.desk.caller_view.caller.table
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
        self._press(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self._press(Qt.Key.Key_Return)
        await self._until(lambda: QApplication.activePopupWidget() is not None, "no reason was asked for")
        if (menu := QApplication.activePopupWidget()) is not None:
            QTest.keyClick(menu, Qt.Key.Key_1)
        self._desk.window.activateWindow()  # where there is no window system, a menu keeps the focus that it took
        await self._until(lambda: caller.state.revealed is not None, "nothing was revealed")
        place = caller.state.revealed.place if caller.state.revealed else None
        _tell(f"  {wanted.title}: {place.label if place else ''} is shown; reason: {caller.state.reveal_reasons[0]}")
        await self._picture("revealed")
        caller.mask()

    async def _look_around(self) -> None:
        _tell("\nAlt+2 opens the first department's tab: the same table, and every field with its source below.")
        self._press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
        await self._picture("department")
        self._press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)

    async def _one_is_down(self) -> None:
        department = "permits"
        _tell("\nThe permit office's system goes down. The agent searches again: the others are shown, and its chip says why.")
        departments = self._models.departments
        departments.switch(department, False)
        await self._until(lambda: self._row_state(department) == "down", "the department did not go down")
        text = self._models.search.state.text
        self._models.search.clear()
        await self._search(text)
        _tell("It comes back; the agent asks only that one again (Enter on its chip).")
        departments.switch(department, True)
        await self._until(lambda: self._row_state(department) in ("well", "slow"), "the department did not come back")
        self._models.search.retry(department)
        await self._until(lambda: isinstance(self._outcome(department), Answered), "the department did not answer again")
        await self._until(self._file_read, "the records did not finish")
        self._tell_departments()
        await self._picture("back-again")

    async def _wrap_up(self) -> None:
        _tell("\nWrap-up: what it was about, how it ended, a note; Ctrl+Enter saves and clears for the next caller.")
        call = self._models.call
        call.set_reason(call.state.reasons[0])
        call.set_outcome("resolved")
        self._press(Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
        self._type("Explained the reminder; offered a payment plan.")
        await self._until(lambda: bool(call.state.note), "the note was not typed")
        await self._picture("wrap-up")
        self._press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await self._until(lambda: bool(call.state.recent) and not call.state.note, "the contact was not saved")
        _tell(f"  saved: {call.state.recent[0].caller_name}, {call.state.recent[0].outcome}")
        await self._picture("next-caller")

    async def _departments(self) -> None:
        _tell("\nThe Departments view: how each is doing, live.")
        self._desk.window.desk.go_to(DEPARTMENTS)
        departments = self._models.departments
        departments.check_all()
        await self._until(
            lambda: all(row.state not in ("unchecked", "checking") for row in departments.state.rows), "the checks did not finish"
        )
        for row in departments.state.rows:
            _tell(f"  {row.title:<24} {row.kind:<8} {row.state:<6} {row.ms:5.0f} ms  credential {row.credential}")
        await self._picture("departments")
        self._desk.window.desk.go_to(CALLER)

    def _tell_records(self) -> None:
        records = self._models.caller.state.records
        for record in records[:6]:
            amount = f", {record.amount:,.2f} {record.currency}" if record.amount is not None else ""
            _tell(f"    {record.opened or ''!s:<10}  {record.title}: {record.status}{amount}")
        if not records:
            _tell(f"    the file is shut: {self._models.verification.state.level}")

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
            _tell(f"    {department.title:<24} {words}")

    def _file_read(self) -> bool:
        state = self._models.caller.state
        return state.caller is not None and not any(isinstance(each.records, Waiting) for each in state.departments)

    def _row_state(self, department: str) -> str:
        return next((row.state for row in self._models.departments.state.rows if row.id == department), "")

    def _outcome(self, department: str) -> object:
        return next((each.outcome for each in self._models.search.state.departments if each.id == department), None)

    def _press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self._desk.window, key, modifier)

    def _type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget() or self._desk.window, text)

    async def _picture(self, name: str) -> None:
        await asyncio.sleep(0.15)  # a few frames: the panes draw at the next frame
        self._pictures += 1
        self._desk.window.grab().save(str(self._folder / f"{self._pictures}-{name}.png"))

    @staticmethod
    async def _until(come: Callable[[], bool], otherwise: str) -> None:
        until = monotonic() + PATIENCE
        while not come():
            if monotonic() > until:
                raise StuckError(otherwise)
            await asyncio.sleep(0.005)
