"""What a rehearsal proved: a pure decision over how it ended, the doubt that the cell told, and the mock rows."""

from __future__ import annotations

from typing import Any

from daytwo.executor.sandbox.request import Ending
from daytwo.wire.rehearsal import Doubt, RehearsalOutcome


def decide(
    ending: Ending,
    report: dict[str, Any] | None,
    doubt: Doubt | None,
    *,
    made_up: bool,
    nothing_released: bool,
) -> tuple[RehearsalOutcome, Doubt | None]:
    """The outcome, and the doubt of one that is inconclusive.

    Args:
        ending: how the sandbox ended.
        report: the cell's `end` frame, or None where none came.
        doubt: what the cell says that mock rows cannot tell.
        made_up: values of the program were put into the mock rows that no sheet vouches for.
        nothing_released: a dataset of the session has no mock rows.
    """
    said = (report or {}).get("outcome")
    if ending is Ending.OK and said == "ok":
        if doubt is not None:
            return RehearsalOutcome.INCONCLUSIVE, doubt
        return (RehearsalOutcome.UNVERIFIED if made_up else RehearsalOutcome.PASSED), None
    if ending is Ending.ERROR and said == "error":
        if doubt is None and nothing_released:
            doubt = Doubt.NOTHING_RELEASED
        if doubt is not None:
            return RehearsalOutcome.INCONCLUSIVE, doubt
    return RehearsalOutcome.FAILED, None
