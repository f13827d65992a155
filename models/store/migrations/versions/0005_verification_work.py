"""How a caller was verified is kept with the contact; work that waits for somebody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("verification", sa.JSON, nullable=False, server_default="{}"))
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "work_items",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("made", moment, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("done", moment),
        sa.Column("done_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_items"),
    )
    op.create_index("ix_work_items_queue_done", "work_items", ["queue", "done"])
