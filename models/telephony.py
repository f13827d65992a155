"""What a telephone system tells of a call, and how a site is told of calls."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct


class CallEvent(Struct, frozen=True):
    """``call`` is the telephone system's own name for the call; ``number`` the other party's as it was told, empty where it is withheld.

    ``at`` is when it was told, in UTC.
    """

    kind: Literal["ringing", "answered", "hung_up"]
    call: str
    at: datetime
    number: str = ""
    direction: Literal["in", "out"] = "in"


class TelephonySettings(Struct, frozen=True, kw_only=True):
    """How calls are told: the table ``[telephony]`` of ``site.toml``."""

    webhook_port: Annotated[int, Meta(ge=0, le=65_535, description="a port, from 1 to 65535")] = 0
    """Port of the loopback that is posted to; 0: none."""
    webhook_secret: str = ""
    """Name, in the OS keyring, of the secret that ends the webhook's path."""
    asterisk: Annotated[str, Meta(pattern=r"^(.+:\d{1,5})?\Z", description='an address such as "127.0.0.1:5038"')] = ""
    asterisk_user: str = "civicdesk"
    asterisk_credential: str = "asterisk"
    """Name, in the OS keyring, of the secret of that user."""
    extensions: dict[str, str] = {}
    """Extension by name of the OS user: a desk is told of its own calls. Who has none is told of all."""
