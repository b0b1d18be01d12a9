"""Forms of an answer that a reasonable person takes alike, where there are several."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analyst_set.expected import (
    Answer,
    Drawn,
    Either,
    Every,
    Excerpt,
    Figures,
    Groups,
    Listed,
    Mentions,
    Names,
    Number,
    Says,
    Winner,
)


def compared(figures: pd.Series) -> Answer:
    """A few figures side by side: as groups, as columns of one row, or in sentences."""
    return Either([Groups(figures), Figures(list(figures)), Every([Number(figure) for figure in figures])])


def two(first: float, second: float) -> Answer:
    """Two figures, however they are labelled."""
    return compared(pd.Series({"first": first, "second": second}))


def yes_or_no(right: bool, figures: Answer) -> Answer:
    """The word, or the figures that settle it."""
    return Either([figures, Says("yes" if right else "no")])


def more(figures: pd.Series, first: Any, second: Any) -> Answer:
    """Whether the first has more than the second."""
    return yes_or_no(figures[first] > figures[second], compared(figures[[first, second]]))


def most(figures: pd.Series) -> Answer:
    """Who has the most, or all of them with the most first."""
    return Winner(figures.idxmax())


def least(figures: pd.Series) -> Answer:
    return Winner(figures.idxmin())


def counts(rows: pd.DataFrame, by: str | list[str]) -> Answer:
    return Groups(rows.groupby(by).size())


def means(rows: pd.DataFrame, by: str | list[str], figure: str) -> Answer:
    return Groups(rows.groupby(by)[figure].mean())


def totals(rows: pd.DataFrame, by: str | list[str], figure: str) -> Answer:
    return Groups(rows.groupby(by)[figure].sum())


def changed(figures: pd.Series, first: Any, last: Any) -> Answer:
    """A change between two moments: both figures, their difference, or the whole course."""
    return Either([two(figures[first], figures[last]), Number(figures[last] - figures[first]), Groups(figures)])


def drawn(answer: Answer) -> Answer:
    """The figures, and a chart of them."""
    return Every([answer, Drawn()])


def look(rows: pd.DataFrame) -> Answer:
    """What a file holds: its columns, or a few of its rows."""
    return Either([Mentions(rows.columns), Excerpt(rows)])


def columns(rows: pd.DataFrame) -> Answer:
    return Mentions(rows.columns)


def named(rows: pd.DataFrame, name: str) -> Answer:
    """Which ones: their names each once, or their rows."""
    return Either([Names(rows[name].unique()), Listed(len(rows), rows[name])])
