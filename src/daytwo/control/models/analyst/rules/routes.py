"""From one place to another: `trips from A to B`, `rides that ended at B`, where two columns tell both ends.

Which end a column tells stands in its name (`start_station`, `destHub`).  One end that no verb names stays a value
that the program looks for.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import ValueFilter
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.rules.filters import Reading, filter_chunk, role_at
from daytwo.control.models.analyst.rules.value_filters import read_values
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.vocabulary import Vocabulary

_FROM = frozenset({"start", "from", "origin", "orig", "source", "src", "departure", "dep", "pickup", "sender"})
_TO = frozenset({"end", "to", "destination", "dest", "target", "arrival", "arr", "dropoff", "receiver", "recipient"})
_BEGIN = frozenset({"start", "starts", "started", "starting", "begin", "begins", "began", "depart", "departed", "left"})
_END = frozenset({"end", "ends", "ended", "ending", "finish", "finished", "arrive", "arrived", "arriving"})


class RouteRules:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._from, self._to = (
            vocabulary.where(lambda c: c.is_category and bool(words.intersection(c.words)))  # noqa: B023
            for words in (_FROM, _TO)
        )

    def route(self, chunks: list[Chunk], at: int) -> Reading | None:
        """`from A to B`, `started at A`, `did not end at B`; `end in B` where the verb is no column of its own."""
        if len(self._from) != 1 or len(self._to) != 1:
            return None
        return self._both(chunks, at) or self._one(chunks, at)

    def _both(self, chunks: list[Chunk], at: int) -> Reading | None:
        if role_at(chunks, at) is not Role.PREPOSITION or chunks[at].value != "from":
            return None
        start, middle = read_values(chunks, at + 1, several=False)
        end, stop = read_values(chunks, middle + 1, several=False)
        if not start or not end or role_at(chunks, middle) is not Role.TO:
            return None
        first = filter_chunk(ValueFilter(start, self._from), chunks[at:middle])
        return [first, filter_chunk(ValueFilter(end, self._to), chunks[middle:stop])], stop

    def _one(self, chunks: list[Chunk], at: int) -> Reading | None:
        negated = chunks[at].is_(Role.NOT)
        verb = at + negated
        columns = self._end_of(chunks, verb)
        if columns is None or role_at(chunks, verb + 1) is not Role.PREPOSITION:
            return None
        values, stop = read_values(chunks, verb + 2)
        return ([filter_chunk(ValueFilter(values, columns, negated), chunks[at:stop])], stop) if values else None

    def _end_of(self, chunks: Sequence[Chunk], at: int) -> tuple[Column, ...] | None:
        if role_at(chunks, at) not in {Role.WORD, Role.COLUMN}:
            return None
        word = chunks[at].text.casefold()
        return self._from if word in _BEGIN else self._to if word in _END else None
