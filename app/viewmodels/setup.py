"""Setting a department up on the screen: what is said of it, the manifest that is proposed, the test person, and writing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from PySide6.QtCore import Signal

from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import SetupAsked, SetupState, Tried


class SetupProblem(Exception):
    """It can't be done so; the text is for the administrator."""


class SetupDesk(Protocol):
    """What sets departments up, awaited. All raise SetupProblem."""

    kinds: tuple[str, ...]
    """Those that can be proposed."""
    roles: tuple[str, ...]

    async def propose(self, asked: SetupAsked) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], str]:
        """The manifest's text, facts with where they were found, what is missing, and the credential's name."""
        ...

    async def try_out(self, text: str, search: str) -> tuple[str, Tried]:
        """The text that was tried (a variant, where only that found somebody), and what came of it."""
        ...

    async def write(self, text: str) -> str:
        """The path of the manifest that was written."""
        ...

    def leave(self) -> None:
        """Give back what was opened, and forget the secret."""
        ...


class SetupViewModel(ViewModel[SetupState]):
    """``written`` is emitted when a manifest is in the site; ``allowed`` is False for whoever may not set up."""

    written = Signal()

    def __init__(self, desk: Callable[[], SetupDesk], allowed: bool, kinds: tuple[str, ...], roles: tuple[str, ...], tasks: Tasks) -> None:
        super().__init__(SetupState(allowed=allowed, kinds=kinds, roles=roles))
        self._make = desk
        self._desk: SetupDesk | None = None
        self._tasks = tasks

    def open(self) -> None:
        """Begin anew."""
        self.leave()

    def propose(self, asked: SetupAsked) -> None:
        """Read what the back-end says of itself."""
        if not self.state.busy:
            self._begin("Reading what it says of itself…")
            self._tasks.start(self._propose(asked), "propose department")

    def edit(self, text: str) -> None:
        """The manifest was changed by hand."""
        if text != self.state.text:
            self._change(text=text, tried=None)

    def try_out(self, search: str) -> None:
        """Find a test person with it."""
        if not self.state.busy and self.state.text:
            if not search.strip():
                self._change(problem="Name a test person whom the department knows, as an agent would search for them.")
                return
            self._begin("Asking for the test person…")
            self._tasks.start(self._try(search.strip()), "try department")

    def write(self) -> None:
        """Put it into the site."""
        if not self.state.busy and self.state.text:
            self._begin("Writing…")
            self._tasks.start(self._write(), "write department")

    def leave(self) -> None:
        """Forget everything, the secret first."""
        if self._desk is not None:
            self._desk.leave()
            self._desk = None
        self._show(SetupState(allowed=self.state.allowed, kinds=self.state.kinds, roles=self.state.roles, revision=self.state.revision + 1))

    async def suspend(self) -> None:
        """What was looked at is a person's data, and the secret a secret: a lock forgets both."""
        self.leave()

    def resume(self, kept: object) -> None:
        """There is nothing to bring back."""

    def _begin(self, words: str) -> None:
        if self._desk is None:
            self._desk = self._make()
        self._change(busy=words, problem="")

    async def _propose(self, asked: SetupAsked) -> None:
        desk = self._desk
        assert desk is not None
        try:
            text, facts, gaps, credential = await desk.propose(asked)
        except SetupProblem as error:
            self._change(busy="", problem=str(error))
            return
        fresh = {"text": text, "facts": facts, "gaps": gaps, "credential": credential, "tried": None, "written": ""}
        self._change(busy="", revision=self.state.revision + 1, **fresh)

    async def _try(self, search: str) -> None:
        desk = self._desk
        assert desk is not None
        given = self.state.text
        try:
            text, tried = await desk.try_out(given, search)
        except SetupProblem as error:
            self._change(busy="", problem=str(error), tried=None)
            return
        self._change(busy="", tried=tried, text=text, revision=self.state.revision + (text != given))

    async def _write(self) -> None:
        desk = self._desk
        assert desk is not None
        try:
            path = await desk.write(self.state.text)
        except SetupProblem as error:
            self._change(busy="", problem=str(error))
            return
        self._show(msgspec.structs.replace(self.state, busy="", written=path))
        self.written.emit()
