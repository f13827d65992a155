"""A contact has inquiries, a channel, the caller's number and the moment of the hang-up; an actor works on several at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "contact_inquiries",
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "position", name="pk_contact_inquiries"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_contact_inquiries_contacts", ondelete="CASCADE"),
    )
    op.execute(
        "INSERT INTO contact_inquiries (contact_id, position, subject, outcome, department) SELECT id, 0, reason, outcome, '' FROM contacts"
    )
    op.drop_column("contacts", "reason")
    op.drop_column("contacts", "outcome")
    op.add_column("contacts", sa.Column("channel", sa.Text, nullable=False, server_default="phone"))
    op.add_column("contacts", sa.Column("number", sa.Text, nullable=False, server_default=""))
    op.add_column("contacts", sa.Column("hung_up", moment))
    op.rename_table("drafts", "drafts_before")
    op.create_table(
        "drafts",
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("begun", moment, nullable=False),
        sa.Column("kept", moment, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("actor", "call", name="pk_drafts"),
    )
    op.execute("INSERT INTO drafts (actor, call, begun, kept, sealed) SELECT actor, 'before', kept, kept, sealed FROM drafts_before")
    op.drop_table("drafts_before")
