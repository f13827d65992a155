"""What staff change in departments: each change with its deliveries, kept before anything is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("filled", sa.JSON, nullable=False),
        sa.Column("media", sa.LargeBinary, nullable=False),
        sa.Column("made", moment, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("caller_name", sa.Text, nullable=False),
        sa.Column("in_call", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.UniqueConstraint("token", name="uq_changes_token"),
    )
    op.create_index("ix_changes_in_call", "changes", ["in_call"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("change_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("record", sa.Text),
        sa.Column("before", sa.JSON),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try", moment),
        sa.Column("lease_until", moment),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("receipt", sa.JSON),
        sa.Column("theirs", sa.JSON),
        sa.Column("task", sa.Integer),
        sa.Column("can_undo", sa.Boolean, nullable=False),
        sa.Column("history", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_deliveries_changes"),
        sa.ForeignKeyConstraint(["task"], ["work_items.id"], name="fk_deliveries_work_items"),
    )
    op.create_index("ix_deliveries_change_id_position", "deliveries", ["change_id", "position"])
    op.create_index("ix_deliveries_department_next_try", "deliveries", ["department", "next_try"])
    op.create_index("ix_deliveries_department_subject", "deliveries", ["department", "subject"])
