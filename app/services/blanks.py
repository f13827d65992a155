"""Texts with blanks, ``{{caller.name}}``, filled from what may be seen of the caller: what is shut stays blank.

The values come from states made by ``app.services.disclosure`` and hold nothing that is masked. A filled text is plain text
and is never parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from models.people import Caller
from models.records import Record

EMPTY = "____"
"""What stands where there is nothing to say."""
_BLANK = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


class Wording(Protocol):
    """How one language writes days and sums."""

    def day(self, value: date) -> str: ...
    def amount(self, value: Decimal, currency: str) -> str: ...


def blanks(
    wording: Wording, caller: Caller | None = None, record: Record | None = None, titles: Mapping[str, str] | None = None, **more: str
) -> dict[str, str]:
    """The values of blanks by their names: of ``caller``, of ``record`` with each of its open fields by label, and ``more``."""
    values = dict(more)
    if caller is not None:
        values |= {
            "caller.name": caller.name,
            "caller.birth_date": wording.day(caller.birth_date) if caller.birth_date else "",
            "caller.address": caller.addresses[0] if caller.addresses else "",
            "caller.addresses": " / ".join(caller.addresses),
            "caller.phone": caller.phones[0] if caller.phones else "",
            "caller.email": caller.emails[0] if caller.emails else "",
        }
    if record is not None:
        values |= {f"record.{field.label}": field.value for field in record.fields if not field.shut and field.sensitivity == "open"}
        values |= {
            "record.number": record.ref.id,
            "record.title": record.title,
            "record.status": record.status,
            "record.department": (titles or {}).get(record.ref.department, record.ref.department),
            "record.opened": wording.day(record.opened) if record.opened else "",
            "record.due": wording.day(record.due) if record.due else "",
            "record.amount": wording.amount(record.amount, record.currency) if record.amount is not None else "",
        }
    return {name.casefold(): value for name, value in values.items() if value}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; what is not known, or may not be seen, is left as EMPTY."""
    return _BLANK.sub(lambda found: values.get(found[1].casefold(), EMPTY), text)


def without_blanks(text: str) -> str:
    """The text with all blanks empty, as it is searched."""
    return _BLANK.sub(EMPTY, text)
