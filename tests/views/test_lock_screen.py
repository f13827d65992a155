"""The lock screen: nothing is seen or reached behind it, and the desk is as it was afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QClipboard, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.fakes.viewmodels import FakeViewModels
from views.keys_dialog import KeysDialog
from views.lock_guard import empty_clipboard
from views.lock_screen import LockScreen
from views.widgets.plain_label import PlainLabel
from views.window import DeskWindow

CONTROL = Qt.KeyboardModifier.ControlModifier


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, key, modifier)


def screen(window: DeskWindow) -> LockScreen:
    found = window.findChild(LockScreen)
    assert isinstance(found, LockScreen)
    return found


@pytest.fixture
def locked(in_a_call: DeskWindow, settle: Callable[[], None]) -> DeskWindow:
    press(in_a_call.desk.caller_view.search.box, Qt.Key.Key_L, CONTROL)
    settle()
    return in_a_call


def test_control_l_locks_from_anywhere(in_a_call: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> None:
    for widget in (in_a_call.desk.caller_view.call.wrap_up.note, in_a_call.desk.caller_view.people.list):
        widget.setFocus()
        press(widget, Qt.Key.Key_L, CONTROL)
        assert models.lock.state.why == "asked"
        models.lock.change(why="")
        settle()
    in_a_call.desk.caller_view.who.lock_button.click()
    assert models.lock.calls == [("lock",)] * 3


def test_nothing_of_the_desk_is_visible_or_reached(locked: DeskWindow, qapp: QApplication) -> None:
    assert not locked.desk.isVisible()
    assert screen(locked).geometry() == locked.rect()
    assert locked.focusWidget() is screen(locked).secret
    shown = {label.text() for label in locked.findChildren(PlainLabel) if label.isVisible()}
    assert not any("Gonzalez" in text for text in shown)
    reached = set()
    for _ in range(8):
        press(locked.focusWidget() or locked, Qt.Key.Key_Tab)
        focused = locked.focusWidget()
        assert focused is not None
        assert screen(locked).isAncestorOf(focused)
        reached.add(focused)
    assert len(reached) == 3, "the field, the button and the way out"


def test_the_deskkeys_are_off(locked: DeskWindow, models: FakeViewModels) -> None:
    before = [model.calls[:] for model in (models.search, models.call, models.departments)]
    for key in (Qt.Key.Key_K, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Return, Qt.Key.Key_F5, Qt.Key.Key_F1):
        press(screen(locked).secret, key, CONTROL)
    assert [model.calls for model in (models.search, models.call, models.departments)] == before
    assert not locked.desk.isVisible()


@pytest.mark.qt_log_ignore("propagateSizeHints", "raise", "grabbing")
def test_dialogs_and_menus_are_closed(in_a_call: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> None:
    in_a_call.desk.show_keys()
    menu = QMenu(in_a_call)
    menu.addAction("Maria Gonzalez")
    menu.popup(QPoint(10, 10))
    settle()
    assert in_a_call.findChild(KeysDialog) is not None
    models.lock.lock()
    settle()
    assert [top for top in QApplication.topLevelWidgets() if top.isVisible()] == [in_a_call]


@pytest.mark.parametrize(("ours", "others"), [("clipboard", "selection"), ("selection", "clipboard")])
def test_what_the_desk_put_into_the_clipboard_is_taken_out(ours: str, others: str) -> None:
    class Clipboard:
        """As X11's; offscreen Qt does not know who filled its own."""

        def __init__(self) -> None:
            self.held = {"clipboard": "text", "selection": "text"}

        def ownsClipboard(self) -> bool:
            return ours == "clipboard"

        def ownsSelection(self) -> bool:
            return ours == "selection"

        def supportsSelection(self) -> bool:
            return True

        def clear(self, mode: QClipboard.Mode) -> None:
            self.held.pop("clipboard" if mode == QClipboard.Mode.Clipboard else "selection")

    clipboard = Clipboard()
    empty_clipboard(clipboard)  # type: ignore[arg-type]
    assert list(clipboard.held) == [others]


