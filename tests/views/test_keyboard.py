"""Everything without a mouse: panes, shortcuts, mnemonics, names for screen readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QShortcut
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QDialog, QLabel, QLineEdit, QPlainTextEdit, QTabBar, QWidget

from tests.fakes.viewmodels import FakeViewModels
from views.desk import CALLER, DEPARTMENTS
from views.keys_dialog import KeysDialog
from views.window import DeskWindow

Settle = Callable[[], None]


def test_f6_goes_round_all_panes_and_back(in_a_call: DeskWindow) -> None:
    desk = in_a_call.desk
    view = desk.caller_view
    view.search.focus_box()
    panes = [view.search, view.strip, view.people, view.caller, view.call]
    for by in (1, -1):
        seen = []
        for _ in range(5):
            desk.next_pane(by)
            focused = in_a_call.focusWidget()
            seen.append(next(pane for pane in panes if pane.isAncestorOf(focused)))
        assert seen == ([*panes[1:], panes[0]] if by == 1 else [panes[4], panes[3], panes[2], panes[1], panes[0]])


def test_tab_reaches_every_control(qtbot, in_a_call: DeskWindow) -> None:
    view = in_a_call.desk.caller_view
    view.search.focus_box()
    reached = set()
    for _ in range(60):
        widget = in_a_call.focusWidget()
        if widget in reached:
            break
        reached.add(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert {
        view.search.box,
        view.people.list,
        view.caller.tabs,
        view.caller.table,
        view.call.wrap_up.note,
        view.call.wrap_up.save_button,
    } <= reached
    assert any(view.strip.isAncestorOf(widget) for widget in reached)
    assert any(view.search.read_as.isAncestorOf(widget) for widget in reached)
    assert any(view.call.wrap_up.outcome_row.isAncestorOf(widget) for widget in reached)
    assert any(view.people.missing.isAncestorOf(widget) for widget in reached)
    assert any(view.caller.attention.isAncestorOf(widget) for widget in reached)


@pytest.mark.parametrize("screen", [CALLER, DEPARTMENTS])
def test_what_can_be_pressed_can_take_the_focus(in_a_call: DeskWindow, settle: Settle, screen: int) -> None:
    in_a_call.desk.go_to(screen)
    settle()
    kinds = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QTabBar)
    for kind in kinds:
        for widget in in_a_call.findChildren(kind):
            inner = widget.parent() is not None and isinstance(widget.parent(), QComboBox | QTabBar | QLineEdit | QAbstractItemView)
            told_only = in_a_call.desk._departments_view is not None and in_a_call.desk._departments_view.counts.isAncestorOf(widget)
            if widget.isVisible() and widget.isEnabled() and not inner and not told_only and widget.objectName() != "qt_spinbox":
                assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus, (widget, widget.accessibleName())


def test_one_key_one_meaning(in_a_call: DeskWindow, settle: Settle) -> None:
    in_a_call.desk.go_to(DEPARTMENTS)
    settle()
    shortcuts = Counter(shortcut.key().toString() for shortcut in in_a_call.findChildren(QShortcut))
    for screen in (CALLER, DEPARTMENTS):
        in_a_call.desk.go_to(screen)
        settle()
        pressed = [
            *(button.shortcut().toString() for button in in_a_call.findChildren(QAbstractButton) if button.isVisible()),
            *(_mnemonic(label) for label in in_a_call.findChildren(QLabel) if label.isVisible() and label.buddy()),
        ]
        keys = shortcuts + Counter(key for key in pressed if key)
        assert {key: count for key, count in keys.items() if count > 1} == {}
        assert any(key.startswith("Alt+") for key in pressed)


def _mnemonic(label: QLabel) -> str:
    at = label.text().find("&")
    return f"Alt+{label.text()[at + 1].upper()}" if at >= 0 else ""


def test_alt_and_a_number_open_a_tab(in_a_call: DeskWindow) -> None:
    in_a_call.desk._open_tab(2)
    assert in_a_call.desk.caller_view.caller.tabs.currentIndex() == 2
    assert in_a_call.focusWidget() is in_a_call.desk.caller_view.caller.table
    in_a_call.desk._open_tab(8)
    assert in_a_call.desk.caller_view.caller.tabs.currentIndex() == 2


def test_escape_goes_back_to_the_search(qtbot, in_a_call: DeskWindow) -> None:
    view = in_a_call.desk.caller_view
    view.call.wrap_up.note.setFocus()
    in_a_call.desk.focus_search()
    assert in_a_call.focusWidget() is view.search.box
    assert view.search.box.selectedText() == view.search.box.text()


def test_f1_lists_every_shortcut(in_a_call: DeskWindow) -> None:
    in_a_call.desk.show_keys()
    dialog = in_a_call.findChild(KeysDialog)
    assert isinstance(dialog, QDialog)
    told = " ".join(keys for keys, _text in dialog.keys)
    for key in ("Ctrl+K", "Esc", "F6", "Shift+F6", "Ctrl+F", "F5", "Ctrl+Enter", "Ctrl+1", "Ctrl+2", "F1", "Ctrl+Shift+L", "Ctrl+0"):
        assert key in told
    dialog.close()


def _interfaces(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield interface
    for at in range(min(interface.childCount(), 60)):
        child = interface.child(at)
        if child is not None:
            yield from _interfaces(child)


@pytest.mark.parametrize("screen", [CALLER, DEPARTMENTS])
def test_everything_that_can_be_used_has_a_name(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle, screen: int) -> None:
    in_a_call.desk.go_to(screen)
    settle()
    named = {
        QAccessible.Role.PushButton,
        QAccessible.Role.CheckBox,
        QAccessible.Role.RadioButton,
        QAccessible.Role.EditableText,
        QAccessible.Role.ComboBox,
        QAccessible.Role.Table,
        QAccessible.Role.List,
        QAccessible.Role.ListItem,
        QAccessible.Role.PageTab,
        QAccessible.Role.PageTabList,
    }
    nameless, count = [], 0
    for interface in _interfaces(QAccessible.queryAccessibleInterface(in_a_call)):
        widget = interface.object()
        hidden = isinstance(widget, QWidget) and not widget.isVisible()
        inside_tabs = isinstance(widget, QWidget) and isinstance(widget.parent(), QTabBar)
        if interface.role() in named and not hidden and not inside_tabs:
            count += 1
            if not interface.text(QAccessible.Text.Name):
                nameless.append((interface.role(), widget))
    assert count > 8
    assert nameless == []


def test_a_person_is_read_out_as_one_sentence(in_a_call: DeskWindow) -> None:
    people = in_a_call.desk.caller_view.people.list.people
    said = people.data(people.index(0, 0))
    assert said.startswith("Maria Gonzalez, 1984, certain, 2210 N Clark St, Apt 3, 60614, Revenue, Permits")
