"""Doing something by keyboard: the list of what can be done, the form of a change, its departments live, and leaving it at any time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.viewmodels.doing_states import ChangeRow, ChangeState, Doable, DoingState, FieldState, Passed, PassingOnState
from models.changes import FieldChoice, FormField
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample_change as sample
from views import change_words
from views.change_dialog import ChangeDialog
from views.palette import Palette
from views.waiting_dialog import WaitingDialog
from views.window import DeskWindow

Settle = Callable[[], None]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def doing(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> DeskWindow:
    models.doing.show(sample.DOING)
    models.doing.form = sample.FORM
    settle()
    return in_a_call


@pytest.fixture
def dialog(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> ChangeDialog:
    models.doing.start("address")
    models.doing.calls.clear()
    settle()
    return doing.findChild(ChangeDialog)


def test_the_likeliest_are_buttons(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    section = doing.desk.caller_view.call.do
    assert section.isVisible()
    assert [button.accessibleName() for button in section.buttons][1] == "Payment plan, Property tax Q3 reminder"
    assert section.buttons[0].text().startswith("New")
    QTest.mouseClick(section.buttons[1], Qt.MouseButton.LeftButton)
    settle()
    assert ("start", "payment_plan revenue R-2025-3") in models.doing.calls
    assert doing.findChild(ChangeDialog).isVisible()


def test_nothing_to_do_shows_nothing(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    assert not in_a_call.desk.caller_view.call.do.isVisible()


def test_by_keyboard_from_the_search_to_a_change_that_is_sent(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    """Four keys beyond what is typed: the list, its first line, the next field is not needed, send, done."""
    form = msgspec.structs.replace(sample.FORM, fields=(msgspec.structs.replace(sample.FIELDS[0], text="", value=""), sample.FIELDS[1]))
    models.doing.form = form
    keys = 0
    QTest.keyClick(doing, Qt.Key.Key_D, CTRL)
    settle()
    palette = doing.findChild(Palette)
    QTest.keyClick(palette.box, Qt.Key.Key_Return)
    settle()
    dialog = doing.findChild(ChangeDialog)
    editor = dialog.focusWidget()
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "1804 w belmont ave 60657")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.fields.editors["from_date"].editor
    assert dialog.focusWidget().selectedText() == "Dec 1, 2026"
    QTest.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    keys = 5
    models.change.show(sample.MADE)
    settle()
    assert ("submit",) in models.change.calls
    assert dialog.send_button.hasFocus()
    QTest.keyClick(dialog.send_button, Qt.Key.Key_Return)
    settle()
    assert models.change.calls[-1] == ("leave",)
    assert keys + 1 <= 45


def test_the_list_is_filtered_and_started_by_figure(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    table = doing.desk.caller_view.caller.table
    table.setFocus()
    doing.desk.do()
    assert doing.focusWidget() is table, "it is gone on with afterwards"
    palette = doing.findChild(Palette)
    QTest.keyClicks(palette.box, "ren per")
    assert [doable.key for doable, _ in palette.doables.shown] == ["renew permits"]
    QTest.keyClicks(palette.box, "zzz")
    assert palette.nothing.isVisible()
    QTest.keyClick(palette.box, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.box.clear()
    QTest.keyClick(palette.box, Qt.Key.Key_8)
    settle()
    assert ("start", "macro Moving within the city") in models.doing.calls


def test_a_macro_has_a_key(doing: DeskWindow, models: FakeViewModels) -> None:
    QTest.keyClick(doing, Qt.Key.Key_F9)
    assert ("start", "macro Moving within the city") in models.doing.calls


def test_a_record_has_its_actions(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.doing.on_record = (Doable("plan", "Payment plan"),)
    table = doing.desk.caller_view.caller.table
    table.setFocus()
    table.selectRow(1)
    table.selectRow(0)
    assert doing.desk.caller_view.caller.detail.do_button.isVisible()
    assert models.doing.calls[-1][0] == "look_at"
    QTest.keyClick(table, Qt.Key.Key_Return)
    settle()
    palette = doing.findChild(Palette)
    assert palette.windowTitle() == table.current().title
    QTest.keyClick(palette.box, Qt.Key.Key_Return)
    settle()
    assert ("start", "plan") in models.doing.calls
    models.doing.on_record = ()
    table.selectRow(1)
    assert not doing.desk.caller_view.caller.detail.do_button.isVisible()


def test_each_department_has_a_row_in_words(dialog: ChangeDialog) -> None:
    rows = dialog.table.rows
    assert rows["revenue/1/"].now.text() == "2210 N Clark St, Apt 3, 60614"
    assert rows["cases/1/"].now.text() == "not known, no answer"
    assert rows["cases/1/"].state.badge.text() == "Kept, sent as soon as Courts answers"
    assert (rows["benefits/1/"].now.text(), rows["benefits/1/"].will.text()) == ("hidden for your role", "needs proof of residence")
    assert rows["benefits/1/"].state.badge.text() == "Task for a caseworker"
    assert dialog.heading.text() == "Change of address: Maria Gonzalez"


def test_tab_goes_through_fields_departments_and_buttons_and_space_chooses(
    dialog: ChangeDialog, models: FakeViewModels, settle: Settle
) -> None:
    assert dialog.focusWidget() is dialog.fields.editors["address"].editor
    boxes = [row.box for row in dialog.table.rows.values()]
    order = [dialog.fields.editors["from_date"].editor, *boxes, dialog.send_button, dialog.fields.editors["address"].editor]
    for stop in order:
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        assert dialog.focusWidget() is stop
    boxes[3].setFocus()
    QTest.keyClick(boxes[3], Qt.Key.Key_Space)
    assert ("choose", "library/1/", False) in models.change.calls


def test_what_becomes_of_it_is_told_in_words(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    models.change.show(sample.MADE)
    settle()
    rows = dialog.table.rows
    assert rows["revenue/1/"].state.badge.text().endswith(" · receipt RV-88213")
    said = "Zone 143 no longer applies: task made for Parking\nhttps://permits.springvale.example/55102"
    assert rows["permits/1/"].state.below.text() == said
    assert rows["library/1/"].state.badge.text().startswith("Changed by someone else at ")
    assert dialog.summary.text().startswith("From Dec 1: 1804 W Belmont Ave, 60657.")
    assert not dialog.fields.isVisible()
    assert dialog.receipt_button.isVisible()
    buttons = rows["revenue/1/"].state.buttons
    assert buttons["undo"].isVisible()
    assert not rows["permits/1/"].state.buttons["open"].isVisible()
    buttons["undo"].click()
    rows["cases/1/"].state.buttons["resend"].click()
    assert [call for call in models.change.calls if call[0] in ("undo", "resend")] == [("undo", 1), ("resend", 3)]
    rows["permits/1/"].state.buttons["copy"].click()
    assert QApplication.clipboard().text() == "https://permits.springvale.example/55102"


def test_an_action_that_leaves_nothing_compares_nothing(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    row = dialog.table.rows["revenue/1/"]
    assert row.now.isVisible()
    link = sample.row("revenue", "Revenue", "", now_known=False, will="")
    models.change.change(rows=(link,), about="Property tax Q3")
    settle()
    assert not dialog.table.rows["revenue/1/"].now.isVisible()
    assert dialog.summary.text() == "Property tax Q3"


def test_a_conflict_is_compared_side_by_side(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    models.change.show(sample.MADE)
    settle()
    row = dialog.table.rows["library/1/"]
    row.state.buttons["compare"].setFocus()
    QTest.keyClick(row.state.buttons["compare"], Qt.Key.Key_Return)
    settle()
    assert row.comparison.isVisible()
    assert row.comparison.ours.hasFocus()
    assert dialog.isVisible()
    QTest.keyClick(row.comparison.ours, Qt.Key.Key_Tab)
    QTest.keyClick(row.comparison.theirs, Qt.Key.Key_Return)
    assert models.change.calls[-1] == ("decide", 4, "theirs")
    settled = tuple(msgspec.structs.replace(each, differences=(), state="refused", fault="conflict") for each in sample.DELIVERED)
    models.change.change(rows=settled)
    settle()
    assert not row.comparison.isVisible()


def test_what_is_wrong_takes_the_focus(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    wrong = FieldState(sample.KIND.fields[1], "soon", problem="This is no date.")
    models.change.change(fields=(sample.FIELDS[0], wrong), problem="From: This is no date.")
    settle()
    assert dialog.problem.text() == "From: This is no date."
    assert dialog.fields.editors["from_date"].editor.hasFocus()
    assert dialog.fields.editors["from_date"].read.text() == "This is no date."


def test_who_must_be_verified_first(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    models.verification.change(caller="x")
    models.change.change(needs="verified")
    settle()
    assert dialog.needs.text() == "This needs a caller who is verified."
    QTest.keyClick(dialog, Qt.Key.Key_V, CTRL | Qt.KeyboardModifier.ShiftModifier)
    settle()
    assert models.change.calls[-1] == ("leave",)
    assert models.verification.calls == [("open",)]


def test_escape_closes_at_any_time(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    models.change.change(phase="sending")
    settle()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert models.change.calls[-1] == ("leave",)


def test_what_was_done_is_reached_again_and_what_waits_is_told(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    assert doing.desk.outbox.text() == "Outbox: 1 waiting (Courts)"
    (line,) = doing.desk.caller_view.call.do.lines
    assert line.accessibleName() == "Change of address: waiting for Courts"
    models.doing.form = sample.MADE
    line.click()
    settle()
    assert ("reopen", 1) in models.doing.calls
    assert doing.findChild(ChangeDialog).isVisible()
    models.doing.show(DoingState())
    settle()
    assert not doing.desk.outbox.isVisible()


def test_a_form_of_every_type_is_filled_by_keyboard(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    kinds = ("text", "lines", "date", "time", "phone", "email", "number", "choice", "several", "yes_no", "file", "address")
    choices = (FieldChoice("a", "First"), FieldChoice("b", "Second"))
    chosen = {"choice": choices, "several": choices}
    fields = tuple(FieldState(FormField(name=kind, label=kind, type=kind, choices=chosen.get(kind, ()))) for kind in kinds)
    read = FieldState(FormField(name="told", label="Never for trees on private land.", type="told"))
    models.doing.form = ChangeState(phase="form", title="All", fields=(read, *fields), revision=1)
    models.doing.start("all")
    settle()
    dialog = doing.findChild(ChangeDialog)
    for kind in kinds:
        editor = dialog.focusWidget()
        assert editor.accessibleName() == ("First" if kind == "several" else kind)
        if kind == "several":
            QTest.keyClick(editor, Qt.Key.Key_Space)
            QTest.keyClick(editor, Qt.Key.Key_Right)
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
            editor = dialog.focusWidget()
        elif kind in ("choice", "yes_no"):
            QTest.keyClick(editor, Qt.Key.Key_Down)
        else:
            QTest.keyClicks(editor, "ab")
        QTest.keyClick(editor, Qt.Key.Key_Tab)
        if kind == "file":
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    typed = {call[1]: call[2] for call in models.change.calls if call[0] == "set_text"}
    assert typed == dict.fromkeys(kinds, "ab") | {"choice": "a", "yes_no": "yes", "several": "a\nb"}


def test_fields_that_follow_come_and_go_while_the_others_stay(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    first = dialog.fields.editors["address"]
    more = FieldState(FormField(name="depth", label="How deep?"))
    models.change.change(fields=(sample.FIELDS[0], more, sample.FIELDS[1]))
    settle()
    assert list(dialog.fields.editors) == ["address", "from_date", "depth"]
    assert dialog.fields.editors["address"] is first
    QTest.keyClick(first.editor, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.fields.editors["depth"].editor
    models.change.change(fields=sample.FIELDS)
    settle()
    assert "depth" not in dialog.fields.editors


def test_a_field_whose_choices_come_keeps_the_focus(dialog: ChangeDialog, models: FakeViewModels, settle: Settle) -> None:
    which = FormField(name="service_code", label="What", type="choice")
    models.change.change(fields=(FieldState(which),), revision=2)
    settle()
    dialog.fields.enter()
    choices = (FieldChoice("p", "Pothole"), FieldChoice("t", "<b>Tree</b>"))
    models.change.change(fields=(FieldState(msgspec.structs.replace(which, choices=choices)),), revision=3)
    settle()
    editor = dialog.focusWidget()
    assert editor is dialog.fields.editors["service_code"].editor
    QTest.keyClick(editor, Qt.Key.Key_T)
    QTest.keyClick(editor, Qt.Key.Key_Down)
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert models.change.calls[-1] == ("set_text", "service_code", "t")


def test_no_text_of_a_department_is_taken_for_markup(doing: DeskWindow, models: FakeViewModels, settle: Settle, tmp_path: Path) -> None:
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor(255, 0, 255))
    picture.save(str(tmp_path / "x.png"))
    hostile = f'<img src="file:{tmp_path / "x.png"}"><b>bold</b> &amp; A&B'

    def poisoned(row: ChangeRow) -> ChangeRow:
        texts = {name: hostile for name in ("title", "now", "will", "detail", "fault", "receipt", "note") if getattr(row, name)}
        return msgspec.structs.replace(row, **texts)

    for state in (sample.FORM, sample.MADE):
        fields = tuple(msgspec.structs.replace(each, text=hostile) for each in state.fields)
        models.doing.form = msgspec.structs.replace(
            state, title=hostile, caller=hostile, fields=fields, rows=tuple(poisoned(row) for row in state.rows), problem=hostile
        )
        models.doing.start("x")
        settle()
        dialog = doing.findChild(ChangeDialog)
        image = dialog.grab().toImage()
        places = ((x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4))
        assert not any(image.pixelColor(*place) == QColor(255, 0, 255) for place in places)
        dialog.close()
        settle()
        QApplication.sendPostedEvents(None, 52)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "refused", "fault": "rejected"}, "Not taken"),
        ({"state": "refused", "fault": "conflict"}, "Theirs kept"),
        ({"state": "unknown"}, "Asking Revenue whether it was taken"),
        ({"state": "sending"}, "Sending…"),
        ({"state": "waiting"}, "Waiting to be sent"),
        ({"state": "person"}, "Task for a caseworker"),
        ({"state": "done", "since": sample.AT, "fault": "same"}, "Had this already"),
        ({"hinder": "level", "detail": "strong"}, "Needs a caller who is strongly verified"),
        ({"hinder": "locked"}, "Locked there: takes no change now"),
        ({"hinder": "not found"}, "Nothing known of this person there"),
        ({"hinder": "same"}, "Has this already"),
        ({}, ""),
    ],
)
def test_every_state_has_its_words(fields: dict[str, object], said: str) -> None:
    assert change_words.state(sample.row("revenue", "Revenue", "here", **fields))[0] == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "refused", "fault": "rejected"}, "The department did not accept the change."),
        ({"state": "refused", "fault": "rejected", "detail": "No such house."}, "No such house."),
        ({"state": "person", "fault": "not permitted"}, "Your role may not change it there"),
        ({"state": "person", "fault": "unsettled"}, "Nobody can tell from here whether it was taken"),
        ({"state": "refused", "fault": "conflict"}, ""),
        ({"state": "done", "note": "Bring the old card."}, "Bring the old card."),
        ({"hinder": "level", "detail": "strong"}, ""),
        ({"state": "waiting", "attempts": 1}, "Tried once"),
    ],
)
def test_why_it_is_so_stands_below(fields: dict[str, object], said: str) -> None:
    assert change_words.below(sample.row("revenue", "Revenue", "here", **fields)) == said


def test_what_waits_is_told_and_taken(doing: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    due = sample.AT + timedelta(hours=1)
    items = (
        Passed(7, "handed_over", "Maria Gonzalez, New address", "She needs <b>an answer</b>.", sample.AT, "areyes"),
        Passed(8, "call_back", "L. Chen, Revenue", "Phone: 1", sample.AT, "areyes", due),
    )
    models.passing_on.show(PassingOnState(items))
    settle()
    line = doing.desk.caller_view.call.do.waiting
    assert line.accessibleName().startswith("Waiting for you: 2, call back ")
    doing.desk.do()
    palette = doing.findChild(Palette)
    QTest.keyClicks(palette.box, "waiting")
    QTest.keyClick(palette.box, Qt.Key.Key_Return)
    settle()
    dialog = doing.findChild(WaitingDialog)
    assert models.passing_on.calls == [("load",)]
    assert dialog.buttons[7].hasFocus()
    QTest.keyClick(dialog.buttons[7], Qt.Key.Key_Return)
    assert models.passing_on.calls[-1] == ("take", 7)
    models.passing_on.show(PassingOnState(items, "Somebody else has taken it already."))
    settle()
    assert dialog.problem.text() == "Somebody else has taken it already."
    models.passing_on.show(PassingOnState(items[1:]))
    settle()
    assert doing.findChild(WaitingDialog) is None
