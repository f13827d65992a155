"""The window before there is anything behind it."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication

from tests.fakes.viewmodels import FakeViewModels
from views.window import DeskWindow


def test_what_is_typed_before_the_view_models_is_searched_for(qtbot, qapp: QApplication, models: FakeViewModels) -> None:
    window = DeskWindow()
    qtbot.addWidget(window)
    window.show()
    qtbot.keyClicks(window._shell.box, "maria gonz")
    window.bind(models)
    box = window.desk.caller_view.search.box
    assert box.text() == "maria gonz"
    assert models.search.calls == [("set_query", "maria gonz")]
    qtbot.keyClicks(box, "ales")
    assert models.search.calls[-1] == ("set_query", "maria gonzales")


def test_a_half_selected_text_stays_selected(qtbot, qapp: QApplication, models: FakeViewModels) -> None:
    window = DeskWindow()
    qtbot.addWidget(window)
    qtbot.keyClicks(window._shell.box, "maria gonz")
    window._shell.box.setSelection(6, 4)
    window.bind(models)
    assert window.desk.caller_view.search.box.selectedText() == "gonz"


def test_the_first_paint_needs_little() -> None:
    program = """
import sys
from PySide6.QtWidgets import QApplication
application = QApplication([])
from views.window import DeskWindow
window = DeskWindow()
window.show()
window.grab()
print([name for name in ("msgspec", "models", "views.desk", "requests", "sqlalchemy", "app") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_no_source_is_kept_of_what_is_imported_after_qt() -> None:
    program = """
import linecache
from app.desk import Desk
import app.bootstrap, views.desk
print([name for name in linecache.cache if name.endswith(("store.py", "audit.py", "cells.py"))])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_closing_is_told(qtbot, window: DeskWindow) -> None:
    with qtbot.waitSignal(window.closing, timeout=1000):
        window.close()


def test_colours_and_zoom_are_kept(qtbot, tmp_path, models: FakeViewModels) -> None:
    settings = QSettings(str(tmp_path / "desk.ini"), QSettings.Format.IniFormat)
    first = DeskWindow(settings)
    qtbot.addWidget(first)
    first.appearance.set_scheme("dark")
    first.appearance.step(1)
    second = DeskWindow(settings)
    qtbot.addWidget(second)
    assert (second.appearance.scheme, second.appearance.zoom) == ("dark", 1.1)
    second.appearance.set_scheme("system")
    second.appearance.set_zoom(1.0)


def test_settings_that_make_no_sense_are_as_if_not_there(qtbot, tmp_path) -> None:
    settings = QSettings(str(tmp_path / "desk.ini"), QSettings.Format.IniFormat)
    settings.setValue("appearance/scheme", "purple")
    settings.setValue("appearance/zoom", "huge")
    window = DeskWindow(settings)
    qtbot.addWidget(window)
    assert (window.appearance.scheme, window.appearance.zoom) == ("system", 1.0)


def test_zoom_scales_rows_and_text(window: DeskWindow) -> None:
    table = window.desk.caller_view.caller.table
    before = table.verticalHeader().defaultSectionSize()
    window.appearance.set_zoom(1.5)
    assert abs(table.verticalHeader().defaultSectionSize() - before * 1.5) <= 1
    window.appearance.set_zoom(1.0)


def test_narrow_windows_have_two_columns(qapp: QApplication, window: DeskWindow) -> None:
    view = window.desk.caller_view
    window.resize(1440, 900)
    qapp.processEvents()
    assert view.call.parentWidget() is view.columns
    window.resize(900, 640)
    qapp.processEvents()
    assert view.call.parentWidget() is view.left
    assert view.call.isVisible()
    assert Qt.Orientation.Vertical == view.left.orientation()
