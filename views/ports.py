"""What the screens ask of the view models: each has a ``state``, a signal ``state_changed`` and these plain methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from app.viewmodels.states import CallerState, CallState, DepartmentsState, SearchState, SessionState


class SearchPort(Protocol):
    """One search box, asked of every department."""

    state_changed: Any

    @property
    def state(self) -> SearchState: ...
    def set_query(self, text: str) -> None: ...
    def submit(self) -> None: ...
    def correct(self, index: int, part: str) -> None: ...
    def retry(self, department_id: str) -> None: ...
    def select(self, caller_key: str) -> None: ...
    def clear(self) -> None: ...


class CallerPort(Protocol):
    """The open caller."""

    state_changed: Any

    @property
    def state(self) -> CallerState: ...
    def retry(self, department_id: str) -> None: ...


class CallPort(Protocol):
    """This call and its wrap-up."""

    state_changed: Any
    saved: Any

    @property
    def state(self) -> CallState: ...
    def set_reason(self, text: str) -> None: ...
    def set_outcome(self, outcome: str) -> None: ...
    def set_note(self, text: str) -> None: ...
    def save(self) -> None: ...
    def discard_problem(self) -> None: ...


class DepartmentsPort(Protocol):
    """The checks of the departments."""

    state_changed: Any

    @property
    def state(self) -> DepartmentsState: ...
    def check_all(self) -> None: ...
    def check(self, department_id: str) -> None: ...
    def switch(self, department_id: str, on: bool) -> None: ...


class SessionPort(Protocol):
    """Who works here."""

    state_changed: Any

    @property
    def state(self) -> SessionState: ...


class ViewModels(Protocol):
    """All of them, as the window is bound to them."""

    @property
    def search(self) -> SearchPort: ...
    @property
    def caller(self) -> CallerPort: ...
    @property
    def call(self) -> CallPort: ...
    @property
    def departments(self) -> DepartmentsPort: ...
    @property
    def session(self) -> SessionPort: ...
