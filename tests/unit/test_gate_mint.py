"""The mint: whatever comes out of a sandbox, what leaves is one member of the alphabet that was paid for."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.gate import decide
from daytwo.wire.observation import LOOKUPS, Alphabet, Lookup, Observation, Outcome, Symbol, size

ENDINGS = ("ok", "error", "timeout", "memory", "killed")
FIELDS = ("kind", "outcome", "rows", "checks", "error_class", "statement", "template", "hole", "lookups")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
likely = st.fixed_dictionaries(
    {"kind": st.just("end"), "outcome": st.sampled_from(["ok", "error", "memory"])},
    optional={name: st.integers(-2, 300) for name in FIELDS[2:]},
)
reports = st.none() | likely | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), anything) | anything
durations = st.floats() | st.floats(0, 100)


paid = st.sampled_from([(Alphabet.BRIEF, 0), (Alphabet.VERDICT, 0)]) | st.tuples(
    st.just(Alphabet.STANDARD), st.integers(0, LOOKUPS)
)


@given(paid, st.sampled_from(ENDINGS) | st.text(max_size=8), reports, durations)
def test_any_report_becomes_a_member_of_the_paid_alphabet(pair, ending, report, duration):
    alphabet, lookups = pair
    made = decide(alphabet, ending, report, duration, lookups=lookups)
    symbol = Symbol.of(made)
    assert made.alphabet is symbol.alphabet is alphabet
    assert symbol.lookups == lookups
    assert 0 <= symbol.symbol < size(alphabet, lookups)
    assert Observation.from_symbol(alphabet, symbol.symbol, lookups) == made


OK = {"kind": "end", "outcome": "ok", "rows": 12, "checks": 5, "error_class": 0, "statement": 0}
ERROR = {"kind": "end", "outcome": "error", "rows": 0, "checks": 0, "error_class": 6, "statement": 3}


def test_an_honest_report_is_told_in_full():
    made = decide(Alphabet.STANDARD, "ok", OK, 0.2)
    assert (made.outcome, made.rows_bucket, made.checks, made.duration_slot) == (Outcome.OK, 2, 5, 0)
    made = decide(Alphabet.STANDARD, "error", ERROR, 2)
    assert (made.outcome, made.error_class, made.statement, made.duration_slot) == (Outcome.ERROR, 6, 3, 1)
    assert not made.as_rehearsed


def test_lookups_are_told_of_as_many_as_were_paid_for():
    report = OK | {"lookups": 3 | 2 << 2 | 1 << 4}
    made = decide(Alphabet.STANDARD, "ok", report, 0.2, lookups=2)
    assert made.lookups == (Lookup.EXACT, Lookup.FUZZY)
    assert decide(Alphabet.STANDARD, "error", ERROR | {"lookups": 1}, 0.2, lookups=1).lookups == (Lookup.AMBIGUOUS,)
    assert decide(Alphabet.STANDARD, "timeout", report, 0.2, lookups=1).lookups == (Lookup.NONE,)
    assert decide(Alphabet.STANDARD, "ok", report, 0.2).lookups == ()


def test_what_lookups_take_the_place_of_is_not_told():
    report = OK | {"checks": 0b1111_1111, "lookups": 3}
    assert [decide(Alphabet.STANDARD, "ok", report, 0.2, lookups=n).checks for n in range(5)] == [255, 63, 15, 3, 0]
    report = ERROR | {"template": 5, "hole": 2}
    told = [decide(Alphabet.STANDARD, "error", report, 0.2, lookups=lookups) for lookups in range(3)]
    assert [(one.template, one.hole) for one in told] == [(5, 2), (5, 0), (0, 0)]


def test_smaller_alphabets_carry_less():
    assert decide(Alphabet.BRIEF, "ok", OK, 0.2) == Observation(
        alphabet=Alphabet.BRIEF, outcome=Outcome.OK, rows_bucket=1
    )
    assert decide(Alphabet.BRIEF, "error", ERROR, 9) == Observation(
        alphabet=Alphabet.BRIEF, outcome=Outcome.ERROR, duration_slot=2
    )
    assert decide(Alphabet.VERDICT, "ok", OK, 9) == Observation(alphabet=Alphabet.VERDICT, outcome=Outcome.OK)


@pytest.mark.parametrize(
    ("ending", "outcome"), [("timeout", Outcome.TIMEOUT), ("memory", Outcome.MEMORY), ("killed", Outcome.LOST)]
)
@pytest.mark.parametrize("report", [None, OK, ERROR])
def test_the_sandbox_has_the_word_on_how_it_ended(ending, outcome, report):
    assert decide(Alphabet.STANDARD, ending, report, 1).outcome is outcome


def test_a_cell_that_ran_out_of_memory_in_python_says_so():
    report = {"kind": "end", "outcome": "memory", "rows": 0, "checks": 0, "error_class": 0, "statement": 0}
    assert decide(Alphabet.STANDARD, "error", report, 1).outcome is Outcome.MEMORY


@pytest.mark.parametrize(
    ("ending", "report"),
    [
        ("ok", None),
        ("error", None),
        ("ok", ERROR),
        ("error", OK),
        ("ok", OK | {"outcome": "memory"}),
        ("ok", OK | {"outcome": "timeout"}),
        ("ok", OK | {"rows": -1}),
        ("ok", OK | {"rows": True}),
        ("ok", OK | {"rows": "12"}),
        ("ok", OK | {"rows": 12.0}),
        ("ok", OK | {"rows": math.nan}),
        ("ok", OK | {"rows": 10**400}),
        ("ok", OK | {"checks": 256}),
        ("ok", OK | {"secret": "a value"}),
        ("ok", OK | {"kind": "say"}),
        ("ok", ["ok"]),
        ("error", ERROR | {"error_class": 32}),
        ("error", ERROR | {"statement": 16}),
        ("error", ERROR | {"template": 64}),
        ("error", ERROR | {"hole": None}),
        ("error", ERROR | {"lookups": 256}),
        ("exploded", OK),
    ],
)
def test_whatever_is_not_quite_a_report_is_lost(ending, report):
    for alphabet in Alphabet:
        slot = 0 if alphabet is Alphabet.VERDICT else 1
        assert decide(alphabet, ending, report, 1) == Observation(
            alphabet=alphabet, outcome=Outcome.LOST, duration_slot=slot
        )
