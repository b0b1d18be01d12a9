"""Keys under which clients repeat a request; executors that were shut out; how far webhooks have come."""

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
    op.create_table(
        "webhook_cursors",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisations.org_id"], name=op.f("fk_webhook_cursors_org_id_organisations")
        ),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_webhook_cursors")),
    )
    op.add_column("executors", sa.Column("revoked_at", sa.Text(), nullable=True))
