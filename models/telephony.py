"""What a telephone system tells of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class CallEvent(msgspec.Struct, frozen=True):
    """``call`` is the telephone system's own name for the call; ``number`` the other party's as it was told, empty where it is withheld.

    ``at`` is when it was told, in UTC.
    """

    kind: Literal["ringing", "answered", "hung_up"]
    call: str
    at: datetime
    number: str = ""
    direction: Literal["in", "out"] = "in"
