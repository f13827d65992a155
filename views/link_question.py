"""The question before a department's link is opened: where it leads, letter by letter, and that it leaves the desk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from models.web_links import host_of
from views.theme import look
from views.widgets.plain_label import PlainLabel


class LinkQuestion(QDialog):
    """Opened with ``open()``; ``then`` is called when the answer is yes. Enter cancels: a link is not opened by haste."""

    def __init__(self, parent: QWidget, link: str, then: Callable[[], None]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Open a link"))
        unit = look().px
        self.cancel = QPushButton(self.tr("&Cancel"))
        self.cancel.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.go = QPushButton(self.tr("&Open in the browser"))
        self.go.setAutoDefault(True)
        self.go.clicked.connect(self.accept)
        self.accepted.connect(then)
        whole = PlainLabel(link, wrap=True)
        whole.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(unit(18),) * 4)
        layout.setSpacing(unit(10))
        layout.addWidget(PlainLabel(self.tr("Open {host} in the browser?").format(host=host_of(link)), "heading", wrap=True))
        layout.addWidget(whole)
        layout.addWidget(PlainLabel(self.tr("What you do there is not in the desk's log."), "small", wrap=True))
        layout.addLayout(row)
        self.setMinimumWidth(unit(420))
        self.cancel.setFocus()
