"""Guard for tasks: every verdict becomes an event of the ledger, bound to the digest of all that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from daytwo.executor.database import Database
from daytwo.executor.environments import Environment
from daytwo.executor.guard.process import Guard
from daytwo.executor.guard.review import Reviewed
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.message import now as wall_clock
from daytwo.wire.sheet import SchemaSheet
from daytwo.wire.task import TaskRequest
from daytwo.wire.verdict import Verdict


class Verdicts:
    """Reviews tasks and records what came of it.

    Args:
        database: the ledger's.
        ledger: gets one event a review.
        guard: reviews.
        clock: the present as an RFC 3339 UTC string.
    """

    def __init__(
        self,
        database: Database,
        ledger: SqliteLedger,
        guard: Guard,
        clock: Callable[[], str] = wall_clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._guard = guard
        self._clock = clock

    def review(
        self,
        request: TaskRequest,
        sheets: Sequence[SchemaSheet],
        environment: Environment,
        modules: Mapping[str, str],
    ) -> Verdict:
        """Guard's ruling on a task's program in an environment; in the ledger before anybody acts on it.

        Args:
            request: the task.
            sheets: the signed sheets of its datasets.
            environment: what the program would run in.
            modules: variables that are modules where the session was rehearsed, and which.
        """
        verdict = self._guard.review(
            Reviewed(
                program=request.program,
                known_names=request.known_names,
                known_modules=tuple(sorted(modules.items())),
                environment_imports=tuple(sorted(environment.import_names)),
                sheets=tuple(sheets),
                profile=request.profile,
            )
        )
        body = {
            "run": request.run_id,
            "step": request.step,
            "verdict": verdict.verdict.value,
            "environment": environment.content_digest,
            "packages": list(verdict.packages),
            "rules": sorted({finding.rule for finding in verdict.findings}),
            "binding": verdict.binding,
            "rules_version": verdict.rules_version,
        }
        event = LedgerEvent(
            org_id=request.org_id,
            at=self._clock(),
            actor=request.on_behalf_of,
            kind="guard.reviewed",
            subject=request.task_id,
            body=body,
        )
        with self._database.transaction("verdict") as connection:
            self._ledger.append(connection, event)
        return verdict
