"""How the store says that it can't be used. Free of any database library, so that everybody may import it."""

from __future__ import annotations

from typing import Literal

Reason = Literal["full", "locked", "read_only", "damaged", "no_access", "newer", "failed"]


class StoreUnavailable(Exception):
    """The store could not be read or written. The text is for the user and says what to do; it holds nothing of what was to be stored."""

    def __init__(self, reason: Reason, words: str) -> None:
        super().__init__(words)
        self.reason = reason
