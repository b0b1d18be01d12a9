"""Words that say the opposite of a column, or that there is none of it: `inactive`, `uninsured`, `childless`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.words import lexicon
from daytwo.control.models.analyst.words.lexing import Token, TokenKind

_OPPOSITE = re.compile(rf"(?:{'|'.join(lexicon.NEGATING)})(?=\w{{4}})")


def with_opposites(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Token]:
    """Such a word as two, where the rest of it is a column and the whole is none: `not active`, `@lacking child`."""
    return [part for token in tokens for part in _parts(token, vocabulary)]


def _parts(token: Token, vocabulary: Vocabulary) -> tuple[Token, ...]:
    rest, bare = _OPPOSITE.sub("", token.word, count=1), token.word.removesuffix("less")
    if token.kind is not TokenKind.WORD or rest == bare or vocabulary.link((token.word,)):
        return (token,)
    said = vocabulary.link((rest,)) if _OPPOSITE.match(token.word) else None
    if said and said.narrowed(lambda c: c.says_yes):
        return Token(TokenKind.WORD, "not", "not"), Token(TokenKind.WORD, rest, rest)
    counted = vocabulary.link((bare,)) if bare != token.word and len(bare) > 3 else None
    if counted and counted.narrowed(lambda c: c.is_number):
        return Token(TokenKind.MARK, "@lacking", "@lacking"), Token(TokenKind.WORD, bare, bare)
    return (token,)
