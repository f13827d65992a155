"""What is to be settled before the caller hangs up: the site's rules, and what they find."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from models.conditions import Condition
from models.records import RecordRef


class HangUpRule(Struct, frozen=True, kw_only=True):
    """One rule of ``[[before_hang_up]]``: what it is called, when it holds, what is said then, and what can be done about it.

    With ``contacts`` it holds where the caller has been in touch so often, this time included, about the same within ``days``.
    """

    name: Annotated[str, Meta(min_length=1)]
    say: Annotated[str, Meta(min_length=1)]
    """Why it matters, with blanks: those of articles, and ``{{contacts}}``, ``{{reason}}``, ``{{days}}``."""
    when: Condition = Condition()
    contacts: Annotated[int, Meta(ge=2)] | None = None
    days: Annotated[int, Meta(ge=1)] = 14
    action: str = ""
    """The id of a kind of change or of a department's action."""

    def __post_init__(self) -> None:
        if not self.when.keys and self.contacts is None:
            raise ValueError("write when it holds: a key of when = { ... }, or contacts = 3")


class Thing(Struct, frozen=True):
    """One thing to settle: of ``record``, or of the caller. ``late``: it is past its day, not only near it."""

    name: str
    why: str
    action: str = ""
    record: RecordRef | None = None
    late: bool = False


USUAL_RULES = (
    HangUpRule(name="Past its day", when=Condition(attention=("late",)), say="{{record.title}} was due on {{record.due}}."),
    HangUpRule(name="Ends soon", when=Condition(due_within=14), say="{{record.title}} is due on {{record.due}}."),
    HangUpRule(
        name="Addresses differ",
        when=Condition(differ=("address",)),
        say="Departments have {{caller.addresses}}. Ask which one is right.",
        action="address",
    ),
    HangUpRule(name="Again about the same", contacts=3, say="{{contacts}} contacts about “{{reason}}” within {{days}} days."),
)
"""For a site that declares none."""
