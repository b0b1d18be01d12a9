"""A debit: what one execution costs, for the worst case of what it may tell.

Source: docs/explanation/disclosure.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from daytwo.wire.names import lookups
from daytwo.wire.observation import Alphabet, bits
from daytwo.wire.principal import Principal
from daytwo.wire.task import TaskRequest

EXECUTIONS_LIMIT = 2
"""A task runs once, and at most once more after a crash; each execution pays."""


@dataclass(frozen=True)
class Debit:
    """A receipt of bits paid for one execution.  The row in the database counts, not this object."""

    task_id: str
    execution: int
    org_id: str
    run_id: str
    root_session: str
    alphabet: Alphabet
    lookups: int
    """Calls of `resolve` in the program's source that this alphabet tells of."""
    bits: float
    actor: Principal

    @classmethod
    def of(cls, request: TaskRequest, root_session: str, execution: int) -> Debit:
        """What this execution costs; `Budget.debit` makes it count."""
        told = len(lookups(request.program)) if request.alphabet is Alphabet.STANDARD else 0
        return cls(
            task_id=request.task_id,
            execution=execution,
            org_id=request.org_id,
            run_id=request.run_id,
            root_session=root_session,
            alphabet=request.alphabet,
            lookups=told,
            bits=bits(request.alphabet, told),
            actor=request.on_behalf_of,
        )
