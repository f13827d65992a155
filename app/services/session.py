"""Who works here, in which role, and for which purpose they look."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import msgspec


class Session(msgspec.Struct, frozen=True):
    """What every look is written down with; ``role`` decides which departments may be asked."""

    actor: str
    role: str
    purpose: str


def actor_name() -> str:
    """The name of the account that this process runs under, from the operating system.

    Not from USER or LOGNAME, which anybody can set to somebody else's name.
    """
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account that no directory knows, as in a container
        return f"uid-{os.getuid()}"


def role_of(actor: str, staff: Mapping[str, str], default_role: str) -> str:
    """The actor's role by the site's table of staff."""
    return staff.get(actor, default_role)
