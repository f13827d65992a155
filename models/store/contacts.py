"""Contacts and drafts in the store."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from models.contacts import Contact, ContactDraft
from models.people import SubjectRef
from models.store.database import Database
from models.store.tables import contact_members, contacts, drafts, storable
from models.verification import Mandate, Verification


class ContactRows:
    """Every method blocks and raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, actor: str, draft: ContactDraft, ended: datetime) -> Contact:
        """Store the contact and remove the actor's draft: both or neither."""
        draft = _storable(draft)
        fields: dict[str, Any] = {
            "actor": storable(actor),
            "started": draft.started,
            "ended": ended,
            "reason": draft.reason,
            "outcome": draft.outcome,
            "note": draft.note,
            "caller_name": draft.caller_name,
            "verification": msgspec.to_builtins(draft.verification),
        }
        with self._database.writing() as connection:
            new_id: int = connection.execute(insert(contacts).values(fields).returning(contacts.c.id)).scalar_one()
            members = [
                {"contact_id": new_id, "position": position, "department": member.department, "subject": member.id}
                for position, member in enumerate(draft.members)
            ]
            if members:
                connection.execute(insert(contact_members), members)
            connection.execute(delete(drafts).where(drafts.c.actor == fields["actor"]))
        return Contact(id=new_id, members=draft.members, **(fields | {"verification": draft.verification}))

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]:
        """The actor's last contacts, the newest first."""
        of_actor = select(contacts).where(contacts.c.actor == storable(actor))
        newest = of_actor.order_by(contacts.c.ended.desc(), contacts.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(newest).mappings().all()
            of_these = contact_members.c.contact_id.in_([row["id"] for row in rows])
            found = connection.execute(
                select(contact_members).where(of_these).order_by(contact_members.c.contact_id, contact_members.c.position)
            ).all()
        members: defaultdict[int, list[SubjectRef]] = defaultdict(list)
        for row in found:
            members[row.contact_id].append(SubjectRef(row.department, row.subject))
        return tuple(
            Contact(members=tuple(members[row["id"]]), **(dict(row) | {"verification": msgspec.convert(row["verification"], Verification)}))
            for row in rows
        )

    def draft(self, actor: str) -> bytes | None:
        """What the actor was working on, sealed; None when nothing is open."""
        with self._database.reading() as connection:
            sealed: bytes | None = connection.scalar(select(drafts.c.sealed).where(drafts.c.actor == storable(actor)))
        return sealed

    def keep_draft(self, actor: str, sealed: bytes, at: datetime) -> None:
        """Keep what the actor is working on, sealed, in place of what was kept before."""
        fields = {"kept": at, "sealed": sealed}
        with self._database.writing() as connection:
            changed = connection.execute(update(drafts).where(drafts.c.actor == storable(actor)).values(fields))
            if changed.rowcount == 0:
                connection.execute(insert(drafts).values(fields | {"actor": storable(actor)}))

    def discard_draft(self, actor: str) -> None:
        """Remove what the actor was working on, if anything."""
        with self._database.writing() as connection:
            connection.execute(delete(drafts).where(drafts.c.actor == storable(actor)))


def _storable(draft: ContactDraft) -> ContactDraft:
    return msgspec.structs.replace(
        draft,
        reason=storable(draft.reason),
        note=storable(draft.note),
        caller_name=storable(draft.caller_name),
        members=tuple(SubjectRef(storable(member.department), storable(member.id)) for member in draft.members),
        verification=_storable_verification(draft.verification),
    )


def _storable_verification(verification: Verification) -> Verification:
    mandate = verification.mandate
    if mandate is None:
        return verification
    return msgspec.structs.replace(verification, mandate=Mandate(storable(mandate.name), storable(mandate.ground)))
