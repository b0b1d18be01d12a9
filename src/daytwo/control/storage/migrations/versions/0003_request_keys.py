"""The keys under which clients repeat a request whose answer they did not get; executors that were shut out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table in ("sessions", "runs"):
        op.add_column(table, sa.Column("request_key", sa.Text(), nullable=True))
        op.create_unique_constraint(f"uq_{table}_org_id_request_key", table, ["org_id", "request_key"])
    op.add_column("runs", sa.Column("resume_key", sa.Text(), nullable=True))
    op.add_column("executors", sa.Column("revoked_at", sa.Text(), nullable=True))
