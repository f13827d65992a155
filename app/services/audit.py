"""The audit log: a look is written down before anything is shown, and one that can't be is refused.

What was searched, and whose records were shown, is kept as HMAC-SHA-256 under a key from the keyring: an auditor who holds the key
can ask whether somebody looked for a certain name or saw a certain record, but nobody can read names out of the log.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from models.audit import FIRST, AuditEntry, AuditRow, Look, Seen
from models.audit_chain import Anchor, Proof
from models.people import SubjectRef
from models.store.errors import StoreUnavailable

Progress = Callable[[int, int], None]
"""Called now and then with rows read and rows there are."""


class AuditUnavailable(StoreUnavailable):
    """The log can't be written, so nobody may look. The text is for the user."""


class AuditRowsPort(Protocol):
    """Where rows are kept. All raise StoreUnavailable."""

    def append(self, entries: Sequence[AuditEntry]) -> AuditRow: ...

    def end(self, actor: str, known: Anchor | None = None) -> Anchor | None: ...

    def prove(self, anchors: Mapping[str, Anchor] | None = None, progress: Progress | None = None) -> Proof: ...

    def who_saw(self, hashes: Iterable[str]) -> tuple[Seen, ...]: ...

    def looks(self, actor: str, before: int | None, limit: int) -> tuple[Seen, ...]: ...


class AuditLog:
    """Every method blocks, and raises AuditUnavailable. What is written is on the disk when a method returns. ``key``: 32 bytes."""

    def __init__(self, rows: AuditRowsPort, key: bytes) -> None:
        self._rows = rows
        self._key = key

    def append(self, look: Look, at: datetime) -> AuditRow:
        """Write a look that is about to happen, with a row for each of its subjects. Where it raises, the look must not happen."""
        return self._append(*self.entries(look, at))

    def entries(self, look: Look, at: datetime | None = None, outcome: str = "") -> tuple[AuditEntry, ...]:
        """What ``append`` writes, and the outcome if there is one already: for a transaction that also writes what the look is of."""
        at = at or datetime.now(UTC)
        entry = AuditEntry(at, look.actor, look.role, look.purpose, look.kind, look.departments, keyed_hash(self._key, look.what))
        ended = [msgspec.structs.replace(entry, kind="outcome", outcome=outcome, refers_to=FIRST)] if outcome else []
        return (entry, *self._subjects(entry, look.subjects, FIRST), *ended)

    def seen(self, row: AuditRow, subjects: Iterable[SubjectRef], at: datetime | None = None) -> None:
        """Write whom a look shows, a row for each, before it shows them. Where it raises, they must not be shown."""
        entries = self._subjects(row, subjects, row.sequence, at or datetime.now(UTC))
        if entries:
            self._append(*entries)

    def finish(self, row: AuditRow, outcome: str, at: datetime | None = None) -> AuditRow:
        """Write how a look ended (free of personal data), as a row of its own that refers to it."""
        at = at or datetime.now(UTC)
        return self._append(
            AuditEntry(at, row.actor, row.role, row.purpose, "outcome", row.departments, row.what_hash, outcome, row.sequence)
        )

    def prove(self, anchors: Mapping[str, Anchor] | None = None, progress: Progress | None = None) -> Proof:
        """Follow every actor's chain, and hold it against what is kept elsewhere of its end."""
        with _told("The audit log can't be read."):
            return self._rows.prove(anchors, progress)

    def end(self, actor: str, known: Anchor | None = None) -> Anchor | None:
        """How far the actor's chain has come; None when there is no row, or when the chain does not hold what is ``known`` of it."""
        with _told("The audit log can't be read."):
            return self._rows.end(actor, known)

    def who_saw(self, subjects: Iterable[SubjectRef]) -> tuple[Seen, ...]:
        """The looks that showed one of these person records, the newest first."""
        with _told("The audit log can't be read."):
            return self._rows.who_saw({subject_hash(self._key, subject): None for subject in subjects})

    def looks(self, actor: str, before: int | None, limit: int) -> tuple[Seen, ...]:
        """An actor's own looks, the newest first; ``before``: only those before the look of that sequence."""
        with _told("The audit log can't be read."):
            return self._rows.looks(actor, before, limit)

    def _subjects(
        self, look: AuditEntry | AuditRow, subjects: Iterable[SubjectRef], refers_to: int, at: datetime | None = None
    ) -> list[AuditEntry]:
        at = at or look.at
        return [
            AuditEntry(at, look.actor, look.role, look.purpose, "subject", (ref.department,), subject_hash(self._key, ref), "", refers_to)
            for ref in dict.fromkeys(subjects)
        ]

    def _append(self, *entries: AuditEntry) -> AuditRow:
        with _told("Nobody may look while the audit log can't be written."):
            return self._rows.append(entries)


@contextmanager
def _told(words: str) -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as error:
        raise AuditUnavailable(error.reason, f"{words} {error}") from error


def keyed_hash(key: bytes, what: str) -> str:
    """HMAC-SHA-256 in hex over the text in NFKC, case-folded, with single spaces: spellings that differ in these alone hash alike."""
    text = " ".join(unicodedata.normalize("NFKC", what).casefold().split())
    return _hmac(key, text)


def subject_hash(key: bytes, subject: SubjectRef) -> str:
    """HMAC-SHA-256 in hex over the person record's department and id, as a JSON array: ids that differ in case are two."""
    return _hmac(key, json.dumps([subject.department, subject.id]))


def _hmac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
