"""The search box alone: it stands in the window before the rest of the screens is imported, and takes what is typed.

The module is part of the first paint: it imports as little as can be.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit

LONGEST = 10_000
"""Characters taken from the clipboard; no search needs more, and laying out megabytes would stop the window."""


class SearchBox(QLineEdit):
    """Enter searches at once, Down goes to the people."""

    go_down = Signal()
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("search")
        self.setMaxLength(LONGEST)
        self.setPlaceholderText(self.tr("Name, phone, e-mail, birth date, address, post code or reference"))
        self.setAccessibleName(self.tr("Search"))

    def dress(self) -> None:
        """What the first paint can do without."""
        name_clear_button(self)
        self.setAccessibleDescription(self.tr("What the caller says, in any order. Control K comes back here."))

    def restyle(self) -> None:
        """Draws the magnifying glass in the look in force."""
        from views import icons

        for action in self.actions():
            if action.data() == "glass":
                self.removeAction(action)
        action = self.addAction(icons.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        action.setData("glass")
        action.triggered.connect(self.submitted)
        for button in self.findChildren(QAbstractButton):
            if not button.accessibleName():
                button.setAccessibleName(self.tr("Search now"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        from PySide6.QtCore import Qt

        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.go_down.emit()
        else:
            super().keyPressEvent(event)


def name_clear_button(box: QLineEdit) -> None:
    """Gives the box a button that empties it, with a name for screen readers, which Qt leaves out."""
    box.setClearButtonEnabled(True)
    for button in box.findChildren(QAbstractButton):
        button.setAccessibleName(box.tr("Clear"))
