"""The base of all fake view models: a state, its signal, and a note of what the screen asked for."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal


class FakeViewModel(QObject):
    """``show`` puts a state there as if services had; ``calls`` lists what the screen asked for."""

    state_changed = Signal(object)

    def __init__(self, state: Any) -> None:
        super().__init__()
        self.state = state
        self.calls: list[tuple[Any, ...]] = []

    def show(self, state: Any) -> None:
        self.state = state
        self.state_changed.emit(state)

    def change(self, **fields: Any) -> None:
        self.show(msgspec.structs.replace(self.state, **fields))
