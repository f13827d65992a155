"""What the city knows: articles for staff, read as blocks of plain text, with blanks that are filled from the caller."""

from __future__ import annotations

from typing import Literal

import msgspec

from models.conditions import Condition
from models.records import RecordRef

BlockKind = Literal["heading", "text", "say", "item"]


class Block(msgspec.Struct, frozen=True):
    """One paragraph, without any markup. ``say`` is to be read aloud; ``mark`` stands before an item: a bullet or its number."""

    kind: BlockKind
    text: str
    mark: str = ""
    depth: int = 0


class Article(msgspec.Struct, frozen=True):
    """One article in one language. ``key`` is the same in all its languages; ``links`` are keys of other articles with their words."""

    key: str
    language: str
    """A tag of BCP 47, such as ``en``, ``es``, ``zh-Hant``."""
    title: str
    blocks: tuple[Block, ...]
    tags: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def lead(self) -> str:
        """Its first words: the first paragraph that is no heading."""
        return next((block.text for block in self.blocks if block.kind != "heading"), "")


class Suggested(msgspec.Struct, frozen=True):
    """An article that fits what is on the screen, and why: the record, or else the reason of the call."""

    article: Article
    record: RecordRef | None = None
    reason: str = ""


class Found(msgspec.Struct, frozen=True):
    """An article that was searched for, with the words around the hit."""

    key: str
    title: str
    language: str
    around: str
