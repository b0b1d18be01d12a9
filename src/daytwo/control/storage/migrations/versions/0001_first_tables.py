"""The first tables, and the triggers that make the ledger append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

LEDGER_GUARD = """
create function ledger_only_appends() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger only appends' using errcode = 'restrict_violation';
end $$
"""
LEDGER_TRIGGERS = (
    """create trigger ledger_leaves_update before update on ledger_leaves for each row
       when (old.leaf_index is not null or new.leaf_index is null
             or (new.id, new.org_id, new.leaf) is distinct from (old.id, old.org_id, old.leaf))
       execute function ledger_only_appends()""",
    "create trigger ledger_leaves_delete before delete on ledger_leaves execute function ledger_only_appends()",
    "create trigger ledger_leaves_truncate before truncate on ledger_leaves execute function ledger_only_appends()",
    """create trigger ledger_trees_update before update on ledger_trees for each row
       when (new.size <= old.size or new.org_id <> old.org_id or new.public_key <> old.public_key)
       execute function ledger_only_appends()""",
    "create trigger ledger_trees_delete before delete on ledger_trees execute function ledger_only_appends()",
    "create trigger ledger_trees_truncate before truncate on ledger_trees execute function ledger_only_appends()",
)
"""A leaf's index may be set once; a tree may grow.  Whoever owns the tables can drop these: checkpoints kept elsewhere
find that out."""


def upgrade() -> None:
    _organisations()
    _egress_audit()
    _executors()
    _ledger_leaves()
    _ledger_trees()
    _model_calls()
    _tokens()
    _sessions()
    _sheets()
    _runs()
    _run_events()
    _steps()
    _tasks()
    _snapshots()
    op.execute(LEDGER_GUARD)
    for trigger in LEDGER_TRIGGERS:
        op.execute(trigger)


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_organisations")),
    )


def _egress_audit() -> None:
    op.create_table(
        "egress_audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.Text(), nullable=False),
        sa.Column("body_bytes", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_egress_audit_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_egress_audit")),
    )
    op.create_index(op.f("ix_egress_audit_run_id"), "egress_audit", ["run_id"])


def _executors() -> None:
    op.create_table(
        "executors",
        sa.Column("executor_id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("results_url", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_executors_org_id")),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_executors")),
        sa.UniqueConstraint("org_id", "public_key", name=op.f("uq_executors_org_id_public_key")),
    )


def _ledger_leaves() -> None:
    op.create_table(
        "ledger_leaves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_ledger_leaves_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_leaves")),
        sa.UniqueConstraint("org_id", "leaf_index", name=op.f("uq_ledger_leaves_org_id_leaf_index")),
    )
    op.create_index(
        "ix_ledger_leaves_pending", "ledger_leaves", ["org_id", "id"], postgresql_where=sa.text("leaf_index is null")
    )


def _ledger_trees() -> None:
    op.create_table(
        "ledger_trees",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_ledger_trees_org_id")),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_ledger_trees")),
    )


def _model_calls() -> None:
    op.create_table(
        "model_calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_digest", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_model_calls_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_calls")),
    )
    op.create_index(op.f("ix_model_calls_run_id"), "model_calls", ["run_id"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("principal_kind", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=True),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_tokens_org_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_tokens")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("executor_id", sa.Text(), nullable=False),
        sa.Column("datasets", postgresql.JSONB(), nullable=False),
        sa.Column("head_session", sa.Text(), nullable=False),
        sa.Column("head_snapshot", sa.Integer(), nullable=False),
        sa.Column("next_snapshot", sa.Integer(), nullable=False),
        sa.Column("created_by", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["executor_id"], ["executors.executor_id"], name=op.f("fk_sessions_executor_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_sessions_org_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
    )


def _sheets() -> None:
    op.create_table(
        "sheets",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("executor_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signed", postgresql.JSONB(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["executor_id"], ["executors.executor_id"], name=op.f("fk_sheets_executor_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_sheets_org_id")),
        sa.PrimaryKeyConstraint("org_id", "dataset", name=op.f("pk_sheets")),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("replay", postgresql.JSONB(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Text(), nullable=True),
        sa.Column("bits_spent", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("bits_budget", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_runs_org_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_runs_session_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_session_id"), "runs", ["session_id"])
    op.create_index(
        "ix_runs_unfinished",
        "runs",
        ["status"],
        postgresql_where=sa.text("status in ('queued', 'planning', 'executing')"),
    )


def _run_events() -> None:
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_run_events_org_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_run_events_run_id")),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_run_events")),
    )


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("verdict", postgresql.JSONB(), nullable=True),
        sa.Column("symbol", postgresql.JSONB(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("snapshot", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_steps_org_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_steps_run_id")),
        sa.PrimaryKeyConstraint("run_id", "step", name=op.f("pk_steps")),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("executor_id", sa.Text(), nullable=False),
        sa.Column("request", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("completion_digest", sa.Text(), nullable=True),
        sa.Column("approval_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["executor_id"], ["executors.executor_id"], name=op.f("fk_tasks_executor_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_tasks_org_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_tasks_run_id")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_tasks")),
    )
    op.create_index(
        "ix_tasks_open", "tasks", ["executor_id", "status"], postgresql_where=sa.text("status in ('queued', 'claimed')")
    )
    op.create_index(op.f("ix_tasks_run_id"), "tasks", ["run_id"])


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("base_session", sa.Text(), nullable=False),
        sa.Column("base_ordinal", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name=op.f("fk_snapshots_org_id")),
        sa.ForeignKeyConstraint(
            ["run_id", "step"], ["steps.run_id", "steps.step"], name=op.f("fk_snapshots_run_id_step")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name=op.f("fk_snapshots_session_id")),
        sa.PrimaryKeyConstraint("session_id", "ordinal", name=op.f("pk_snapshots")),
    )
