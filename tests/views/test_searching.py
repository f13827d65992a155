"""Search box, strip and people: what the screen asks of the view model, and what it shows of the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from models.outcomes import Answered, Fault, Waiting
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views import fault_words
from views.widgets.people_list import MOST
from views.window import DeskWindow

Settle = Callable[[], None]


def test_enter_submits_and_down_goes_to_the_people(qtbot, in_a_call: DeskWindow, models: FakeViewModels) -> None:
    view = in_a_call.desk.caller_view
    view.search.focus_box()
    qtbot.keyClick(view.search.box, Qt.Key.Key_Return)
    assert ("submit",) in models.search.calls
    qtbot.keyClick(view.search.box, Qt.Key.Key_Down)
    assert in_a_call.focusWidget() is view.people.list
    qtbot.keyClick(view.people.list, Qt.Key.Key_Down)
    qtbot.keyClick(view.people.list, Qt.Key.Key_Return)
    assert models.search.calls[-1] == ("select", sample.OLDER.key)
    qtbot.keyClick(view.people.list, Qt.Key.Key_Up)
    qtbot.keyClick(view.people.list, Qt.Key.Key_Up)
    assert in_a_call.focusWidget() is view.search.box


def test_typed_text_is_overwritten_only_where_the_view_model_changed_it(
    qtbot, window: DeskWindow, models: FakeViewModels, settle: Settle
) -> None:
    box = window.desk.caller_view.search.box
    qtbot.keyClicks(box, "maria")
    models.search.change(text="mar")  # a state that is a few keys late
    settle()
    assert box.text() == "maria"
    models.search.change(text="name: maria", revision=models.search.state.revision + 1)
    settle()
    assert box.text() == "name: maria"


def test_a_reading_is_corrected_by_keyboard(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    bar = in_a_call.desk.caller_view.search
    chip = bar._chips[1]
    assert chip.accessibleName() == "60614 was read as Post code: 60614"
    bar.focus_box()
    qtbot.keyClick(bar.box, Qt.Key.Key_Tab)
    assert in_a_call.focusWidget() is bar._chips[0]
    qtbot.keyClick(bar._chips[0], Qt.Key.Key_Right)
    assert in_a_call.focusWidget() is chip
    menu = chip.menu()
    assert [action.text() for action in menu.actions()] == ["Read as: Reference", "Read as: Phone"]
    menu.actions()[1].trigger()
    settle()
    assert models.search.calls[-1] == ("correct", 1, "phone")
    assert bar.box.text() == models.search.state.text


def test_chips_are_changed_in_place(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    strip = in_a_call.desk.caller_view.strip
    before = dict(strip._chips)
    models.search.show(sample.ASKING)
    settle()
    assert strip._chips == before
    assert strip._clock.isActive()
    models.search.show(sample.SEARCH)
    settle()
    assert not strip._clock.isActive()
    assert strip.summary.text() == "Asked 5 departments · 5 answered in 0.31 s"


def test_chips_stand_still_while_answers_come(window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    strip = window.desk.caller_view.strip
    departments = sample.SEARCH.departments[:2]
    asked = Waiting(monotonic())
    places = []
    for outcome, phase in ((asked, "asking"), (Answered(ms=8.0), "asking"), (Answered(ms=88.0), "done")):
        both = tuple(msgspec.structs.replace(each, outcome=told) for each, told in zip(departments, (outcome, asked), strict=True))
        models.search.change(departments=both, phase=phase)
        settle()
        places.append([chip.geometry() for chip in strip._chips.values()])
    assert places[0] == places[1] == places[2]


def test_every_outcome_has_its_own_words(in_a_call: DeskWindow) -> None:
    names = {key: chip.accessibleName() for key, chip in in_a_call.desk.caller_view.strip._chips.items()}
    assert names["revenue"] == "Revenue: answered, 2 found, in 38 ms"
    assert "Nothing was sent" in names["benefits"]
    assert "web page instead of data" in names["cases"]
    assert "can't be reached" in names["library"]


def test_a_failed_department_is_asked_again_by_enter(qtbot, in_a_call: DeskWindow, models: FakeViewModels) -> None:
    chip = in_a_call.desk.caller_view.strip._chips["library"]
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert models.search.calls[-1] == ("retry", "library")


def test_an_answered_department_opens_its_tab(qtbot, in_a_call: DeskWindow) -> None:
    chip = in_a_call.desk.caller_view.strip._chips["permits"]
    qtbot.keyClick(chip, Qt.Key.Key_Space)
    tabs = in_a_call.desk.caller_view.caller.tabs
    assert tabs.tabData(tabs.currentIndex()) == "permits"


def test_f5_asks_all_that_failed(qtbot, in_a_call: DeskWindow, models: FakeViewModels) -> None:
    in_a_call.desk._again()
    assert models.search.calls[-2:] == [("retry", "library"), ("retry", "cases")]


@pytest.mark.parametrize(
    ("state", "said", "not_said"),
    [
        (sample.NOTHING, "none knows such a person", "did not answer"),
        (sample.NOTHING_BUT_FAULTS, "Service requests and Cases did not answer", "none knows"),
        (sample.NOBODY_ANSWERED, "No department answered", "Nothing found"),
        (msgspec.structs.replace(sample.NOTHING, phase="asking"), "Asking the departments", "Nothing found"),
        (msgspec.structs.replace(sample.NOTHING, problem="Three letters at least."), "Three letters at least.", "Nothing found"),
    ],
)
def test_nothing_found_never_looks_like_no_answer(
    window: DeskWindow, models: FakeViewModels, settle: Settle, state: object, said: str, not_said: str
) -> None:
    models.search.show(state)
    settle()
    empty = window.desk.caller_view.people.empty
    assert empty.isVisible()
    assert said in empty.text()
    assert not_said not in empty.text()


def test_a_demo_city_offers_searches_that_find_somebody(qtbot, window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.session.change(samples=("maria gonzalez 60614", "PM-24-004211"))
    settle()
    pane = window.desk.caller_view.people
    offered = [button for button in pane.empty.findChildren(QPushButton) if button.isVisible()]
    assert [button.text() for button in offered] == ["maria gonzalez 60614", "PM-24-004211"]
    qtbot.keyClick(window.desk.caller_view.search.box, Qt.Key.Key_Down)
    assert offered[0].hasFocus()
    qtbot.keyClick(offered[0], Qt.Key.Key_Tab)
    assert offered[1].hasFocus()
    qtbot.keyClick(offered[1], Qt.Key.Key_Space)
    assert models.search.calls[-2:] == [("set_query", "PM-24-004211"), ("submit",)]
    assert window.desk.caller_view.search.box.hasFocus()
    models.search.show(sample.NOTHING)
    settle()
    assert not [button for button in pane.empty.findChildren(QPushButton) if button.isVisible()]


def test_people_keep_their_place_while_answers_come(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    people = in_a_call.desk.caller_view.people.list
    models.search.change(callers=(sample.MARIO, sample.MARIA), phase="asking", selected="")
    settle()
    people.setCurrentIndex(people.people.index(1, 0))
    current = people.people.key(1)
    models.search.change(callers=(sample.OLDER, sample.MARIA, sample.MARIO))
    settle()
    keys = [people.people.key(row) for row in range(3)]
    assert keys[2] == sample.OLDER.key
    assert people.people.key(people.currentIndex().row()) == current


def test_when_all_have_answered_the_best_comes_first(window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    people = window.desk.caller_view.people.list.people
    models.search.show(msgspec.structs.replace(sample.ASKING, callers=(sample.MARIO,)))
    settle()
    models.search.show(msgspec.structs.replace(sample.SEARCH, selected=""))
    settle()
    assert people.key(0) == sample.MARIA.key


def test_the_view_does_not_jump_when_people_are_added_above(window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    people = window.desk.caller_view.people.list
    many = tuple(msgspec.structs.replace(sample.MARIO, key=f"k{i}") for i in range(20))
    models.search.show(msgspec.structs.replace(sample.SEARCH, callers=many[4:], selected="k9"))
    settle()
    people.verticalScrollBar().setValue(400)
    place = people.visualRect(people.people.index(people.people.row_of("k9"), 0)).top()
    models.search.change(callers=many)
    settle()
    assert people.visualRect(people.people.index(people.people.row_of("k9"), 0)).top() == place


def test_cards_never_lie_on_each_other(window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    people = window.desk.caller_view.people.list

    def gaps() -> set[int]:
        boxes = [people.visualRect(people.people.index(row, 0)) for row in range(people.people.rowCount())]
        needed = [people.sizeHintForIndex(people.people.index(row, 0)).height() for row in range(len(boxes))]
        return {box.height() - height for box, height in zip(boxes, needed, strict=True)}

    few = (sample.OLDER, sample.MARIO)
    models.search.show(msgspec.structs.replace(sample.SEARCH, callers=few, selected=""))
    settle()
    width = people.sizeHintForIndex(people.people.index(0, 0)).width()
    many = tuple(msgspec.structs.replace(sample.OLDER, key=f"k{i}") for i in range(20))  # so many that a scroll bar comes
    models.search.change(callers=(*few, *many))
    settle()
    assert people.verticalScrollBar().isVisible()
    assert people.sizeHintForIndex(people.people.index(0, 0)).width() == width
    assert gaps() == {0}
    known_to_all = msgspec.structs.replace(many[0], why=("same birth date, phone, e-mail, address and number in all of 5 departments",))
    models.search.change(callers=(*few, known_to_all, *many[1:]))
    settle()
    assert gaps() == {0}


def test_who_stands_alone_is_no_other(window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    people = window.desk.caller_view.people.list.people
    models.search.show(msgspec.structs.replace(sample.SEARCH, callers=(sample.MARIO,), selected=""))
    settle()
    assert people.badge(sample.MARIO)[0] == ""
    models.search.show(sample.SEARCH)
    settle()
    assert people.badge(sample.MARIO)[0] == "other"


def test_more_people_than_are_shown_is_said(window: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    pane = window.desk.caller_view.people
    many = tuple(msgspec.structs.replace(sample.MARIO, key=f"k{i}") for i in range(MOST + 30))
    models.search.show(msgspec.structs.replace(sample.SEARCH, callers=many, selected=f"k{MOST + 9}"))
    settle()
    assert pane.list.people.row_of(f"k{MOST + 9}") >= 0
    assert "29 more" in pane.missing.text()


def test_saved_clears_for_the_next_caller(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    in_a_call.desk._save()
    settle()
    assert models.call.calls == [("save",)]
    assert models.search.calls[-1] == ("clear",)
    view = in_a_call.desk.caller_view
    assert view.search.box.text() == ""
    assert view.call.wrap_up.note.toPlainText() == ""
    assert in_a_call.focusWidget() is view.search.box


def test_a_search_text_may_be_anything(qtbot, window: DeskWindow, models: FakeViewModels) -> None:
    box = window.desk.caller_view.search.box
    for text in ('O\'Brien "x" 100%', "a\x00b", "👩‍👧 née", "x" * 20_000, "<b>x</b>"):
        box.selectAll()
        box.insert(text)
        box.textEdited.emit(box.text())
        assert len(models.search.calls[-1][1]) <= 10_000


def test_words_of_every_fault_are_marked_for_translation() -> None:
    from models.outcomes import FAULT_WORDS, WRITING_WORDS

    assert set(fault_words.MARKED) == {text for pair in FAULT_WORDS.values() for text in pair} | set(WRITING_WORDS.values())


def test_a_department_that_rests_says_until_when() -> None:
    fault = Fault("resting", until=datetime(2026, 11, 25, 10, 14, 20).astimezone())
    assert fault_words.on_chip(fault) == "resting until 10:14:20"
    assert fault_words.in_a_sentence(fault).endswith("By itself it is asked again from 10:14:20 on.")


def test_who_searched_by_an_address_is_told_that_secret_ones_find_nobody(
    window: DeskWindow, models: FakeViewModels, settle: Settle
) -> None:
    models.search.show(sample.NOTHING)  # read as a name and a post code
    settle()
    assert "Nobody is found by a secret address" in window.desk.caller_view.people.empty.text()
    models.search.change(read_as=sample.READ_AS[:1])
    settle()
    assert "secret address" not in window.desk.caller_view.people.empty.text()
