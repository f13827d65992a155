"""A picture or a drawn page, in the middle of its area and never larger than it is."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

MOST = 4_000
"""Pixels of the longer side that are read of a picture: a small file may claim a huge one."""
_MEGABYTES = 128


class Picture(QWidget):
    """Shows an image; ``fit`` makes it as wide as its area, where it is wider."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()

    def show_image(self, image: QImage) -> None:
        """Shows this image; an empty one shows nothing."""
        self._image = image
        self.setMinimumSize(self.sizeHint())
        self.updateGeometry()
        self.update()

    def image(self) -> QImage:
        """What is shown."""
        return self._image

    def sizeHint(self) -> QSize:
        return (self._image.deviceIndependentSize()).toSize() if not self._image.isNull() else QSize(1, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter = QPainter(self)
        size = self.sizeHint()
        place = QRect((self.width() - size.width()) // 2, max(0, (self.height() - size.height()) // 2), size.width(), size.height())
        painter.fillRect(place, Qt.GlobalColor.white)  # what is not drawn of a page is paper
        painter.drawImage(place, self._image)
        painter.end()


def read_image(body: bytes, form: str, width: int) -> QImage:
    """The picture, at most so many pixels wide; empty where it can't be read. Only the form that its bytes told is tried."""
    QImageReader.setAllocationLimit(_MEGABYTES)
    buffer = QBuffer()
    buffer.setData(QByteArray(body))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(form.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    most = QSize(min(max(1, width), MOST), MOST)
    if size.isValid() and (size.width() > most.width() or size.height() > most.height()):
        reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
