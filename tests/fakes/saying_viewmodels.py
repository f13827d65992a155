"""Fakes of the view models of what is said to the caller."""

from __future__ import annotations

from app.viewmodels.saying_states import HangingUpState, SayingState, WrappingUpState
from models.records import RecordRef
from models.summary import Summary, Way
from tests.fakes.viewmodel import FakeViewModel


class FakeSaying(FakeViewModel):
    def __init__(self, state: SayingState | None = None) -> None:
        super().__init__(state or SayingState())

    def enter(self) -> None:
        self.calls.append(("enter",))

    def search(self, text: str) -> None:
        self.calls.append(("search", text))
        self.change(text=text)

    def read(self, key: str, *, told: bool = False) -> None:
        self.calls.append(("read", key, told))

    def speak(self, language: str) -> None:
        self.calls.append(("speak", language))
        self.change(language=language)


class FakeHangingUp(FakeViewModel):
    def __init__(self, state: HangingUpState | None = None) -> None:
        super().__init__(state or HangingUpState())

    def do(self, action: str, record: RecordRef | None) -> None:
        self.calls.append(("do", action, record))


class FakeWrappingUp(FakeViewModel):
    """``summary`` is what is shown once it is opened."""

    def __init__(self, state: WrappingUpState | None = None) -> None:
        super().__init__(state or WrappingUpState(ways=("email", "sms", "pdf")))
        self.summary = Summary("Your call", "Hello Maria,\n\nthis was done.", "Springvale: done")

    def draft(self) -> None:
        self.calls.append(("draft",))

    def open(self) -> None:
        self.calls.append(("open",))
        self.change(open=True, summary=self.summary)

    def close(self) -> None:
        self.calls.append(("close",))
        self.change(open=False, summary=None, problem="", said="")

    def send(self, way: Way, to: str) -> None:
        self.calls.append(("send", way, to))
        self.change(sending=True, problem="")

    def save_pdf(self, path: str) -> None:
        self.calls.append(("save_pdf", path))
