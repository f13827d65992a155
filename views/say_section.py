"""What to say: the article that fits best with its first words, in the call panel; hidden while nothing fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from views.widgets.cards import PressCard
from views.widgets.plain_label import PlainLabel, set_tip
from views.widgets.section import Section

if TYPE_CHECKING:
    from app.viewmodels.saying_states import SayingState

_LETTERS = 112
"""Of the first words: what stands in three lines of the column."""


class SaySection(Section):
    """``opened`` carries the key of the article to read; empty: all of them."""

    opened = Signal(str)

    def __init__(self) -> None:
        card = PressCard(spacing=3)
        super().__init__("", card=card)
        self.heading.setText(self.tr("SAY"))
        self._key = ""
        card.pressed.connect(lambda: self.opened.emit(self._key))
        self._title = PlainLabel(role="strong", wrap=True)
        self._lead = PlainLabel(role="small", wrap=True)
        for label in (self._title, self._lead):
            self.column.addWidget(label)
        self.more = QPushButton()
        self.more.setProperty("role", "line")
        self.more.setAutoDefault(True)
        self.more.clicked.connect(lambda: self.opened.emit(""))
        self.add_to_heading(self.more)
        self.hide()

    def draw(self, state: SayingState) -> None:
        """Shows the best suggestion."""
        self.setVisible(bool(state.suggestions))
        best = state.suggestions[0] if state.suggestions else None
        self._key = best.key if best else ""
        lead = best.lead if best else ""
        self._title.setText(best.title if best else "")
        self._lead.setText(lead if len(lead) <= _LETTERS else f"{lead[:_LETTERS].rpartition(' ')[0]} …")
        others = len(state.suggestions) - 1
        self.more.setText(self.tr("{count} more  Ctrl+J").format(count=others) if others > 0 else self.tr("Look up  Ctrl+J"))
        self.more.setAccessibleName(self.tr("Look something up"))
        set_tip(self.more, self.tr("Search what the city knows (Ctrl+J)"))
        set_tip(self.card, self.tr("Fits: {why}").format(why=best.why) if best else "")
        self.card.setAccessibleName(self.tr("Say: {title}. {lead}").format(title=best.title, lead=best.lead) if best else "")
