"""The audit log: a look is written down before anything is shown, and one that can't be is refused.

What was searched is kept as HMAC-SHA-256 under a key from the keyring: an auditor who holds the key can ask whether somebody
looked for a certain name, but nobody can read names out of the log. Spelling variants by case and white space hash alike.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import UTC, datetime
from typing import Protocol

from models.audit import AuditEntry, AuditRow, ChainBreak, Look
from models.store.errors import StoreUnavailable


class AuditUnavailable(StoreUnavailable):
    """The log can't be written, so nobody may look. The text is for the user."""


class AuditRowsPort(Protocol):
    """Where rows are kept. Both raise StoreUnavailable."""

    def append(self, entry: AuditEntry) -> AuditRow: ...

    def first_break(self, actor: str | None = None) -> ChainBreak | None: ...


class AuditLog:
    """Every method blocks until the disk has it. ``key``: 32 bytes."""

    def __init__(self, rows: AuditRowsPort, key: bytes) -> None:
        self._rows = rows
        self._key = key

    def append(self, look: Look, at: datetime) -> AuditRow:
        """Write a look that is about to happen. Raises AuditUnavailable: then it must not happen."""
        return self._append(
            AuditEntry(at, look.actor, look.role, look.purpose, look.kind, look.departments, keyed_hash(self._key, look.what))
        )

    def finish(self, row: AuditRow, outcome: str, at: datetime | None = None) -> AuditRow:
        """Write how a look ended (free of personal data), as a row of its own that refers to it. Raises AuditUnavailable."""
        at = at or datetime.now(UTC)
        return self._append(
            AuditEntry(at, row.actor, row.role, row.purpose, "outcome", row.departments, row.what_hash, outcome, row.sequence)
        )

    def verify(self, actor: str | None = None) -> ChainBreak | None:
        """The first row that is not as it was written, of one actor or of all; None when the log is whole. Raises AuditUnavailable."""
        try:
            return self._rows.first_break(actor)
        except StoreUnavailable as error:
            raise AuditUnavailable(error.reason, f"The audit log can't be read. {error}") from error

    def _append(self, entry: AuditEntry) -> AuditRow:
        try:
            return self._rows.append(entry)
        except StoreUnavailable as error:
            raise AuditUnavailable(error.reason, f"Nobody may look while the audit log can't be written. {error}") from error


def keyed_hash(key: bytes, what: str) -> str:
    """HMAC-SHA-256 in hex over the text in NFKC, case-folded, with single spaces."""
    text = " ".join(unicodedata.normalize("NFKC", what).casefold().split())
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
