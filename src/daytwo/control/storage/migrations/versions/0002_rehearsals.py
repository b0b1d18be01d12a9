"""What a step's rehearsal told, and what its model asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("steps", sa.Column("insist", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("steps", sa.Column("detail", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("steps", sa.Column("rehearsal", postgresql.JSONB(), nullable=True))
