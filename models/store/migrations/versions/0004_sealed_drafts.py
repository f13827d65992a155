"""An unfinished call is kept sealed. One that an older version left in plain text is discarded: there is no key here to seal it with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_table("drafts")
    op.create_table(
        "drafts",
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("actor", name="pk_drafts"),
    )
