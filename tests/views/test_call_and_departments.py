"""The call panel, and the Departments screen."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt

from models.contacts import Inquiry
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.desk import DEPARTMENTS
from views.widgets.plain_label import PlainLabel
from views.window import DeskWindow

Settle = Callable[[], None]


def test_what_is_typed_reaches_the_view_model(qtbot, window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    panel = window.desk.caller_view.call
    models.call.show(msgspec.structs.replace(sample.CALL, inquiries=(Inquiry(),), current=0, note="", revision=2))
    settle()
    qtbot.keyClicks(panel.this_call.reason.lineEdit(), "Tax")
    qtbot.keyClicks(panel.wrap_up.note, "pays Friday")
    qtbot.keyClick(panel.wrap_up.outcomes["call_back"], Qt.Key.Key_Return)
    settle()
    state = models.call.state
    assert (state.inquiries, state.note) == ((Inquiry("Tax", "call_back"),), "pays Friday")
    assert panel.wrap_up.outcomes["call_back"].isChecked()


def test_the_note_is_overwritten_only_from_outside(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    note = in_a_call.desk.caller_view.call.wrap_up.note
    note.setPlainText("half a sent")
    models.call.change(note="half a", saving=True)
    settle()
    assert note.toPlainText() == "half a sent"
    models.call.change(note="restored", revision=7, restored=True)
    settle()
    assert note.toPlainText() == "restored"
    assert in_a_call.desk.caller_view.call.this_call.restored.text().startswith("Restored")


def test_several_inquiries_stand_in_a_list_and_one_is_at_hand(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    panel = in_a_call.desk.caller_view.call
    this_call = panel.this_call
    assert [row.text() for row in this_call.rows] == ["1 · Tax reminder", "2 · New address"]
    assert "resolved" in this_call.rows[0].accessibleName()
    qtbot.keyClick(this_call.rows[0], Qt.Key.Key_Space)
    settle()
    assert (this_call.reason.currentText(), this_call.department.currentText()) == ("Tax reminder", "Revenue")
    assert panel.wrap_up.outcomes["resolved"].isChecked()
    qtbot.keyClick(in_a_call, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(in_a_call.focusWidget(), "Dog tax")
    settle()
    assert [each.subject for each in models.call.state.inquiries] == ["Tax reminder", "New address", "Dog tax"]
    assert len(this_call.rows) == 3
    assert not any(chip.isChecked() for chip in panel.wrap_up.outcomes.values())


def test_one_inquiry_alone_needs_no_list(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.call.change(inquiries=(Inquiry("Tax"),), current=0)
    settle()
    assert not in_a_call.desk.caller_view.call.this_call.inquiries.isVisible()


def test_how_the_caller_has_come_and_that_nobody_is_named(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    this_call = in_a_call.desk.caller_view.call.this_call
    qtbot.keyClick(this_call.channel, Qt.Key.Key_Down)
    qtbot.keyClick(this_call.anonymous, Qt.Key.Key_Space)
    this_call.department.setFocus()
    qtbot.keyClick(this_call.department, Qt.Key.Key_Down)
    settle()
    state = models.call.state
    assert (state.channel, state.anonymous, state.inquiry.department) == ("desk", True, "revenue")
    assert this_call.anonymous.isChecked()


def test_reasons_that_come_later_do_not_take_what_is_typed(qtbot, window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    panel = window.desk.caller_view.call
    qtbot.keyClicks(panel.this_call.reason.lineEdit(), "Dog tax")
    models.call.change(reasons=("One", "Two"))
    settle()
    assert panel.this_call.reason.currentText() == "Dog tax"
    assert models.call.state.inquiry.subject == "Dog tax"


def test_an_outcome_is_taken_back(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.call.say(outcome="")
    settle()
    assert not any(chip.isChecked() for chip in in_a_call.desk.caller_view.call.wrap_up.outcomes.values())


def test_a_problem_is_shown_and_dismissed(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    panel = in_a_call.desk.caller_view.call
    models.call.change(problem="Choose how the call ended.")
    settle()
    assert panel.wrap_up.problem.text() == "Choose how the call ended."
    panel.wrap_up.problem.pressed.emit()
    settle()
    assert panel.wrap_up.problem.text() == ""


def test_no_second_save_while_one_is_going_on(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.call.change(saving=True)
    settle()
    in_a_call.desk._save()
    assert models.call.calls == []


def test_recent_callers(in_a_call: DeskWindow) -> None:
    labels = [label.text() for label in in_a_call.desk.caller_view.call.findChildren(PlainLabel)]
    assert any("D. Okafor · resolved" in text for text in labels)


def test_nothing_is_lost_before_there_is_a_view_model(qtbot) -> None:
    window = DeskWindow()
    qtbot.addWidget(window)
    panel = window.desk.caller_view.call
    assert not panel.wrap_up.note.isEnabled()
    assert not panel.this_call.reason.isEnabled()


def test_departments_are_made_on_the_first_visit(window: DeskWindow) -> None:
    assert window.desk._departments_view is None
    window.desk.go_to(DEPARTMENTS)
    assert window.desk._departments_view is not None


def test_departments_as_check_prints_them(window: DeskWindow, settle: Settle) -> None:
    window.desk.go_to(DEPARTMENTS)
    settle()
    view = window.desk.departments_view()
    rows = [[view.checks.cell(row, column).text for column in range(7)] for row in range(6)]
    assert rows[0] == ["Revenue", "sql", "find, records", "38 ms · p95 76", "1,204 asked, 0 failed", "none needed", "well"]
    assert rows[2][6] == "slow"
    assert rows[4][3] == "no connection"
    assert rows[4][6].startswith("down since ")
    assert rows[5][6] == "manifest error"


def test_problems_mapping_and_roles_beside_the_table(window: DeskWindow, settle: Settle) -> None:
    window.desk.go_to(DEPARTMENTS)
    settle()
    view = window.desk.departments_view()
    view.table.selectRow(5)
    texts = [label.text() for label in view.detail.findChildren(PlainLabel) if not label.isHidden()]
    assert any(text.startswith("departments/cases.toml:14:") for text in texts)
    assert "fee.cents ÷ 100" in texts
    view.table.selectRow(3)
    texts = [label.text() for label in view.detail.findChildren(PlainLabel) if not label.isHidden()]
    assert "caseworker" in texts


def test_checking_and_switching(qtbot, window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    window.desk.go_to(DEPARTMENTS)
    settle()
    view = window.desk.departments_view()
    window.desk._again()
    view.table.selectRow(4)
    assert view.detail.switch_button.isVisible()
    qtbot.mouseClick(view.detail.switch_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.detail.check_button, Qt.MouseButton.LeftButton)
    rows = tuple(msgspec.structs.replace(row, switched_off=row.id == "library") for row in sample.DEPARTMENTS_STATE.rows)
    models.departments.change(rows=rows)
    settle()
    assert view.table.currentIndex().row() == 4
    qtbot.mouseClick(view.detail.switch_button, Qt.MouseButton.LeftButton)
    assert models.departments.calls == [("check_all",), ("switch", "library", False), ("check", "library"), ("switch", "library", True)]
    view.table.selectRow(0)
    assert not view.detail.switch_button.isVisible()
