"""A store in memory, for tests of what stands above it. Held to the real one by the tests of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from models.audit import FIRST_PREVIOUS, NOT_LOOKS, AuditEntry, AuditRow, Seen, StoredRow, next_rows
from models.audit_chain import Anchor, Proof, prove
from models.contacts import Contact, ContactDraft
from models.people import SubjectRef
from models.store.errors import StoreUnavailable


class FakeAuditRows:
    """Set ``unavailable`` to make every call raise it."""

    def __init__(self) -> None:
        self.stored: list[StoredRow] = []
        self.unavailable: StoreUnavailable | None = None

    @property
    def rows(self) -> list[AuditRow]:
        return [row.row() for row in self.stored]

    def append(self, entries: Sequence[AuditEntry]) -> AuditRow:
        self._fail()
        of_actor = [row for row in self.stored if row.actor == entries[0].actor]
        last = (of_actor[-1].sequence, of_actor[-1].hash) if of_actor else (0, FIRST_PREVIOUS)
        first = len(self.stored)
        self.stored += [row._replace(id=first + number) for number, row in enumerate(next_rows(entries, *last), 1)]
        return self.stored[first].row()

    def end(self, actor: str, known: Anchor | None = None) -> Anchor | None:
        self._fail()
        anchors = [Anchor(row.sequence, row.hash) for row in self.stored if row.actor == actor]
        return anchors[-1] if anchors and known in (None, *anchors) else None

    def prove(self, anchors: Mapping[str, Anchor] | None = None, progress: Callable[[int, int], None] | None = None) -> Proof:
        self._fail()
        return prove(sorted(self.stored, key=lambda row: (row.actor, row.sequence)), anchors)

    def who_saw(self, hashes: Iterable[str]) -> tuple[Seen, ...]:
        self._fail()
        asked = set(hashes)
        return tuple(seen for row in reversed(self.rows) if row.kind not in NOT_LOOKS and (seen := self._seen(row, asked)).subjects)

    def looks(self, actor: str, before: int | None, limit: int) -> tuple[Seen, ...]:
        self._fail()
        own = [row for row in reversed(self.rows) if row.actor == actor and row.kind not in NOT_LOOKS]
        return tuple(self._seen(row) for row in own if before is None or row.sequence < before)[:limit]

    def _seen(self, look: AuditRow, asked: set[str] | None = None) -> Seen:
        belonging = [row for row in self.rows if (row.actor, row.refers_to) == (look.actor, look.sequence)]
        outcome = next((row.outcome for row in reversed(belonging) if row.kind == "outcome"), "")
        shown = [row for row in belonging if row.kind == "subject" and (asked is None or row.what_hash in asked)]
        departments = look.departments if asked is None else tuple(dict.fromkeys(name for row in shown for name in row.departments))
        subjects = tuple(dict.fromkeys(row.what_hash for row in shown))
        return Seen(look.at, look.actor, look.sequence, look.role, look.purpose, look.kind, departments, outcome, subjects)

    def _fail(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable


class FakeContactRows:
    """Set ``unavailable`` to make every call raise it."""

    def __init__(self) -> None:
        self.contacts: list[Contact] = []
        self.kept: dict[tuple[str, str], bytes] = {}
        self.unavailable: StoreUnavailable | None = None

    def save(self, actor: str, draft: ContactDraft, ended: datetime) -> Contact:
        self._fail()
        kept = {name: value for name, value in msgspec.structs.asdict(draft).items() if name in Contact.__struct_fields__}
        self.contacts.append(Contact(**kept | {"id": len(self.contacts) + 1, "actor": actor, "ended": ended}))
        self.kept.pop((actor, draft.id), None)
        return self.contacts[-1]

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]:
        self._fail()
        return self._newest([contact for contact in self.contacts if contact.actor == actor], limit)

    def about(self, members: Iterable[SubjectRef], since: datetime, limit: int) -> tuple[Contact, ...]:
        self._fail()
        wanted = set(members)
        return self._newest([each for each in self.contacts if each.ended >= since and wanted & set(each.members)], limit)

    def drafts(self, actor: str) -> dict[str, bytes]:
        self._fail()
        return {call: sealed for (whose, call), sealed in self.kept.items() if whose == actor}

    def keep_draft(self, actor: str, call: str, sealed: bytes, at: datetime) -> None:
        self._fail()
        self.kept[actor, call] = sealed

    @staticmethod
    def _newest(found: list[Contact], limit: int) -> tuple[Contact, ...]:
        return tuple(sorted(found, key=lambda contact: (contact.ended, contact.id), reverse=True)[:limit])

    def _fail(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable
