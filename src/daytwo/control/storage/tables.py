"""The control plane's tables.  Every row names its organisation; no column holds data, sizes or digests of data.

Times that people read are RFC 3339 text; times that leases compare are `timestamptz`, set by the database's clock.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _org() -> Column[str]:
    return Column("org_id", Text, ForeignKey("organisations.org_id"), nullable=False)


organisations = Table(
    "organisations",
    metadata,
    Column("org_id", Text, primary_key=True),
    Column("created_at", Text, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    _org(),
    Column("audience", Text, nullable=False),
    Column("principal_kind", Text, nullable=False),
    Column("principal_id", Text, nullable=False),
    Column("public_key", Text),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("used_at", Text),
)

executors = Table(
    "executors",
    metadata,
    Column("executor_id", Text, primary_key=True),
    _org(),
    Column("name", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("results_url", Text, nullable=False),
    Column("instance", Text),
    Column("last_seen", DateTime(timezone=True)),
    Column("profiles", JSONB),
    Column("environment", Text),
    Column("draining_since", Text),
    Column("leaving_instance", Text),
    Column("revoked_at", Text),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("org_id", "public_key"),
)

sheets = Table(
    "sheets",
    metadata,
    Column("org_id", Text, ForeignKey("organisations.org_id"), primary_key=True),
    Column("dataset", Text, primary_key=True),
    Column("executor_id", Text, ForeignKey("executors.executor_id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("signed", JSONB, nullable=False),
    Column("received_at", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    _org(),
    Column("executor_id", Text, ForeignKey("executors.executor_id"), nullable=False),
    Column("datasets", JSONB, nullable=False),
    Column("head_session", Text, nullable=False),
    Column("head_snapshot", Integer, nullable=False),
    Column("next_snapshot", Integer, nullable=False),
    Column("request_key", Text),
    Column("created_by", JSONB, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("deleted_at", Text),
    UniqueConstraint("org_id", "request_key"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    _org(),
    Column("session_id", Text, ForeignKey("sessions.session_id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("replay", JSONB),
    Column("priority", Integer, nullable=False, server_default=text("5")),
    Column("time_limit_seconds", Integer),
    Column("ends_at", DateTime(timezone=True)),
    Column("restarts", Integer, nullable=False, server_default=text("0")),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("message", Text),
    Column("segment", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("approval_id", Text),
    Column("bits_spent", Float, nullable=False, server_default=text("0")),
    Column("bits_budget", Float, nullable=False, server_default=text("0")),
    Column("request_key", Text),
    Column("resume_key", Text),
    Column("created_by", JSONB, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("org_id", "request_key"),
    Index(
        "ix_runs_ends_at",
        "ends_at",
        postgresql_where=text("ends_at is not null and status not in ('succeeded', 'failed', 'cancelled')"),
    ),
    Index("ix_runs_unfinished", "status", postgresql_where=text("status in ('queued', 'planning', 'executing')")),
)

steps = Table(
    "steps",
    metadata,
    Column("run_id", Text, ForeignKey("runs.run_id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    _org(),
    Column("intent", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("insist", Boolean, nullable=False, server_default=text("false")),
    Column("detail", Boolean, nullable=False, server_default=text("false")),
    Column("note", Text),
    Column("rehearsal", JSONB),
    Column("verdict", JSONB),
    Column("symbol", JSONB),
    Column("opened", JSONB),
    Column("tier", Text),
    Column("snapshot", Integer),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("session_id", Text, ForeignKey("sessions.session_id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    _org(),
    Column("base_session", Text, nullable=False),
    Column("base_ordinal", Integer, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("environment", Text),
    ForeignKeyConstraint(["run_id", "step"], ["steps.run_id", "steps.step"]),
)

run_events = Table(
    "run_events",
    metadata,
    Column("run_id", Text, ForeignKey("runs.run_id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    _org(),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", JSONB, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    _org(),
    Column("run_id", Text, ForeignKey("runs.run_id"), nullable=False, index=True),
    Column("executor_id", Text, ForeignKey("executors.executor_id"), nullable=False),
    Column("request", JSONB, nullable=False),
    Column("environment", Text),
    Column("status", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("lease_until", DateTime(timezone=True)),
    Column("cancel", Boolean, nullable=False, server_default=text("false")),
    Column("completion_digest", Text),
    Column("approval_id", Text),
    Column("created_at", Text, nullable=False),
    Index("ix_tasks_open", "executor_id", "status", postgresql_where=text("status in ('queued', 'claimed')")),
)

model_calls = Table(
    "model_calls",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _org(),
    Column("run_id", Text, nullable=False, index=True),
    Column("step", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt_digest", Text, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("at", Text, nullable=False),
)

egress_audit = Table(
    "egress_audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _org(),
    Column("run_id", Text, index=True),
    Column("step", Integer),
    Column("attempt", Integer, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("body_digest", Text, nullable=False),
    Column("body_bytes", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
)

ledger_leaves = Table(
    "ledger_leaves",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _org(),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_index", BigInteger),
    UniqueConstraint("org_id", "leaf_index"),
    Index("ix_ledger_leaves_pending", "org_id", "id", postgresql_where=text("leaf_index is null")),
)

ledger_trees = Table(
    "ledger_trees",
    metadata,
    Column("org_id", Text, ForeignKey("organisations.org_id"), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("public_key", Text, nullable=False),
)

webhook_cursors = Table(
    "webhook_cursors",
    metadata,
    Column("org_id", Text, ForeignKey("organisations.org_id"), primary_key=True),
    Column("leaf_index", BigInteger, nullable=False),
)
