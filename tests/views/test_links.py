"""A link in a record: text, unless the site allows its host; and opened only after a question."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from models.records import Field, Record
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.desk import CALLER
from views.link_question import LinkQuestion
from views.window import DeskWindow

ALLOWED = "https://permits.springvale.example/BP-5510"
OTHER = "https://permits.springvale.example.evil.example/BP-5510"


def with_links(record: Record) -> Record:
    return msgspec.structs.replace(record, fields=(Field("Plan", ALLOWED), Field("Photo", OTHER), Field("Crew", "North")))


@pytest.fixture
def buttons(window: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> list[QPushButton]:
    """Those that are offered for the record that is shown."""
    state = msgspec.structs.replace(sample.CALLER, records=(with_links(sample.RECORDS[4]),), open_links=("permits.springvale.example",))
    window.desk.go_to(CALLER)
    models.search.show(sample.SEARCH)
    models.caller.show(state)
    settle()
    cells = window.desk.caller_view.caller.detail._cells
    return [cell.open_button for cell in cells if cell.isVisible() and not cell.open_button.isHidden()]


def question(window: DeskWindow) -> LinkQuestion:
    (found,) = window.findChildren(LinkQuestion)
    return found


def test_only_a_link_to_an_allowed_host_can_be_opened(buttons: list[QPushButton]) -> None:
    assert [button.accessibleName() for button in buttons] == ["Open the link of Plan"]


def test_it_is_opened_after_a_question_that_shows_where_it_leads(
    buttons: list[QPushButton], window: DeskWindow, models: FakeViewModels, settle: Callable[[], None]
) -> None:
    buttons[0].click()
    settle()
    asked = question(window)
    assert asked.isVisible()
    assert ("open_link", ALLOWED) not in models.caller.calls
    asked.go.click()
    settle()
    assert models.caller.calls[-1] == ("open_link", ALLOWED)


def test_enter_in_haste_opens_nothing(
    buttons: list[QPushButton], window: DeskWindow, models: FakeViewModels, settle: Callable[[], None]
) -> None:
    buttons[0].click()
    settle()
    QTest.keyClick(question(window), Qt.Key.Key_Return)
    settle()
    assert ("open_link", ALLOWED) not in models.caller.calls
    assert not window.findChildren(LinkQuestion) or not question(window).isVisible()


def test_where_a_site_names_no_host_a_link_is_text(window: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> None:
    window.desk.go_to(CALLER)
    models.search.show(sample.SEARCH)
    models.caller.show(msgspec.structs.replace(sample.CALLER, records=(with_links(sample.RECORDS[4]),)))
    settle()
    assert all(cell.open_button.isHidden() for cell in window.desk.caller_view.caller.detail._cells)
