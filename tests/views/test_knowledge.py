"""Saying, on the screen: the best article in the call panel, and the dialog that searches and reads them, by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.viewmodels.saying_states import Reading, SayingState, Suggestion
from models.knowledge import Block, Found
from tests.fakes.viewmodels import FakeViewModels
from tests.views.test_plain_text import hostile, magenta
from views.knowledge_dialog import KnowledgeDialog
from views.widgets.chip import Chip
from views.widgets.plain_label import PlainLabel
from views.window import DeskWindow

__all__ = ["hostile"]

Settle = Callable[[], None]
MOVING = Suggestion("moving", "Moving within the city", "Ask: new address, day of the move, who moves along.", "New address")
TAX = Suggestion("tax", "A tax bill is overdue", "Say what is open, then offer to pay today.", "Property tax Q3 reminder")
HOURS = Found("hours", "Opening hours", "en", "City hall: Monday to Friday")
READING = Reading(
    "moving",
    MOVING.title,
    "en",
    (Block("text", MOVING.lead), Block("heading", "Then"), Block("say", "From which day on?"), Block("item", "Read it back.", "1.")),
    (("parking", "resident parking"),),
    (("en", "English"), ("es", "español")),
)
STATE = SayingState(suggestions=(MOVING, TAX), found=(HOURS,), reading=READING)


def opened(window: DeskWindow, settle: Settle) -> KnowledgeDialog:
    settle()
    found = window.findChildren(KnowledgeDialog)
    assert len(found) == 1
    return found[0]


def test_nothing_to_say_takes_no_room(in_a_call: DeskWindow) -> None:
    assert in_a_call.desk.caller_view.call.say.isHidden()


def test_the_best_article_stands_in_the_call_panel(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    say = in_a_call.desk.caller_view.call.say
    models.saying.show(STATE)
    settle()
    texts = [label.text() for label in say.findChildren(PlainLabel)]
    assert MOVING.title in texts
    assert MOVING.lead in texts
    assert say.more.text().startswith("1 more")
    qtbot.keyClick(say.card, Qt.Key.Key_Return)
    dialog = opened(in_a_call, settle)
    assert ("read", "moving", True) in models.saying.calls
    assert dialog.article.area.hasFocus() or dialog.focusWidget() is dialog.article.area
    dialog.close()
    models.saying.show(SayingState())
    settle()
    assert say.isHidden()
    assert MOVING.lead not in [label.text() for label in say.findChildren(PlainLabel)]


def test_searching_and_reading_by_keyboard(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.saying.show(STATE)
    in_a_call.desk.look_up()
    dialog = opened(in_a_call, settle)
    assert [row[0] for row in dialog.found.rows] == ["moving", "tax", "hours"]
    assert dialog.list.currentIndex().row() == 0
    qtbot.keyClick(dialog.words, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.words, Qt.Key.Key_Down)
    assert models.saying.calls[-2:] == [("read", "tax", False), ("read", "hours", False)]
    qtbot.keyClick(dialog.words, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.words, Qt.Key.Key_Return)
    assert models.saying.calls[-1] == ("read", "hours", True)
    assert dialog.focusWidget() is dialog.article.area
    dialog.words.setFocus()
    qtbot.keyClicks(dialog.words, "open")
    assert ("search", "open") in models.saying.calls
    settle()
    assert [row[0] for row in dialog.found.rows] == ["hours"]  # what fits the call stands first only while nothing is searched
    models.saying.change(text="xyz", found=())
    settle()
    assert dialog.nothing.isVisible()
    qtbot.keyClick(dialog.words, Qt.Key.Key_Escape)
    settle()
    assert in_a_call.findChildren(KnowledgeDialog) == []
    models.saying.change(text="again")  # nobody listens any more


def test_an_article_is_drawn_as_what_it_is(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.saying.show(STATE)
    in_a_call.desk.look_up()
    dialog = opened(in_a_call, settle)
    roles = {label.text(): label.property("role") for label in dialog.article.area.findChildren(PlainLabel)}
    assert roles["From which day on?"] == "say"
    assert roles["Then"] == "strong"
    assert {"1.", "Read it back."} <= set(roles)
    button = next(each for each in dialog.article.findChildren(QPushButton) if each.text() == "resident parking")
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert models.saying.calls[-1] == ("read", "parking", True)
    names = [chip.text() for chip in dialog.article.languages.findChildren(Chip)]
    assert names == ["English", "español"]
    dialog.article.next_language()
    assert models.saying.calls[-1] == ("speak", "es")
    models.saying.change(reading=None, problem="This article is no longer there.")
    settle()
    assert dialog.problem.text() == "This article is no longer there."
    assert dialog.article.languages.isHidden()
    dialog.article.next_language()
    dialog.close()


@pytest.mark.usefixtures("qapp")
def test_nothing_of_an_article_is_taken_for_markup(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle, hostile: str) -> None:
    kinds = ("text", "heading", "say", "item")
    reading = Reading(
        "a", hostile, "en", tuple(Block(kind, hostile, hostile) for kind in kinds), ((hostile, hostile),), ((hostile, hostile), ("x", "y"))
    )
    suggestion = Suggestion("a", hostile, hostile, hostile)
    models.saying.show(SayingState((suggestion,), "", "", (Found("b", hostile, "en", hostile),), reading, (hostile,), hostile))
    in_a_call.desk.look_up()
    dialog = opened(in_a_call, settle)
    assert magenta(dialog) == 0
    assert magenta(in_a_call) == 0
    dialog.close()
