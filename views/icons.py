"""Icons: Lucide's drawings (resources/icons), tinted in the colours of the look and drawn sharply at every scale."""

from __future__ import annotations

import os

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QSize
from PySide6.QtGui import QIcon, QImageReader, QPainter, QPixmap

from views.theme import RESOURCES, look

_pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}


def pixmap(name: str, token: str, size: int, ratio: float) -> QPixmap:
    """The icon in a token's colour, ``size`` pixels wide at the device's pixel ratio."""
    colour = look().colour(token).name()
    key = (name, colour, size, ratio)
    found = _pixmaps.get(key)
    if found is None:
        with open(os.path.join(RESOURCES, "icons", f"{name}.svg"), "rb") as file:
            drawing = file.read().replace(b"currentColor", colour.encode())
        data = QByteArray(drawing)
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer, b"svg")
        reader.setScaledSize(QSize(round(size * ratio), round(size * ratio)))
        found = QPixmap.fromImage(reader.read())
        found.setDevicePixelRatio(ratio)
        _pixmaps[key] = found
    return found


def draw(painter: QPainter, name: str, token: str, size: int, x: float, y: float) -> None:
    """Draws the icon with its upper left corner at x, y."""
    painter.drawPixmap(QPointF(x, y), pixmap(name, token, size, painter.device().devicePixelRatioF()))


def icon(name: str, token: str, size: int = 16) -> QIcon:
    """The same for buttons and tabs, for screens of single and double density."""
    found = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        found.addPixmap(pixmap(name, token, look().px(size), ratio))
    return found
