"""Break-glass on the screen, and its reviews."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.viewmodels.states import GlassState
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.desk import REVIEWS
from views.glass import BreakGlassDialog
from views.window import DeskWindow

Settle = Callable[[], None]


@pytest.fixture
def supervisor(qapp: QApplication, window: DeskWindow, models: FakeViewModels, settle: Settle) -> DeskWindow:
    models.reviews.show(sample.REVIEWS)
    window.desk.rail.buttons[REVIEWS].setVisible(True)
    window.desk.go_to(REVIEWS)
    settle()
    return window


def test_the_key_asks_why_and_hands_the_reason_on(qtbot, in_a_call: DeskWindow, models: FakeViewModels) -> None:
    in_a_call.desk.break_glass()
    dialog = in_a_call.findChild(BreakGlassDialog)
    assert dialog is not None
    assert dialog.reason.window().focusWidget() is dialog.reason
    qtbot.keyClicks(dialog.reason, "The caller stopped answering")
    qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    assert models.glass.calls == [("start", "The caller stopped answering")]
    models.glass.change(problem="Say why.")
    in_a_call.frame.flush()
    assert in_a_call.desk.caller_view.glass.isHidden()
    assert dialog.problem.text() == "Say why."
    models.glass.change(problem="", until=monotonic() + 1800)
    assert not dialog.isVisible()


def test_the_banner_counts_down_and_ends_it(qtbot, in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    banner = in_a_call.desk.caller_view.glass
    assert banner.isHidden()
    models.glass.change(until=monotonic() + 1800)
    settle()
    assert "for 30:00 more" in banner.text() or "for 29:59 more" in banner.text()
    in_a_call.desk.break_glass()
    settle()
    assert models.glass.calls == [("end",)]
    assert banner.isHidden()


def test_who_may_not_has_no_dialog(in_a_call: DeskWindow, models: FakeViewModels) -> None:
    models.glass.show(GlassState(allowed=False))
    in_a_call.desk.break_glass()
    assert in_a_call.findChild(BreakGlassDialog) is None


def test_only_supervisors_have_the_screen(window: DeskWindow) -> None:
    assert window.desk.rail.buttons[REVIEWS].isHidden()
    before = window.desk.screens.currentWidget()
    window.desk.go_to(REVIEWS)
    assert window.desk.screens.currentWidget() is before


def test_what_waits_is_read_and_noted_by_keyboard(qtbot, supervisor: DeskWindow, models: FakeViewModels) -> None:
    view = supervisor.desk.reviews_view()
    assert models.reviews.calls == [("load",)]
    assert view.table.window().focusWidget() is view.table
    assert view.why.text() == "The caller stopped answering and help must be sent."
    supervisor.desk.next_pane(1)
    assert view.note.window().focusWidget() is view.note
    qtbot.keyClicks(view.note, "right to do")
    qtbot.keyClick(view.note, Qt.Key.Key_Return)
    assert models.reviews.calls[-1] == ("seen", 2, "right to do")


def test_what_was_reviewed_tells_by_whom_and_takes_no_note(supervisor: DeskWindow) -> None:
    view = supervisor.desk.reviews_view()
    view.table.selectRow(1)
    assert view.note.isHidden()
    assert "mkowalski" in view.outcome.text()
    assert "the school was told" in view.outcome.text()


def test_nothing_to_review_says_so(supervisor: DeskWindow, models: FakeViewModels, settle: Settle) -> None:
    models.reviews.change(items=())
    settle()
    assert supervisor.desk.reviews_view().empty.isVisible()
