"""One figure under a condition, said as people say it; and that no word of a condition is ever dropped unsaid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.guard import Reviewed, shipped_policy
from daytwo.executor.guard.review import review
from daytwo.wire.verdict import Ruling

Frame = pd.DataFrame
FIGURES: dict[str, Callable[[Frame], float]] = {
    "how many casual electric rentals": lambda d: ((d.rider_type == "casual") & (d.bike_type == "electric")).sum(),
    "average fee of casual rentals on electric bikes": lambda d: d[
        (d.rider_type == "casual") & (d.bike_type == "electric")
    ].fee.mean(),
    "how many members use classic": lambda d: ((d.rider_type == "member") & (d.bike_type == "classic")).sum(),
    "number of unsolved rentals": lambda d: (d.state != "solved").sum(),
    "how many rentals are still open": lambda d: (d.state == "open").sum(),
    "average fee of uninsured rentals": lambda d: d[d.insured == "no"].fee.mean(),
    "how many rentals from Central Park to Museum": lambda d: (
        (d.start_dock == "Central Park") & (d.end_dock == "Museum")
    ).sum(),
    "how many rentals ended at Harbor": lambda d: (d.end_dock == "Harbor").sum(),
    "how many rentals did not start at Harbor": lambda d: (d.start_dock != "Harbor").sum(),
    "how many rentals were longer than an hour": lambda d: (d.duration_min > 60).sum(),
    "how many rentals over 5 km": lambda d: (d.distance_km > 5).sum(),
    "how many rentals took less than 10 minutes": lambda d: (d.duration_min < 10).sum(),
    "how many rentals cost over 20": lambda d: (d.fee > 20).sum(),
    "how many rentals cost more than average": lambda d: (d.fee > d.fee.mean()).sum(),
    "average fee of 18 to 25 year olds": lambda d: d[d.age.between(18, 25)].fee.mean(),
    "average fee of rentals younger than 20 or older than 60": lambda d: d[(d.age < 20) | (d.age > 60)].fee.mean(),
    "how many rentals on the third floor": lambda d: (d.floor == 3).sum(),
    "how many rentals above the 3rd floor": lambda d: (d.floor > 3).sum(),
    "how many rentals with a helmet code": lambda d: d.helmet_code.notna().sum(),
    "how many rentals were cancelled": lambda d: (d.cancelled == 1).sum(),
    "how many rentals were neither cancelled nor are insured": lambda d: (
        (d.cancelled == 0) & (d.insured == "no")
    ).sum(),
    "how many rentals are neither insured nor classic": lambda d: (
        (d.insured == "no") & (d.bike_type != "classic")
    ).sum(),
    "churn rate": lambda d: 100 * d.churn.mean(),
    "churn rate of members": lambda d: 100 * d[d.rider_type == "member"].churn.mean(),
    "cancellation rate of classic bikes": lambda d: 100 * d[d.bike_type == "classic"].cancelled.mean(),
    "share of members that are insured": lambda d: 100 * (d[d.rider_type == "member"].insured == "yes").mean(),
    "how many rentals churned": lambda d: d.churn.sum(),
    "total km by members": lambda d: d[d.rider_type == "member"].distance_km.sum(),
}
REFUSED = (
    "how many rentals over 5 kg",
    "how many rentals longer than 3 years",
    "how many rentals over 1000",
)
UNKNOWN = ("vegetarian", "striped", "Gertrude", "wobbly")


@pytest.fixture(scope="module")
def answers(ask: Any, run_all: Any) -> dict[str, Any]:
    programs = {question: ask(question, "rentals").program for question in FIGURES}
    missing = [question for question, program in programs.items() if program is None]
    assert not missing
    return dict(zip(programs, run_all(list(programs.values())), strict=True))


@pytest.mark.parametrize("question", FIGURES)
def test_the_figure_is_that_of_the_rows_that_are_meant(question: str, answers: Any, tables: Any) -> None:
    wanted = float(FIGURES[question](tables["rentals"][0]))
    cells = [float(cell) for cell in answers[question].table.to_numpy().ravel() if not isinstance(cell, str)]
    assert any(cell == pytest.approx(wanted) for cell in cells), (cells, wanted, answers[question].said)


def test_the_guard_allows_each_program(ask: Any, tables: Any) -> None:
    policy = shipped_policy()
    for question in FIGURES:
        reviewed = Reviewed(
            program=ask(question, "rentals").program,
            environment_imports=("matplotlib", "numpy", "pandas", "statsmodels"),
            sheets=(tables["rentals"][1],),
        )
        verdict = review(reviewed, policy)
        assert verdict.verdict is Ruling.ALLOW, (question, verdict.findings)


@pytest.mark.parametrize("question", REFUSED)
def test_a_number_of_nothing_in_the_table_is_refused(ask: Any, question: str) -> None:
    assert ask(question, "rentals").program is None


def test_a_verb_that_is_no_value_is_said_to_say_nothing_more(answers: Any) -> None:
    assert "'use' is no value of any column" in answers["how many members use classic"].said


def test_the_opposite_of_a_value_is_said(answers: Any) -> None:
    assert "I took not 'solved' for the column state." in answers["number of unsolved rentals"].said


def test_numbers_that_hold_more_than_yes_and_no_are_no_condition(ask: Any, run_all: Any, tables: Any) -> None:
    frame = tables["rentals"][0]
    frame["cancelled"] += 1
    try:
        (answer,) = run_all([ask("how many rentals were cancelled", "rentals").program])
    finally:
        frame["cancelled"] -= 1
    assert "cancelled holds more than 0 and 1" in answer.said
    assert not answer.tables


@given(st.sampled_from(sorted(FIGURES)), st.sampled_from(UNKNOWN), st.data())
@settings(max_examples=60, deadline=None)
def test_an_unknown_word_never_leaves_a_plan_unsaid(ask: Any, question: str, word: str, data: st.DataObject) -> None:
    """Wherever it stands, the question is refused, or the word is a value that the program has to find."""
    words = question.split()
    words.insert(data.draw(st.integers(1, len(words))), word)
    step = ask(" ".join(words), "rentals")
    assert step.program is None or word.casefold() in step.program.casefold(), step.intent


def test_an_unknown_word_computes_nothing(ask: Any, run_all: Any) -> None:
    questions = [
        f"{question} of vegetarian rentals" for question in ("churn rate", "average fee", "total km", "median age")
    ]
    planned = [step.program for question in questions if (step := ask(question, "rentals")).program]
    assert planned
    for answer in run_all(planned):
        assert "'vegetarian'" in answer.said
        assert not answer.tables
