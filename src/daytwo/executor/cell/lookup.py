"""`resolve("column", "text")`: the value of a column that a person meant, and what a model may learn of the search.

The value that equals the text but for case and blanks is meant; else the only one that is spelled alike.  The value
stays in the sandbox: a model learns, of the first four calls in the source, one of four words each.  Of columns that
name or harm people nothing is looked up unless their owner allowed it.
"""

from __future__ import annotations

import difflib
import types
from typing import Any

from .compiled import Compiled
from .database import Database
from .places import Places
from .reading.quoting import identifier

DISTINCT_VALUES = 100_000
"""Of one column; beyond, a column is no list of choices."""
LIKENESS = 0.8
"""Of two texts, by difflib's ratio, from which on one may stand for the other."""
NAMED = 5
"""Values that a refusal names."""
LOOKUPS = 4
NONE, AMBIGUOUS, FUZZY, EXACT = range(4)
"""As `wire.observation.Lookup` lists them."""
BITS = 2


class NotFoundError(LookupError):
    """No value is meant, or more than one could be; for the person, it names the nearest."""

    __module__ = "builtins"  # a traceback names the class alone

    def __init__(self, message: str, text: str, found: int) -> None:
        super().__init__(message)
        self.text = text
        self.found = found


class Lookups:
    """Looks values up, and keeps what came of each call: the least of it, where a call is reached repeatedly.

    Args:
        database: of the cell.
        withheld: columns, casefolded, of which nothing may be looked up.
    """

    def __init__(self, database: Database, withheld: frozenset[str]) -> None:
        self._database = database
        self._withheld = withheld
        self._places: Places | None = None
        self._results: dict[int, int] = {}

    def begin(self, program: Compiled) -> None:
        """From now on the calls of this program are numbered."""
        self._places = Places(program, "resolve", LOOKUPS)

    def resolve(self, column: str, text: str, caller: types.FrameType) -> Any:
        """The value, as it stands in the data.

        Raises:
            PermissionError: the column's owner does not allow it.
            LookupError: no column of that name; as `NotFoundError`, no value, or several.
        """
        if column.casefold() in self._withheld:
            raise PermissionError(
                f"The values of {column!r} are not looked up: compare with the text itself. The data's owner can "
                f"allow it with `daytwo data sign NAME --lookup {column}`."
            )
        try:
            value, found = _search(_distinct(self._database, column), column, text)
        except NotFoundError as error:
            self._record(error.found, caller)
            raise
        self._record(found, caller)
        return value

    @property
    def packed(self) -> int:
        """All results in one number, two bits a call, the first call in the lowest."""
        return sum(found << BITS * number for number, found in self._results.items())

    def _record(self, found: int, caller: types.FrameType) -> None:
        number = None if self._places is None else self._places.number(caller)
        if number is not None:
            self._results[number] = min(self._results.get(number, EXACT), found)


def _search(values: list[Any], column: str, text: str) -> tuple[Any, int]:
    wanted = text.strip().casefold()
    exact = [value for value in values if str(value).strip().casefold() == wanted]
    if len(exact) > 1 and text in exact:
        exact = [text]
    if len(exact) == 1:
        return exact[0], EXACT
    folded = {str(value).strip().casefold(): value for value in values}
    near = [folded[key] for key in difflib.get_close_matches(wanted, folded, n=NAMED, cutoff=LIKENESS)]
    candidates = exact or near
    if len(candidates) == 1:
        return candidates[0], FUZZY
    if candidates:
        named = ", ".join(repr(value) for value in candidates)
        raise NotFoundError(f"{text!r} in {column!r} is ambiguous: {named}.", text, AMBIGUOUS)
    raise NotFoundError(f"{column!r} has no value like {text!r}.", text, NONE)


def _distinct(database: Database, column: str) -> list[Any]:
    found: dict[Any, None] = {}
    known = False
    for name in database.source_names:
        relation = database.source(name)
        actual = [own for own in relation.columns if own.casefold() == column.casefold()]
        if not actual:
            continue
        known = True
        field = identifier(column if column in actual else actual[0])
        rows = relation.filter(f"{field} IS NOT NULL").project(field).distinct().limit(DISTINCT_VALUES + 1).fetchall()
        found.update((row[0], None) for row in rows)
    if not known:
        raise LookupError(f"No dataset has a column {column!r}.")
    if len(found) > DISTINCT_VALUES:
        raise LookupError(f"{column!r} has more than {DISTINCT_VALUES:,} values: filter by a condition instead.")
    return list(found)
