"""`typed("token")`: the value for which a person's question held a stand-in.

In a real step it is the value of the column that the person typed, as most rows spell it: letters and digits are
compared, in any case.  In a rehearsal nothing of it is known, and the smallest value of the mock rows is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .database import Database
from .reading.compact import compact
from .reading.quoting import identifier

VALUES_LIMIT = 1_000_000
"""Different values of a column that are compared, those of most rows first."""


class TypedValues:
    """Looks up what stand-ins stand for.

    Args:
        database: of the cell.
        known: by token: the `dataset`, `table` and `column` of the value, and its `text`, which is null in a rehearsal.
    """

    def __init__(self, database: Database, known: Mapping[str, Mapping[str, str | None]]) -> None:
        self._database = database
        self._known = known

    def value(self, token: str) -> Any:
        """The value, as it stands in the data.

        Raises:
            LookupError: no stand-in of that name, or no value any more that is like it.
        """
        known = self._known.get(token, {})
        name = self._database.name_of(known.get("dataset"), known.get("table"))
        if name is None:
            raise LookupError(f"No question over these datasets had the stand-in {token!r}: write it as it was told.")
        field = identifier(str(known["column"]))
        rows = self._database.source(name).filter(f"{field} IS NOT NULL")
        text = known["text"]
        if text is None:
            return rows.aggregate(f"min({field})").fetchall()[0][0]
        spelled = rows.aggregate(f"{field}, count(*) AS often").order(f"often DESC, {field}").limit(VALUES_LIMIT)
        wanted = compact(text)
        for value, _ in spelled.fetchall():
            if compact(str(value)) == wanted:
                return value
        raise LookupError("The data has no value any more that is like the one that was typed.")
