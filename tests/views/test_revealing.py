"""Revealing on the screen: a reason by keyboard, one value for a while, and a clipboard that forgets."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from models.people import ValuePlace
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views import masked
from views.caller_pane import CallerPane
from views.masked import MaskedValue, ShortMemory
from views.window import DeskWindow

Settle = Callable[[], None]
BANK = ValuePlace("revenue", "R-2025-3", "Bank account")


@pytest.fixture
def pane(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> CallerPane:
    models.caller.show(sample.CALLER)
    settle()
    pane = in_a_call.desk.caller_view.caller
    pane.table.selectRow(0)
    return pane


def value(pane: CallerPane) -> MaskedValue:
    found = [cell.masked for cell in pane.detail._cells if cell.masked is not None and not cell.isHidden()]
    assert len(found) == 1
    return found[0]


def test_one_key_leads_to_the_first_masked_value(in_a_call: DeskWindow, pane: CallerPane) -> None:
    assert pane.enter_masked()
    assert value(pane).buttons[0].window().focusWidget() is value(pane).buttons[0]
    assert value(pane).text.accessibleName() == "Bank account: masked"


def test_a_reason_is_chosen_by_keyboard_and_then_it_is_shown(qtbot, pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    pane.enter_masked()
    menu = pane.reveal_menu.menu(value(pane).place)
    assert [action.text() for action in menu.actions()][1:] == ["&1  The caller asks for it", "&2  To correct it"]
    assert not menu.actions()[0].isEnabled()
    menu.actions()[2].trigger()
    assert models.caller.calls == [("reveal", BANK, "To correct it")]
    settle()
    assert value(pane).text.text() == models.caller.secret
    assert [button.text() for button in value(pane).buttons] == ["Copy", "Mask"]
    assert value(pane).buttons[0].window().focusWidget() is value(pane).buttons[0]


def test_enter_on_the_button_asks_for_the_reason(qtbot, pane: CallerPane, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ValuePlace] = []
    monkeypatch.setattr(pane.reveal_menu, "ask", lambda place, button: asked.append(place))
    qtbot.keyClick(value(pane).buttons[0], Qt.Key.Key_Return)
    assert asked == [BANK]


def test_it_is_masked_again_everywhere(qtbot, pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.caller.reveal(BANK, "To correct it")
    settle()
    assert value(pane).text.text() == models.caller.secret
    qtbot.mouseClick(value(pane).buttons[1], Qt.MouseButton.LeftButton)
    settle()
    assert value(pane).text.text() == "••••"
    assert models.caller.secret not in value(pane).text.accessibleName() + value(pane).text.toolTip()


def test_what_is_revealed_shows_with_its_own_record_only(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.caller.reveal(msgspec.structs.replace(BANK, id="R-1999"), "To correct it")
    settle()
    assert value(pane).text.text() == "••••"


def test_a_number_in_the_header_is_revealed_there(qtbot, pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    (number,) = pane.header._masks()
    assert number.text.text() == "Taxpayer ••••"
    models.caller.reveal(number.place, "To correct it")
    settle()
    assert pane.header._masks()[0].text.text() == f"Taxpayer {models.caller.secret}"


def test_a_copy_goes_from_the_clipboard_again(
    qtbot, pane: CallerPane, models: FakeViewModels, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    clipboard = QGuiApplication.clipboard()
    assert masked.CLIPBOARD_MS == 30_000
    models.caller.reveal(BANK, "To correct it")
    settle()
    qtbot.mouseClick(value(pane).buttons[0], Qt.MouseButton.LeftButton)
    assert models.caller.calls[-1] == ("copy_revealed",)
    assert clipboard.text() == models.caller.secret
    memory = pane.window().findChild(ShortMemory)
    assert memory is not None
    assert memory._timer.isActive()
    assert memory._timer.interval() == 30_000
    memory._timer.timeout.emit()
    assert clipboard.text() == ""


def test_what_was_copied_since_stays_in_the_clipboard(qapp: QApplication) -> None:
    memory = ShortMemory(qapp)
    memory.copy("021000021")
    QGuiApplication.clipboard().setText("something else")
    memory.forget()
    assert QGuiApplication.clipboard().text() == "something else"


def test_the_next_caller_finds_an_empty_clipboard(pane: CallerPane, models: FakeViewModels, in_a_call: DeskWindow) -> None:
    models.caller.copied.emit("021000021")
    in_a_call.desk._next_caller()
    assert QGuiApplication.clipboard().text() == ""


def test_a_window_that_closes_leaves_no_copy(pane: CallerPane, models: FakeViewModels, in_a_call: DeskWindow) -> None:
    models.caller.copied.emit("021000021")
    assert QGuiApplication.clipboard().text() == "021000021"
    in_a_call.close()
    assert QGuiApplication.clipboard().text() == ""


def test_what_may_not_be_seen_says_so_and_has_no_button(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    fields = tuple(msgspec.structs.replace(each, shut="not permitted") if each.shut else each for each in sample.RECORDS[0].fields)
    models.caller.show(msgspec.structs.replace(sample.CALLER, records=(msgspec.structs.replace(sample.RECORDS[0], fields=fields),)))
    settle()
    assert value(pane).buttons == []
    assert value(pane).text.accessibleName() == "Bank account: not permitted"
