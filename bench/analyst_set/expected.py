"""What a right answer must hold, and whether a shown answer does.

A judge sees what the person sees: tables and sentences.  Layout is the analyst's own affair; figures, keys, their
order and their number are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

_CELL_TOLERANCE = 1e-4
_SAID_TOLERANCE = 6e-3
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")
_FEW_ROWS = 3

Row = Sequence[Any]


@dataclass
class Shown:
    """What a program showed and said."""

    tables: list[list[Row]] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    figures: int = 0
    raised: bool = False


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _close(cell: Any, value: float, tolerance: float = _CELL_TOLERANCE) -> bool:
    number = _number(cell)
    return number is not None and math.isclose(number, value, rel_tol=tolerance, abs_tol=1e-9)


def _text(cell: Any) -> str:
    spaced = re.sub(r"(?<=\d)T(?=\d)", " ", " ".join(str(cell).split()))
    return re.sub(r" 00:00:00(\.0+)?$", "", spaced).casefold().replace("-q", "q")


def is_key(cell: Any, key: Any) -> bool:
    """Whether a cell names this key; `a|b` names it either way, a month may stand as its first day, yes as true."""
    if _number(key) is not None and _number(cell) is not None:
        return _close(cell, float(key))
    shown = _text(cell)
    if isinstance(cell, bool) and _text(key) == ("yes" if cell else "no"):
        return True
    for way in str(key).split("|"):
        wanted = _text(way)
        if shown == wanted or (re.fullmatch(r"\d{4}-\d\d", wanted) and shown == f"{wanted}-01"):
            return True
    return False


def _said(shown: Shown) -> Iterable[float]:
    for text in shown.says:
        for match in _NUMBER.findall(text):
            yield float(match.replace(",", "").rstrip("."))


@dataclass(frozen=True)
class Number:
    """One figure, in a small table or a sentence."""

    value: float

    def holds(self, shown: Shown, /) -> bool:
        value = float(self.value)
        for table in shown.tables:
            if len(table) <= _FEW_ROWS and any(_close(cell, value) for row in table for cell in row):
                return True
        return any(_close(said, value, _SAID_TOLERANCE) for said in _said(shown))


@dataclass(frozen=True)
class Groups:
    """Every key with its figure, and nothing else; `values` is a Series by one key or several."""

    values: pd.Series

    def holds(self, shown: Shown, /) -> bool:
        wanted = [(k if isinstance(k, tuple) else (k,), v) for k, v in self.values.items() if not pd.isna(v)]
        return any(self._is_table(table, wanted) for table in shown.tables)

    @staticmethod
    def _is_table(table: list[Row], wanted: list[tuple[tuple[Any, ...], float]]) -> bool:
        rows = [row for row in table if len(row) > 1]
        for place in range(len(rows[0]) if rows else 0):
            figured = [row for row in rows if (number := _number(row[place])) is not None and not math.isnan(number)]
            if len(figured) == len(wanted) and all(
                any(_close(row[place], float(v)) and all(any(is_key(c, k) for c in row) for k in keys) for row in rows)
                for keys, v in wanted
            ):
                return True
        return False


@dataclass(frozen=True)
class Ranked:
    """These keys in this order, no more."""

    keys: Sequence[Any]

    def holds(self, shown: Shown, /) -> bool:
        keys = list(self.keys)
        return any(
            len(table) == len(keys)
            and all(any(is_key(cell, key) for cell in row) for row, key in zip(table, keys, strict=True))
            for table in shown.tables
        )


@dataclass(frozen=True)
class Winner:
    """The one that is asked for: first in a table, or in a sentence where no table is shown."""

    key: Any

    def holds(self, shown: Shown, /) -> bool:
        if not shown.tables:
            ways = [_text(way) for way in str(self.key).split("|")]
            return any(re.search(rf"\b{re.escape(way)}\b", _text(text)) for text in shown.says for way in ways)
        return any(table and any(is_key(cell, self.key) for cell in table[0]) for table in shown.tables)


@dataclass(frozen=True)
class Names:
    """A set of values, each once."""

    values: Iterable[Any]

    def holds(self, shown: Shown, /) -> bool:
        values = list(self.values)
        return any(
            len(table) == len(values) and all(any(is_key(c, v) for row in table for c in row) for v in values)
            for table in shown.tables
        )


@dataclass(frozen=True)
class Listed:
    """Rows: how many, and values that are among their cells."""

    rows: int
    among: Iterable[Any] = ()

    def holds(self, shown: Shown, /) -> bool:
        values = list(self.among)
        return any(
            len(table) == self.rows and all(any(is_key(c, v) for row in table for c in row) for v in values)
            for table in shown.tables
        )


@dataclass(frozen=True)
class Figures:
    """All these numbers, somewhere in the tables."""

    values: Sequence[float]

    def holds(self, shown: Shown, /) -> bool:
        cells = [cell for table in shown.tables for row in table for cell in row]
        return all(any(_close(cell, float(value)) for cell in cells) for value in self.values)


@dataclass(frozen=True)
class Mentions:
    """All these names, anywhere: in cells or in sentences."""

    names: Iterable[str]

    def holds(self, shown: Shown, /) -> bool:
        cells = [_text(cell) for table in shown.tables for row in table for cell in row]
        said = " ".join(_text(text) for text in shown.says)
        return all(
            _text(name) in cells or re.search(rf"(?<!\w){re.escape(_text(name))}(?!\w)", said) for name in self.names
        )


@dataclass(frozen=True)
class Excerpt:
    """A few whole rows of a table, whichever they are."""

    frame: pd.DataFrame
    at_most: int = 50

    def holds(self, shown: Shown, /) -> bool:
        own = self.frame.to_numpy(dtype=object).tolist()
        return any(
            0 < len(table) <= self.at_most
            and len(table[0]) >= len(own[0])
            and any(all(any(is_key(cell, value) for cell in table[0]) for value in row) for row in own)
            for table in shown.tables
        )


@dataclass(frozen=True)
class Says:
    """A sentence that begins with this word: yes, or no."""

    word: str

    def holds(self, shown: Shown, /) -> bool:
        return any(re.match(rf"{self.word}\b", _text(text)) for text in shown.says)


@dataclass(frozen=True)
class Drawn:
    """A chart, whatever is on it."""

    def holds(self, shown: Shown, /) -> bool:
        return shown.figures > 0


@dataclass(frozen=True)
class Every:
    """Several things at once."""

    parts: Sequence[Answer]

    def holds(self, shown: Shown, /) -> bool:
        return all(part.holds(shown) for part in self.parts)


@dataclass(frozen=True)
class Either:
    """Forms of an answer that a reasonable person takes alike: a percentage or a share, tidied names or raw ones."""

    parts: Sequence[Answer]

    def holds(self, shown: Shown, /) -> bool:
        return any(part.holds(shown) for part in self.parts)


@dataclass(frozen=True)
class OrNothing:
    """A refusal is right, and so is this answer: what is asked in another language need not be understood."""

    answer: Answer

    def holds(self, shown: Shown, /) -> bool:
        return self.answer.holds(shown)


@dataclass(frozen=True)
class Nothing:
    """The table cannot say: only a refusal is right."""

    def holds(self, _: Shown, /) -> bool:
        return False


Answer = (
    Number
    | Groups
    | Ranked
    | Winner
    | Names
    | Listed
    | Figures
    | Mentions
    | Excerpt
    | Says
    | Drawn
    | Every
    | Either
    | OrNothing
    | Nothing
)
