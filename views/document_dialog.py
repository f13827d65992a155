"""A document looked into: pages, a picture, a table or text, by keyboard. What can't be shown says why; nothing is ever opened or run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from views.theme import look
from views.widgets.cards import EmptyState
from views.widgets.picture import Picture, read_image
from views.widgets.plain_label import ElidedLabel, PlainLabel
from views.widgets.rows_model import RowsModel

if TYPE_CHECKING:
    from app.viewmodels.document_states import DocumentState
    from models.previews import Page, Preview
    from views.ports import DocumentPort

_STEPS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_PAUSE = 120
"""Milliseconds after the last change of the size, until pages are drawn anew."""


class DocumentDialog(QDialog):
    """Opened with ``open()``; Escape or Space closes it."""

    def __init__(self, parent: QWidget, port: DocumentPort, department: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Document"))
        self._port = port
        self._department = department
        self._zoom = _STEPS.index(1.0)
        self._drawn: Preview | None = None
        self._page: Page | None = None
        unit = look().px
        self.title = ElidedLabel(role="heading")
        self.about = ElidedLabel(role="small")
        self.picture = Picture()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self.picture)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rows = RowsModel()
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.table.verticalHeader().hide()
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setWordWrap(False)
        self.page = EmptyState()
        self.stack = QStackedWidget()
        for widget in (self.page, self.area, self.text, self.table):
            self.stack.addWidget(widget)
            widget.installEventFilter(self)
        self.note = PlainLabel(role="small")
        self.keys = PlainLabel(role="small")
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        below = QHBoxLayout()
        below.addWidget(self.note)
        below.addStretch(1)
        below.addWidget(self.keys)
        below.addSpacing(unit(12))
        below.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit(16), unit(14), unit(16), unit(12))
        layout.setSpacing(unit(8))
        layout.addWidget(self.title)
        layout.addWidget(self.about)
        layout.addWidget(self.stack, 1)
        layout.addLayout(below)
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._resized.setInterval(_PAUSE)
        self._resized.timeout.connect(self._fit)
        room = parent.size()
        self.resize(min(unit(980), room.width() - unit(60)), room.height() - unit(80))
        port.state_changed.connect(self._draw)
        self.finished.connect(lambda _result: port.leave())
        self._draw(port.state)

    def _draw(self, state: DocumentState) -> None:
        if state.phase == "closed":
            if self.isVisible():  # the lock, or another caller
                self.close()
            return
        self.title.setText(state.title)
        self.about.setText(self._about(state))
        if state.phase == "reading" or state.preview is None:
            self.page.show_text(self.tr("Getting the document …"), "")
            self.stack.setCurrentWidget(self.page)
            return
        if state.preview is not self._drawn:
            self._drawn = state.preview
            self._show_preview(state.preview)
        if state.preview.kind == "pages":
            self._show_page(state)
        self._tell(state)

    def _about(self, state: DocumentState) -> str:
        media = state.media
        told = [self._department]
        if media is not None:
            told += [media.name if media.name != state.title else "", media.type, _size(media.size)]
        return " · ".join(filter(None, told))

    def _show_preview(self, preview: Preview) -> None:
        name = self.title.text()
        shown: QWidget = self.page
        if preview.kind == "text":
            self.text.setPlainText(preview.text)
            shown = self.text
        elif preview.kind == "table":
            self.rows.set_rows(preview.rows)
            for column in range(self.rows.columnCount()):
                self.table.setColumnWidth(column, self.rows.width_of(column, self.fontMetrics(), look().px(260)))
            shown = self.table
        elif preview.kind == "picture":
            image = self._read_picture(preview)
            if image.isNull():
                self.page.show_text(self.tr("Nothing to show"), self.tr("The picture can't be read."))
            else:
                self.picture.show_image(image)
                shown = self.area
        elif preview.kind == "pages":
            shown = self.area
            QTimer.singleShot(0, self, self._fit)
        else:
            self.page.show_text(self.tr("Nothing to show"), preview.why)
        shown.setAccessibleName(self.tr("Document: {title}").format(title=name))
        self.stack.setCurrentWidget(shown)
        shown.setFocus()

    def _show_page(self, state: DocumentState) -> None:
        page = state.page
        if state.broken:
            self.page.show_text(self.tr("Nothing to show"), self.tr("This page can't be drawn."))
            self.stack.setCurrentWidget(self.page)
        elif page is not None and page is not self._page:
            self._page = page
            image = QImage(page.pixels, page.width, page.height, page.stride, QImage.Format.Format_RGBX8888).copy()
            image.setDevicePixelRatio(self.devicePixelRatioF())
            self.picture.show_image(image)
            self.picture.setAccessibleName(self.tr("Page {number}").format(number=page.number + 1))
            self.picture.setAccessibleDescription(page.text)
            self.stack.setCurrentWidget(self.area)
            self.area.verticalScrollBar().setValue(0)

    def _read_picture(self, preview: Preview) -> QImage:
        ratio = self.devicePixelRatioF()
        width = int(max(200, self.stack.width() - look().px(30)) * _STEPS[self._zoom] * ratio)
        image = read_image(preview.picture, preview.form, width)
        image.setDevicePixelRatio(ratio)
        return image

    def _tell(self, state: DocumentState) -> None:
        preview = state.preview
        if preview is None:
            return
        notes, keys = "", self.tr("Esc closes")
        if preview.kind == "pages":
            notes = self.tr("Page {number} of {pages}").format(number=state.number + 1, pages=preview.pages)
            keys = self.tr("← → page   + − size   Esc closes")
        elif preview.kind == "picture":
            keys = self.tr("+ − size   Esc closes")
        if preview.cut:
            cut = self.tr("only the beginning is shown")
            notes = f"{notes} · {cut}" if notes else cut.capitalize()
        self.note.setText(notes)
        self.keys.setText(keys)

    def _fit(self) -> None:
        if self._drawn is None:
            return
        if self._drawn.kind == "pages":
            bar = self.area.verticalScrollBar().sizeHint().width()  # which comes with the page
            width = max(200, self.area.width() - bar - look().px(8)) * _STEPS[self._zoom] * self.devicePixelRatioF()
            self._port.fit(int(width))
        elif self._drawn.kind == "picture":
            self.picture.show_image(self._read_picture(self._drawn))

    def _size_by(self, step: int) -> None:
        self._zoom = min(max(self._zoom + step, 0), len(_STEPS) - 1)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the dialog come first, whichever of its parts has the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._key(event):
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        key, number = event.key(), self._port.state.number
        paged = self._drawn is not None and self._drawn.kind == "pages"
        turns = {
            Qt.Key.Key_Right: number + 1,
            Qt.Key.Key_Left: number - 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._drawn.pages if self._drawn is not None else 0,
        }
        if key == Qt.Key.Key_Space and not event.modifiers():
            self.close()
        elif paged and key in turns:
            self._port.turn(turns[Qt.Key(key)])
        elif paged and key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self._by_a_screen(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus) and self.stack.currentWidget() is self.area:
            self._size_by(-1 if key == Qt.Key.Key_Minus else 1)
        else:
            return False
        return True

    def _by_a_screen(self, way: int) -> None:
        """Down or up the page, and at its end to the next one."""
        bar = self.area.verticalScrollBar()
        at_end = bar.value() == (bar.maximum() if way > 0 else bar.minimum())
        if at_end:
            self._port.turn(self._port.state.number + way)
        else:
            bar.setValue(bar.value() + way * bar.pageStep())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized.start()


def _size(size: int | None) -> str:
    if size is None:
        return ""
    translate = QGuiApplication.translate
    if size < 1_000_000:
        return translate("DocumentDialog", "{size} kB").format(size=max(1, round(size / 1000)))
    return translate("DocumentDialog", "{size} MB").format(size=f"{size / 1_000_000:.1f}")
