"""A chip: a small rounded button with a dot or an icon, its text, and a second text in a quieter colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from views import icons
from views.theme import Tone, look

_PAD, _GAP, _DOT, _ICON, _HEIGHT = 10, 6, 8, 14, 24


class Chip(QAbstractButton):
    """Drawn by itself, so that no text is ever markup or cut. Enter and Space press it."""

    def __init__(self, text: str = "", *, checkable: bool = False) -> None:
        super().__init__()
        self._quiet = ""
        self._icon = ""
        self._dot = ""
        self._tone: Tone | None = None
        self._end_icon = ""
        self._room = ("", "")
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def show_as(
        self,
        text: str,
        quiet: str = "",
        *,
        icon: str = "",
        dot: str = "",
        tone: Tone | None = None,
        end_icon: str = "",
        name: str = "",
        room: tuple[str, str] = ("", ""),
    ) -> None:
        """Draws the chip anew. ``dot`` is a token or a colour; ``name`` is what a screen reader says, else the texts.

        ``room`` is a text and a quiet one for which room is kept, so that a chip whose texts change stands still.
        """
        now = (text, quiet, icon, dot, tone, end_icon, room)
        if now != (self.text(), self._quiet, self._icon, self._dot, self._tone, self._end_icon, self._room):
            resized = (text, len(quiet), bool(icon), bool(dot), end_icon, room) != (
                self.text(),
                len(self._quiet),
                bool(self._icon),
                bool(self._dot),
                self._end_icon,
                self._room,
            )
            self._quiet, self._icon, self._dot, self._tone, self._end_icon, self._room = quiet, icon, dot, tone, end_icon, room
            if text != self.text():
                self.setText(text)
            if resized:
                self.updateGeometry()
            self.update()
        name = name or f"{text} {quiet}".strip()
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        style = look()
        width = self._text_width(self.text(), self._quiet)
        width += style.px(_DOT + _GAP) if self._dot else 0
        width += style.px(_ICON + _GAP) if self._icon else 0
        width += style.px(_ICON + _GAP - 2) if self._end_icon else 0
        if self._room[0]:
            width = max(width, style.px(_DOT + _GAP) + self._text_width(*self._room))
        return QSize(2 * style.px(_PAD) + width, style.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), look().px(80)), look().px(_HEIGHT))

    def _metrics(self, text: str, quiet: str) -> tuple[int, int]:
        style = look()
        main = style.metrics(12.5, 500, figures=True).horizontalAdvance(text)
        return main + 1, style.metrics(12.5, 400, figures=True).horizontalAdvance(quiet) + 1 if quiet else 1

    def _text_width(self, text: str, quiet: str) -> int:
        main, rest = self._metrics(text, quiet)
        return main + (rest + look().px(_GAP) - 1 if quiet else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        style = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, ink, edge = self._colours()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(fill)
        painter.setPen(QPen(style.colour("focus"), 2) if self.hasFocus() else QPen(edge, 1))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        x, middle = float(style.px(_PAD)), area.center().y()
        if self._dot:
            size = style.px(_DOT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour(self._dot))
            painter.drawEllipse(QRectF(x, middle - size / 2, size, size))
            x += size + style.px(_GAP)
        if self._icon:
            size = style.px(_ICON)
            icons.draw(painter, self._icon, self._mark(), size, x, middle - size / 2)
            x += size + style.px(_GAP)
        end = self.width() - style.px(_PAD) - (style.px(_ICON + _GAP - 2) if self._end_icon else 0)
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.setPen(ink)
        painter.setFont(style.font(12.5, 500, figures=True))
        main, quiet = self._metrics(self.text(), self._quiet)
        room = end - x
        text = self.text() if main <= room else painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(x, 0, room, self.height()), flags, text)
        if self._quiet and main < room:
            x = max(x + main + style.px(_GAP) - 1, end - quiet)
            painter.setFont(style.font(12.5, 400, figures=True))
            painter.setPen(ink if self._tone or self.isChecked() else style.colour("muted"))
            quiet_text = painter.fontMetrics().elidedText(self._quiet, Qt.TextElideMode.ElideRight, int(end - x + 2))
            painter.drawText(QRectF(x, 0, end - x + 2, self.height()), flags, quiet_text)
        if self._end_icon:
            size = style.px(_ICON)
            icons.draw(painter, self._end_icon, self._mark(), size, self.width() - style.px(_PAD) - size + 2, middle - size / 2)
        painter.end()

    def _mark(self) -> str:
        if self.isChecked():
            return "on_accent"
        return f"{self._tone}_mark" if self._tone else "muted"

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        """Fill, text and edge."""
        style = look()
        if not self.isEnabled():
            return style.colour("raised"), style.colour("muted"), style.colour("line")
        if self.isChecked():
            return style.colour("accent"), style.colour("on_accent"), style.colour("accent")
        if self._tone:
            return style.colour(self._tone), style.colour(f"on_{self._tone}"), style.colour(f"{self._tone}_mark")
        return style.colour("hover" if self.underMouse() else "surface"), style.colour("text"), style.colour("edge")
