"""What the window shows first: the empty desk with a search box that already takes keys, while the rest is being imported.

An empty QMainWindow is painted in about 85 ms, the whole desk with all it imports in three times that; so this module
draws the outlines of the desk itself, without stylesheet, icons or the Qt namespace, whose enums alone take 13 ms.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QFontDatabase, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from views.search_box import SearchBox
from views.theme import BASE, DARK, LIGHT, RESOURCES, Look

RAIL, BAR, STRIP, STATUS = 64, 51, 35, 30
"""Widths and heights of the desk's parts, for a 13 pixel font."""


class Shell(QWidget):
    """Calls ``painted`` once, after the first paint."""

    def __init__(self, painted: Callable[[], None], scheme: str) -> None:
        super().__init__()
        self._painted: Callable[[], None] | None = painted
        dark = scheme == "dark" or (scheme != "light" and self.palette().window().color().lightness() < 128)
        self._look = Look(DARK if dark else LIGHT, BASE, ["Inter"], dark=dark)
        QFontDatabase.addApplicationFont(os.path.join(RESOURCES, "fonts", "Inter-Regular.otf"))
        self.box: SearchBox | None = SearchBox()
        self.box.setParent(self)
        font = QFont("Inter")
        font.setPixelSize(self._look.px(15))
        self.box.setFont(font)
        colour = self._look.colour
        palette = self.box.palette()
        for role, token in (
            (palette.ColorRole.Base, "surface"),
            (palette.ColorRole.Text, "text"),
            (palette.ColorRole.PlaceholderText, "muted"),
        ):
            palette.setColor(role, colour(token))
        self.box.setPalette(palette)
        self.box.setFocus()

    def take_box(self) -> SearchBox:
        """Hands the box over, with all that was typed into it; the shell is done."""
        box, self.box = self.box, None
        assert box is not None
        box.setFont(QFont())
        box.setPalette(self.palette())
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.box is not None:
            px = self._look.px
            self.box.setGeometry(px(RAIL + 14), px(8), px(520), px(34))

    def paintEvent(self, _event: QPaintEvent) -> None:
        px, colour = self._look.px, self._look.colour
        width, height = self.width(), self.height()
        painter = QPainter(self)
        painter.fillRect(0, 0, width, height, colour("window"))
        painter.fillRect(0, 0, width, px(BAR), colour("surface"))
        painter.fillRect(0, px(BAR), width, px(STRIP), colour("raised"))
        painter.fillRect(0, height - px(STATUS), width, px(STATUS), colour("raised"))
        for y in (px(BAR), px(BAR + STRIP), height - px(STATUS)):
            painter.fillRect(0, y, width, 1, colour("line"))
        painter.fillRect(0, 0, px(RAIL), height, colour("rail"))
        painter.end()
        if self._painted is not None:
            QTimer.singleShot(0, self._painted)
            self._painted = None
