"""The alphabets are closed: every symbol is one Observation and back, and nothing else is a member."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daytwo.wire.errors import Invalid
from daytwo.wire.observation import (
    LOOKUPS,
    SIZES,
    Alphabet,
    Lookup,
    Observation,
    Outcome,
    Symbol,
    bits,
    checks_told,
    row_bucket,
    size,
)

alphabets = st.sampled_from([(Alphabet.BRIEF, 0), (Alphabet.VERDICT, 0)]) | st.tuples(
    st.just(Alphabet.STANDARD), st.integers(0, LOOKUPS)
)
symbols = alphabets.flatmap(lambda pair: st.tuples(st.just(pair), st.integers(0, size(*pair) - 1)))


@given(symbols)
def test_every_symbol_is_one_observation_and_back(drawn):
    (alphabet, lookups), symbol = drawn
    observation = Observation.from_symbol(alphabet, symbol, lookups)
    assert len(observation.lookups) == lookups
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
    with pytest.raises(ValidationError):
        Observation(alphabet=Alphabet.STANDARD, outcome=Outcome.LOST, lookups=(Lookup.EXACT,))
    with pytest.raises(ValidationError):
        Observation(alphabet=Alphabet.BRIEF, outcome=Outcome.OK, lookups=(Lookup.NONE,))
    with pytest.raises(ValidationError):
        Symbol(alphabet=Alphabet.BRIEF, symbol=0, lookups=1)


@pytest.mark.parametrize(("alphabet", "expected"), [("standard", 19.61), ("brief", 4.0), ("verdict", 2.58)])
def test_the_price_is_the_logarithm_of_the_size(alphabet, expected):
    assert math.isclose(bits(Alphabet(alphabet)), expected, abs_tol=0.01)


@pytest.mark.parametrize("lookups", range(LOOKUPS + 1))
def test_whatever_a_program_looks_up_standard_costs_at_most_twenty_bits(lookups):
    assert bits(Alphabet.STANDARD, lookups) <= bits(Alphabet.STANDARD) <= 20
    assert bits(Alphabet.BRIEF, lookups) == bits(Alphabet.BRIEF) == 4


@pytest.mark.parametrize("lookups", range(LOOKUPS + 1))
def test_each_lookup_takes_the_place_of_two_checks(lookups):
    told = {"checks": (1 << checks_told(lookups)) - 1, "lookups": (Lookup.EXACT,) * lookups}
    assert Observation(alphabet=Alphabet.STANDARD, outcome=Outcome.OK, **told).checks == told["checks"]
    with pytest.raises(ValidationError):
        Observation(alphabet=Alphabet.STANDARD, outcome=Outcome.OK, **told | {"checks": told["checks"] + 1})


def test_lookups_take_the_place_of_what_an_error_said():
    def error(lookups: int, **more: int) -> Observation:
        found = (Lookup.NONE,) * lookups
        return Observation(alphabet=Alphabet.STANDARD, outcome=Outcome.ERROR, lookups=found, **more)

    assert error(0, template=1, hole=1).hole == 1
    assert error(1, template=1).template == 1
    for lookups, field in ((1, "hole"), (2, "template")):
        with pytest.raises(ValidationError):
            error(lookups, **{field: 1})


@pytest.mark.parametrize(("rows", "bucket"), [(0, 0), (1, 1), (9, 1), (10, 2), (999_999, 6), (10**6, 7), (10**12, 7)])
def test_rows_fall_into_log_buckets(rows, bucket):
    assert row_bucket(rows) == bucket
