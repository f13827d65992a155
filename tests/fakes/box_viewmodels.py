"""Fake view models of what stands alone: the address box, and the document that is looked into."""

from __future__ import annotations

import msgspec

from app.services.addresses import read_address
from app.services.reading import ReadingRules
from app.viewmodels.document_states import DocumentState
from app.viewmodels.states import AddressesState
from models.people import Address
from models.records import RecordRef
from tests.fakes.viewmodel import FakeViewModel


class FakeAddresses(FakeViewModel):
    """``typed`` and ``leave`` are noted; a test shows the suggestions."""

    def __init__(self, state: AddressesState | None = None) -> None:
        super().__init__(state or AddressesState(suggests=True))

    def read(self, text: str) -> Address | None:
        return read_address(text, ReadingRules())

    def typed(self, text: str) -> None:
        self.calls.append(("typed", text))

    def leave(self) -> None:
        self.calls.append(("leave",))


class FakeDocument(FakeViewModel):
    """``shown`` is what it shows when it is asked."""

    def __init__(self, shown: DocumentState | None = None) -> None:
        super().__init__(DocumentState())
        self.shown = shown or DocumentState()

    def open(self, ref: RecordRef) -> None:
        self.calls.append(("open", ref))
        self.show(msgspec.structs.replace(self.shown, ref=ref))

    def turn(self, to: int) -> None:
        self.calls.append(("turn", to))
        self.change(number=to)

    def fit(self, width: int) -> None:
        self.calls.append(("fit", width))

    def leave(self) -> None:
        self.calls.append(("leave",))
        self.show(DocumentState())
