"""Photographs of the screens in light and dark, with the sample call: ``python -m tests.views.gallery FOLDER``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.desk import CALLER, DEPARTMENTS
from views.theme import Scheme
from views.window import DeskWindow


def settle(application: QApplication, window: DeskWindow) -> None:
    """Draws what is pending."""
    for _ in range(4):
        application.processEvents()
        window.frame.flush()


def photograph(folder: Path) -> None:
    """Writes the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    models = FakeViewModels(departments=sample.DEPARTMENTS_STATE, session=sample.SESSION)
    window = DeskWindow()
    window.show()
    window.grab().save(str(folder / "0-first-paint.png"))
    window.bind(models)

    def shot(name: str) -> None:
        settle(application, window)
        window.grab().save(str(folder / f"{name}.png"))

    sizes = {"1440": (1440, 900), "1280": (1280, 720), "900": (900, 640)}
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        window.appearance.set_scheme(scheme)
        for name, (width, height) in sizes.items():
            window.resize(width, height)
            window.desk.go_to(CALLER)
            models.search.show(sample.SEARCH)
            models.caller.show(sample.CALLER)
            models.call.show(sample.CALL)
            models.calls.show(sample.CALLS)
            window.desk.caller_view.search.box.setText(sample.SEARCH.text)
            shot(f"{scheme}-{name}-caller")
            if name == "900":
                continue
            models.search.show(sample.SEARCH_WITH_FAULTS)
            models.caller.show(sample.CALLER_WITH_FAULTS)
            shot(f"{scheme}-{name}-faults")
            window.desk.go_to(DEPARTMENTS)
            window.desk.departments_view().table.selectRow(1)
            shot(f"{scheme}-{name}-departments")
        window.resize(1280, 720)
        window.desk.go_to(CALLER)
        models.search.show(sample.SEARCH_WITH_FAULTS)
        models.caller.show(sample.CALLER_WITH_FAULTS)
        settle(application, window)
        window.desk.caller_view.caller.go_to("cases")
        shot(f"{scheme}-tab-failed")
        window.desk.caller_view.caller.go_to("benefits")
        shot(f"{scheme}-tab-locked")
        models.caller.show(type(sample.CALLER)())
        for name, state in (
            ("asking", sample.ASKING),
            ("nothing", sample.NOTHING),
            ("nothing-but", sample.NOTHING_BUT_FAULTS),
            ("nobody", sample.NOBODY_ANSWERED),
        ):
            models.search.show(state)
            shot(f"{scheme}-{name}")
    window.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1] if len(sys.argv) > 1 else "demo-shots/gallery"))
