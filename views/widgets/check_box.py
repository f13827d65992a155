"""A check box drawn in the colours of the look, as large as the text beside it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox

from views.theme import look

_SIZE = 15


class CheckBox(QCheckBox):
    """Without a text of its own."""

    def sizeHint(self) -> QSize:
        return QSize(look().px(_SIZE + 4), look().px(_SIZE + 4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        style = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = style.px(_SIZE)
        box = QRectF((self.width() - size) / 2, (self.height() - size) / 2, size, size)
        fill = "accent" if self.isChecked() and self.isEnabled() else "raised" if not self.isEnabled() else "surface"
        edge = "line" if not self.isEnabled() else "accent" if self.isChecked() else "edge"
        painter.setBrush(style.colour(fill))
        painter.setPen(QPen(style.colour(edge), 1))
        painter.drawRoundedRect(box, style.px(3), style.px(3))
        if self.isChecked():
            ink = style.colour("on_accent" if self.isEnabled() else "muted")
            painter.setPen(QPen(ink, style.px(2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            tick = ((0.24, 0.52), (0.43, 0.71), (0.77, 0.31))
            painter.drawPolyline(QPolygonF([QPointF(box.x() + x * size, box.y() + y * size) for x, y in tick]))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.colour("focus"), 2))
            painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), style.px(4), style.px(4))
        painter.end()
