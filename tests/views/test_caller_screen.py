"""The open caller: tabs, records, details, and what stands where a department did not answer."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt

from models.outcomes import Answered, Failed, Fault, Skipped, Waiting
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views import words
from views.caller_pane import CallerPane
from views.widgets.plain_label import PlainLabel
from views.window import DeskWindow

Settle = Callable[[], None]


@pytest.fixture
def pane(in_a_call: DeskWindow) -> CallerPane:
    return in_a_call.desk.caller_view.caller


def tab_texts(pane: CallerPane) -> list[str]:
    return [pane.tabs.tabText(index) for index in range(pane.tabs.count())]


def test_a_tab_for_all_and_for_each_department(pane: CallerPane) -> None:
    assert tab_texts(pane)[:3] == ["Overview", "Revenue 2", "Permits 2"]
    assert "Parking && library 1" in tab_texts(pane)
    assert pane.tabs.accessibleTabName(4) == "Benefits, not permitted"
    assert pane.tabs.accessibleTabName(6) == "Cases, no answer"
    assert not pane.tabs.tabIcon(6).isNull()


def test_a_tab_shows_only_its_department(pane: CallerPane) -> None:
    pane.go_to("permits")
    assert {pane.table.records.record(row).ref.department for row in range(2)} == {"permits"}
    assert pane.table.isColumnHidden(1)


def test_a_department_that_failed_says_why_and_is_asked_again(qtbot, pane: CallerPane, models: FakeViewModels) -> None:
    pane.go_to("cases")
    assert pane.page.isVisible()
    assert not pane.table.isVisible()
    assert "did not answer in time" in pane.page.text()
    qtbot.mouseClick(pane.page.button, Qt.MouseButton.LeftButton)
    assert models.caller.calls[-1] == ("retry", "cases")


def test_a_department_whose_search_failed_is_searched_again(qtbot, pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    departments = tuple(
        msgspec.structs.replace(d, records=None if d.id == "library" else d.records) for d in sample.CALLER_WITH_FAULTS.departments
    )
    models.caller.change(departments=departments)
    settle()
    pane.go_to("library")
    # One of its records is still shown in the sample; without it, the reason is.
    models.caller.change(records=tuple(r for r in sample.RECORDS if r.ref.department != "library"))
    settle()
    assert "can't be reached" in pane.page.text()
    qtbot.mouseClick(pane.page.button, Qt.MouseButton.LeftButton)
    assert models.search.calls[-1] == ("retry", "library")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Answered(ms=44), "has nothing on record"),
        (Waiting(0.0), "Waiting for Permits"),
        (Skipped("it keeps no people"), "it keeps no people"),
        (Failed(Fault("charset")), "not in the character set"),
        (None, "Not known there"),
    ],
)
def test_never_an_empty_table(pane: CallerPane, models: FakeViewModels, settle: Settle, outcome: object, said: str) -> None:
    departments = tuple(
        msgspec.structs.replace(d, records=outcome if d.id == "permits" else d.records, outcome=None) for d in sample.CALLER.departments
    )
    models.caller.change(departments=departments, records=tuple(r for r in sample.RECORDS if r.ref.department != "permits"))
    settle()
    pane.go_to("permits")
    assert pane.page.isVisible()
    assert said in pane.page.text()


def test_no_records_at_all_tells_why(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.caller.change(records=())
    settle()
    assert "not all answered" in pane.page.text()


def test_what_is_shut_is_not_called_empty_where_somebody_else_failed(
    qtbot, pane: CallerPane, models: FakeViewModels, settle: Settle
) -> None:
    departments = tuple(
        msgspec.structs.replace(each, shut="identified") if isinstance(each.records, Answered) else each
        for each in sample.CALLER_WITH_FAULTS.departments
    )
    models.caller.change(records=(), departments=departments)
    settle()
    assert pane.page.text().startswith("The file opens when the caller is identified")
    assert "Cases did not answer" in pane.missing.text()
    with qtbot.waitSignal(pane.verify):
        qtbot.mouseClick(pane.page.button, Qt.MouseButton.LeftButton)


def test_the_detail_takes_what_few_rows_leave(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    told = msgspec.structs.replace(sample.RECORDS[0], fields=sample.RECORDS[0].fields * 3)
    models.caller.change(records=(told,))
    settle()
    assert pane.table.current() == told
    assert pane.detail.area.verticalScrollBar().maximum() == 0
    assert pane.table.verticalScrollBar().maximum() == 0


def test_what_is_missing_is_said_above_the_overview(pane: CallerPane) -> None:
    assert pane.missing.text() == "Parking & library and Cases did not answer: what is known there is missing here." or (
        pane.missing.text() == "Cases did not answer: what is known there is missing here."
    )
    pane.go_to("revenue")
    assert pane.missing.text() == ""


def test_every_field_with_its_source_and_sensitive_ones_masked(pane: CallerPane) -> None:
    pane.table.selectRow(0)
    shown = {cell._label.text(): cell._value.text() for cell in pane.detail._cells if not cell.isHidden()}
    assert shown["Balance"] == "$214.50"
    assert shown["Bank account"] == words.MASK
    assert pane.detail.source.text().startswith("From Revenue (sql), read ")
    everything = " ".join(label.text() for label in pane.findChildren(PlainLabel))
    assert "021000021" not in everything
    assert "14-33-105-022" not in " ".join(label.text() for label in pane.header.findChildren(PlainLabel))


def test_the_selected_record_stays_while_others_arrive(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    pane.table.selectRow(3)
    chosen = pane.table.current().ref
    models.caller.change(records=(sample.RECORDS[3], *sample.CALLER_WITH_FAULTS.records))
    settle()
    assert pane.table.current().ref == chosen
    assert pane.table.currentIndex().row() == 4


def test_the_filter_comes_and_goes_by_keyboard(qtbot, in_a_call: DeskWindow, pane: CallerPane) -> None:
    in_a_call.desk._filter()
    assert in_a_call.focusWidget() is pane.filter
    qtbot.keyClicks(pane.filter, "clark porch")
    assert pane.table.records.rowCount() == 1
    assert pane.found.text() == "1 of 7"
    qtbot.keyClick(pane.filter, Qt.Key.Key_Escape)
    assert pane.table.records.rowCount() == 7
    assert in_a_call.focusWidget() is pane.table


def test_a_card_leads_to_its_record(qtbot, pane: CallerPane) -> None:
    pane.go_to("permits")
    card = pane.attention._cards[1]
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert pane.tabs.currentIndex() == 0
    assert pane.table.current() == sample.RECORDS[1]


def test_a_caller_that_is_left_is_gone(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.caller.show(type(sample.CALLER)())
    settle()
    assert not pane.table.isVisible()
    assert pane._nobody.isVisible()


def test_a_problem_of_the_caller_is_shown(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.caller.change(problem="Not read: the store can't be written.")
    settle()
    assert pane.missing.text() == "Not read: the store can't be written."


def test_another_language_than_the_desks_is_told(window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    header = window.desk.caller_view.caller.header
    for tag, told in (("es", "Prefers Spanish"), ("en", ""), ("", "")):
        models.caller.change(caller=msgspec.structs.replace(sample.MARIA, language=tag))
        settle()
        assert header.language.text() == told
        assert header.language.isVisible() is bool(told)
    models.caller.change(caller=None)
    settle()
    assert header.language.text() == ""
