"""What departments and callers send is drawn as text: no markup, no pictures, nothing fetched."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from models.contacts import Inquiry
from models.outcomes import Answered, Failed, Fault, Skipped
from models.people import Address, Identifier, Person, SubjectRef
from models.records import Field
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.desk import DEPARTMENTS
from views.widgets.plain_label import PlainLabel, tip
from views.window import DeskWindow

Settle = Callable[[], None]
VIEWS = Path(__file__).resolve().parents[2] / "views"
SIGNAL_COLOUR = QColor(255, 0, 255)


@pytest.fixture
def hostile(tmp_path: Path) -> str:
    """A text that would show a magenta picture if anything took it for markup."""
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(SIGNAL_COLOUR)
    picture.save(str(tmp_path / "x.png"))
    return f'<img src="file:{tmp_path / "x.png"}"><b>bold</b> &amp; A&B'


def magenta(widget: QWidget) -> int:
    image = widget.grab().toImage()
    return sum(
        image.pixelColor(x, y) == SIGNAL_COLOUR for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)
    )  # fmt: skip


def poisoned(value: Any, text: str) -> Any:
    """The same structure with every free text replaced."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(poisoned(each, text) for each in value)
    return value


def test_the_picture_would_show(qtbot, hostile: str, qapp: QApplication) -> None:
    """The control: a label that takes markup does load the picture."""
    label = QLabel(hostile)
    qtbot.addWidget(label)
    label.resize(400, 100)
    assert magenta(label) > 10


def test_a_plain_label_stays_plain(qtbot, hostile: str) -> None:
    from PySide6.QtCore import Qt

    label = PlainLabel(hostile)
    qtbot.addWidget(label)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.resize(400, 100)
    assert magenta(label) == 0
    assert label.text() == hostile


def test_no_screen_takes_data_for_markup(window: DeskWindow, models: FakeViewModels, settle: Settle, hostile: str) -> None:
    replace = msgspec.structs.replace
    member = Person(
        SubjectRef("revenue", "1"), hostile, sample.NOW, addresses=(Address(hostile),), identifiers=(Identifier(hostile, hostile),)
    )
    caller = replace(
        sample.MARIA, name=hostile, addresses=(hostile,), phones=(hostile,), emails=(hostile,), why=(hostile,), members=(member,)
    )
    records = tuple(replace(r, title=hostile, status=hostile, kind=hostile, fields=(Field(hostile, hostile),)) for r in sample.RECORDS)
    departments = tuple(replace(d, title=hostile, kind=hostile) for d in sample.CALLER_WITH_FAULTS.departments)
    skipped = replace(departments[0], id="skipped", outcome=Skipped(hostile), records=Skipped(hostile))
    read_as = tuple(replace(part, value=hostile, text=hostile) for part in sample.READ_AS)
    models.search.show(replace(sample.SEARCH_WITH_FAULTS, callers=(caller,), departments=(*departments, skipped), read_as=read_as))
    models.caller.show(replace(sample.CALLER_WITH_FAULTS, caller=caller, records=records, departments=(*departments, skipped)))
    recent = tuple(replace(contact, caller_name=hostile) for contact in sample.CALL.recent)
    said = {"inquiries": (Inquiry(hostile, "", hostile),) * 2, "departments": ((hostile, hostile),), "reasons": (hostile,)}
    models.call.show(replace(sample.CALL, **said, note=hostile, number=hostile, problem=hostile, recent=recent, restored=True))
    models.session.show(replace(sample.SESSION, actor=hostile, role=hostile, purpose=hostile, site=hostile, notice=hostile))
    rows = tuple(
        replace(row, title=hostile, kind=hostile, problems=(hostile,), mapping=((hostile, hostile),), roles=(hostile,), manifest=hostile)
        for row in sample.DEPARTMENTS_STATE.rows
    )
    models.departments.show(replace(sample.DEPARTMENTS_STATE, rows=rows))
    settle()
    pane = window.desk.caller_view.caller
    assert magenta(window) == 0
    for index in range(pane.tabs.count()):
        pane.tabs.setCurrentIndex(index)
        settle()
        assert magenta(window) == 0
    for index in range(pane.tabs.count()):
        assert pane.tabs.tabText(index).count("&") % 2 == 0
    models.search.show(replace(sample.NOTHING, problem=hostile, callers=()))
    settle()
    assert magenta(window) == 0
    window.desk.go_to(DEPARTMENTS)
    settle()
    assert magenta(window) == 0
    for widget in window.findChildren(QWidget):
        assert_tip_is_text(widget.toolTip())


def assert_tip_is_text(shown: str) -> None:
    """A tool tip with markup of its own must hold the data escaped: rendered, it has no picture and no bold."""
    document = QTextDocument()
    document.setHtml(shown)
    assert "\ufffc" not in document.toPlainText()
    assert "font-weight:700" not in document.toHtml()


def test_a_tool_tip_says_what_was_sent(hostile: str) -> None:
    document = QTextDocument()
    document.setHtml(tip(hostile))
    assert document.toPlainText() == hostile


FORBIDDEN = re.compile(
    r"\b(QMessageBox|QInputDialog|QProgressDialog|QErrorMessage|QTextEdit|QTextBrowser|QFormLayout|QWhatsThis|QWebEngineView)\b"
    r"|\.exec\(|insertHtml|setHtml|appendHtml|openUrl"
)


@pytest.mark.parametrize("path", sorted(VIEWS.rglob("*.py")), ids=lambda path: path.name)
def test_views_use_nothing_that_draws_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not FORBIDDEN.search(text)
    if path.name != "plain_label.py":
        assert not re.search(r"\bQLabel\b", text)
        assert ".setToolTip(" not in text


@pytest.mark.parametrize("path", sorted(VIEWS.rglob("*.py")), ids=lambda path: path.name)
def test_views_import_only_qt_the_vocabulary_and_states(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        for name in names:
            root = name.split(".")[0]
            assert root not in ("adapters", "resources", "requests", "sqlalchemy", "qasync", "keyring", "msgspec")
            states = ("states", "doing_states", "document_states", "saying_states")
            assert root != "app" or name in [f"app.viewmodels.{each}" for each in states]
            assert root != "PySide6" or name in ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")


def test_outcomes_with_data_of_a_department_are_plain(window: DeskWindow, models: FakeViewModels, settle: Settle, hostile: str) -> None:
    """The detail of a fault is for operators and is never drawn."""
    departments = sample.departments({"revenue": Failed(Fault("unreadable", detail=hostile)), "permits": Answered()})
    models.search.show(msgspec.structs.replace(sample.NOTHING, departments=departments))
    settle()
    drawn = " ".join(label.text() for label in window.findChildren(QLabel))
    assert "bold" not in drawn
