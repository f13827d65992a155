"""The window: first its outlines and the search box, then, once these are painted, the whole desk.

What is typed from the first paint on is kept: the search box is the same one all along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QSize, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow

from views.shell import Shell

if TYPE_CHECKING:
    from views.desk import Desk
    from views.frame import Frame
    from views.ports import ViewModels
    from views.theme import Appearance


USUAL = QSize(1440, 900)
_FRAME = 40
"""Pixels that the window manager's title bar may take."""


class DeskWindow(QMainWindow):
    """``bind`` connects it to the view models; ``closing`` says that it is being closed, and whoever owns the services ends them."""

    closing = Signal()

    def __init__(self, settings: QSettings | None = None) -> None:
        """``settings`` keeps the colour scheme and the zoom; without it they are forgotten."""
        super().__init__()
        self.setWindowTitle("CivicDesk")
        self._settings = settings
        self._desk: Desk | None = None
        self._shell = Shell(self._after_first_paint, str(settings.value("appearance/scheme")) if settings is not None else "system")
        self.setCentralWidget(self._shell)
        self.resize(USUAL)

    def show_fitting(self) -> None:
        """Show the window: filling a screen that has no room for its usual size and a frame round it."""
        room = self.screen().availableSize()
        # Where there is no screen, its size is made up.
        if QGuiApplication.platformName() != "offscreen" and (room.width() <= USUAL.width() or room.height() <= USUAL.height() + _FRAME):
            self.showMaximized()
        else:
            self.show()

    @property
    def desk(self) -> Desk:
        """The whole desk; built at the first call, at the latest by ``bind``."""
        if self._desk is None:
            from views.desk import Desk

            box = self._shell.take_box()
            cursor, start, length = box.cursorPosition(), box.selectionStart(), len(box.selectedText())
            self._desk = Desk(self, box, self._settings)
            self.setCentralWidget(self._desk)
            box.setFocus()
            box.setCursorPosition(cursor)
            if length:
                box.setSelection(start, length)
        return self._desk

    def renew(self) -> None:
        """Screens that know of nothing yet, in place of those that are there: to be bound to other view models."""
        from views.desk import Desk
        from views.search_box import SearchBox

        self._desk = Desk(self, SearchBox(), self._settings)
        self.setCentralWidget(self._desk)

    @property
    def frame(self) -> Frame:
        """Gathers the redraws of the desk."""
        return self.desk.frame

    @property
    def appearance(self) -> Appearance:
        """Colours and zoom."""
        return self.desk.appearance

    def bind(self, models: ViewModels) -> None:
        """Connects every screen to its view model. Called once after the window was painted, and once after each ``renew``."""
        self.desk.bind(models)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.desk is not None:
            self.desk.caller_view.forget_copied()
        self.closing.emit()
        event.accept()

    def _after_first_paint(self) -> None:
        assert self.desk is not None
