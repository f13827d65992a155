"""Why somebody may look: a purpose says which roles have it, which departments it asks and which kinds of fields it sees."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from models.people import SENSITIVITIES, Sensitivity

CITIZEN_ROLES = ("agent", "caseworker", "supervisor")
"""Who sees citizens' data unless a site says otherwise; auditors and administrators don't."""


class Purpose(Struct, frozen=True):
    """One purpose. Of those that a role has, the contact's reason chooses; one without reasons is for all that no other names."""

    name: Annotated[str, Meta(min_length=1)]
    roles: tuple[str, ...] = CITIZEN_ROLES
    reasons: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    """Which may be asked, as far as their manifests let the role; empty: all."""
    fields: tuple[Sensitivity, ...] = ("open", "sensitive", "national_id", "bank")
    """The kinds of fields that may be seen; what is not open only one by one, with a reason."""
    caller: bool = True
    """Somebody is on the line and must be verified. False: a caseworker at their own files."""

    def allows(self, department: str) -> bool:
        """Whether the department may be asked for this purpose."""
        return not self.departments or department in self.departments


class BreakGlassRules(Struct, frozen=True):
    """Who may look beyond their purpose in an emergency, and who looks at it afterwards."""

    roles: tuple[str, ...] = CITIZEN_ROLES
    reviewers: tuple[str, ...] = ("supervisor",)
    minutes: Annotated[int, Meta(ge=1, le=30)] = 30
    letters: Annotated[int, Meta(ge=10)] = 20
    """The fewest letters that a stated reason has."""


USUAL = (Purpose("Inquiry"),)
BREAK_GLASS = "Break-glass"
"""The purpose that looks are logged with while glass is broken."""
EMERGENCY = Purpose(BREAK_GLASS, fields=SENSITIVITIES, caller=False)
NONE = Purpose("none", roles=(), fields=())
"""What a role without any purpose has."""
