"""A document is looked into from its row, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.viewmodels.document_states import DocumentState
from models.previews import Page, Preview
from models.records import Media, RecordRef
from tests.fakes.box_viewmodels import FakeDocument
from tests.fakes.viewmodels import FakeViewModels
from tests.views import sample
from views.document_dialog import DocumentDialog
from views.window import DeskWindow

Settle = Callable[[], None]
SHOWN = DocumentState(RecordRef("permits", "x"), "Letter", Media("p", "letter.pdf", "application/pdf", 1_234_567), "shown")


def png(width: int = 40, height: int = 30) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(255, 0, 255))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


@pytest.fixture
def port() -> FakeDocument:
    return FakeDocument()


@pytest.fixture
def look(in_a_call: DeskWindow, port: FakeDocument, qapp: QApplication) -> Iterator[Callable[[Preview], DocumentDialog]]:
    opened: list[DocumentDialog] = []

    def look(preview: Preview) -> DocumentDialog:
        port.show(msgspec.structs.replace(SHOWN, preview=preview))
        dialog = DocumentDialog(in_a_call, port, "Archive")
        dialog.open()
        opened.append(dialog)
        qapp.processEvents()
        return dialog

    yield look
    for each in opened:
        if port.state.phase != "closed":
            each.close()


@pytest.fixture
def document(in_a_call: DeskWindow, models: FakeViewModels, settle: Settle) -> RecordRef:
    """The first record of the table is a document."""
    first, *others = sample.CALLER.records
    letter = msgspec.structs.replace(first, media=SHOWN.media)
    models.caller.show(msgspec.structs.replace(sample.CALLER, records=(letter, *others)))
    models.document.shown = msgspec.structs.replace(SHOWN, preview=Preview("text", text="hello"))
    settle()
    return letter.ref


def dialogs(window: DeskWindow) -> list[DocumentDialog]:
    return [each for each in window.findChildren(DocumentDialog) if each.isVisible()]


def test_space_opens_the_document_of_a_row_and_closes_it(
    in_a_call: DeskWindow, models: FakeViewModels, document: RecordRef, settle: Settle
) -> None:
    table = in_a_call.desk.caller_view.caller.table
    table.selectRow(table.records.row_of(document))
    QTest.keyClick(table, Qt.Key.Key_Space)
    settle()
    assert models.document.calls == [("open", document)]
    [dialog] = dialogs(in_a_call)
    assert dialog.text.toPlainText() == "hello"
    assert dialog.text.hasFocus()
    QTest.keyClick(dialog.text, Qt.Key.Key_Space)
    settle()
    assert dialogs(in_a_call) == []
    assert models.document.calls[-1] == ("leave",)


def test_the_detail_offers_it_and_a_record_without_one_does_not(
    in_a_call: DeskWindow, models: FakeViewModels, document: RecordRef, settle: Settle
) -> None:
    table, detail = in_a_call.desk.caller_view.caller.table, in_a_call.desk.caller_view.caller.detail
    table.selectRow(table.records.row_of(document))
    settle()
    assert detail.look_button.isVisible()
    table.selectRow((table.records.row_of(document) + 1) % table.records.rowCount())
    settle()
    assert not detail.look_button.isVisible()
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert models.document.calls == []


def test_pages_are_turned_by_keys(look: Callable[[Preview], DocumentDialog], port: FakeDocument, qapp: QApplication) -> None:
    dialog = look(Preview("pages", pages=3, cut=True))
    port.change(page=Page(0, 2, 1, 8, b"\xff\0\0\0" * 2, "Notice of assessment"))
    assert dialog.picture.accessibleDescription() == "Notice of assessment"
    assert dialog.picture.image().pixelColor(0, 0) == QColor(255, 0, 0)
    assert dialog.note.text() == "Page 1 of 3 · only the beginning is shown"
    assert dialog.about.text() == "Archive · letter.pdf · application/pdf · 1.2 MB"
    for key, to in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_End, 3), (Qt.Key.Key_Left, 2), (Qt.Key.Key_Home, 0), (Qt.Key.Key_PageDown, 1)):
        QTest.keyClick(dialog.area, key)
        assert port.calls[-1] == ("turn", to)
    port.change(broken=True)
    assert dialog.stack.currentWidget() is dialog.page


def test_sizes_are_changed_by_keys(look: Callable[[Preview], DocumentDialog], port: FakeDocument) -> None:
    dialog = look(Preview("pages", pages=1))
    widths = []
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Minus):
        QTest.keyClick(dialog.area, key)
        widths.append(port.calls[-1][1])
    assert widths[0] > widths[1] > widths[2]


@pytest.mark.qt_log_ignore("Not a JPEG file", extend=True)
def test_a_picture_is_shown_and_one_that_is_none_says_so(look: Callable[[Preview], DocumentDialog], port: FakeDocument) -> None:
    dialog = look(Preview("picture", picture=png(), form="png"))
    assert dialog.picture.image().width() == 40
    port.change(preview=Preview("picture", picture=b"\x89PNG\r\n\x1a\nbroken", form="png"))
    assert dialog.stack.currentWidget() is dialog.page
    port.change(preview=Preview("picture", picture=png(), form="jpeg"))  # only what its bytes told is tried
    assert dialog.stack.currentWidget() is dialog.page


def test_a_large_picture_is_read_smaller(look: Callable[[Preview], DocumentDialog]) -> None:
    dialog = look(Preview("picture", picture=png(3000, 100), form="png"))
    assert dialog.picture.image().width() <= dialog.width()


def test_a_table_is_shown(look: Callable[[Preview], DocumentDialog]) -> None:
    dialog = look(Preview("table", rows=(("No", "Name"), ("1", "<b>x</b>"), ("2", "y", "z"))))
    assert dialog.stack.currentWidget() is dialog.table
    assert (dialog.rows.rowCount(), dialog.rows.columnCount()) == (2, 3)
    assert dialog.rows.headerData(1, Qt.Orientation.Horizontal) == "Name"
    assert dialog.rows.data(dialog.rows.index(0, 2)) == ""
    assert dialog.rows.data(dialog.rows.index(1, 2)) == "z"


def test_it_closes_when_what_it_shows_is_forgotten(look: Callable[[Preview], DocumentDialog], port: FakeDocument) -> None:
    dialog = look(Preview("none", why="It is empty."))
    port.show(DocumentState())
    assert not dialog.isVisible()
