"""RECENT CALLERS: the last contacts of whoever works here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views import words
from views.widgets.plain_label import ElidedLabel
from views.widgets.section import Section

if TYPE_CHECKING:
    from app.viewmodels.states import CallState
    from models.contacts import Contact

_MOST = 8


class Recent(Section):
    """Hidden while there are none."""

    def __init__(self) -> None:
        super().__init__("", spacing=7)
        self.heading.setText(self.tr("RECENT CALLERS"))
        self._shown: tuple[Contact, ...] = ()
        self.hide()

    def draw(self, state: CallState) -> None:
        """Shows them anew where they have become others."""
        if state.recent == self._shown:
            return
        self._shown = state.recent
        while (item := self.column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for contact in state.recent[:_MOST]:
            who = contact.caller_name or self.tr("Anonymous")
            text = f"{words.minutes(contact.ended)}  {who} · {words.contact_outcome(contact.outcome)}"
            self.column.addWidget(ElidedLabel(text, "small"))
        self.setVisible(bool(state.recent))
