"""The audit log is asked by subject, and for what belongs to a look."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_audit_what_hash", "audit", ["what_hash"])
    op.create_index("ix_audit_actor_refers_to", "audit", ["actor", "refers_to"])
