"""Who works here, at the top right: a button to their own looks, and one that locks the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from views.theme import look
from views.widgets.plain_label import set_tip, without_mnemonics

if TYPE_CHECKING:
    from app.viewmodels.states import SessionState


class Who(QWidget):
    """Empty and off until it is known who works here."""

    trail = Signal()
    lock = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = QPushButton()
        self.name.setProperty("role", "quiet")
        self.name.clicked.connect(self.trail)
        self.lock_button = QPushButton(self.tr("Lock"))
        self.lock_button.setAccessibleName(self.tr("Lock the desk"))
        set_tip(self.lock_button, self.tr("Lock the desk (Ctrl+L)"))
        self.lock_button.clicked.connect(self.lock)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look().px(6))
        row.addWidget(self.name)
        row.addWidget(self.lock_button)
        self.draw(None)

    def draw(self, state: SessionState | None) -> None:
        """Shows who works here."""
        known = state is not None and bool(state.actor)
        self.name.setVisible(known)
        self.lock_button.setEnabled(known)
        if state is None:
            return
        text = " · ".join(part for part in (state.actor, state.role) if part)
        self.name.setText(without_mnemonics(text))
        self.name.setAccessibleName(self.tr("{who}: my looks").format(who=text))
        set_tip(self.name, self.tr("What you looked at (Ctrl+H)"))
