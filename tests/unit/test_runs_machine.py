"""The state machine equals its diagram, and every decision is one that the machine knows."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.control.runs.machine import TRANSITIONS, Trigger, TurnFacts, after_completion, next_status, turn_limit
from daytwo.wire.errors import Conflict
from daytwo.wire.observation import SIZES, Alphabet, Outcome, Symbol
from daytwo.wire.run import RunStatus
from daytwo.wire.task import Completion
from daytwo.wire.verdict import Finding, Ruling, Verdict

DIAGRAM = Path(__file__).parents[2] / "docs" / "explanation" / "runs.md"
ARROW = re.compile(r"^ {4}(\w+) --> (\w+): ([\w ]+)$", re.MULTILINE)


def test_the_diagram_shows_the_transitions_and_no_others():
    drawn = {((RunStatus(a), Trigger(t)), RunStatus(b)) for a, b, t in ARROW.findall(DIAGRAM.read_text())}
    assert drawn == set(TRANSITIONS.items())


def test_what_is_over_stays_over_but_for_a_resumed_failure():
    leaving = {(status, trigger) for status, trigger in TRANSITIONS if status.is_terminal}
    assert leaving == {(RunStatus.FAILED, Trigger.RESUME)}


@given(st.sampled_from(list(RunStatus)), st.sampled_from(list(Trigger)))
def test_an_unknown_move_is_a_conflict(status, trigger):
    if (status, trigger) in TRANSITIONS:
        assert next_status(status, trigger) is TRANSITIONS[status, trigger]
    else:
        with pytest.raises(Conflict):
            next_status(status, trigger)


def completion(symbol=None, ruling=Ruling.ALLOW, *, over_budget=False):
    findings = (
        ()
        if ruling is Ruling.ALLOW
        else (Finding(rule="r", severity="error", line=1, column=1, end_line=1, end_column=1, message="m"),)
    )
    return Completion(
        task_id="sha256:" + "0" * 64,
        epoch=1,
        verdict=Verdict(verdict=ruling, findings=findings, rules_version="1"),
        symbol=symbol,
        over_budget=over_budget,
        bits_spent=0,
        bits_budget=512,
    )


symbols = st.builds(
    lambda number: Symbol(alphabet=Alphabet.STANDARD, symbol=number), st.integers(0, SIZES[Alphabet.STANDARD] - 1)
)
facts = st.builds(
    TurnFacts, final=st.booleans(), turn=st.integers(1, 20), turn_limit=st.integers(1, 20), plans_anew=st.booleans()
)


@given(symbols | st.none(), st.sampled_from(list(Ruling)), st.booleans(), facts)
def test_every_decision_can_be_taken_from_executing(symbol, ruling, over_budget, facts):
    decision = after_completion(completion(symbol, ruling, over_budget=over_budget), facts)
    assert (RunStatus.EXECUTING, decision.trigger) in TRANSITIONS
    if decision.trigger in {Trigger.FAIL, Trigger.ASK_APPROVAL}:
        assert decision.reason
        assert decision.message


@given(symbols, facts)
def test_a_run_succeeds_exactly_when_its_final_program_went_well(symbol, facts):
    decision = after_completion(completion(symbol), facts)
    went_well = symbol.observation().outcome is Outcome.OK
    assert (decision.trigger is Trigger.SUCCEED) == (went_well and facts.final)


@given(symbols, facts)
def test_no_run_goes_on_past_its_turns(symbol, facts):
    decision = after_completion(completion(symbol), facts)
    if decision.trigger is Trigger.CONTINUE:
        assert facts.turn < facts.turn_limit


def test_a_replay_may_say_that_it_is_exhausted():
    assert turn_limit(3) == 4
