"""What a person reads while a run moves."""

from __future__ import annotations

import pytest

from daytwo.cli.stages import stage_of
from daytwo.wire.run import RunEvent


def _event(kind: str, **data: object) -> RunEvent:
    return RunEvent(run="run_01k00000000000000000000000", seq=1, at="2026-01-02T03:04:05.678Z", kind=kind, data=data)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("deny", "guard refused step 2 (dynamic-path); the model is told why"),
        ("review", "guard asks that a person read step 2 (dynamic-path)"),
    ],
)
def test_a_step_for_review_was_not_refused(verdict: str, said: str) -> None:
    assert stage_of(_event("step.denied", step=2, verdict=verdict, rules=["dynamic-path"])) == said


def test_an_event_of_another_version_is_still_told() -> None:
    assert stage_of(_event("step.dreamt")) == "step.dreamt"
    assert stage_of(_event("run.planning")) == "planning step ?"
