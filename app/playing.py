"""A play: the desk's real window used by keyboard, as a member of staff would, each step waited for, counted and pictured."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.desk import Desk
from app.viewmodels import ViewModels
from models.outcomes import Waiting

PATIENCE = 30.0
"""Seconds after which a step that does not come about ends the play."""
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class StuckError(Exception):
    """A step did not come about; the text says which."""


def perform(site: Callable[[], Path], folder: Path, play: Callable[[Player], Awaitable[None]]) -> int:
    """Open a desk on the site that ``site`` returns and play. Returns the exit code: 0 when every step came about.

    Pictures go to ``folder``.
    """

    async def run(desk: Desk) -> None:
        code, player = 1, Player(desk, folder)
        try:
            await play(player)
            code = 0
        except StuckError as error:
            tell(f"Stopped: {error}")
            await player.picture("stuck")
        except Exception:
            traceback.print_exc()
        finally:
            desk.end(code)

    def start(desk: Desk) -> None:
        desk.playing = asyncio.ensure_future(run(desk))  # type: ignore[attr-defined]

    desk = Desk(site, start, keep_settings=False, attended=False)
    desk.show()
    return desk.run()


def tell(text: str) -> None:
    """One line for whoever follows the play."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Player:
    """The hands and eyes of a member of staff. ``keys`` counts what was pressed, of a chord such as Ctrl+K both keys."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.keys = 0
        self._folder = folder
        self._pictures = 0

    @property
    def models(self) -> ViewModels:
        assert self.desk.viewmodels is not None
        return self.desk.viewmodels

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """One key, or one chord, into whatever has the focus."""
        self.keys += 1 + sum(bool(modifier & each) for each in (CONTROL, SHIFT, ALT))
        QTest.keyClick(self._focused(), key, modifier)

    def type(self, text: str) -> None:
        """Each letter, into whatever has the focus."""
        self.keys += len(text)
        QTest.keyClicks(self._focused(), text)

    async def picture(self, name: str) -> None:
        """The window as it is now, with the dialog that is open in it."""
        await asyncio.sleep(0.15)  # a few frames: the panes draw at the next frame
        self._pictures += 1
        shown = QApplication.activeModalWidget() or self.desk.window
        shown.grab().save(str(self._folder / f"{self._pictures}-{name}.png"))

    @staticmethod
    async def until(come: Callable[[], object], otherwise: str | Callable[[], str]) -> None:
        """Wait for something to come about. Raises StuckError with ``otherwise`` when it does not."""
        until = monotonic() + PATIENCE
        while not come():
            if monotonic() > until:
                raise StuckError(otherwise if isinstance(otherwise, str) else otherwise())
            await asyncio.sleep(0.005)

    def file_read(self) -> bool:
        """Whether every department has told what it has of the open caller."""
        state = self.models.caller.state
        return state.caller is not None and not any(isinstance(each.records, Waiting) for each in state.departments)

    def outcome(self, department: str) -> object:
        """What came of asking one department."""
        return next((each.outcome for each in self.models.search.state.departments if each.id == department), None)

    def _focused(self) -> QWidget:
        """Whatever a key goes to: within a dialog also where no window system has made it the active window yet."""
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            return popup
        if dialog is None:
            return QApplication.focusWidget() or self.desk.window
        focused: QWidget | None = dialog.focusWidget()
        return dialog if focused is None else focused
