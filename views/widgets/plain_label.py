"""The only labels of the house: they draw what departments send as plain text, never as markup."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from views.theme import Tone


class PlainLabel(QLabel):
    """Text as it is. ``role`` and ``tone`` choose the style in the stylesheet; with a ``buddy``, ``&`` marks its mnemonic."""

    def __init__(self, text: str = "", role: str = "", *, wrap: bool = False, buddy: QWidget | None = None) -> None:
        super().__init__()
        super().setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        if role:
            self.setProperty("role", role)
        if wrap:
            self.setWordWrap(True)
        if buddy is not None:
            self.setBuddy(buddy)
        self.setText(text)

    def setTextFormat(self, format: Qt.TextFormat) -> None:
        """Stays plain text, whatever is asked for."""


class Badge(PlainLabel):
    """A rounded label in a tone."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("tone", "neutral")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, tone: Tone) -> None:
        """Shows the text; an empty one hides the badge."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)
        self.setText(text)
        self.setVisible(bool(text))


class ElidedLabel(PlainLabel):
    """One line that ends in an ellipsis where there is no room; the whole text is in the tool tip and for screen readers."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        set_tip(self, self.text() if self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width() else "")


def set_tip(widget: QWidget, text: str) -> None:
    """A tool tip that shows ``text`` as it is: Qt would draw what looks like HTML, so it gets HTML in which nothing is markup."""
    widget.setToolTip(tip(text))


def tip(text: str) -> str:
    """The text of a tool tip, safe from being read as markup."""
    return f"<qt>{html.escape(text)}</qt>" if text else ""


def restyle(widget: QWidget) -> None:
    """Applies the stylesheet anew after a property that it selects by has changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def without_mnemonics(text: str) -> str:
    """For buttons, menus and tabs: an ``&`` in the text is an ampersand and no mnemonic."""
    return text.replace("&", "&&")
