"""One inquiry of a call, as a row to be pressed: its number and subject, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from views import words
from views.theme import look

if TYPE_CHECKING:
    from models.contacts import Inquiry

_HEIGHT, _PAD = 26, 6


class InquiryRow(QAbstractButton):
    """Drawn by itself: the one at hand in bold. Enter and Space press it."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self._number = index + 1
        self._current = False
        self._outcome = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def draw(self, inquiry: Inquiry, *, current: bool) -> None:
        """Shows the inquiry."""
        subject = inquiry.subject or self.tr("not said yet")
        self._current, self._outcome = current, inquiry.outcome
        self.setText(f"{self._number} · {subject}")
        told = self.tr("Inquiry {number}: {subject}, {outcome}")
        name = told.format(number=self._number, subject=subject, outcome=self._ended())
        if name != self.accessibleName():
            self.setAccessibleName(name)
        self.setAccessibleDescription(self.tr("the one at hand") if current else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(look().px(160), look().px(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        style = look()
        pad = style.px(_PAD)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(style.colour("focus"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("hover" if self.underMouse() else "surface"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        font, ended = style.font(12, 600), self._ended()
        width = style.metrics(12, 600).horizontalAdvance(ended) + style.px(18)
        tone = "good" if self._outcome == "resolved" else "info" if self._outcome or self._current else "neutral"
        badge = QRectF(self.width() - width - pad + style.px(4), style.px(4), width, self.height() - style.px(8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour(tone))
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        painter.setFont(font)
        painter.setPen(style.colour(f"on_{tone}"))
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), ended)
        painter.setFont(style.font(13, 600 if self._current else 400))
        painter.setPen(style.colour("text"))
        room = QRectF(pad, 0, badge.left() - pad - style.px(6), self.height())
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.end()

    def _ended(self) -> str:
        return words.contact_outcome(self._outcome) if self._outcome else self.tr("in progress") if self._current else self.tr("open")
