"""A question with its table and its answer, and arithmetic that several answers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from bench.analyst_set.expected import Answer, Either, Groups, Number


@dataclass(frozen=True)
class Asked:
    """`table` names the one that is asked about; `also` others of the session, which the answer may need."""

    table: str
    text: str
    answer: Callable[..., Answer]
    before: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.table, *self.also)

    def expected(self, frames: Mapping[str, pd.DataFrame]) -> Answer:
        return self.answer(*(frames[name].copy() for name in self.tables))


def over(table: str, questions: Mapping[str, Callable[..., Answer]], *, also: tuple[str, ...] = ()) -> list[Asked]:
    return [Asked(table, text, answer, also=also) for text, answer in questions.items()]


def share(part: float) -> Answer:
    """A share, told as 0.25 or as 25 percent."""
    return Either([Number(100 * part), Number(part)])


def shares(parts: pd.Series) -> Answer:
    """Every key's share, told as shares or as percentages."""
    return Either([Groups(100 * parts), Groups(parts)])


def tidy(texts: pd.Series) -> pd.Series:
    """What a person reads in untidy cells: case and stray blanks do not count."""
    return texts.str.strip().str.casefold()


def by_text(rows: pd.DataFrame, column: str, figure: Callable[[Any], pd.Series]) -> Answer:
    """A figure for each text of an untidy column: by what a person reads there, or by what the cells hold."""
    return Either([Groups(figure(rows.groupby(texts))) for texts in (tidy(rows[column]), rows[column])])


def outliers(values: pd.Series) -> int:
    """How many lie more than 1.5 interquartile ranges outside of the quartiles (Tukey's fences)."""
    low, high = values.quantile(0.25), values.quantile(0.75)
    fence = 1.5 * (high - low)
    return int(((values < low - fence) | (values > high + fence)).sum())


def slope(x: pd.Series, y: pd.Series) -> Any:
    """The least-squares line through the rows that have both."""
    both = x.notna() & y.notna()
    return stats.linregress(x[both], y[both])


def extended(series: pd.Series, *, steps: int = 1) -> float:
    """The value that the straight line through a series reaches `steps` after its last one."""
    at = np.arange(len(series))
    coefficient, start = np.polyfit(at, series.to_numpy(dtype=float), 1)
    return float(start + coefficient * (len(series) - 1 + steps))
