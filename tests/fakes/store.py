"""A store in memory, for tests of what stands above it. Held to the real one by the tests of the store."""

from __future__ import annotations

from datetime import datetime

import msgspec

from models.audit import FIRST_PREVIOUS, AuditEntry, AuditRow, ChainBreak, StoredRow, first_break, next_row
from models.contacts import Contact, ContactDraft
from models.store.errors import StoreUnavailable


class FakeAuditRows:
    """Set ``unavailable`` to make every call raise it."""

    def __init__(self) -> None:
        self.stored: list[StoredRow] = []
        self.unavailable: StoreUnavailable | None = None

    @property
    def rows(self) -> list[AuditRow]:
        return [row.row() for row in self.stored]

    def append(self, entry: AuditEntry) -> AuditRow:
        self._fail()
        of_actor = [row for row in self.stored if row.actor == entry.actor]
        last = (of_actor[-1].sequence, of_actor[-1].hash) if of_actor else (0, FIRST_PREVIOUS)
        self.stored.append(next_row(entry, *last)._replace(id=len(self.stored) + 1))
        return self.stored[-1].row()

    def first_break(self, actor: str | None = None) -> ChainBreak | None:
        self._fail()
        rows = [row for row in self.stored if actor in (None, row.actor)]
        return first_break(sorted(rows, key=lambda row: (row.actor, row.sequence)))

    def _fail(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable


class FakeContactRows:
    """Set ``unavailable`` to make every call raise it."""

    def __init__(self) -> None:
        self.contacts: list[Contact] = []
        self.drafts: dict[str, ContactDraft] = {}
        self.unavailable: StoreUnavailable | None = None

    def save(self, actor: str, draft: ContactDraft, ended: datetime) -> Contact:
        self._fail()
        kept = msgspec.structs.asdict(draft)
        del kept["query"]
        self.contacts.append(Contact(id=len(self.contacts) + 1, actor=actor, ended=ended, **kept))
        self.drafts.pop(actor, None)
        return self.contacts[-1]

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]:
        self._fail()
        of_actor = [contact for contact in self.contacts if contact.actor == actor]
        return tuple(sorted(of_actor, key=lambda contact: (contact.ended, contact.id), reverse=True)[:limit])

    def draft(self, actor: str) -> ContactDraft | None:
        self._fail()
        return self.drafts.get(actor)

    def keep_draft(self, actor: str, draft: ContactDraft, at: datetime) -> None:
        self._fail()
        self.drafts[actor] = draft

    def discard_draft(self, actor: str) -> None:
        self._fail()
        self.drafts.pop(actor, None)

    def _fail(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable
