"""A session's line of state: the snapshots from the empty state to its head, and the programs that made them.

A snapshot is an ordinal here; what it holds lies at the executor.  The line says which names a program may use: read
off source, never off data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, RowMapping, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from daytwo.control.storage.tables import runs, snapshots, steps
from daytwo.wire.names import assigned_names
from daytwo.wire.rehearsal import Rehearsal, Shape
from daytwo.wire.snapshot import Version

LINEAGE_LIMIT = 10_000

_MARK = ("session_id", "ordinal", "base_session", "base_ordinal", "run_id", "step", "environment")


@dataclass(frozen=True)
class PastProgram:
    """One program of a session's line of state."""

    run_id: str
    step: int
    question: str
    program: str
    environment: str | None = None
    """The packages that it ran with; None where its executor did not say."""
    shapes: tuple[Shape, ...] = ()
    """The variables that its rehearsal left."""


async def line_of(connection: AsyncConnection, session: RowMapping) -> Sequence[RowMapping]:
    """The snapshots from the empty state to a session's head, each with its run's question and its program."""
    if session["head_snapshot"] == 0:
        return []
    depth = cast(literal(0), Integer).label("depth")
    head = (snapshots.c.session_id == session["head_session"]) & (snapshots.c.ordinal == session["head_snapshot"])
    start = select(*(snapshots.c[name] for name in _MARK), depth).where(head).cte("line", recursive=True)
    before = snapshots.alias("before")
    line = start.union_all(
        select(*(before.c[name] for name in _MARK), start.c.depth + 1).where(
            before.c.session_id == start.c.base_session,
            before.c.ordinal == start.c.base_ordinal,
            start.c.depth < LINEAGE_LIMIT,
        )
    )
    found = await connection.execute(
        select(line, steps.c.program, steps.c.rehearsal, runs.c.question)
        .join(steps, (steps.c.run_id == line.c.run_id) & (steps.c.step == line.c.step))
        .join(runs, runs.c.run_id == line.c.run_id)
        .order_by(line.c.depth.desc())
    )
    return found.mappings().all()


async def programs(connection: AsyncConnection, session: RowMapping) -> tuple[PastProgram, ...]:
    """The programs that made a session's present state, oldest first."""
    return tuple(
        PastProgram(
            mark["run_id"],
            mark["step"],
            mark["question"],
            mark["program"],
            mark["environment"],
            _shapes(mark["rehearsal"]),
        )
        for mark in await line_of(connection, session)
    )


def _shapes(rehearsal: dict[str, Any] | None) -> tuple[Shape, ...]:
    return () if rehearsal is None else Rehearsal.model_validate(rehearsal).variables


def names_left(past: Sequence[PastProgram]) -> tuple[str, ...]:
    """The names that programs bound, in the order of their first binding."""
    return tuple(dict.fromkeys(name for program in past for name in assigned_names(program.program)))


def shapes_left(past: Sequence[PastProgram]) -> tuple[Shape, ...]:
    """The variables as rehearsals saw them, each in its latest shape."""
    return tuple({shape.name: shape for program in past for shape in program.shapes}.values())


def environment_left(past: Sequence[PastProgram]) -> str | None:
    """The packages that the present variables were made with; None where there are none, or nobody said."""
    return past[-1].environment if past else None


async def versions(connection: AsyncConnection, session: RowMapping) -> tuple[Version, ...]:
    """The snapshots of a session's line, and those of its own that it has turned away from, in the order of runs."""
    line = await line_of(connection, session)
    own = await connection.execute(select(snapshots).where(snapshots.c.session_id == session["session_id"]))
    marks = {(mark["session_id"], mark["ordinal"]): mark for mark in (*line, *own.mappings())}
    head = session["head_session"], session["head_snapshot"]
    return tuple(
        Version(
            session=mark["session_id"],
            snapshot=mark["ordinal"],
            base_session=mark["base_session"],
            base_snapshot=mark["base_ordinal"],
            run=mark["run_id"],
            step=mark["step"],
            is_current=place == head,
        )
        for place, mark in sorted(marks.items(), key=lambda one: (one[1]["run_id"], one[1]["step"]))
    )
