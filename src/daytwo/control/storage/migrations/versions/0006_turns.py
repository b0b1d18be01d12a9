"""How urgent a run is, when it has to be over, and how often its segment was started anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("runs", sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("5")))
    op.add_column("runs", sa.Column("time_limit_seconds", sa.Integer(), nullable=True))
    op.add_column("runs", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("runs", sa.Column("restarts", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index(
        "ix_runs_ends_at",
        "runs",
        ["ends_at"],
        postgresql_where=sa.text("ends_at is not null and status not in ('succeeded', 'failed', 'cancelled')"),
    )
