"""The store's tables, the same on every database. A change here needs a migration of its own under ``migrations/versions``.

Contacts and their notes are kept as plain text: the file lies in the user's own folder and only the user's account can read it (see
``models.store.sqlite``). An unfinished contact is sealed; what was searched stands in the audit log as a keyed hash only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC. Takes and returns datetimes that know their zone; others are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("verification", JSON, nullable=False, server_default="{}"),
    Column("channel", Text, nullable=False, server_default="phone"),
    Column("number", Text, nullable=False, server_default=""),
    Column("hung_up", UtcDateTime),
    Index(None, "actor", "ended"),
)

contact_members = Table(
    "contact_members",
    metadata,
    Column("contact_id", Integer, ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("department", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Index(None, "department", "subject"),
)
"""The person records that the contact was about."""

contact_inquiries = Table(
    "contact_inquiries",
    metadata,
    Column("contact_id", Integer, ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("department", Text, nullable=False),
)
"""What the contact was about; ``department`` is empty where an inquiry concerned none in particular."""

drafts = Table(
    "drafts",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("call", Text, primary_key=True),
    Column("begun", UtcDateTime, nullable=False),
    Column("kept", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""The contacts that an actor is working on, encrypted by app.services.contacts."""

work_items = Table(
    "work_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("made", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("done", UtcDateTime),
    Column("done_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("due", UtcDateTime),
    Column("whom", Text, nullable=False, server_default=""),
    Column("sealed", LargeBinary, nullable=False, server_default=""),
    Index(None, "queue", "done"),
)
"""What waits for somebody. ``done`` is null while it does."""

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("filled", JSON, nullable=False),
    Column("media", LargeBinary, nullable=False),
    Column("made", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("in_call", Text, nullable=False),
    Index(None, "in_call"),
)
"""What was to be written, as it was filled in. ``token``: the form's own, so that one form is one change."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("change_id", Integer, ForeignKey("changes.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("department", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("intent", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("subject", Text),
    Column("record", Text),
    Column("before", JSON(none_as_null=True)),
    Column("attempts", Integer, nullable=False),
    Column("next_try", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False),
    Column("fault", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("receipt", JSON(none_as_null=True)),
    Column("theirs", JSON(none_as_null=True)),
    Column("task", Integer, ForeignKey("work_items.id")),
    Column("can_undo", Boolean, nullable=False),
    Column("history", JSON, nullable=False),
    Index(None, "change_id", "position"),
    Index(None, "department", "next_try"),
    Index(None, "department", "subject"),
)
"""One department's part of a change. ``next_try`` is null where nothing is to be done by itself; ``lease_until`` while nobody has claimed
it; ``fence`` counts the claims, so that one who was too late writes nothing."""

identity_links = Table(
    "identity_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("ones", JSON, nullable=False),
    Column("others", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("undone", UtcDateTime),
    Column("undone_by", Text, nullable=False),
    Index(None, "undone"),
)
"""Which person records staff have linked or parted by hand. ``undone`` is null while the decision stands."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    # Time and departments are text, since it is exactly this text that the hash covers.
    Column("at", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("departments", Text, nullable=False),
    Column("what_hash", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("refers_to", Integer),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("actor", "sequence"),
    ForeignKeyConstraint(["actor", "refers_to"], ["audit.actor", "audit.sequence"]),
    Index(None, "what_hash"),
    Index(None, "actor", "refers_to"),
)
"""See models.audit. The columns stand in the order of models.audit.StoredRow."""


def storable(text: str) -> str:
    """The text without what some database refuses: NUL and halves of surrogate pairs become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
