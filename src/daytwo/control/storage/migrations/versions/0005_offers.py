"""What executors offer, and which of them drain; the packages that snapshots were made with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("executors", sa.Column("profiles", postgresql.JSONB(), nullable=True))
    op.add_column("executors", sa.Column("environment", sa.Text(), nullable=True))
    op.add_column("executors", sa.Column("draining_since", sa.Text(), nullable=True))
    op.add_column("executors", sa.Column("leaving_instance", sa.Text(), nullable=True))
    op.add_column("snapshots", sa.Column("environment", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("environment", sa.Text(), nullable=True))