def test_the_title_says_locked_and_nothing_more(locked: DeskWindow, models: FakeViewModels) -> None:
    assert locked.windowTitle() == "CivicDesk (locked)"
    models.lock.change(why="")
    assert locked.windowTitle() == "CivicDesk"


def test_the_desk_is_back_with_the_focus_where_it_was(in_a_call: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> None:
    note = in_a_call.desk.caller_view.call.wrap_up.note
    note.setFocus()
    models.lock.lock()
    settle()
    assert in_a_call.focusWidget() is not note
    models.lock.change(why="")
    settle()
    assert in_a_call.desk.isVisible()
    assert in_a_call.focusWidget() is note
    assert in_a_call.findChild(LockScreen) is None or not screen(in_a_call).isVisible()


def test_enter_tries_what_was_typed_and_a_wrong_one_is_cleared(locked: DeskWindow, models: FakeViewModels) -> None:
    page = screen(locked)
    press(page.secret, Qt.Key.Key_Return)
    assert models.lock.calls == [("lock",)], "nothing typed, nothing asked"
    QTest.keyClicks(page.secret, "open")
    assert page.secret.displayText() == "●●●●" or "open" not in page.secret.displayText()
    press(page.secret, Qt.Key.Key_Return)
    assert models.lock.calls[-1] == ("unlock", "open")
    models.lock.change(checking=True)
    press(page.secret, Qt.Key.Key_Return)
    assert models.lock.calls.count(("unlock", "open")) == 1
    models.lock.change(checking=False, problem="That is not the password of areyes.", wait=8.0)
    assert (page.secret.text(), page.problem.text()) == ("", "That is not the password of areyes.")
    assert page.button.text() == "Try again in 8 s"
    QTest.keyClicks(page.secret, "again")
    press(page.secret, Qt.Key.Key_Return)
    assert models.lock.calls.count(("unlock", "again")) == 0
    models.lock.change(wait=0.0, problem="")
    assert page.button.text() == "&Unlock"
    press(page.secret, Qt.Key.Key_Return)
    assert models.lock.calls[-1] == ("unlock", "again")


def test_a_demos_passphrase_is_shown_and_an_account_is_named(locked: DeskWindow, models: FakeViewModels) -> None:
    page = screen(locked)
    models.lock.change(actor="areyes")
    assert "areyes" in page.secret.accessibleName()
    assert not page.passphrase.isVisible()
    models.lock.change(passphrase="amber-canal-42")
    assert "amber-canal-42" in page.passphrase.text()
    assert page.passphrase.isVisible()


def test_it_covers_the_window_at_every_size(locked: DeskWindow, qapp: QApplication) -> None:
    locked.resize(900, 620)
    qapp.processEvents()
    assert screen(locked).geometry() == locked.rect()


def test_use_is_seen_at_the_window_and_a_late_one_is_swallowed(in_a_call: DeskWindow, models: FakeViewModels, qapp: QApplication) -> None:
    handle = in_a_call.windowHandle()
    at = QPointF(400, 20)
    move = QMouseEvent(QMouseEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    before = models.lock.touches
    qapp.sendEvent(handle, move)
    qapp.sendEvent(handle, QFocusEvent(QFocusEvent.Type.FocusAboutToChange))
    assert models.lock.touches == before + 1
    models.lock.touched = lambda: False  # type: ignore[method-assign]
    text = in_a_call.desk.caller_view.search.box.text()
    in_a_call.desk.caller_view.search.box.setFocus()
    qapp.sendEvent(handle, QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x"))
    assert in_a_call.desk.caller_view.search.box.text() == text


def test_control_l_in_a_dialog_locks_too(in_a_call: DeskWindow, models: FakeViewModels, qapp: QApplication, settle) -> None:  # type: ignore[no-untyped-def]
    in_a_call.desk.show_keys()
    settle()
    dialog = in_a_call.findChild(KeysDialog)
    assert dialog is not None
    qapp.focusWindowChanged.emit(dialog.windowHandle())
    qapp.sendEvent(dialog.windowHandle(), QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_L, CONTROL))
    assert models.lock.state.why == "asked"
