"""The running desk: the window first, everything else behind it, one way to end."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from app.qt_messages import leave_qt, looking_for_a_screen
from views.window import DeskWindow

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from app.bootstrap import Services
    from app.links import Listening
    from app.tasks import Tasks
    from app.viewmodels import ViewModels

# What talks to departments is imported after the first paint: it takes longer than the window itself.

SWITCH_INTERVAL = 0.0005
"""Seconds after which a worker that parses gives way to the window; Python's own 5 ms, a few times in a row, are a stall."""

CLOSING_TAKES = 5.0
"""Seconds that quitting waits for a note to be on the disk."""


class Desk:
    """One window on one site. ``site`` is called in a worker and returns the site's folder; it may take its time.

    ``ready`` is called with the services and view models when staff can work. Not ``attended``, a desk that can't open its site ends.
    """

    def __init__(
        self,
        site: Callable[[], Path],
        ready: Callable[[Desk], None] | None = None,
        *,
        keep_settings: bool = True,
        attended: bool = True,
        link: str = "",
    ) -> None:
        with looking_for_a_screen():
            self.application = QApplication(sys.argv[:1])
        self.application.setApplicationName("CivicDesk")
        self.window = DeskWindow(QSettings("civicdesk", "civicdesk") if keep_settings else None)
        self.services: Services | None = None
        self.viewmodels: ViewModels | None = None
        self._site = site
        self._ready = ready
        self._attended = attended
        self._link = link
        self._listening: Listening | None = None
        self._closing = False
        self._ended: asyncio.Event | None = None
        self._code = 0
        self.window.closing.connect(self._close)

    def show(self) -> None:
        """Paint the window; nothing else has been imported yet."""
        self.window.show_fitting()
        self.application.processEvents()

    def run(self) -> int:
        """Work until the window is closed. Returns the exit code."""
        import asyncio

        from qasync import QEventLoop

        from app.signals import told_by_signals

        self.application.setQuitOnLastWindowClosed(False)
        sys.setswitchinterval(SWITCH_INTERVAL)
        try:
            with told_by_signals(self.end), asyncio.Runner(loop_factory=lambda: QEventLoop(self.application)) as runner:
                return runner.run(self._work())
        finally:
            leave_qt()

    def end(self, code: int = 0) -> None:
        """Leave, with this exit code."""
        self._code = code
        self._close()

    async def _work(self) -> int:
        import asyncio

        from app.reporting import report_everything, report_loop
        from app.tasks import Tasks

        report_everything()
        report_loop(asyncio.get_running_loop())
        self._ended = asyncio.Event()
        if self._closing:
            self._ended.set()
        tasks = Tasks()
        tasks.start(self._open(tasks), "open site")
        await self._ended.wait()
        while not self._closing:  # the site's files are read again
            self._ended.clear()
            await self._leave(tasks)
            self.window.renew()
            tasks = Tasks()
            tasks.start(self._open(tasks, again=True), "open site again")
            await self._ended.wait()
        self.window.hide()
        await self._leave(tasks)
        return self._code

    async def _leave(self, tasks: Tasks) -> None:
        """Put away what is open, end what runs, give back what is held."""
        import asyncio

        if self.viewmodels is not None:
            # The last keys of a note are not left to their pause.
            with suppress(TimeoutError):
                await asyncio.wait_for(self.viewmodels.calls.suspend(), CLOSING_TAKES)
        if self._listening is not None:
            self._listening.close()
        await tasks.close()
        if self.services is not None:
            self.services.close()
        self.viewmodels, self.services = None, None

    def read_again(self) -> None:
        """Read the site's files again, as a start would, in the same window. A site with errors is told, and nothing changes."""
        if self.services is not None and self._ended is not None:
            from app.opening import site_problem

            problem = site_problem(self.services.site.folder)
            if problem:
                self.window.desk.notice.setText(problem)
            else:
                self._ended.set()

    async def _open(self, tasks: Any, *, again: bool = False) -> None:
        from app.opening import open_site, viewmodels_for

        try:
            opened = await open_site(self._site)
        except Exception:
            self._fail("Something unexpected happened while the site was opened. Start CivicDesk in a terminal to see where.")
            raise
        if isinstance(opened, str):
            if sys.stderr is not None:
                sys.stderr.write(f"civicdesk: {opened}\n")
            self._fail(opened)
            return
        self.services = opened
        self.viewmodels = viewmodels_for(opened, tasks)
        self.window.bind(self.viewmodels)
        give_way(self.window)
        self._take_calls(opened, self.viewmodels, tasks)
        self.viewmodels.departments.reread.connect(self.read_again)
        if again:
            self.window.desk.show_departments()
        elif self._ready is not None:
            self._ready(self)

    def _take_calls(self, services: Services, models: ViewModels, tasks: Any) -> None:
        """What telephone systems and links tell, from now on."""
        from datetime import UTC, datetime

        from app import links
        from app.services.telephony.cti import event_of_link
        from app.telephone import Telephone

        always = models.session.state.notice
        Telephone(services.lines, models.calls.hear, lambda words: models.session.notice(words or always), tasks)
        self._listening = links.Listening(links.place(services.site.store_folder), models.calls.hear)
        link, self._link = self._link, ""
        if link:
            models.calls.hear(event_of_link(link, datetime.now(UTC)))

    def _fail(self, words: str) -> None:
        self._code = 1
        self.window.desk.show_problem(words)
        if not self._attended:
            self._close()

    def _close(self) -> None:
        self._closing = True
        if self._ended is not None:
            self._ended.set()


def give_way(window: DeskWindow) -> None:
    """Keep workers and the garbage collector from holding up the window, once it is bound."""
    from adapters.turns import TURNS

    window.frame.drawing.connect(TURNS.drawing)
    gc.freeze()  # what is there now stays: looking through all of it again takes 30 ms, in the middle of an answer


def run_desk(site: str | None, link: str = "") -> int:
    """Open the desk on the site in this folder, or the usual one, with the call that a link tells of. Returns the exit code."""

    def folder() -> Path:
        from pathlib import Path

        from app.config import site_folder

        return site_folder(Path(site) if site else None)

    desk = Desk(folder, link=link)
    desk.show()
    return desk.run()
