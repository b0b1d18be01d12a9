"""The mint: makes one Observation of one paid execution, and nothing else.

The cell's report comes out of a sandbox, beside a hostile program: whatever is not exactly a report of integers in
range, and consistent with how the sandbox ended, is `lost`.  The Observation is stored, fsynced, before it is
released, and a debit yields one: asked again, the mint answers what it stored.
Source: docs/explanation/disclosure.md, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daytwo.executor.database import Database
from daytwo.executor.gate.debit import Debit
from daytwo.executor.gate.release import slot_of
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import digest
from daytwo.wire.errors import Bug
from daytwo.wire.message import now as wall_clock
from daytwo.wire.observation import (
    CHECK_MASKS,
    ERROR_CLASSES,
    FORMS,
    HOLES,
    LOOKUPS,
    STATEMENTS,
    Alphabet,
    Lookup,
    Observation,
    Outcome,
    Symbol,
    bits,
    form_of,
    row_bucket,
    unpacked,
)
from daytwo.wire.rehearsal import Rehearsal
from daytwo.wire.task import TaskRequest
from daytwo.wire.templates import TEMPLATES

_SCHEMA = """
create table if not exists gate_rehearsals (
    task_id text not null,
    digest text not null,
    at text not null,
    primary key (task_id, digest)
);
create table if not exists gate_environments (
    task_id text not null,
    execution integer not null,
    environment text not null,
    primary key (task_id, execution)
);
"""

_ROWS_LIMIT = 1 << 63


class _Report(BaseModel):
    """The cell's `end` frame.  Strict: `true` is no integer, `"3"` is none either, and no other field is known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: Literal["end"] = "end"
    outcome: Literal["ok", "error", "memory"]
    rows: Annotated[int, Field(ge=0, lt=_ROWS_LIMIT)] = 0
    checks: Annotated[int, Field(ge=0, lt=CHECK_MASKS)] = 0
    error_class: Annotated[int, Field(ge=0, lt=len(ERROR_CLASSES))] = 0
    statement: Annotated[int, Field(ge=0, lt=STATEMENTS)] = 0
    template: Annotated[int, Field(ge=0, lt=len(TEMPLATES))] = 0
    hole: Annotated[int, Field(ge=0, lt=HOLES)] = 0
    lookups: Annotated[int, Field(ge=0, lt=len(Lookup) ** LOOKUPS)] = 0


_OF_ENDING: dict[str, Outcome] = {"timeout": Outcome.TIMEOUT, "memory": Outcome.MEMORY, "killed": Outcome.LOST}
"""Endings that the sandbox itself states: the report is not even read."""

_CONSISTENT: dict[tuple[str, str], Outcome] = {
    ("ok", "ok"): Outcome.OK,
    ("error", "error"): Outcome.ERROR,
    ("error", "memory"): Outcome.MEMORY,
}
"""(the sandbox's ending, the report's outcome) → what is observed; any other pair is `lost`."""


def decide(
    alphabet: Alphabet,
    ending: str,
    report: Any,
    elapsed_seconds: float,
    *,
    as_rehearsed: bool = False,
    lookups: int = 0,
) -> Observation:
    """The Observation of an execution: a member of `alphabet`, whatever the report holds.  Pure.

    `lookups`: how many were debited; what a report says of more, or of what they take the place of, is not read.
    """
    outcome, read = _outcome(ending, report)
    told = read if outcome in {Outcome.OK, Outcome.ERROR} else None
    room = dict(form_of(alphabet, outcome, lookups)) if outcome in FORMS[alphabet] else {}
    said: dict[str, Any] = {"lookups": unpacked(told.lookups if told else 0, lookups)}
    if alphabet is not Alphabet.VERDICT and outcome is not Outcome.TIMEOUT:
        said["duration_slot"] = slot_of(elapsed_seconds)
    if outcome is Outcome.OK and told is not None:
        bucket = row_bucket(told.rows)
        if alphabet is Alphabet.STANDARD:
            said |= {"rows_bucket": bucket, "as_rehearsed": as_rehearsed, "checks": told.checks % room["checks"]}
        elif alphabet is Alphabet.BRIEF:
            said["rows_bucket"] = min(bucket, 1)
    if outcome is Outcome.ERROR and told is not None and alphabet is Alphabet.STANDARD:
        said |= {
            "error_class": told.error_class,
            "statement": told.statement,
            "template": told.template % room["template"],
            "hole": told.hole % room["hole"],
        }
    return Observation(alphabet=alphabet, outcome=outcome, **said)


