"""A desk bound to fake view models, shown offscreen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.desk import CALLER
from views.window import DeskWindow


@pytest.fixture
def models(qapp: QApplication) -> FakeViewModels:
    return FakeViewModels(departments=sample.DEPARTMENTS_STATE, session=sample.SESSION)


@pytest.fixture
def window(qapp: QApplication, models: FakeViewModels) -> Iterator[DeskWindow]:
    made = DeskWindow()
    made.show()
    made.bind(models)
    made.activateWindow()
    qapp.processEvents()
    yield made
    made.close()
    # Not deleteLater: without a running loop it would stay, and every later stylesheet would be applied to it too.
    shiboken6.delete(made)


@pytest.fixture
def settle(qapp: QApplication, window: DeskWindow) -> Callable[[], None]:
    """Draws all that is pending."""

    def settle() -> None:
        for _ in range(3):
            window.frame.flush()
            qapp.processEvents()

    return settle


@pytest.fixture
def in_a_call(window: DeskWindow, models: FakeViewModels, settle: Callable[[], None]) -> DeskWindow:
    """Maria Gonzalez is open; two departments have failed."""
    window.desk.go_to(CALLER)
    models.search.show(sample.SEARCH_WITH_FAULTS)
    models.caller.show(sample.CALLER_WITH_FAULTS)
    models.call.show(sample.CALL)
    settle()
    return window
