"""Two sides against each other, columns made of two, several dates of one row, categories that nobody tidied."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

Frame = pd.DataFrame


def _sent(frame: Frame, start: str, end: str) -> Frame:
    return frame[(frame.sent_at >= start) & (frame.sent_at < end)]


def _carrier(frame: Frame) -> pd.Series:
    return frame.carrier.str.strip().str.title()


def _latest(frame: Frame, days: int) -> Frame:
    return frame[frame.sent_at > frame.sent_at.max().normalize() - pd.DateOffset(days=days)]


def _days(frame: Frame) -> pd.Series:
    return (frame.delivered_on - frame.sent_at.dt.normalize()).dt.days


FIGURES: dict[str, Callable[[Frame], float]] = {
    "how many parcels were sent in March 2024?": lambda d: len(_sent(d, "2024-03-01", "2024-04-01")),
    "how many parcels in 2024": lambda d: len(_sent(d, "2024-01-01", "2025-01-01")),
    "how many parcels were delivered in 2024": lambda d: (d.delivered_on.dt.year == 2024).sum(),
    "total cost in the last 30 days": lambda d: _latest(d, 30).cost.sum(),
    "total cost in the latest month": lambda d: d[
        d.sent_at.dt.to_period("M") == d.sent_at.max().to_period("M")
    ].cost.sum(),
    "how many parcels were sent on weekends": lambda d: (d.sent_at.dt.day_of_week >= 5).sum(),
    "how many parcels were sent on Mondays": lambda d: (d.sent_at.dt.day_of_week == 0).sum(),
    "total cost in summer": lambda d: d[d.sent_at.dt.month.isin([6, 7, 8])].cost.sum(),
    "how many parcels were delivered late?": lambda d: (d.delivered_on > d.promised_on).sum(),
    "how many parcels were delivered after promised": lambda d: (d.delivered_on > d.promised_on).sum(),
    "how many parcels where delivered_on <= promised_on": lambda d: (d.delivered_on <= d.promised_on).sum(),
    "what share of parcels were late (delivered_on > promised_on)?": lambda d: (
        100 * (d.delivered_on > d.promised_on).mean()
    ),
    "average number of days between sent_at and delivered_on": lambda d: _days(d).mean(),
    "how long does delivery take on average": lambda d: _days(d).mean(),
    "total of items times cost": lambda d: (d["items"] * d.cost).sum(),
    "ratio of cost to items": lambda d: d.cost.sum() / d["items"].sum(),
    "average ratio of cost to weight": lambda d: (d.cost / d.weight_kg).mean(),
    "cost per item": lambda d: d.cost.sum() / d["items"].sum(),
    "cost per parcel": lambda d: d.cost.mean(),
    "coefficient of variation of the cost": lambda d: d.cost.std() / d.cost.mean(),
    "interquartile range of cost": lambda d: d.cost.quantile(0.75) - d.cost.quantile(0.25),
    "how many parcels for acme": lambda d: (_carrier(d) == "Acme").sum(),
    "how many carriers are there": lambda d: _carrier(d).nunique(),
    "how many parcels cost more than twenty five": lambda d: (d.cost > 25).sum(),
    "how many parcels with a cost over 80 or weight over 19": lambda d: ((d.cost > 80) | (d.weight_kg > 19)).sum(),
    "how many parcels in either North or South": len,
    "total cost YTD": lambda d: d[d.sent_at.dt.year == d.sent_at.max().year].cost.sum(),
    "how many parcels have not been delivered yet": lambda d: d.delivered_on.isna().sum(),
    "% of parcels that's from the North": lambda d: 100 * (d.zone == "North").mean(),
}
GROUPS: dict[str, Callable[[Frame], pd.Series]] = {
    "parcels by carrier": lambda d: d.groupby(_carrier(d)).size(),
    "cost by season": lambda d: d.groupby(
        d.sent_at.dt.month.map(lambda m: ["winter", "spring", "summer", "autumn"][m % 12 // 3])
    ).cost.sum(),
    "number of parcels by weekday": lambda d: d.groupby(d.sent_at.dt.day_name()).size(),
    "number of parcels by hour": lambda d: d.groupby(d.sent_at.dt.hour).size(),
    "total cost over time": lambda d: d.groupby(d.sent_at.dt.strftime("%Y-%m")).cost.sum(),
    "parcels delivered per year": lambda d: d.groupby(d.delivered_on.dt.year.astype("Int64")).size(),
    "deliveries per year": lambda d: d.groupby(d.delivered_on.dt.year.astype("Int64")).size(),
    "cost as a % of items by zone": lambda d: 100 * d.groupby("zone").cost.sum() / d.groupby("zone")["items"].sum(),
    "parcels over time": lambda d: d.groupby(d.sent_at.dt.strftime("%Y-%m")).size(),
    "average cost before July 2023 versus after July 2023": lambda d: pd.Series(
        {
            "before 2023-07-01": d[d.sent_at < "2023-07-01"].cost.mean(),
            "on or after 2023-08-01": d[d.sent_at >= "2023-08-01"].cost.mean(),
        }
    ),
    "total cost in Q4 2023 compared to Q4 2024": lambda d: pd.Series(
        {f"Q4 {y}": _sent(d, f"{y}-10-01", f"{y + 1}-01-01").cost.sum() for y in (2023, 2024)}
    ),
    "what share of parcels is late by zone": lambda d: (d.delivered_on > d.promised_on).groupby(d.zone).mean() * 100,
}
CLAIMS: dict[str, Callable[[Frame], bool]] = {
    "is the average cost higher in North than in South?": lambda d: (
        d[d.zone == "North"].cost.mean() > d[d.zone == "South"].cost.mean()
    ),
    "were there more parcels in South than in North?": lambda d: (d.zone == "South").sum() > (d.zone == "North").sum(),
    "did cost increase from 2023 to 2024?": lambda d: (
        d[d.sent_at.dt.year == 2024].cost.sum() > d[d.sent_at.dt.year == 2023].cost.sum()
    ),
    "was the cost lower in 2024 than in 2023?": lambda d: (
        d[d.sent_at.dt.year == 2024].cost.sum() < d[d.sent_at.dt.year == 2023].cost.sum()
    ),
}
REFUSED = (
    "average cost per item",
    "ratio of cost to weight",
    "share of North parcels by carrier",
    "did North sell more than South?",
    "did cost grow?",
    "what was the best month?",
    "how many parcels are acme and were zone?",
    "how many parcels are carrier?",
    "how many carrier parcels",
    "how many deliveries",
)


@pytest.fixture(scope="module")
def answers(ask: Any, run_all: Any) -> dict[str, Any]:
    questions = [*FIGURES, *GROUPS, *CLAIMS]
    planned = {question: ask(question, "parcels").program for question in questions}
    assert all(planned.values()), [question for question, program in planned.items() if not program]
    return dict(zip(planned, run_all(list(planned.values())), strict=True))


@pytest.mark.parametrize("question", FIGURES)
def test_a_figure(answers: Any, tables: Any, question: str) -> None:
    cells = [float(cell) for row in answers[question].table.to_numpy().tolist() for cell in row]
    wanted = float(FIGURES[question](tables["parcels"][0]))
    assert any(math.isclose(cell, wanted, rel_tol=1e-9) for cell in cells), (cells, wanted)


@pytest.mark.parametrize("question", GROUPS)
def test_a_figure_of_each_group(answers: Any, tables: Any, question: str) -> None:
    table = answers[question].table
    shown = dict(zip(table.iloc[:, 0].astype(str), table.iloc[:, -1].astype(float), strict=True))
    wanted = {str(key): float(value) for key, value in GROUPS[question](tables["parcels"][0]).items()}
    assert shown == pytest.approx(wanted)


@pytest.mark.parametrize("question", CLAIMS)
def test_yes_or_no(answers: Any, tables: Any, question: str) -> None:
    said = answers[question].says[-1]
    assert said.startswith("Yes. " if CLAIMS[question](tables["parcels"][0]) else "No. "), said


@pytest.mark.parametrize("question", REFUSED)
def test_what_could_mean_two_things_is_refused(ask: Any, question: str) -> None:
    assert ask(question, "parcels").program is None


def test_the_date_that_was_taken_is_said_and_another_can_be_named(ask: Any) -> None:
    step = ask("how many parcels by month", "parcels")
    assert "by month of sent_at" in step.intent
    assert "ask again and name it: promised_on or delivered_on" in step.intent
    named = ask("how many parcels by month of delivered_on", "parcels").intent
    assert "by month of delivered_on" in named
    assert "ask again" not in named


def test_spellings_that_were_put_together_are_said(answers: Any) -> None:
    assert "carrier: 2 more spellings differ" in answers["parcels by carrier"].said


def test_the_groups_that_changed_most(ask: Any, run_all: Any, tables: Any) -> None:
    step = ask("which carrier had the largest increase in cost from 2023 to 2024?", "parcels")
    (answer,) = run_all([step.program])
    frame = tables["parcels"][0]
    by_year = {y: d.groupby(_carrier(d)).cost.sum() for y, d in frame.groupby(frame.sent_at.dt.year)}
    assert answer.table.iloc[0, 0] == (by_year[2024] - by_year[2023]).idxmax()