def _outcome(ending: str, report: Any) -> tuple[Outcome, _Report | None]:
    """The outcome, and the report where it may be believed."""
    if ending in _OF_ENDING:
        return _OF_ENDING[ending], None
    try:
        read = _Report.model_validate(report)
    except (ValidationError, RecursionError):
        return Outcome.LOST, None
    outcome = _CONSISTENT.get((ending, read.outcome), Outcome.LOST)
    return outcome, read


class Mint:
    """Makes Observations for debits, each once.

    Args:
        database: the one that holds the debits.
        ledger: gets one event an Observation, in its transaction.
        clock: the present as an RFC 3339 UTC string.
    """

    def __init__(self, database: Database, ledger: SqliteLedger, clock: Callable[[], str] = wall_clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock
        database.create(_SCHEMA)

    def rehearsed(self, request: TaskRequest, rehearsal: Rehearsal) -> None:
        """Admits what a rehearsal told: only what is recorded here may leave.  It costs no bits.

        The caller vouches that the sandbox held mock rows and the rehearsal chain's state, and nothing else.
        """
        told = digest(rehearsal)
        with self._database.transaction("rehearsed") as connection:
            at = self._clock()
            connection.execute("insert or ignore into gate_rehearsals values (?, ?, ?)", (request.task_id, told, at))
            self._ledger.append(
                connection,
                LedgerEvent(
                    org_id=request.org_id,
                    at=at,
                    actor=request.on_behalf_of,
                    kind="gate.rehearsed",
                    subject=request.task_id,
                    body={
                        "run": request.run_id,
                        "step": request.step,
                        "outcome": rehearsal.outcome.value,
                        "rehearsal": told,
                    },
                ),
            )

    def observe(
        self,
        debit: Debit,
        ending: str,
        report: dict[str, Any] | None,
        elapsed_seconds: float,
        *,
        as_rehearsed: bool = False,
        tier: str | None = None,
        environment: str | None = None,
    ) -> Symbol:
        """The Observation that a debit bought, stored before it is returned.

        Args:
            debit: what was paid before the execution.
            ending: how the sandbox ended: `ok`, `error`, `timeout`, `memory`, `killed`.
            report: the cell's `end` frame as it came, or None where none came.
            elapsed_seconds: since the rehearsal.
            as_rehearsed: the variables that the program left have the shapes that its rehearsal left.
            tier: the isolation that the execution had, for the ledger; None where it never began.
            environment: the content digest of the packages that it had, likewise.

        Raises:
            Bug: `not_debited`, where this execution was not paid for in this alphabet.
        """
        made = Symbol.of(
            decide(
                debit.alphabet,
                ending,
                report,
                elapsed_seconds,
                as_rehearsed=as_rehearsed,
                lookups=debit.lookups,
            )
        )
        key = (debit.task_id, debit.execution)
        with self._database.transaction("observe") as connection:
            paid = connection.execute(
                "select alphabet, bits from gate_debits where task_id = ? and execution = ?", key
            ).fetchone()
            price = bits(made.alphabet, made.lookups)
            if paid is None or (paid["alphabet"], paid["bits"]) != (made.alphabet.value, price):
                raise Bug("not_debited", "An Observation was asked for that was not paid for.")
            kept = connection.execute(
                "select symbol from gate_observations where task_id = ? and execution = ?", key
            ).fetchone()
            if kept is not None:
                return Symbol.model_validate_json(kept["symbol"])
            at = self._clock()
            connection.execute("insert into gate_observations values (?, ?, ?, ?)", (*key, made.model_dump_json(), at))
            if environment is not None:
                connection.execute("insert into gate_environments values (?, ?, ?)", (*key, environment))
            ran = {"execution": debit.execution, "run": debit.run_id, "tier": tier, "environment": environment}
            body = {**ran, **made.model_dump(mode="json")}
            self._ledger.append(
                connection,
                LedgerEvent(
                    org_id=debit.org_id,
                    at=at,
                    actor=debit.actor,
                    kind="gate.observed",
                    subject=debit.task_id,
                    body=body,
                ),
            )
        return made
