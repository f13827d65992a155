"""The call panel, and the Departments screen."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt

from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.desk import DEPARTMENTS
from views.widgets.plain_label import PlainLabel
from views.window import DeskWindow

Settle = Callable[[], None]


def test_what_is_typed_reaches_the_view_model(qtbot, window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    panel = window.desk.caller_view.call
    models.call.show(msgspec.structs.replace(sample.CALL, reason="", outcome="", note="", revision=2))
    settle()
    qtbot.keyClicks(panel.reason.lineEdit(), "Tax")
    qtbot.keyClicks(panel.note, "pays Friday")
    qtbot.keyClick(panel.outcomes["call_back"], Qt.Key.Key_Return)
    settle()
    state = models.call.state
    assert (state.reason, state.note, state.outcome) == ("Tax", "pays Friday", "call_back")
    assert panel.outcomes["call_back"].isChecked()


def test_the_note_is_overwritten_only_from_outside(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    note = in_a_call.desk.caller_view.call.note
    note.setPlainText("half a sent")
    models.call.change(note="half a", saving=True)
    settle()
    assert note.toPlainText() == "half a sent"
    models.call.change(note="restored", revision=7, restored=True)
    settle()
    assert note.toPlainText() == "restored"
    assert in_a_call.desk.caller_view.call.restored.text().startswith("Restored")


def test_reasons_that_come_later_do_not_take_what_is_typed(qtbot, window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    panel = window.desk.caller_view.call
    qtbot.keyClicks(panel.reason.lineEdit(), "Dog tax")
    models.call.change(reasons=("One", "Two"))
    settle()
    assert panel.reason.currentText() == "Dog tax"
    assert models.call.state.reason == "Dog tax"


def test_an_outcome_is_taken_back(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.call.change(outcome="")
    settle()
    assert not any(chip.isChecked() for chip in in_a_call.desk.caller_view.call.outcomes.values())


def test_a_problem_is_shown_and_dismissed(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    panel = in_a_call.desk.caller_view.call
    models.call.change(problem="Choose how the call ended.")
    settle()
    assert panel.problem.text() == "Choose how the call ended."
    panel.problem.pressed.emit()
    settle()
    assert panel.problem.text() == ""


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
    assert not panel.note.isEnabled()
    assert not panel.reason.isEnabled()


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
