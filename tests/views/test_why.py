"""Why: the evidence by keyboard, a reason before anything is decided, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.viewmodels.states import WhyState
from models.links import Disagreement, EvidenceLine, Likeness, Link, Said
from models.people import SubjectRef
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.why_dialog import WhyDialog
from views.widgets.plain_label import PlainLabel
from views.window import DeskWindow

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
REVENUE, PERMITS, CASES = SubjectRef("revenue", "1033"), SubjectRef("permits", "7"), SubjectRef("cases", "9")
LINES = (EvidenceLine("birth", "same birth date", 14.1), EvidenceLine("phone", "<b>other phone</b>", -2.3))
ABOUT = WhyState(
    name="Maria Gonzalez",
    members=(
        Likeness(REVENUE, "Maria Gonzalez", PERMITS, 31.2, LINES, "same"),
        Likeness(PERMITS, "M. Gonzales", REVENUE, 31.2, LINES, "same"),
    ),
    alike=(("cases:9", Likeness(CASES, "Maria Gonzalez", REVENUE, 12.0, LINES, "maybe")),),
    links=(Link(4, "part", (CASES,), (REVENUE,), "her cousin", AT, "rpham"),),
    disagreements=(Disagreement("phone", (Said("permits", "555-0199", AT), Said("revenue", "555-0142", AT))),),
    letters=5,
)


@pytest.fixture
def dialog(in_a_call: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> WhyDialog:
    models.why.about = ABOUT
    QTest.keyClick(in_a_call, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    settle()
    return in_a_call.findChild(WhyDialog)


def button(dialog: WhyDialog, text: str) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text() == text)


def test_the_evidence_is_told_in_words_and_bits(dialog: WhyDialog, models: FakeViewModels) -> None:
    assert models.why.calls == [("open", sample.SEARCH_WITH_FAULTS.selected)]
    texts = [label.text() for label in dialog.findChildren(PlainLabel)]
    for told in (
        "same birth date",
        "+14.1",
        "<b>other phone</b>",
        "−2.3",
        "Revenue · Maria Gonzalez",
        "Cases 9 and Revenue 1033. “her cousin”, rpham, November 24, 2026",
    ):
        assert told in texts
    assert any("555-0199" in text for text in texts)


def test_tab_goes_through_the_evidence_before_it_leaves(dialog: WhyDialog) -> None:
    assert dialog.area.hasFocus()
    QTest.keyClick(dialog.area, Qt.Key.Key_Tab)
    assert button(dialog, "Not this person…").hasFocus()


def test_nothing_is_decided_without_a_reason_line(dialog: WhyDialog, models: FakeViewModels, settle: Callable[[], None]) -> None:
    for text, reason in (("The same person…", "seen the passport"), ("Not this person…", "her cousin's bill")):
        QTest.keyClick(button(dialog, text), Qt.Key.Key_Space)
        settle()
        line = next(each for each in dialog.findChildren(QLineEdit) if each.isVisible() and not each.text())
        assert line.hasFocus()
        QTest.keyClicks(line, reason)
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert models.why.calls[1:] == [("link", "cases:9", "seen the passport"), ("part", REVENUE, "her cousin's bill")]
    assert dialog.isVisible()


def test_a_problem_leaves_what_is_typed_alone(dialog: WhyDialog, models: FakeViewModels, settle: Callable[[], None]) -> None:
    QTest.keyClick(button(dialog, "The same person…"), Qt.Key.Key_Space)
    line = next(each for each in dialog.findChildren(QLineEdit) if each.isVisible())
    QTest.keyClicks(line, "hm")
    models.why.change(problem="Give a reason of at least 5 letters.")
    settle()
    assert dialog.problem.isVisible()
    assert line.text() == "hm"


def test_decisions_are_taken_back_and_what_is_right_is_noted(dialog: WhyDialog, models: FakeViewModels) -> None:
    button(dialog, "Take it back").click()
    button(dialog, "This is right").click()
    assert models.why.calls[1:] == [("undo", 4), ("note", "phone", "permits")]


def test_escape_closes_it_and_nothing_is_kept(dialog: WhyDialog, models: FakeViewModels, settle: Callable[[], None]) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert models.why.calls[-1] == ("leave",)
    assert models.why.state == WhyState()


def test_w_on_a_person_of_the_list(in_a_call: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> None:
    people = in_a_call.desk.caller_view.people.list
    people.enter()
    people.setCurrentIndex(people.people.index(1, 0))
    QTest.keyClick(people, Qt.Key.Key_W)
    settle()
    assert models.why.calls == [("open", people.people.key(1))]


def test_two_values_are_flagged_on_the_header(in_a_call: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> None:
    header = in_a_call.desk.caller_view.caller.header
    assert header.why_button.isVisible()
    caller = sample.MARIA
    two = type(caller)(**{name: getattr(caller, name) for name in caller.__struct_fields__} | {"phones": ("555-0142", "555-0199")})
    models.caller.change(caller=two)
    settle()
    assert header.differ.isVisible()
    assert "2 phones" in header.differ.text()
    header.differ.click()
    assert models.why.calls == [("open", sample.SEARCH_WITH_FAULTS.selected)]
