"""`resolve("column", "text")`: the value of a column that a person meant.

First version: the value that equals the text but for case; else the only one that is spelled alike.
"""

from __future__ import annotations

import difflib
from typing import Any

from .database import Database
from .reading.quoting import identifier

DISTINCT_VALUES = 100_000
"""Of one column; beyond, a column is no list of choices."""
LIKENESS = 0.8
"""Of two texts, by difflib's ratio, from which on one may stand for the other."""
NAMED = 5
"""Values that a refusal names."""


def resolve(database: Database, column: str, text: str) -> Any:
    """The value, as it stands in the data.

    Raises:
        LookupError: no value is meant, or more than one could be; for the person, it names the nearest.
    """
    values = _distinct(database, column)
    wanted = text.strip().casefold()
    exact = [value for value in values if str(value).strip().casefold() == wanted]
    if len(exact) > 1 and text in exact:
        exact = [text]
    if len(exact) == 1:
        return exact[0]
    folded = {str(value).strip().casefold(): value for value in values}
    near = [folded[key] for key in difflib.get_close_matches(wanted, folded, n=NAMED, cutoff=LIKENESS)]
    candidates = exact or near
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise LookupError(f"{text!r} in {column!r} is ambiguous: {', '.join(repr(value) for value in candidates)}.")
    raise LookupError(f"{column!r} has no value like {text!r}.")


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
