"""A whole session at the real window, as a program of its own: ``python -m tests.end2end.canary_desk SITE``.

It tells its steps on standard output, waits for a line on standard input at the stops, and shows what must not be shown nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.desk import Desk
from models.outcomes import Failed, Waiting
from models.people import ValuePlace
from tests.fakes.canary_city import FAMILY, GIVEN, NOTE, QUERY, SUBJECT
from views.lock_screen import LockScreen
from views.trail_dialog import TrailDialog

SAYS = {"post code": "60614", "phone": "(312) 555-0199", "house number": "17", "e-mail": "zq@quibblemail.example"}
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def tell(step: str, **more: Any) -> None:
    sys.stdout.write(json.dumps({"step": step, "titles": titles(), **more}) + "\n")
    sys.stdout.flush()


def titles() -> list[str]:
    return [top.windowTitle() for top in QApplication.topLevelWidgets()]


def clipboard() -> list[str]:
    """What this desk put there; empty lists no platform without a real one."""
    held = QGuiApplication.clipboard()
    modes = [QClipboard.Mode.Clipboard, *([QClipboard.Mode.Selection] if held.supportsSelection() else [])]
    return [held.text(mode) for mode in modes] if QGuiApplication.platformName() == "xcb" else []


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key, modifier)


async def until(come: Callable[[], object], what: str) -> None:
    end = monotonic() + 30
    while not come():
        if monotonic() > end:
            raise AssertionError(f"did not come about: {what}")
        await asyncio.sleep(0.02)


async def stop(step: str, **more: Any) -> None:
    tell(step, **more)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


async def to_front(desk: Desk) -> None:
    """Without a window manager nobody else does it."""
    desk.window.activateWindow()
    await until(lambda: QApplication.activeWindow() is desk.window, "the desk in front")


async def session(desk: Desk) -> None:
    models = desk.viewmodels
    assert models is not None
    assert desk.services is not None
    search, caller, call, lock = models.search, models.caller, models.call, models.lock

    def read() -> bool:
        waiting = any(isinstance(each.records, Waiting) for each in caller.state.departments)
        return search.state.phase == "done" and caller.state.caller is not None and not waiting

    await to_front(desk)
    press(Qt.Key.Key_K, CONTROL)
    QTest.keyClicks(QApplication.focusWidget(), QUERY)
    press(Qt.Key.Key_Return)
    await until(read, "the file")
    await verify(desk)
    failed = sorted(each.id for each in search.state.departments if isinstance(each.outcome, Failed))
    tell("found", callers=len(search.state.callers), failed=failed)
    for number in range(1, 10):
        press(getattr(Qt.Key, f"Key_{number}"), ALT)
        await asyncio.sleep(0.05)
    await reveal(desk)
    press(Qt.Key.Key_N, ALT)
    QTest.keyClicks(QApplication.focusWidget(), NOTE)
    press(Qt.Key.Key_A, CONTROL)
    press(Qt.Key.Key_C, CONTROL)
    await asyncio.sleep(0.6)
    press(Qt.Key.Key_H, CONTROL)
    await until(lambda: models.trail.state.looks, "my looks")
    tell("my looks", rows=len(models.trail.state.looks))
    desk.window.findChild(TrailDialog).close()
    await to_front(desk)
    press(Qt.Key.Key_L, CONTROL)
    await until(lambda: not search.state.text and not call.state.note, "the lock")
    await asyncio.sleep(0.3)
    tell("locked", clipboard=clipboard())
    secret = desk.window.findChild(LockScreen).secret
    for typed in (FAMILY, desk.services.sign_in.shown):
        QTest.keyClicks(secret, typed)
        QTest.keyClick(secret, Qt.Key.Key_Return)
        await until(lambda: not lock.state.checking, "the sign-in")
        await asyncio.sleep(lock.state.wait + 0.1)
    await until(lambda: not lock.state.why and read() and call.state.note, "the desk's return")
    await to_front(desk)
    await verify(desk)
    press(Qt.Key.Key_F5)
    await until(read, "asking again")
    await reveal(desk)
    await crash(desk)
    await asyncio.sleep(0.5)
    await stop("in a call")
    call.set_reason("Ramp")
    call.set_outcome("resolved")
    press(Qt.Key.Key_Return, CONTROL)
    await until(lambda: call.state.recent, "the save")
    tell("saved")
    if sys.argv[2:] == ["--crash"]:
        search.set_query(QUERY)
        call.set_note(NOTE)
        await asyncio.sleep(1.0)
        await stop("about to crash")
        import ctypes

        ctypes.string_at(0)
    desk.window.close()


async def verify(desk: Desk) -> None:
    """The caller answers what is asked, until their file is open."""
    assert desk.viewmodels is not None
    verification, panel = desk.viewmodels.verification, desk.window.desk.caller_view.caller.verify_panel
    assert desk.viewmodels.caller.state.records == ()
    press(Qt.Key.Key_V, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    while verification.state.level != "verified":
        await until(lambda: verification.state.ask and verification.state.ask in panel.ask.text(), "a question")
        number = verification.state.number
        QTest.keyClicks(panel.said, SAYS[verification.state.question])
        QTest.keyClick(panel.said, Qt.Key.Key_Return)
        await until(lambda number=number: verification.state.number > number, "an answer")  # type: ignore[misc]
        assert verification.state.asked[-1].right, verification.state.question
    await until(lambda: len(desk.viewmodels.caller.state.records) > 1, "the open file")  # type: ignore[union-attr]


async def reveal(desk: Desk) -> None:
    """One masked value is shown and copied."""
    assert desk.viewmodels is not None
    caller = desk.viewmodels.caller
    place = next(
        ValuePlace(record.ref.department, record.ref.id, field.label)
        for record in caller.state.records
        for field in record.fields
        if field.shut == "reveal"
    )
    caller.reveal(place, caller.state.reveal_reasons[0])
    await until(lambda: caller.state.revealed, "the value")
    copied: list[str] = []
    caller.copied.connect(copied.append)
    caller.copy_revealed()
    await until(lambda: copied, "the copy")


async def crash(desk: Desk) -> None:
    """Every way in which something unexpected may quote what it was about."""

    def slot() -> None:
        raise ValueError(f"{GIVEN} {FAMILY}")

    def thread() -> None:
        try:
            slot()
        except ValueError as error:
            raise KeyError(SUBJECT) from error

    async def task() -> None:
        await asyncio.sleep(0)
        error = RuntimeError(NOTE)
        error.add_note(FAMILY)
        raise ExceptionGroup(FAMILY, [error])

    QTimer.singleShot(0, slot)
    worker = threading.Thread(target=thread)
    worker.start()
    worker.join()
    kept = asyncio.ensure_future(task())
    await asyncio.wait([kept])
    del kept
    logging.getLogger("urllib3.connectionpool").warning("Retrying after %s: /people?family=%s", ConnectionError(GIVEN), FAMILY)
    logging.getLogger("asyncio").error(f"Task exception was never retrieved {NOTE}", exc_info=ValueError(SUBJECT))


def main() -> None:
    working: list[asyncio.Future[None]] = []

    async def work(desk: Desk) -> None:
        try:
            await session(desk)
        except BaseException as error:
            sys.stdout.write(json.dumps({"step": "failed", "why": f"{type(error).__name__}: {error}"}) + "\n")
            sys.stdout.flush()
            desk.end(9)

    desk = Desk(lambda: Path(sys.argv[1]), lambda desk: working.append(asyncio.ensure_future(work(desk))))
    desk.show()
    sys.exit(desk.run())


if __name__ == "__main__":
    main()
