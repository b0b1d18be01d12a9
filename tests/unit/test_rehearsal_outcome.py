"""What a rehearsal proves: a decision over its ending, the cell's doubt and the mock rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daytwo.executor.rehearsal.outcome import decide
from daytwo.executor.sandbox.request import Ending
from daytwo.wire.rehearsal import NOT_REHEARSED, Doubt, Rehearsal, RehearsalOutcome

OK, ERROR = {"outcome": "ok"}, {"outcome": "error"}


def outcome(ending, report, doubt=None, *, made_up=False, nothing_released=False):
    return decide(ending, report, doubt, made_up=made_up, nothing_released=nothing_released)


def test_a_good_end_passes():
    assert outcome(Ending.OK, OK) == (RehearsalOutcome.PASSED, None)


def test_values_that_no_sheet_vouches_for_are_told():
    assert outcome(Ending.OK, OK, made_up=True) == (RehearsalOutcome.UNVERIFIED, None)


@pytest.mark.parametrize(("ending", "report"), [(Ending.OK, OK), (Ending.ERROR, ERROR)])
@pytest.mark.parametrize("doubt", list(Doubt))
def test_a_doubt_makes_either_end_inconclusive(ending, report, doubt):
    assert outcome(ending, report, doubt, made_up=True) == (RehearsalOutcome.INCONCLUSIVE, doubt)


def test_an_error_without_a_doubt_fails():
    assert outcome(Ending.ERROR, ERROR, made_up=True) == (RehearsalOutcome.FAILED, None)


def test_an_error_over_a_sealed_dataset_proves_nothing():
    assert outcome(Ending.ERROR, ERROR, nothing_released=True) == (
        RehearsalOutcome.INCONCLUSIVE,
        Doubt.NOTHING_RELEASED,
    )


@given(
    st.sampled_from([Ending.TIMEOUT, Ending.MEMORY, Ending.KILLED]),
    st.sampled_from([None, OK, ERROR, {"outcome": "memory"}]),
    st.sampled_from([None, *Doubt]),
    st.booleans(),
    st.booleans(),
)
def test_what_the_sandbox_ended_has_failed_whatever_the_program_says(ending, report, doubt, made_up, nothing_released):
    assert outcome(ending, report, doubt, made_up=made_up, nothing_released=nothing_released) == (
        RehearsalOutcome.FAILED,
        None,
    )


@given(st.sampled_from(list(Ending)), st.sampled_from([None, {}, OK, ERROR]), st.sampled_from([None, *Doubt]))
def test_every_decision_is_one_that_a_rehearsal_can_state(ending, report, doubt):
    decided, why = outcome(ending, report, doubt, made_up=True)
    assert Rehearsal(outcome=decided, doubt=why, literals=("West",)).may_run is (decided is not RehearsalOutcome.FAILED)


def test_a_doubt_stands_only_where_it_belongs():
    with pytest.raises(ValidationError, match="doubt"):
        Rehearsal(outcome=RehearsalOutcome.PASSED, doubt=Doubt.STATE)
    with pytest.raises(ValidationError, match="doubt"):
        Rehearsal(outcome=RehearsalOutcome.INCONCLUSIVE)
    with pytest.raises(ValidationError, match="literals"):
        Rehearsal(outcome=RehearsalOutcome.UNVERIFIED)


def test_what_was_not_rehearsed_may_run():
    assert NOT_REHEARSED.may_run
