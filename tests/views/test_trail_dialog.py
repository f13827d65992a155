"""My looks on the screen: opened by key or by one's name, read further as one scrolls, gone when left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.viewmodels.states import TrailState
from models.audit import LookKind, Seen
from tests.fakes.viewmodels import FakeViewModels
from views import words
from views.trail_dialog import TrailDialog
from views.window import DeskWindow

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOOKS = tuple(
    Seen(AT - timedelta(minutes=n), "ann", 99 - n, "agent", "Inquiry", "search" if n % 2 else "records", ("Revenue", "Permits"),
         "answered 2, failed 0" if n else "", ("a", "b"))
    for n in range(40)
)  # fmt: skip
ROOT = QModelIndex()


@pytest.fixture
def dialog(window: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> TrailDialog:
    QTest.keyClick(window.desk.caller_view.search.box, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    settle()
    found = window.findChild(TrailDialog)
    assert isinstance(found, TrailDialog)
    return found


def texts(dialog: TrailDialog, row: int) -> list[str]:
    return [dialog.looks.cell(row, column).text for column in range(dialog.looks.columnCount())]


def test_it_reads_when_it_is_opened_and_says_what_it_does(dialog: TrailDialog, models: FakeViewModels) -> None:
    assert models.trail.calls == [("open",)]
    models.trail.show(TrailState(reading=True))
    assert dialog.empty.text() == "Reading…"
    models.trail.show(TrailState(finished=True))
    assert dialog.empty.text() == "You have looked at nothing yet."


def test_a_look_is_a_row_without_names(dialog: TrailDialog, models: FakeViewModels) -> None:
    models.trail.show(TrailState(LOOKS, finished=True))
    assert texts(dialog, 0)[1:] == ["File of a caller", "2", "Revenue, Permits", "Inquiry", "cut short"]
    assert texts(dialog, 1)[1:] == ["List of people", "2", "Revenue, Permits", "Inquiry", "answered 2, failed 0"]
    assert dialog.empty.isHidden()
    assert dialog.table.hasFocus()
    assert dialog.table.currentIndex().row() == 0


def test_older_ones_are_asked_for_once_and_follow_without_a_jump(
    dialog: TrailDialog, models: FakeViewModels, settle: Callable[[], None]
) -> None:
    models.trail.show(TrailState(LOOKS[:20]))
    dialog.table.selectRow(7)
    models.trail.calls.clear()
    for _ in range(2):
        if dialog.looks.canFetchMore(ROOT):
            dialog.looks.fetchMore(ROOT)
    assert models.trail.calls == [("more",)]
    models.trail.show(TrailState(LOOKS))
    assert (dialog.looks.rowCount(), dialog.table.currentIndex().row()) == (40, 7)
    models.trail.show(TrailState(LOOKS, finished=True))
    assert not dialog.looks.canFetchMore(ROOT)


def test_escape_leaves_it_and_nothing_stays(dialog: TrailDialog, models: FakeViewModels, qapp: QApplication) -> None:
    models.trail.show(TrailState(LOOKS))
    QTest.keyClick(dialog.table, Qt.Key.Key_Escape)
    qapp.processEvents()
    assert models.trail.calls[-1] == ("leave",)
    models.trail.show(TrailState(LOOKS))


def test_the_lock_closes_it(dialog: TrailDialog, models: FakeViewModels, qapp: QApplication) -> None:
    models.lock.lock()
    assert models.trail.calls[-1] == ("leave",)


def test_a_problem_is_told_and_may_be_tried_again(dialog: TrailDialog, models: FakeViewModels) -> None:
    models.trail.show(TrailState(problem="Another program holds the store."))
    assert dialog.problem.text() == "Another program holds the store."
    assert dialog.empty.isHidden()
    dialog.problem.pressed.emit()
    assert models.trail.calls[-1] == ("more",)


@pytest.mark.parametrize("kind", sorted(set(get_args(LookKind)) - {"check"}))
def test_every_kind_of_look_has_words(kind: str) -> None:
    assert words.look(kind) != kind


def test_ones_name_opens_it(window: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> None:
    settle()
    window.desk.caller_view.who.name.click()
    assert window.findChild(TrailDialog) is not None
