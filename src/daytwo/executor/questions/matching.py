"""Which stretches of a text are data: values of an index, or what was shown, and not known outside already.  Pure.

Known outside is what a sheet tells, what an earlier question or program of the session said.  A sheet that tells from
when to when dates go has told the years between.
"""

from __future__ import annotations

import io
import tokenize
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from daytwo.executor.cell.reading.compact import Stretch, compact, composed, pieces, stretches
from daytwo.wire.question import SHORTEST_VALUE, Held
from daytwo.wire.sheet import SchemaSheet

_TYPED = frozenset({"STRING", "FSTRING_MIDDLE", "NUMBER", "COMMENT"})
"""Kinds of tokens that may hold data."""

Source = Callable[[str], str | None]
"""A compacted text → where it is found as data, or None."""


class Public:
    """Texts that are known outside already."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._joined: list[tuple[str, list[int]]] = []
        for text in texts:
            found = [piece.compact for piece in pieces(text)]
            bounds = [0]
            for word in found:
                bounds.append(bounds[-1] + len(word))
            self._words.update(found)
            self._joined.append(("".join(found), bounds))

    def __contains__(self, value: str) -> bool:
        """Whether the compacted text stands in one of them as whole words."""
        return value in self._words or any(_stands_in(value, text, bounds) for text, bounds in self._joined)

    def knows_word(self, word: str) -> bool:
        return word in self._words


def _stands_in(value: str, text: str, bounds: Sequence[int]) -> bool:
    at = text.find(value)
    while at >= 0:
        if _is_bound(at, bounds) and _is_bound(at + len(value), bounds):
            return True
        at = text.find(value, at + 1)
    return False


def _is_bound(place: int, bounds: Sequence[int]) -> bool:
    found = bisect_left(bounds, place)
    return found < len(bounds) and bounds[found] == place


def told_by(sheet: SchemaSheet) -> Iterator[str]:
    """What a sheet makes known."""
    yield sheet.dataset
    for table in sheet.tables:
        yield table.name
        for column in table.columns:
            yield column.name
            yield from column.labels or ()
            yield from column.sentinels or ()
            if column.span is not None:
                yield from map(str, range(int(column.span.first[:4]), int(column.span.last[:4]) + 1))


def shown_values(cells: Iterable[str], prose: Iterable[str], public: Public) -> frozenset[str]:
    """What a session has shown: cells as a whole; of sentences the words that only data can have brought there."""
    values = {compact(text) for text in cells}
    values.update(piece.compact for text in prose for piece in pieces(text) if not public.knows_word(piece.compact))
    return frozenset(value for value in values if len(value) >= SHORTEST_VALUE)


def held_in_program(code: str, line: int, source: Source, public: Public) -> Iterator[Held]:
    """The same of a program: in its texts, numbers and comments.  Its names are its own, whatever they are called."""
    code = composed(code)
    starts = list(accumulate(map(len, io.StringIO(code, newline="")), initial=0))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code, newline="").readline))
    except (tokenize.TokenError, SyntaxError):
        yield from held(code, line, source, public)
        return
    for token in tokens:
        if tokenize.tok_name[token.type] in _TYPED:
            at = starts[token.start[0] - 1] + token.start[1]
            for one in held(token.string, line, source, public):
                yield one.model_copy(update={"start": one.start + at, "end": one.end + at})


def held(text: str, line: int, source: Source, public: Public) -> Iterator[Held]:
    """The stretches of a text that are data, the longest at each place, none inside another."""
    free_from = 0
    for stretch in stretches(text, SHORTEST_VALUE):
        if stretch.start < free_from:
            continue
        found = source(stretch.compact)
        if found is not None and stretch.compact not in public:
            free_from = stretch.end
            yield _held(text, line, stretch, found)


def _held(text: str, line: int, stretch: Stretch, source: str) -> Held:
    said = composed(text)[stretch.start : stretch.end]
    return Held(line=line, start=stretch.start, end=stretch.end, text=said, source=source)
