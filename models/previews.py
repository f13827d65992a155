"""What can be shown of a document: read by what its bytes are, never by what it is called, and never run."""

from __future__ import annotations

from typing import Literal

import msgspec

PictureForm = Literal["png", "jpeg", "gif", "bmp", "webp", "tiff"]


class Page(msgspec.Struct, frozen=True):
    """One page, drawn: rows of ``stride`` bytes, four a pixel (red, green, blue, unused)."""

    number: int
    width: int
    height: int
    stride: int
    pixels: bytes
    text: str = ""
    """Its words, as far as it has some, for screen readers."""


class Preview(msgspec.Struct, frozen=True):
    """``kind`` says which of the others is set: ``text``, ``rows`` (table), ``picture`` with ``form``, or ``pages`` (their count)."""

    kind: Literal["text", "table", "picture", "pages", "none"]
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    picture: bytes = b""
    form: PictureForm | Literal[""] = ""
    pages: int = 0
    cut: bool = False
    """There is more than is shown."""
    why: str = ""
    """Why nothing can be shown (``none``)."""
