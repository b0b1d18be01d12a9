"""Observations leave on a grid: what a moment tells is what the symbol tells, and nothing more."""

import math

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.gate import Release, decide
from daytwo.executor.gate.release import GRACE_SECONDS, SLOT_SECONDS, moment_of, slot_of
from daytwo.wire.observation import SIZES, Alphabet, Observation, Outcome

OK = {"kind": "end", "outcome": "ok", "rows": 1, "checks": 0, "error_class": 0, "statement": 0}
PROFILE_SECONDS = 60.0


@pytest.mark.parametrize(
    ("elapsed", "slot"),
    [(0, 0), (0.45, 0), (0.5, 1), (4.9, 1), (5.0, 2), (60, 2), (math.nan, 2), (-1, 2), (math.inf, 2)],
)
def test_what_is_kept_in_time_leaves_at_the_next_moment(elapsed, slot):
    assert slot_of(elapsed) == slot
    assert decide(Alphabet.STANDARD, "ok", OK, elapsed).duration_slot == slot


@given(st.sampled_from(list(Alphabet)), st.data())
def test_the_moment_is_a_function_of_the_symbol(alphabet, data):
    observation = Observation.from_symbol(alphabet, data.draw(st.integers(0, SIZES[alphabet] - 1)))
    assert moment_of(observation, PROFILE_SECONDS) in {*SLOT_SECONDS, PROFILE_SECONDS + GRACE_SECONDS}


def test_an_alphabet_without_slots_tells_nothing_by_its_moment():
    moments = {
        moment_of(Observation.from_symbol(Alphabet.VERDICT, symbol), PROFILE_SECONDS)
        for symbol in range(SIZES[Alphabet.VERDICT])
    }
    assert moments == {PROFILE_SECONDS + GRACE_SECONDS}


def test_a_timeout_leaves_at_the_last_moment():
    for alphabet in Alphabet:
        timeout = Observation(alphabet=alphabet, outcome=Outcome.TIMEOUT)
        assert moment_of(timeout, PROFILE_SECONDS) == PROFILE_SECONDS + GRACE_SECONDS


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from(["ok", "error", "timeout", "memory", "killed"]))
def test_two_executions_of_one_symbol_leave_at_one_moment(first_seconds, second_seconds, ending):
    left = []
    for seconds in (first_seconds, second_seconds):
        observation, at = _released(seconds, ending)
        left.append((observation.symbol(), at))
    assert (
        left[0][0] != left[1][0] or left[0][1] == pytest.approx(left[1][1]) or max(first_seconds, second_seconds) > 65
    )


def _released(seconds, ending):
    """What an execution of so many seconds told, and when it left, by a clock that only waiting moves."""
    now = [1000.0]

    async def sleep(more):
        now[0] += more

    async def go():
        watch = Release(lambda: now[0], sleep).start()
        now[0] += seconds
        observation = decide(Alphabet.BRIEF, ending, OK, watch.elapsed_seconds)
        await watch.wait_for(observation, PROFILE_SECONDS)
        return observation

    return anyio.run(go), now[0] - 1000.0


def test_an_execution_beyond_the_grid_leaves_late_and_at_once():
    observation, at = _released(70.0, "timeout")
    assert observation.outcome is Outcome.TIMEOUT
    assert at == pytest.approx(70.0)
