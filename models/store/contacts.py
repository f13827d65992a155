"""Contacts, their inquiries, and drafts in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, Table, delete, insert, select, tuple_, update

from models.contacts import Contact, ContactDraft, Inquiry
from models.people import SubjectRef
from models.store.database import Database
from models.store.tables import contact_inquiries, contact_members, contacts, drafts, storable
from models.verification import Mandate, Verification


class ContactRows:
    """Every method blocks and raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, actor: str, draft: ContactDraft, ended: datetime) -> Contact:
        """Store the contact and remove its draft: both or neither."""
        draft = _storable(draft)
        fields: dict[str, Any] = {
            "actor": storable(actor),
            "started": draft.started,
            "ended": ended,
            "note": draft.note,
            "caller_name": draft.caller_name,
            "verification": msgspec.to_builtins(draft.verification),
            "channel": draft.channel,
            "number": draft.number,
            "hung_up": draft.hung_up,
        }
        with self._database.writing() as connection:
            new_id: int = connection.execute(insert(contacts).values(fields).returning(contacts.c.id)).scalar_one()
            _insert(connection, contact_members, new_id, [{"department": each.department, "subject": each.id} for each in draft.members])
            _insert(connection, contact_inquiries, new_id, [msgspec.structs.asdict(each) for each in draft.inquiries])
            connection.execute(delete(drafts).where(drafts.c.actor == fields["actor"], drafts.c.call == draft.id))
        return Contact(id=new_id, members=draft.members, inquiries=draft.inquiries, **(fields | {"verification": draft.verification}))

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]:
        """The actor's last contacts, the newest first."""
        return self._read(select(contacts).where(contacts.c.actor == storable(actor)), limit)

    def about(self, members: Iterable[SubjectRef], since: datetime, limit: int) -> tuple[Contact, ...]:
        """The contacts of all staff that were about any of these person records and ended since then, the newest first."""
        refs = [(storable(ref.department), storable(ref.id)) for ref in members]
        of_them = select(contact_members.c.contact_id).where(tuple_(contact_members.c.department, contact_members.c.subject).in_(refs))
        return self._read(select(contacts).where(contacts.c.ended >= since, contacts.c.id.in_(of_them)), limit) if refs else ()

    def drafts(self, actor: str) -> dict[str, bytes]:
        """What the actor was working on, sealed, by the id of each draft; the one that was begun first comes first."""
        of_actor = select(drafts).where(drafts.c.actor == storable(actor)).order_by(drafts.c.begun, drafts.c.call)
        with self._database.reading() as connection:
            return {row.call: row.sealed for row in connection.execute(of_actor)}

    def keep_draft(self, actor: str, call: str, sealed: bytes, at: datetime) -> None:
        """Keep one thing that the actor is working on, sealed, in place of what was kept of it before."""
        fields = {"kept": at, "sealed": sealed}
        with self._database.writing() as connection:
            changed = connection.execute(update(drafts).where(_is(actor, call)).values(fields))
            if changed.rowcount == 0:
                connection.execute(insert(drafts).values(fields | {"actor": storable(actor), "call": call, "begun": at}))

    def _read(self, which: Select[Any], limit: int) -> tuple[Contact, ...]:
        newest = which.order_by(contacts.c.ended.desc(), contacts.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(newest).mappings().all()
            ids = [row["id"] for row in rows]
            members = _of_these(connection, contact_members, ids)
            inquiries = _of_these(connection, contact_inquiries, ids)
        return tuple(
            Contact(
                members=tuple(SubjectRef(each.department, each.subject) for each in members[row["id"]]),
                inquiries=tuple(Inquiry(each.subject, each.outcome, each.department) for each in inquiries[row["id"]]),
                **(dict(row) | {"verification": msgspec.convert(row["verification"], Verification)}),
            )
            for row in rows
        )


def _is(actor: str, call: str) -> Any:
    return (drafts.c.actor == storable(actor)) & (drafts.c.call == call)


def _insert(connection: Connection, table: Table, contact: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), [{"contact_id": contact, "position": position, **row} for position, row in enumerate(rows)])


def _of_these(connection: Connection, table: Table, ids: Sequence[int]) -> defaultdict[int, list[Any]]:
    """The rows of a table that belongs to contacts, by contact, in their order."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.contact_id.in_(ids)).order_by(table.c.contact_id, table.c.position)):
        found[row.contact_id].append(row)
    return found


def _storable(draft: ContactDraft) -> ContactDraft:
    return msgspec.structs.replace(
        draft,
        inquiries=tuple(Inquiry(storable(each.subject), each.outcome, storable(each.department)) for each in draft.inquiries),
        note=storable(draft.note),
        number=storable(draft.number),
        caller_name=storable(draft.caller_name),
        members=tuple(SubjectRef(storable(member.department), storable(member.id)) for member in draft.members),
        verification=_storable_verification(draft.verification),
    )


def _storable_verification(verification: Verification) -> Verification:
    mandate = verification.mandate
    if mandate is None:
        return verification
    return msgspec.structs.replace(verification, mandate=Mandate(storable(mandate.name), storable(mandate.ground)))
