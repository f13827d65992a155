"""What is shown when CivicDesk can't start: why, in words that say what to do, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from views.theme import look
from views.widgets.plain_label import PlainLabel


class ProblemView(QWidget):
    """``left`` is emitted when it has been read."""

    left = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        unit = look().px
        heading = PlainLabel(self.tr("CivicDesk can't start"), "title")
        words = PlainLabel(text)
        words.setWordWrap(True)
        words.setMaximumWidth(unit(640))
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton(self.tr("&Close"))
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self.left)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(unit(48), unit(48), unit(48), unit(48))
        column.setSpacing(unit(14))
        column.addStretch(1)
        column.addWidget(heading)
        column.addWidget(words)
        column.addLayout(row)
        column.addStretch(2)
