"""The document that is looked into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from app.services.documents import NotShown
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.document_states import DocumentState
from models.previews import Page, Preview
from models.records import Record, RecordRef
from models.store.errors import StoreUnavailable


class Looking(Protocol):
    """What gets documents, and draws their pages."""

    def open(self, record: Record) -> Awaitable[Preview]: ...
    def page(self, number: int, width: int) -> Awaitable[Page | None]: ...
    def leave(self) -> None: ...


class DocumentViewModel(ViewModel[DocumentState]):
    """``seen(ref)`` is the record as it may be seen now; None where it may not."""

    def __init__(self, documents: Looking, seen: Callable[[RecordRef], Record | None], tasks: Tasks) -> None:
        super().__init__(DocumentState())
        self._documents = documents
        self._seen = seen
        self._tasks = tasks
        self._turn = 0
        self._width = 800

    def open(self, ref: RecordRef) -> None:
        """Get the document of a record that is shown."""
        record = self._seen(ref)
        if record is None or record.media is None:
            return
        self._turn += 1
        self._show(DocumentState(ref=ref, title=record.title, media=record.media, phase="reading"))
        self._tasks.start(self._open(record, self._turn), "document")

    def turn(self, to: int) -> None:
        """Another page, counted from 0; one that there is not is the nearest."""
        preview = self.state.preview
        if preview is not None and preview.kind == "pages":
            number = min(max(to, 0), preview.pages - 1)
            if number != self.state.number:
                self._change(number=number)
                self._draw()

    def fit(self, width: int) -> None:
        """Pages are to be so many pixels wide."""
        if width != self._width:
            self._width = width
            self._draw()

    def leave(self) -> None:
        """Forget it."""
        self._turn += 1
        self._documents.leave()
        self._show(DocumentState())

    async def suspend(self) -> Any:
        self.leave()

    def resume(self, kept: Any) -> None:
        """The lock has closed the document; whoever wants it opens it again, which is another look."""

    def _draw(self) -> None:
        if self.state.preview is not None and self.state.preview.kind == "pages":
            self._tasks.start(self._drawn(self._turn, self.state.number, self._width), "page")

    async def _open(self, record: Record, turn: int) -> None:
        try:
            preview = await self._documents.open(record)
        except (NotShown, StoreUnavailable) as error:
            words = str(error) if isinstance(error, NotShown) else f"Not asked for: {error}"
            if turn == self._turn:
                self._change(phase="shown", preview=Preview("none", why=words))
            return
        if turn == self._turn:
            self._change(phase="shown", preview=preview)
            self._draw()

    async def _drawn(self, turn: int, number: int, width: int) -> None:
        page = await self._documents.page(number, width)
        if turn == self._turn and number == self.state.number and width == self._width:
            self._show(msgspec.structs.replace(self.state, page=page, broken=page is None))
