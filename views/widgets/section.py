"""One part of the right column: a heading in small capitals above a card."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from views.theme import look
from views.widgets.cards import Card
from views.widgets.plain_label import PlainLabel


class Section(QWidget):
    """What stands in it goes into ``column``. One with nothing to say is hidden by whoever fills it."""

    def __init__(self, heading: str, spacing: int = 6, card: Card | None = None) -> None:
        super().__init__()
        self.heading = PlainLabel(heading, "caps")
        self.card = card or Card(spacing=spacing)
        self.column = self.card.column
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look().px(6))
        self._top = QHBoxLayout()
        self._top.addWidget(self.heading, 1)
        layout.addLayout(self._top)
        layout.addWidget(self.card)

    def add_to_heading(self, widget: QWidget) -> None:
        """Something small at the right of the heading."""
        self._top.addWidget(widget)

    def restyle(self) -> None:
        """Takes sizes and colours from the look in force."""
