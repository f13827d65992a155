"""What all view models are: a QObject that holds one immutable state and says when it changed."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal

State = TypeVar("State", bound=msgspec.Struct)


class ViewModel(QObject, Generic[State]):
    """Holds ``state``; ``state_changed(state)`` is emitted when it becomes another one."""

    state_changed = Signal(object)

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state

    @property
    def state(self) -> State:
        return self._state

    def _show(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

    def _change(self, **fields: Any) -> None:
        self._show(msgspec.structs.replace(self._state, **fields))
