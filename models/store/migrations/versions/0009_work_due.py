"""Work items have a due time, somebody who is to do them, and what comes with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("work_items", sa.Column("due", sa.DateTime(timezone=True)))
    op.add_column("work_items", sa.Column("whom", sa.Text, nullable=False, server_default=""))
    op.add_column("work_items", sa.Column("sealed", sa.LargeBinary, nullable=False, server_default=""))
