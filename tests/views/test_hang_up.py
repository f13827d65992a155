"""Before you hang up, on the screen: a short count in the wrap-up, buttons on the cards, and the list with its keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from app.viewmodels.saying_states import HangingUpState, OpenThing
from models.hanging_up import Thing
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from tests.views.test_plain_text import hostile, magenta
from views.hang_up_dialog import HangUpDialog
from views.widgets.plain_label import PlainLabel
from views.window import DeskWindow

__all__ = ["hostile"]

Settle = Callable[[], None]
TAX, POTHOLE, PERMIT = (record.ref for record in sample.RECORDS[:3])
STATE = HangingUpState(
    (
        OpenThing(Thing("Unpaid", "Property tax Q3: $214.50 was due.", "payment_plan", TAX, late=True), "Payment plan…"),
        OpenThing(Thing("Past its promise", "Pothole was promised.", "escalate", POTHOLE, late=True)),
        OpenThing(Thing("Addresses differ", "Ask which one is right.", "address"), "Change address…"),
    )
)


def opened(window: DeskWindow, settle: Settle) -> HangUpDialog:
    settle()
    found = window.findChildren(HangUpDialog)
    assert len(found) == 1
    return found[0]


def test_a_short_count_stands_in_the_wrap_up(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    count = in_a_call.desk.caller_view.call.wrap_up.things
    assert count.isHidden()
    models.hanging_up.show(STATE)
    settle()
    assert count.text() == "3 things to settle"
    qtbot.keyClick(count, Qt.Key.Key_Return)
    dialog = opened(in_a_call, settle)
    assert dialog.heading.text() == "3 things before you hang up"
    dialog.close()
    models.hanging_up.show(HangingUpState(STATE.things[:1]))
    settle()
    assert count.text() == "One thing to settle"
    models.hanging_up.show(HangingUpState())
    settle()
    assert count.isHidden()


def test_each_thing_with_its_action_and_its_record(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.hanging_up.show(STATE)
    in_a_call.desk.before_hang_up()
    dialog = opened(in_a_call, settle)
    assert [button.text() for button in dialog.buttons] == ["Payment plan…", "Show", "Show", "Change address…"]
    assert dialog.focusWidget() is dialog.buttons[0]
    qtbot.keyClick(dialog.buttons[0], Qt.Key.Key_Return)
    assert models.hanging_up.calls == [("do", "payment_plan", TAX)]
    settle()
    in_a_call.desk.before_hang_up()
    dialog = opened(in_a_call, settle)
    qtbot.keyClick(dialog.buttons[2], Qt.Key.Key_Return)
    settle()
    table = in_a_call.desk.caller_view.caller.table
    assert table.current().ref == POTHOLE
    assert in_a_call.focusWidget() is table


def test_the_list_changes_while_it_is_open(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.hanging_up.show(STATE)
    in_a_call.desk.before_hang_up()
    dialog = opened(in_a_call, settle)
    dialog.buttons[3].setFocus()
    models.hanging_up.show(HangingUpState(STATE.things[2:]))
    settle()
    assert [button.text() for button in dialog.buttons] == ["Change address…"]
    models.hanging_up.show(HangingUpState())
    settle()
    assert dialog.heading.text() == "Nothing is left to settle"
    assert dialog.focusWidget() is dialog.close_button
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert in_a_call.findChildren(HangUpDialog) == []
    models.hanging_up.show(STATE)  # nobody listens any more


def test_a_card_offers_what_can_be_done(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    cards = in_a_call.desk.caller_view.caller.attention
    models.hanging_up.show(STATE)
    settle()
    assert [card.action.text() for card in cards._cards] == ["Payment plan…", "", ""]
    assert [card.action.isHidden() for card in cards._cards] == [False, True, True]
    qtbot.keyClick(cards._cards[0].action, Qt.Key.Key_Return)
    assert models.hanging_up.calls == [("do", "payment_plan", TAX)]
    models.hanging_up.show(HangingUpState())
    settle()
    assert cards._cards[0].action.isHidden()
    models.caller.show(sample.CALLER)
    settle()


def test_nothing_of_it_is_taken_for_markup(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle, hostile: str) -> None:
    models.hanging_up.show(HangingUpState((OpenThing(Thing(hostile, hostile, "x", TAX), hostile), OpenThing(Thing(hostile, hostile)))))
    settle()
    assert magenta(in_a_call) == 0
    in_a_call.desk.before_hang_up()
    dialog = opened(in_a_call, settle)
    assert hostile in [label.text() for label in dialog.findChildren(PlainLabel)]
    assert magenta(dialog) == 0
    dialog.close()
