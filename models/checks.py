"""How one department was found when it was checked."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from models.outcomes import Fault

CheckState = Literal["unchecked", "checking", "well", "slow", "down", "not permitted", "manifest error"]
SLOW_MS = 300.0
"""Milliseconds above which an answer is called slow: a caller hears the silence."""


class CheckRow(msgspec.Struct, frozen=True):
    """One department as its check found it."""

    id: str
    title: str
    colour: str
    kind: str
    capabilities: tuple[str, ...]
    credential: Literal["in keyring", "missing", "none needed"]
    state: CheckState
    ms: float = 0.0
    fault: Fault | None = None
    detail: str = ""
    """What the department said of itself, or why it failed; for operators."""
    problems: tuple[str, ...] = ()
    """Errors of the manifest: ``file:line: text``."""
    asked: int = 0
    failed: int = 0
    p95_ms: float = 0.0
    since: datetime | None = None
    """Down since."""
    switchable: bool = False
    """A department of the demo city, that can be switched off and on."""
    switched_off: bool = False
    manifest: str = ""
    """Path of the manifest."""
    roles: tuple[str, ...] = ()
    """The roles that may ask; empty: all."""
    mapping: tuple[tuple[str, str], ...] = ()
    """Here and there: the vocabulary's field and the department's source."""
