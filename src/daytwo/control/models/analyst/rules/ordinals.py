"""Places that are values: `third class`, `2nd floor`, where a number is called so."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from daytwo.control.models.analyst.question import NumberFilter
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import filter_chunk, role_at
from daytwo.control.models.analyst.words.lexing import Token, TokenKind
from daytwo.control.models.analyst.words.numerals import ordinal_value


def ordinals(chunks: Sequence[Chunk]) -> list[Chunk]:
    """`third class`, `above the 5th floor`: the number of that column."""
    made = list(chunks)
    for at, (word, noun) in enumerate(itertools.pairwise(chunks)):
        place = ordinal_value(word.text) if word.is_(Role.WORD) else None
        if place is None or exact(noun, lambda c: c.is_number and c.is_groupable) is None:
            continue
        number = Token(TokenKind.NUMBER, str(place), str(place), float(place))
        if role_at(chunks, at - 1) is Role.COMPARISON:
            made[at] = Chunk(Role.NUMBER, word.text, number)
        else:
            column = noun.link.narrowed(lambda c: c.is_number and c.is_groupable)
            assert column is not None
            told = filter_chunk(NumberFilter(column.column(), "==", float(place)), [word, noun])
            made[at : at + 2] = [told, Chunk(Role.STOP, "")]
    return [chunk for chunk in made if not chunk.is_(Role.STOP)]
