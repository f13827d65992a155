"""What was typed, read into typed parts."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

import msgspec

Part = Literal["name", "given", "family", "birth_date", "phone", "email", "address", "street", "post_code", "reference"]
PARTS: tuple[Part, ...] = ("name", "birth_date", "phone", "email", "address", "post_code", "reference")
"""The parts that can be typed; the others are cut out of them (given and family of name, street of address)."""


class SearchQuery(msgspec.Struct, frozen=True, omit_defaults=True):
    """A search in typed parts; an empty part was not given.

    ``phone`` is E.164 where it could be read as a full number, else its digits. ``address`` is street and house number.
    ``reference_of`` names the departments whose reference pattern fits; empty means any.
    """

    name: str = ""
    given: str = ""
    family: str = ""
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    street: str = ""
    number: str = ""
    post_code: str = ""
    reference: str = ""
    reference_of: tuple[str, ...] = ()

    def parts(self) -> frozenset[Part]:
        """The parts that were given, and those cut out of them."""
        return frozenset(part for part in get_args(Part) if getattr(self, part))


class ReadPart(msgspec.Struct, frozen=True):
    """How one piece of the typed text was read, and what else it could be."""

    part: Part
    value: str
    text: str
    """The piece as it was typed."""
    alternatives: tuple[Part, ...] = ()
