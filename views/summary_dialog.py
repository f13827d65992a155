"""The summary that the caller gets, shown before it goes out: how it is sent, where to, the text, and what became of it."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QStandardPaths, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from views.theme import look
from views.widgets.cards import Banner
from views.widgets.chip import Chip
from views.widgets.flow import FlowRow
from views.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from app.viewmodels.saying_states import WrappingUpState
    from models.summary import Way
    from views.ports import WrappingUpPort


class SummaryDialog(QDialog):
    """Opened with ``open()``; Ctrl+Enter sends, Escape closes it. What is refused stays here and can be sent otherwise."""

    def __init__(self, parent: QWidget, model: WrappingUpPort) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Send summary"))
        self._model = model
        self._way: Way = model.state.ways[0] if model.state.ways else "pdf"
        self._known: tuple[str, ...] | None = None
        self._names: dict[Way, str] = {
            "email": self.tr("E-mail"),
            "sms": self.tr("Text message"),
            "letter": self.tr("Letter"),
            "pdf": self.tr("PDF"),
        }
        self.ways = FlowRow()
        self.ways.setAccessibleName(self.tr("How it is sent"))
        self._chips: dict[Way, Chip] = {}
        self._group = QButtonGroup(self)
        for position, way in enumerate(model.state.ways):
            chip = Chip(checkable=True)
            chip.show_as(self._names[way])
            chip.clicked.connect(lambda _checked=False, way=way: self._choose(way))
            self._group.addButton(chip)
            self._chips[way] = chip
            self.ways.insert(position, chip)
        self.to = QComboBox()
        self.to.setEditable(True)
        self.to.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.to.setAccessibleName(self.tr("Where it goes"))
        line = self.to.lineEdit()
        assert line is not None
        line.setMaxLength(300)
        line.setAccessibleName(self.tr("Where it goes"))
        self.to_label = PlainLabel(self.tr("&To"), "small", buddy=self.to)
        self.subject = PlainLabel(role="strong", wrap=True)
        self.text = PlainLabel(wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        for label in (self.subject, self.text):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.area = QScrollArea()
        self.area.setObjectName("article")
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(self.tr("What the caller gets"))
        self.problem = Banner()
        self.sent = PlainLabel(role="small", wrap=True)
        self.send_button = QPushButton()
        self.send_button.setProperty("role", "primary")
        self.send_button.setAutoDefault(False)
        self.send_button.clicked.connect(self._send)
        self.close_button = QPushButton(self.tr("Close   Esc"))
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.close)
        self._lay_out(parent)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._send)
        model.state_changed.connect(self.draw)
        self.finished.connect(self._left)
        model.open()
        self._choose(self._way)
        (self.area if self.to.isHidden() else line).setFocus()

    def _lay_out(self, parent: QWidget) -> None:
        unit = look().px
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(*(unit(16),) * 4)
        inside.setSpacing(unit(10))
        inside.addWidget(self.subject)
        inside.addWidget(self.text, 1)
        self.area.setWidget(page)
        buttons = QHBoxLayout()
        buttons.addWidget(self.sent, 1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.send_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(9))
        layout.addWidget(PlainLabel(self.tr("This goes to the caller"), "heading"))
        layout.addWidget(self.ways)
        self.ways.setVisible(len(self._chips) > 1)
        layout.addWidget(self.to_label)
        layout.addWidget(self.to)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        room = parent.size()
        self.resize(min(unit(620), room.width() - unit(40)), min(unit(600), room.height() - unit(60)))

    def draw(self, state: WrappingUpState) -> None:
        """Shows the text and what became of it. What is typed into the address is left alone."""
        summary = state.summary
        sms = self._way == "sms"
        self.subject.setText(summary.subject if summary and not sms else "")
        self.subject.setVisible(bool(self.subject.text()))
        writing = self.tr("Writing…") if not state.problem else ""
        self.text.setText((summary.short if sms else summary.text) if summary else writing)
        self.area.setAccessibleDescription(self.text.text())
        self.problem.show_text(" ".join(filter(None, (state.problem, f"({state.said})" if state.said else ""))), "bad")
        self.sent.setText("\n".join(state.sent))
        self.send_button.setEnabled(summary is not None and not state.sending)
        if self._way == "pdf":
            self.send_button.setText(self.tr("Save PDF…   Ctrl+Enter"))
        else:
            send = self.tr("Send again   Ctrl+Enter") if state.sent else self.tr("Send   Ctrl+Enter")
            self.send_button.setText(self.tr("Sending…") if state.sending else send)
        self.send_button.setAccessibleName(self.tr("Save as PDF") if self._way == "pdf" else self.tr("Send"))
        known = dict(state.to).get(self._way, ())
        if known != self._known:
            self._known = known
            self.to.clear()
            self.to.addItems(list(known))

    def _choose(self, way: Way) -> None:
        self._way = way
        self._known = None
        if way in self._chips:
            self._chips[way].setChecked(True)
        for widget in (self.to_label, self.to):
            widget.setVisible(way != "pdf")
        hints: dict[Way, str] = {
            "email": self.tr("E-mail address"),
            "sms": self.tr("Phone number"),
            "letter": self.tr("Street, number, post code and town"),
        }
        line = self.to.lineEdit()
        assert line is not None
        line.setPlaceholderText(hints.get(way, ""))
        self.draw(self._model.state)

    def _send(self) -> None:
        if not self.send_button.isEnabled():
            return
        if self._way != "pdf":
            self._model.send(self._way, self.to.currentText())
            return
        chooser = QFileDialog(self, self.tr("Save summary"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(self.tr("PDF (*.pdf)"))
        chooser.setDefaultSuffix("pdf")
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        chooser.setDirectory(folder if folder and os.path.isdir(folder) else QDir.homePath())
        chooser.selectFile(f"summary-{date.today().isoformat()}.pdf")  # a file's name tells nothing of the caller
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._model.save_pdf)
        chooser.open()

    def _left(self) -> None:
        self._model.state_changed.disconnect(self.draw)
        self._model.close()
