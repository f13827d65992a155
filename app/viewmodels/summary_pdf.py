"""A summary as a PDF, laid out by Qt: the text as it is, on paper of the region's size."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextCharFormat, QTextCursor, QTextDocument

from models.summary import Summary

_LETTER_SIZE = ("US", "CA", "MX", "PH", "CL", "CO")
"""Regions that write on Letter paper; all others on A4 (CLDR supplemental data, measurementData paperSize)."""
_POINTS = 11.0
_DPI = 300


def pdf_of(summary: Summary, region: str, families: list[str] | None = None) -> bytes:
    """The PDF's bytes. Its text can be searched and copied. In the window's thread: fonts belong to it."""
    into = QByteArray()
    buffer = QBuffer(into)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setTitle(summary.subject)
    writer.setCreator("CivicDesk")
    size = QPageSize(QPageSize.PageSizeId.Letter if region in _LETTER_SIZE else QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(22, 24, 22, 20), QPageLayout.Unit.Millimeter))
    document = _document(summary, families or ["Inter"])
    page = QSizeF(writer.width(), writer.height())
    document.documentLayout().setPaintDevice(writer)
    document.setPageSize(page)
    painter = QPainter(writer)
    try:
        for number in range(document.pageCount()):
            if number:
                writer.newPage()
            painter.save()
            painter.translate(0, -number * page.height())
            document.drawContents(painter, QRectF(0, number * page.height(), page.width(), page.height()))
            painter.restore()
    finally:
        painter.end()
    buffer.close()
    return bytes(into.data())


def _document(summary: Summary, families: list[str]) -> QTextDocument:
    """Plain text, written by a cursor: nothing in it is markup."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setUndoRedoEnabled(False)
    font = QFont(families)
    font.setPointSizeF(_POINTS)
    document.setDefaultFont(font)
    cursor = QTextCursor(document)
    heading = QTextCharFormat()
    heading.setFontPointSize(_POINTS + 3)
    heading.setFontWeight(QFont.Weight.DemiBold)
    cursor.insertText(summary.subject, heading)
    plain = QTextCharFormat()
    plain.setFont(font)
    cursor.insertText(f"\n\n{summary.text}", plain)
    return document
