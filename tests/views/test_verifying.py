"""Verifying on the screen: the question to read aloud, what came of it, and what stays masked until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget

from models.verification import Asked, Mandate
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views import words
from views.caller_pane import CallerPane
from views.verify_panel import VerifyPanel
from views.window import DeskWindow

Settle = Callable[[], None]
SECRETS = ("1984", "2210", "Clark", "60614", "0142", "m.gonzalez", "021000021", "14-33-105", "Porch", "214.50")


@pytest.fixture
def pane(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> CallerPane:
    """Maria is open and not verified."""
    callers = (msgspec.structs.replace(sample.SHUT.caller, shut=()),)
    models.search.show(msgspec.structs.replace(sample.SEARCH, callers=callers, text="maria", read_as=()))
    models.caller.show(sample.SHUT)
    models.verification.show(msgspec.structs.replace(sample.QUESTION, open=False, level="anonymous", asked=()))
    settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # what was dropped goes when the loop runs
    return in_a_call.desk.caller_view.caller


@pytest.fixture
def panel(pane: CallerPane, models: FakeViewModels, settle: Settle) -> VerifyPanel:
    models.verification.show(sample.QUESTION)
    settle()
    return pane.verify_panel


def said_anywhere(widget: QWidget) -> str:
    """All that is drawn, told to a screen reader or told in a tip."""

    def all_of(interface: QAccessibleInterface) -> Iterator[str]:
        yield from (interface.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description))
        for at in range(min(interface.childCount(), 80)):
            child = interface.child(at)
            if child is not None:
                yield from all_of(child)

    tips = [each.toolTip() + each.accessibleName() + str(each.property("text") or "") for each in widget.findChildren(QWidget)]
    return "\n".join([*tips, *all_of(QAccessible.queryAccessibleInterface(widget))])


def test_nothing_that_is_shut_is_told_anywhere(in_a_call: DeskWindow, pane: CallerPane) -> None:
    told = said_anywhere(in_a_call.desk.caller_view)
    assert "Maria Gonzalez" in told
    assert [line for line in told.splitlines() if any(secret in line for secret in SECRETS)] == []


def test_tabs_and_pages_say_when_they_open_and_by_which_key(pane: CallerPane) -> None:
    assert pane.tabs.accessibleTabName(1) == "Revenue, opens when the caller is verified"
    assert pane.tabs.accessibleTabName(3) == "Service requests, opens when the caller is identified"
    assert pane.tabs.tabText(1) == "Revenue"
    assert "opens when the caller is identified" in pane.page.text()
    pane.go_to("revenue")
    assert "Revenue opens when the caller is verified" in pane.page.text()
    assert "Ctrl+Shift+V" in pane.page.text()
    pane.go_to("benefits")
    assert "Not permitted" in pane.page.text()


def test_the_page_leads_to_the_questions(qtbot, pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    qtbot.mouseClick(pane.page.button, Qt.MouseButton.LeftButton)
    settle()
    assert models.verification.calls == [("open",)]
    assert pane.verify_panel.said.window().focusWidget() is pane.verify_panel.said


def test_when_nothing_more_may_be_asked_the_page_offers_no_questions(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    assert pane.page.button.isVisible()
    models.verification.change(ended="locked", ask="")
    settle()
    assert not pane.page.button.isVisible()
    assert "stays shut for this call" in pane.page.text()
    assert "Ctrl+Shift+V" not in pane.page.text()


def test_one_key_opens_the_questions_and_leads_back_to_the_line(in_a_call: DeskWindow, panel: VerifyPanel, models: FakeViewModels) -> None:
    in_a_call.desk.focus_search()
    in_a_call.desk.verify()
    assert panel.said.window().focusWidget() is panel.said
    assert models.verification.calls == []
    models.verification.show(msgspec.structs.replace(sample.QUESTION, open=False))
    in_a_call.desk.caller_view.caller.draw_verification(models.verification.state)
    in_a_call.desk.verify()
    assert models.verification.calls == [("open",)]


def test_the_question_can_be_read_aloud(panel: VerifyPanel) -> None:
    assert panel.ask.text() == "“How much was your last payment to the city?”"
    assert panel.said.accessibleName() == "What the caller says to: How much was your last payment to the city?"
    assert "KNOWN TO REVENUE" in panel.about.text()
    assert [badge.accessibleName() for badge in panel.results.widgets()] == ["birth date: right", "post code: wrong"]


def test_what_comes_of_an_answer_takes_the_focus_from_nobody(panel: VerifyPanel, models: FakeViewModels, settle: Settle) -> None:
    assert QApplication.focusWidget() is panel.said
    models.caller.show(msgspec.structs.replace(sample.SHUT, level="identified", records=sample.RECORDS[1:2]))
    models.verification.change(number=4, question="phone", asked=(*sample.QUESTION.asked, Asked("last payment", None)))
    settle()
    assert QApplication.focusWidget() is panel.said


def test_what_the_caller_says_is_handed_on_and_forgotten(qtbot, panel: VerifyPanel, models: FakeViewModels) -> None:
    qtbot.keyClicks(panel.said, "214")
    qtbot.keyClick(panel.said, Qt.Key.Key_Return)
    assert models.verification.calls == [("answer", "214")]
    assert panel.said.text() == ""
    assert not panel.said.isUndoAvailable()
    qtbot.keyClick(panel.said, Qt.Key.Key_Return)
    assert len(models.verification.calls) == 1


def test_what_is_being_typed_stays_while_answers_come(qtbot, panel: VerifyPanel, models: FakeViewModels, settle: Settle) -> None:
    qtbot.keyClicks(panel.said, "21")
    models.verification.change(busy=True)
    settle()
    assert panel.said.text() == "21"
    models.verification.change(number=4, question="phone", ask="Which phone?", busy=False)
    settle()
    assert panel.said.text() == ""
    assert panel.said.window().focusWidget() is panel.said


def test_escape_closes_and_leads_back_to_the_file(
    qtbot, panel: VerifyPanel, pane: CallerPane, models: FakeViewModels, settle: Settle
) -> None:
    qtbot.keyClick(panel.said, Qt.Key.Key_Escape)
    settle()
    assert models.verification.calls == [("close",)]
    assert panel.isHidden()
    assert pane.page.button.window().focusWidget() is pane.page.button


def test_locked_says_so_and_takes_no_more(panel: VerifyPanel, pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.verification.change(ask="", ended="locked", level="anonymous")
    settle()
    assert panel.ask.text().startswith("Locked: too many answers were wrong.")
    assert panel.said.isHidden()
    assert panel.close_button.window().focusWidget() is panel.close_button
    assert pane.header.chip.accessibleName().startswith("Not verified, locked")


def test_the_chip_tells_level_and_method(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    assert pane.header.chip.text() == "Not verified"
    models.verification.show(sample.VERIFIED)
    settle()
    assert pane.header.chip.text() == "Verified: birth date, post code, last payment"
    models.verification.change(mandate=Mandate("Ana", "Power of attorney"))
    settle()
    assert pane.header.chip.text().endswith("acts for them: Power of attorney")
    models.verification.change(caller="")
    settle()
    assert pane.header.chip.isHidden()


def test_somebody_who_acts_for_another(qtbot, panel: VerifyPanel, models: FakeViewModels, settle: Settle) -> None:
    qtbot.mouseClick(panel.other_button, Qt.MouseButton.LeftButton)
    assert panel.who.window().focusWidget() is panel.who
    qtbot.keyClicks(panel.who, "Ana")
    panel.ground.setCurrentText("Power of attorney")
    qtbot.keyClick(panel.who, Qt.Key.Key_Return)
    assert models.verification.calls == [("act_for", "Ana", "Power of attorney")]
    models.verification.change(mandate=Mandate("Ana", "Power of attorney"))
    settle()
    assert not panel.who.isVisible()
    assert panel.hint.text() == "Ana acts for Maria Gonzalez: Power of attorney"
    qtbot.mouseClick(panel.other_button, Qt.MouseButton.LeftButton)
    assert models.verification.calls[-1] == ("act_for_themselves",)


def test_the_filter_and_the_order_know_nothing_of_masked_fields(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.caller.show(sample.CALLER)
    settle()
    for secret in ("021000021", "4411"):
        pane.table.set_filter(secret)
        assert pane.table.records.rowCount() == 0
    pane.table.set_filter("")
    assert pane.table.records.rowCount() == len(sample.RECORDS)


def test_more_that_opens_later_is_said(pane: CallerPane, models: FakeViewModels, settle: Settle) -> None:
    models.caller.show(msgspec.structs.replace(sample.CALLER, more_from="strong"))
    settle()
    assert pane.missing.text() == "Some records are not shown: they open when the caller is strongly verified (Ctrl+Shift+V)."
    assert words.MASK == "••••"
