"""The parts of a question: a few words with the role they play, made by `chunking`, rewritten by the rules for filters
and dimensions, read by `readings`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from daytwo.control.models.analyst.question import Order
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Link
from daytwo.control.models.analyst.terms import Contrast
from daytwo.control.models.analyst.words.lexing import Token


class Role(StrEnum):
    WORD = "word"
    """A word that nothing here knows."""
    QUOTED = "quoted text"
    NUMBER = "number"
    PERIOD = "period"
    COLUMN = "column"
    ENTITY = "rows"
    AGGREGATE = "aggregate"
    COUNT = "count"
    DISTINCT = "distinct"
    SUPERLATIVE = "superlative"
    FIRST = "first"
    SHARE = "share"
    LIST = "list"
    DESCRIBE = "describe"
    COMPARE = "compare"
    VERSUS = "versus"
    RANK = "rank"
    WHICH = "which"
    GROUP = "group"
    GRAIN = "grain"
    COMPARISON = "comparison"
    SUFFIX = "suffix"
    TIME = "time"
    BETWEEN = "between"
    TO = "to"
    IS = "is"
    NOT = "not"
    EXCLUDING = "excluding"
    PREPOSITION = "preposition"
    SPLITTER = "splitter"
    CONDITION = "condition"
    """`where`, `with`, `whose`."""
    TRUTH = "truth"
    AND = "and"
    OR = "or"
    COMMA = "comma"
    STOP = "stop"
    STUDY = "study"
    COURSE = "course"
    """With `Over`, and the grain if one was said."""
    WITH_SHARE = "its share"
    CONTRAST = "contrast"
    """With its `Contrast`, and whether the groups that changed most or least are wanted."""
    OPERATION = "operation"
    RATIO = "ratio"
    PERCENT = "percentage of"
    """Of the two columns behind it, the first as a percentage of the second."""
    NEVER = "never"
    """Before the condition that no row of the wanted groups fulfils."""
    WITH_SUM = "what they add up to"
    DURATION = "duration"
    DEADLINE = "deadline"
    """`late`, `on time`: how the date of being done compares with that of being due."""
    RECENT = "recent"
    """With how many of which grain, or None for the one that holds the latest date."""
    SOLD = "sold"
    """The one number that `sell` and `earn` can be about."""
    BASKET = "basket"
    """What somebody buys at once, on average."""
    LACKING = "lacking"
    RANK_OF = "rank of"
    ADJECTIVE = "adjective"
    """A comparative without its number, with words of the names that it may have."""
    LASTING = "lasting"
    """How long something takes."""
    MOMENT = "moment"
    """When first (or last), as an aggregate of the row's date."""
    SORTED = "sorted"
    """With whether the highest comes first; the column stands behind."""
    JUDGED = "judged"
    """Best or worst: whether the good end is meant."""
    PLACE = "place"
    """Second, third …: with the number; put into the superlative behind it."""
    NAME = "name"
    """Whoever each row is: its one name, or the whole row."""
    SIZE = "size"
    END = "last rows"
    """With how many."""
    FORM = "form"
    HAVING = "having"
    """Made by `conditions` out of others."""
    LATE = "aggregate behind"
    """`on average`, `in total`: moved before what it is about."""
    FILTER = "filter"
    """Made by `filters` out of others."""
    DIMENSION = "dimension"
    """Made by `intent` out of others."""


@dataclass(frozen=True)
class Superlative:
    """`column_word` is what “cheapest” names; `counts` marks “most common”."""

    descending: bool
    column_word: str | None = None
    counts: bool = False
    place: int | None = None
    """Of `second highest`."""


@dataclass(frozen=True)
class Asked:
    """What is asked of two sides; with `order`, of which group it is most."""

    contrast: Contrast
    order: Order | None = None


@dataclass(frozen=True)
class Chunk:
    role: Role
    text: str
    value: Any = None
    """By role: Link, Column, Token, Period, Aggregate, Superlative, Grain, a comparison, a Filter, a Dimension."""

    def is_(self, *roles: Role) -> bool:
        return self.role in roles

    @property
    def link(self) -> Link:
        assert isinstance(self.value, Link)
        return self.value

    @property
    def token(self) -> Token:
        assert isinstance(self.value, Token)
        return self.value


def exact(chunk: Chunk, fits: Callable[[Column], bool]) -> Column | None:
    """The chunk's column, if exactly one of those that it can mean fits."""
    link = chunk.link.narrowed(fits) if chunk.is_(Role.COLUMN) else None
    return link.columns[0] if link and len(link.columns) == 1 else None
