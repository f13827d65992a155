"""Macros: steps that a site bundles for what is asked every day."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from models.contacts import ContactOutcome


class MacroStep(Struct, frozen=True, kw_only=True):
    """One step: set the reason, add to the note, set the outcome, or open a form with values filled in."""

    reason: str = ""
    note: str = ""
    outcome: ContactOutcome = ""
    open: str = ""
    """A kind of change or an action, by its name."""
    values: dict[str, str] = {}
    """By field name; a date may be ``today``."""


class Macro(Struct, frozen=True, kw_only=True):
    """Run by its key, or from the list of what can be done."""

    name: Annotated[str, Meta(min_length=1)]
    key: Annotated[str, Meta(pattern=r"^(F(2|3|4|7|8|9|10|11|12))?\Z", description="a free function key: F2 to F4 or F7 to F12")] = ""
    steps: Annotated[tuple[MacroStep, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        if sum(bool(step.open) for step in self.steps) > 1:
            raise ValueError("a macro opens one form at most")
        if any(step.values and not step.open for step in self.steps):
            raise ValueError("values are of a form: name it with open")
