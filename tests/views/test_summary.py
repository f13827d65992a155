"""The summary on the screen: shown before it goes out, sent by keyboard, and what was refused stays."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from app.viewmodels.saying_states import WrappingUpState
from models.summary import Summary
from tests.fakes.viewmodels import FakeViewModels
from tests.views.test_plain_text import hostile, magenta
from views.summary_dialog import SummaryDialog
from views.window import DeskWindow

__all__ = ["hostile"]

Settle = Callable[[], None]
TO = (("email", ("m.gonzalez@mail.example",)), ("sms", ("(312) 555-0142",)), ("letter", ()))


def opened(window: DeskWindow, settle: Settle) -> SummaryDialog:
    window.desk.send_summary()
    settle()
    found = window.findChildren(SummaryDialog)
    assert len(found) == 1
    return found[0]


def test_it_is_shown_and_then_sent(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.wrapping_up.change(to=TO)
    dialog = opened(in_a_call, settle)
    assert dialog.text.text().startswith("Hello Maria")
    assert dialog.to.currentText() == "m.gonzalez@mail.example"
    assert dialog.focusWidget() in (dialog.to, dialog.to.lineEdit())
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert models.wrapping_up.calls[-1] == ("send", "email", "m.gonzalez@mail.example")
    settle()
    assert not dialog.send_button.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len([call for call in models.wrapping_up.calls if call[0] == "send"]) == 1
    models.wrapping_up.change(sending=False, sent=("Sent by e-mail to m.gonzalez@mail.example",))
    settle()
    assert dialog.sent.text() == "Sent by e-mail to m.gonzalez@mail.example"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert models.wrapping_up.calls[-1] == ("close",)
    assert in_a_call.findChildren(SummaryDialog) == []
    assert "sent" in in_a_call.desk.caller_view.call.wrap_up.summary_button.text()


def test_what_is_refused_can_go_otherwise(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.wrapping_up.change(to=TO)
    dialog = opened(in_a_call, settle)
    dialog.to.setEditText("typed@mail.example")
    models.wrapping_up.change(problem="The mail server refuses this address.", said="550 no such user")
    settle()
    assert dialog.problem.text() == "The mail server refuses this address. (550 no such user)"
    assert dialog.to.currentText() == "typed@mail.example"
    qtbot.keyClick(dialog._chips["sms"], Qt.Key.Key_Return)
    settle()
    assert dialog.to.currentText() == "(312) 555-0142"
    assert dialog.text.text() == "Springvale: done"
    assert dialog.subject.isHidden()
    qtbot.keyClick(dialog.send_button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert models.wrapping_up.calls[-1] == ("send", "sms", "(312) 555-0142")
    qtbot.keyClick(dialog._chips["pdf"], Qt.Key.Key_Return)
    assert dialog.to.isHidden()
    dialog.close()


def test_nothing_known_of_the_caller_begins_with_the_address(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    dialog = opened(in_a_call, settle)
    assert dialog.to.currentText() == ""
    assert dialog.focusWidget() is dialog.to or dialog.focusWidget() is dialog.to.lineEdit()
    dialog.close()


def test_a_site_that_sends_nothing_saves(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.wrapping_up.show(WrappingUpState(ways=("pdf",)))
    dialog = opened(in_a_call, settle)
    assert dialog.to.isHidden()
    assert dialog.send_button.text().startswith("Save PDF")
    dialog.close()


def test_the_note_is_drafted_by_key_and_too_long_is_told(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    wrap_up = in_a_call.desk.caller_view.call.wrap_up
    in_a_call.desk.draft_note()
    assert models.wrapping_up.calls == [("draft",)]
    assert in_a_call.focusWidget() is wrap_up.note
    models.call.change(note="12345", revision=9)
    models.wrapping_up.change(limit=4, limit_of="Cases")
    settle()
    assert wrap_up.too_long.text() == "Cases takes 4 letters of a note: 1 too many, it would be cut there."
    qtbot.keyClick(wrap_up.note, Qt.Key.Key_Backspace)
    assert wrap_up.too_long.isHidden()


def test_nothing_of_a_summary_is_taken_for_markup(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle, hostile: str) -> None:
    models.wrapping_up.summary = Summary(hostile, hostile, hostile)
    models.wrapping_up.change(to=(("email", (hostile,)),), sent=(hostile,))
    dialog = opened(in_a_call, settle)
    models.wrapping_up.change(problem=hostile, said=hostile, limit=1, limit_of=hostile)
    settle()
    assert magenta(dialog) == 0
    assert magenta(in_a_call) == 0
    dialog.close()
