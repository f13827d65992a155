"""Adding a department on the screen, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.states import SetupAsked, Tried
from tests.fakes.viewmodels import FakeSetup, FakeViewModels
from views.desk import DEPARTMENTS
from views.setup_dialog import SetupDialog
from views.window import DeskWindow

TRIED = Tried(
    (("find", "2 found in 3 ms", True),), ("Maria Gonzalez, 1984-03-09",), ("2026-11-15  Porch repair: Issued",), ("person.phones",), True
)


@pytest.fixture
def model() -> FakeSetup:
    return FakeSetup()


@pytest.fixture
def dialog(qtbot: QtBot, model: FakeSetup) -> Iterator[SetupDialog]:
    window = QWidget()
    qtbot.addWidget(window)
    made = SetupDialog(window, model)
    window.show()
    made.open()
    yield made
    window.close()


def test_from_what_is_typed_to_a_manifest_that_is_written(dialog: SetupDialog, model: FakeSetup) -> None:
    for line, text in (
        (dialog.name, "licences"),
        (dialog.address, "https://x.example"),
        (dialog.description, "openapi.json"),
        (dialog.secret, "s3cret"),
    ):
        QTest.keyClicks(line, text)
    QTest.keyClick(dialog.secret, Qt.Key.Key_Return)
    roles = ("agent", "caseworker", "supervisor")
    assert model.calls[-1] == ("propose", SetupAsked("licences", "rest", "https://x.example", "openapi.json", "", roles, "", "s3cret"))

    model.change(
        text='kind = "rest"\n',
        revision=1,
        facts=(("family_name", "last_name"),),
        gaps=("no phones was found",),
        credential="licences-credential",
    )
    assert dialog.text.toPlainText() == 'kind = "rest"\n'
    assert "licences-credential" in dialog.note.text()
    assert "family_name ← last_name" in dialog.found.toPlainText()
    assert dialog.focusWidget() is dialog.search

    QTest.keyClicks(dialog.text, "#")
    assert model.calls[-1] == ("edit", '#kind = "rest"\n')
    QTest.keyClicks(dialog.search, "maria")
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert model.calls[-1] == ("try_out", "maria")
    model.change(tried=TRIED)
    assert "Maria Gonzalez, 1984-03-09" in dialog.found.toPlainText()
    assert "Nobody and nothing had: person.phones" in dialog.found.toPlainText()

    dialog.write_button.click()
    assert model.calls[-1] == ("write",)
    model.change(written="/site/departments/licences.toml")
    assert "/site/departments/licences.toml" in dialog.note.text()
    assert not dialog.write_button.isEnabled()


def test_nothing_can_be_written_before_it_is_proposed_or_while_it_is_busy(dialog: SetupDialog, model: FakeSetup) -> None:
    assert [each.isEnabled() for each in (dialog.write_button, dialog.try_button)] == [False, False]
    model.change(text="x = 1", revision=1, busy="Asking…")
    assert [each.isEnabled() for each in (dialog.write_button, dialog.propose_button)] == [False, False]
    model.change(busy="", problem="Line 3: kind is missing")
    assert dialog.problem.isVisibleTo(dialog)


def test_leaving_forgets(dialog: SetupDialog, model: FakeSetup) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert model.calls[-1] == ("leave",)


@pytest.mark.parametrize("allowed", [True, False])
def test_only_who_may_is_offered_it(qtbot: QtBot, allowed: bool) -> None:
    window, models = DeskWindow(), FakeViewModels()
    models.setup.change(allowed=allowed)
    qtbot.addWidget(window)
    window.bind(models)
    window.desk.go_to(DEPARTMENTS)
    view = window.desk.departments_view()
    assert view.add_button.isHidden() is not allowed
    view.again_button.click()
    assert models.departments.calls[-1] == ("read_again",)
