"""What stores of documents have in common, whatever they speak: an item of a list, and what a name tells of a type."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from adapters.contract import BadAnswer, CallContext
from adapters.manifest_requests import Request
from models.changes import Receipt
from models.records import Media

Item = dict[str, Any]
"""What the maps read: ``name``, ``path`` (below the address), ``size``, ``type``, ``modified``, ``created``, ``etag``, ``properties``.

``place`` is where its content is got; it is not for the maps.
"""

OTHER = "application/octet-stream"


class Store(Protocol):
    """One store of documents. Every method raises DepartmentError."""

    def listed(self, question: Request, values: Mapping[str, str], ctx: CallContext) -> Iterator[Item]:
        """The documents that a question finds; none where there is no such folder."""
        ...

    def at(self, path: str, ctx: CallContext) -> str:
        """The ``place`` of the document at a quoted path; empty where there is none."""
        ...

    def fetch(self, place: str, ctx: CallContext) -> bytes: ...

    def put(self, path: str, name: str, kind: str, body: bytes, ctx: CallContext) -> Receipt:
        """A new document. Raises Conflict where one of the name is there."""
        ...

    def reach(self, ctx: CallContext) -> str:
        """What the store calls itself; empty where it does not say."""
        ...


def type_of(name: str) -> str:
    """The media type of a file of this name."""
    return mimetypes.guess_type(name)[0] or OTHER


def media_of(item: Item) -> Media:
    """Where a listed document's content is."""
    size = item.get("size")
    return Media(str(item["place"]), str(item.get("name") or ""), str(item.get("type") or ""), size if isinstance(size, int) else None)


def whole(text: object, what: str) -> int | None:
    """A number of bytes as stores write it; None where there is none. Raises BadAnswer."""
    if text in (None, ""):
        return None
    try:
        return int(str(text))
    except ValueError:
        raise BadAnswer(f"{what} is no number", key="mapping") from None
