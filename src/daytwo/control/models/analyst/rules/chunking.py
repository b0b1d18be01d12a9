"""Chunking: the words of a question, put together into parts with a role each.

Left to right, the longest reading wins; a column's exact name beats a keyword only where it is several words long,
or in the second reading (`columns_first`), which is tried when the first one fails.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from daytwo.control.models.analyst.rules.chunks import Chunk, Role, Superlative
from daytwo.control.models.analyst.rules.marks import mark
from daytwo.control.models.analyst.rules.narrowing import narrowed
from daytwo.control.models.analyst.rules.opposites import with_opposites
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import PHRASE_LIMIT_WORDS, Link, Vocabulary
from daytwo.control.models.analyst.terms import Grain
from daytwo.control.models.analyst.words import dates, lexicon, nouns
from daytwo.control.models.analyst.words.lexing import Token, TokenKind
from daytwo.control.models.analyst.words.spelling import singular

_SINGLE: dict[str, Role] = {
    "and": Role.AND, "&": Role.AND, "but": Role.AND, "or": Role.OR, "between": Role.BETWEEN, "to": Role.TO,
    "is": Role.IS,
    "are": Role.IS, "was": Role.IS, "were": Role.IS, "equals": Role.IS, "not": Role.NOT, "no": Role.NOT,
    "where": Role.CONDITION, "when": Role.CONDITION, "if": Role.CONDITION,
    "with": Role.CONDITION, "whose": Role.CONDITION, "first": Role.FIRST, "true": Role.TRUTH,
    "yes": Role.TRUTH, "false": Role.TRUTH,
}  # fmt: skip
_SETS: tuple[tuple[Collection[str], Role], ...] = (
    (lexicon.DISTINCT, Role.DISTINCT),
    (lexicon.SHARES, Role.SHARE),
    (lexicon.LISTING, Role.LIST),
    (lexicon.DESCRIBING, Role.DESCRIBE),
    (lexicon.COMPARING, Role.COMPARE),
    (lexicon.VERSUS, Role.VERSUS),
    (lexicon.RANKING, Role.RANK),
    (lexicon.QUESTION_WORDS, Role.WHICH),
    (lexicon.PREPOSITIONS, Role.PREPOSITION),
    (lexicon.STOP_WORDS, Role.STOP),
)
_PHRASES: dict[tuple[str, ...], tuple[Role, Any]] = {
    **{phrase: (Role.TIME, word) for phrase, word in lexicon.TIMES.items()},
    **{phrase: (Role.COMPARISON, sign) for phrase, sign in lexicon.COMPARISONS.items()},
    **{phrase: (Role.SUFFIX, sign) for phrase, sign in lexicon.SUFFIXES.items()},
    **{phrase: (Role.AGGREGATE, aggregate) for phrase, aggregate in lexicon.AGGREGATES.items()},
    **{phrase: (Role.SUPERLATIVE, Superlative(*hint)) for phrase, hint in lexicon.HINTED.items()},
    **{phrase: (Role.SUPERLATIVE, Superlative(most, counts=True)) for phrase, most in lexicon.MOST_COMMON.items()},
    **{(word,): (Role.SUPERLATIVE, Superlative(descending=True)) for word in lexicon.DESCENDING},
    **{(word,): (Role.SUPERLATIVE, Superlative(descending=False)) for word in lexicon.ASCENDING},
    **{(word,): (Role.GRAIN, grain) for word, grain in lexicon.GRAINS.items()},
    **{(f"{word}s",): (Role.GRAIN, grain) for word, grain in lexicon.GRAINS.items()},
    ("day", "of", "the", "week"): (Role.GRAIN, Grain.WEEKDAY),
    ("day", "of", "week"): (Role.GRAIN, Grain.WEEKDAY),
    **{(word,): (Role.JUDGED, good) for word, good in lexicon.JUDGED.items()},
    **dict.fromkeys(lexicon.COUNTS, (Role.COUNT, None)),
    **dict.fromkeys(lexicon.GROUPING, (Role.GROUP, None)),
    **dict.fromkeys(lexicon.EXCLUDING, (Role.EXCLUDING, None)),
    **dict.fromkeys(lexicon.SPLITTERS, (Role.SPLITTER, None)),
    **{phrase: (Role.OPERATION, operation) for phrase, operation in lexicon.OPERATIONS.items()},
    ("compared", "to"): (Role.VERSUS, None),
    ("compared", "with"): (Role.VERSUS, None),
    ("in", "total"): (Role.STOP, None),
    ("in", "the", "dataset"): (Role.STOP, None),
    ("in", "the", "data"): (Role.STOP, None),
    ("in", "all"): (Role.STOP, None),
    ("for", "all"): (Role.STOP, None),
    ("of", "all"): (Role.STOP, None),
    ("placed", "the", "most"): (Role.SUPERLATIVE, Superlative(descending=True)),
    ("were", "placed"): (Role.STOP, None),
    ("was", "placed"): (Role.STOP, None),
    ("is", "there"): (Role.STOP, None),
    ("are", "there"): (Role.STOP, None),
    ("were", "there"): (Role.STOP, None),
    ("in", "the", "year"): (Role.PREPOSITION, "in"),
}  # fmt: skip
_PHRASE_LONGEST = max(len(phrase) for phrase in _PHRASES)


def chunk(tokens: Sequence[Token], vocabulary: Vocabulary, *, columns_first: bool) -> list[Chunk]:
    """The parts of a question over one table, in order; unknown words stay `WORD`."""
    tokens = with_opposites(tokens, vocabulary)
    chunks: list[Chunk] = []
    at = 0
    while at < len(tokens):
        if _is_letter(tokens[at]) and at:
            found, at = Chunk(Role.WORD, tokens[at].text, tokens[at]), at + 1
        else:
            found, at = _next(tokens, at, vocabulary, columns_first=columns_first, mid_sentence=at > 0)
        chunks.append(found)
    return narrowed([part for part in chunks if not part.is_(Role.STOP)], vocabulary)


def _is_letter(token: Token) -> bool:
    """The `A` of “Widget A”, which is no article."""
    return token.kind is TokenKind.WORD and len(token.text) == 1 and token.is_capital and token.text != "I"


def _next(
    tokens: Sequence[Token], at: int, vocabulary: Vocabulary, *, columns_first: bool, mid_sentence: bool
) -> tuple[Chunk, int]:
    """The longest part that starts at `at`.  On equal length the earlier of these readers wins."""
    readers: list[Callable[[Sequence[Token], int, Vocabulary], tuple[Chunk, int] | None]] = [
        _row_grain, _thing, _exact_column, _grain_or_keyword, _period, _entity, _loose_column,
    ]  # fmt: skip
    readings = [reading for reader in readers if (reading := reader(tokens, at, vocabulary))]
    if not columns_first:
        readings = [r for r in readings if not _is_single_keyword_column(r, at, readings)]
    if readings:
        return max(readings, key=lambda reading: reading[1])
    typo = None
    if tokens[at].kind is TokenKind.WORD and not (mid_sentence and tokens[at].is_capital):
        typo = vocabulary.link_typo(tokens[at].word)
    return (_column_chunk(typo) if typo else _single(tokens[at])), at + 1


def _is_single_keyword_column(reading: tuple[Chunk, int], at: int, readings: Sequence[tuple[Chunk, int]]) -> bool:
    """Whether a one-word column stands where a keyword other than a grain could: the keyword is read first."""
    chunk, end = reading
    keyword = any(other.is_(*_STRONG) for other, _ in readings)
    return chunk.is_(Role.COLUMN) and end == at + 1 and keyword


_STRONG = (
    Role.AGGREGATE, Role.COUNT, Role.SUPERLATIVE, Role.GROUP, Role.COMPARISON, Role.TIME, Role.STOP, Role.PREPOSITION,
    Role.IS, Role.AND, Role.OR, Role.NOT, Role.WHICH, Role.LIST, Role.TO, Role.CONDITION, Role.BETWEEN, Role.SHARE,
)  # fmt: skip


def _words(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...] | None:
    span = tokens[at : at + count]
    if len(span) < count or any(token.kind not in {TokenKind.WORD, TokenKind.NUMBER} for token in span):
        return None
    return tuple(token.text for token in span)


_ARTICLES = frozenset({"the", "a", "an", "their", "our", "my"})


def _exact_column(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Chunk, int] | None:
    token = tokens[at]
    if token.kind is TokenKind.QUOTED:
        column = vocabulary.named(token.text)
        return (_column_chunk(Link(token.text, (column,), Rank.EXACT)), at + 1) if column else None
    if token.kind is not TokenKind.WORD:
        return None
    for count in range(PHRASE_LIMIT_WORDS, 0, -1):
        words = _words(tokens, at, count)
        link = vocabulary.link(words) if words else None
        if link and link.rank is not Rank.LOOSE:
            return _column_chunk(link), at + count
        bare = tuple(word for word in words or () if word.casefold() not in _ARTICLES)
        link = vocabulary.link(bare) if words and 1 < len(bare) < count and bare[-1] == words[-1] else None
        if link and link.rank is not Rank.LOOSE:  # `years at the company`
            return _column_chunk(link), at + count
    return None


def _loose_column(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Chunk, int] | None:
    """A column by part of its name or a synonym; no keyword is part of the phrase, unless it is a known one."""
    for count in range(PHRASE_LIMIT_WORDS, 0, -1):
        words = _words(tokens, at, count)
        if not words or tokens[at].kind is not TokenKind.WORD:
            continue
        plain = all(not _is_keyword(word.casefold()) for word in words)
        known = tuple(singular(word.casefold()) for word in words) in nouns.PHRASES
        known = known or (count > 1 and words[0].casefold() in nouns.EXTREMES)
        known = known or (count > 2 and words[1].casefold() == "per" and not _is_keyword(words[0].casefold()))
        link = vocabulary.link(words) if plain or known else None
        if link:
            return _column_chunk(link), at + count
    return None


def _column_chunk(link: Link) -> Chunk:
    return Chunk(Role.COLUMN, link.phrase, link)


def _is_keyword(word: str) -> bool:
    if word in {"date", "day", "year", "month", "week"}:
        return False
    return (word,) in _PHRASES or word in _SINGLE or any(word in words for words, _ in _SETS)


def _grain_or_keyword(tokens: Sequence[Token], at: int, _: Vocabulary) -> tuple[Chunk, int] | None:
    if tokens[at].kind is TokenKind.MARK:
        return mark(tokens[at]), at + 1
    if tokens[at].kind is TokenKind.OPERATOR:
        return Chunk(Role.COMPARISON, tokens[at].text, tokens[at].word), at + 1
    for count in range(min(_PHRASE_LONGEST, len(tokens) - at), 0, -1):
        span = tokens[at : at + count]
        found = _PHRASES.get(tuple(token.word for token in span))
        if found and all(token.kind in {TokenKind.WORD, TokenKind.SYMBOL} for token in span):
            return Chunk(found[0], " ".join(token.text for token in span), found[1]), at + count
    named = len(tokens[at].text) > 1 and tokens[at].text.isupper() and tokens[at].word in {"us", "it", "all", "an"}
    keyword = _keyword(tokens[at]) if tokens[at].kind is TokenKind.WORD and not named else None
    return (Chunk(keyword[0], tokens[at].text, keyword[1]), at + 1) if keyword else None


def _keyword(token: Token) -> tuple[Role, Any] | None:
    if token.word in lexicon.GRAIN_ADJECTIVES:
        return Role.DIMENSION, lexicon.GRAIN_ADJECTIVES[token.word]
    role = _SINGLE.get(token.word) or next((role for words, role in _SETS if token.word in words), None)
    return (role, token.word) if role else None


def _period(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Chunk, int] | None:
    found = dates.read_period(tokens, at)
    if found is None:
        return None
    if not vocabulary.dates and tokens[at].kind is TokenKind.WORD:
        if vocabulary.link((tokens[at].text,)):  # `january`, where a column is `JAN`
            return None
        if tokens[at].word.removesuffix("s") in lexicon.WEEKDAYS and vocabulary.has_day_names:
            return Chunk(Role.QUOTED, tokens[at].text, tokens[at]), at + 1
    return Chunk(Role.PERIOD, " ".join(token.text for token in tokens[at : found[1]]), found[0]), found[1]


def _row_grain(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Chunk, int] | None:
    """`how many days`, `on days with fog`, where each row is a day."""
    word = tokens[at].word
    if not word.endswith("s") or not vocabulary.is_row_grain(word):
        return None
    introduced = at == 0 or tokens[at - 1].word in {"many", "of", "on", "for", "the"} or tokens[at - 1].is_capital
    introduced = introduced or (at > 1 and tokens[at - 2].word in {"many", "of"})
    return (Chunk(Role.ENTITY, word, None), at + 1) if introduced else None


_NAMES_THINGS = {"which", "what", "by", "per", "each", "every", "list", "name", "names", "different", "distinct", "of"}


def _thing(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Chunk, int] | None:
    """`easy trails`, where the table is called so and a column of it names each row."""
    word = tokens[at].word
    column = vocabulary.named_thing
    if column is None or not vocabulary.is_table((word,)) or tokens[at].kind is not TokenKind.WORD:
        return None
    if at and tokens[at - 1].word in _NAMES_THINGS - ({"of"} if word.endswith("s") else set()):
        return None
    return Chunk(Role.ENTITY, word, column), at + 1


def _entity(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Chunk, int] | None:
    """What the table's rows are called; the value is the column that numbers them, if there is one."""
    for count in (3, 2, 1):
        words = _words(tokens, at, count)
        if words and vocabulary.is_table(words):
            key = vocabulary.row_key(words[-1].casefold()) if count == 1 else None
            return Chunk(Role.ENTITY, " ".join(words).casefold(), key), at + count
        if words and vocabulary.is_beside(words) and at:
            counted = tokens[at - 1].word in {"many", "different", "distinct"} or tokens[at - 1].word == "of"
            if not counted or tokens[at - 2].word not in {"how", "number", "count"}:
                return Chunk(Role.STOP, words[0]), at + count
    word = tokens[at].word
    if tokens[at].kind is not TokenKind.WORD:
        return None
    if singular(word) in nouns.ROW_WORDS:
        return Chunk(Role.ENTITY, word, None), at + 1
    aged = nouns.AGED if vocabulary.link(("age",)) else frozenset()  # of people of every age some are children
    persons = singular(word) in nouns.PERSONS - {"man", "woman"} - aged and vocabulary.is_of_persons
    persons = persons and vocabulary.link((word,)) is None
    if persons or vocabulary.is_row_noun(word):
        return Chunk(Role.ENTITY, word, None), at + 1
    key = vocabulary.row_key(word)
    return (Chunk(Role.ENTITY, word, key), at + 1) if key and key.is_unique else None


_ROLES = {
    TokenKind.NUMBER: Role.NUMBER,
    TokenKind.QUOTED: Role.QUOTED,
    TokenKind.COMMA: Role.COMMA,
    TokenKind.STOP: Role.STOP,
}


def _single(token: Token) -> Chunk:
    """A token that is no part of anything longer."""
    if token.word in lexicon.NUMBER_WORDS:
        number = lexicon.NUMBER_WORDS[token.word]
        token = Token(TokenKind.NUMBER, str(number), str(number), float(number))
    if token.kind is TokenKind.SYMBOL and token.text in "-–":
        return Chunk(Role.TO, token.text)
    return Chunk(_ROLES.get(token.kind, Role.WORD), token.text, token)
