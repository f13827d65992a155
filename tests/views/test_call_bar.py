"""The open calls at the top: each with its mark, by keyboard, and without taking the focus from what is being typed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt

from app.viewmodels.states import CallsState
from models.contacts import Inquiry
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.window import DeskWindow

Settle = Callable[[], None]


def test_every_call_has_its_mark_and_who_calls(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    in_a_call.resize(1700, 900)
    models.calls.show(sample.CALLS)
    settle()
    bar = in_a_call.desk.caller_view.calls
    assert bar.active.text().endswith("Inbound")
    assert bar.active.accessibleName().startswith("Talking Maria Gonzalez")
    shown = [chip.accessibleName() for chip in bar.chips]
    assert shown[0].startswith("Ringing 3 people share this number ")
    assert shown[1].startswith("Hung up Number withheld")
    assert bar.rest.text() == "+4"
    assert [action.text() for action in bar.menu().actions()] == [
        "Parked  (312) 555-0199 · Daniel Okafor",
        "Parked  Li Chen",
        "2 more ring",
    ]
    in_a_call.resize(1280, 720)
    settle()
    assert (bar.chips[1].isVisible(), bar.rest.text(), len(bar.menu().actions())) == (False, "+5", 4)
    models.calls.show(CallsState())
    settle()
    assert not any(chip.isVisible() for chip in (bar.active, *bar.chips, bar.rest))


def test_a_ring_takes_the_focus_from_nobody(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    note = in_a_call.desk.caller_view.call.wrap_up.note
    note.setFocus()
    qtbot.keyClicks(note, "half ")
    for count in range(1, len(sample.CALLS.calls) + 1):
        models.calls.show(msgspec.structs.replace(sample.CALLS, calls=sample.CALLS.calls[:count]))
        settle()
        assert in_a_call.focusWidget() is note
        qtbot.keyClicks(in_a_call.focusWidget(), "x")
    assert models.call.state.note.endswith("half xxxxx")


def test_calls_are_answered_parked_and_gone_on_with_by_keyboard(
    qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle
) -> None:
    models.calls.show(sample.CALLS)
    settle()
    for key in (Qt.Key.Key_R, Qt.Key.Key_P, Qt.Key.Key_N):
        qtbot.keyClick(in_a_call, key, Qt.KeyboardModifier.ControlModifier)
    assert models.calls.calls == [("answer",), ("park",), ("next",)]
    bar = in_a_call.desk.caller_view.calls
    qtbot.keyClick(bar.chips[0], Qt.Key.Key_Return)
    qtbot.keyClick(bar.active, Qt.Key.Key_Return)
    bar.menu().actions()[0].trigger()
    assert models.calls.calls[3:] == [("switch", "b"), ("park",), ("switch", "d")]


def test_no_key_meant_for_one_call_goes_to_another(qtbot, in_a_call: DeskWindow, models: FakeViewModels) -> None:
    """What stands in the fields is the other call's at once, not at the next frame."""
    view = in_a_call.desk.caller_view
    models.call.change(inquiries=(Inquiry("Dog tax"),), current=0, note="his: ", revision=models.call.state.revision + 1)
    models.search.change(text="omar", revision=models.search.state.revision + 1)
    qtbot.keyClicks(view.call.wrap_up.note, "x")
    assert models.call.state.note == "his: x"
    assert view.call.this_call.reason.currentText() == "Dog tax"
    assert view.search.box.text() == "omar"
