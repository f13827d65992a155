"""What the screen shows of a document."""

from __future__ import annotations

from typing import Literal

import msgspec

from models.previews import Page, Preview
from models.records import Media, RecordRef


class DocumentState(msgspec.Struct, frozen=True):
    """``number`` is the page that is wanted, counted from 0; ``page`` the one that was drawn last, ``broken`` where it could not be."""

    ref: RecordRef | None = None
    title: str = ""
    media: Media | None = None
    phase: Literal["closed", "reading", "shown"] = "closed"
    preview: Preview | None = None
    number: int = 0
    page: Page | None = None
    broken: bool = False
