"""The alphabets are closed: every symbol is one Observation and back, and nothing else is a member."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daytwo.wire.errors import Invalid
from daytwo.wire.observation import SIZES, Alphabet, Observation, Outcome, Symbol, bits, row_bucket

symbols = st.sampled_from(list(Alphabet)).flatmap(
    lambda alphabet: st.tuples(st.just(alphabet), st.integers(0, SIZES[alphabet] - 1))
)


@given(symbols)
def test_every_symbol_is_one_observation_and_back(pair):
    alphabet, symbol = pair
    observation = Observation.from_symbol(alphabet, symbol)
    assert observation.symbol() == symbol
    assert Observation.model_validate_json(observation.model_dump_json()) == observation
    assert Symbol.of(observation).observation() == observation


@given(st.sampled_from(list(Alphabet)), st.integers())
def test_anything_else_is_refused(alphabet, number):
    if 0 <= number < SIZES[alphabet]:
        return
    with pytest.raises(Invalid):
        Observation.from_symbol(alphabet, number)
    with pytest.raises(ValidationError):
        Symbol(alphabet=alphabet, symbol=number)


def test_an_observation_cannot_carry_a_field_that_was_not_debited():
    with pytest.raises(ValidationError):
        Observation(alphabet=Alphabet.BRIEF, outcome=Outcome.OK, checks=3)
    with pytest.raises(ValidationError):
        Observation(alphabet=Alphabet.STANDARD, outcome=Outcome.LOST, error_class=1)


@pytest.mark.parametrize(("alphabet", "expected"), [("standard", 19.61), ("brief", 4.0), ("verdict", 2.58)])
def test_the_price_is_the_logarithm_of_the_size(alphabet, expected):
    assert math.isclose(bits(Alphabet(alphabet)), expected, abs_tol=0.01)


@pytest.mark.parametrize(("rows", "bucket"), [(0, 0), (1, 1), (9, 1), (10, 2), (999_999, 6), (10**6, 7), (10**12, 7)])
def test_rows_fall_into_log_buckets(rows, bucket):
    assert row_bucket(rows) == bucket
