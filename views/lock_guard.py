"""Watches whether anybody uses the desk, and hides all of it while it is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QClipboard, QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from app.viewmodels.states import LockState
    from views.lock_screen import LockScreen
    from views.ports import LockPort

_USE = frozenset(
    (
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,  # all that is left of a key that was a shortcut
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    )
)

_LOCK = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_L)


class LockGuard(QObject):
    """``window`` shows ``desk``, or the lock screen in its place; its dialogs, menus and tips are closed when it is locked.

    Use is seen where it enters a window of the application, so that nothing is paid for the thousands of events inside.
    """

    def __init__(self, window: QWidget, desk: QWidget, model: LockPort) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._model = model
        self._title = window.windowTitle()
        self._focused: QWidget | None = None
        self.screen: LockScreen | None = None
        model.state_changed.connect(self._changed)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._entered)
        self._entered(window.windowHandle())
        self._changed(model.state)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _USE:
            return False
        if self.screen is not None:
            return False
        if not self._model.touched():
            return True  # it came too late: the screen is locked now
        if isinstance(event, QKeyEvent) and event.keyCombination() == _LOCK:  # in a dialog, which keeps the window's shortcuts off
            self._model.lock()
            return True
        return False

    def _entered(self, entered: QWindow | None) -> None:
        """Another window of ours has the focus: a dialog, a menu."""
        if entered is None:
            return
        entered.installEventFilter(self)
        if self.screen is not None:
            self._close_others()

    def _changed(self, state: LockState) -> None:
        if state.why and self.screen is None:
            self._hide()
        elif not state.why and self.screen is not None:
            self._show()
        if self.screen is not None:
            self.screen.draw(state)

    def _hide(self) -> None:
        from views.lock_screen import LockScreen

        self._focused = self._window.focusWidget()
        self.screen = LockScreen(self._window)
        self._desk.hide()
        self._close_others()
        empty_clipboard(QGuiApplication.clipboard())
        self.screen.tried.connect(self._model.unlock)
        self.screen.left.connect(self._window.close)
        self.screen.show()
        self.screen.raise_()
        self.screen.enter()
        self._window.setWindowTitle(self.tr("{title} (locked)").format(title=self._title))

    def _show(self) -> None:
        screen, self.screen = self.screen, None
        assert screen is not None
        self._window.setWindowTitle(self._title)
        self._desk.show()
        screen.hide()
        screen.deleteLater()
        if self._focused is not None and shiboken6.isValid(self._focused):
            self._focused.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focused = None

    def _close_others(self) -> None:
        for top in QApplication.topLevelWidgets():
            if top is not self._window and top.isVisible():
                top.close()


def empty_clipboard(clipboard: QClipboard) -> None:
    """Take out of the clipboard, and of X11's selection, what this desk put there; what others put there is theirs."""
    if clipboard.ownsClipboard():
        clipboard.clear(QClipboard.Mode.Clipboard)
    if clipboard.supportsSelection() and clipboard.ownsSelection():
        clipboard.clear(QClipboard.Mode.Selection)
