"""From the words of a question to a `Question` over one table, or a refusal.

Every part must find its place: filters first, then what it groups by, then what is computed.  Whatever is left over
and carries meaning refuses the whole question; that is what keeps the analyst from answering another one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from daytwo.control.models.analyst.kinds.readings import assemble
from daytwo.control.models.analyst.question import FlagFilter, Question, columns_of
from daytwo.control.models.analyst.refusal import Refusal, shown
from daytwo.control.models.analyst.rules.chunking import chunk
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.rules.conditions import GapRules, either, having, rank_of
from daytwo.control.models.analyst.rules.dimensions import GroupRules, VersusRules, compared_elsewhere
from daytwo.control.models.analyst.rules.doubts import doubt_question, doubt_words
from daytwo.control.models.analyst.rules.events import about, happenings
from daytwo.control.models.analyst.rules.filters import filter_chunk, reduce
from daytwo.control.models.analyst.rules.mentions import MentionRules, with_rows
from daytwo.control.models.analyst.rules.number_filters import NumberRules
from daytwo.control.models.analyst.rules.pairs import PairRules
from daytwo.control.models.analyst.rules.routes import RouteRules
from daytwo.control.models.analyst.rules.sides import SideRules
from daytwo.control.models.analyst.rules.tidying import tidy
from daytwo.control.models.analyst.rules.time_filters import TimeRules
from daytwo.control.models.analyst.rules.value_filters import ValueRules
from daytwo.control.models.analyst.table.columns import Column, Kind
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.words import lexicon
from daytwo.control.models.analyst.words.lexing import Token, TokenKind

_SILENT = {Role.PREPOSITION, Role.IS, Role.AND, Role.COMMA, Role.SPLITTER}
"""What may be left over: it only joined parts that have found their place."""
_MEANT = {
    Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.SUPERLATIVE, Role.FIRST, Role.SHARE, Role.LIST, Role.DESCRIBE,
    Role.COMPARE, Role.RANK, Role.WHICH, Role.COLUMN, Role.ENTITY, Role.NUMBER, Role.GRAIN, Role.FILTER, Role.DIMENSION,
    Role.STUDY, Role.COURSE, Role.WITH_SHARE, Role.CONTRAST, Role.HAVING, Role.RANK_OF, Role.SIZE,
    Role.END, Role.FORM, Role.SORTED, Role.NEVER, Role.WITH_SUM,
}  # fmt: skip


def read(tokens: Sequence[Token], vocabulary: Vocabulary, *, by_values: bool = False) -> Question:
    """What is asked of this table; with `by_values` an unknown word after `by` is a value: `trips by air`.

    Raises:
        Refusal: it cannot be planned, or not without guessing.
    """
    try:
        return _read(tokens, vocabulary, columns_first=False, by_values=by_values)
    except Refusal as refusal:
        try:
            return _read(tokens, vocabulary, columns_first=True, by_values=by_values)
        except Refusal:
            raise refusal from None


def _read(tokens: Sequence[Token], vocabulary: Vocabulary, *, columns_first: bool, by_values: bool) -> Question:
    vocabulary = about(tokens, vocabulary)
    chunks = chunk(tokens, vocabulary, columns_first=columns_first)
    named = {column for part in chunks if part.is_(Role.COLUMN) for column in part.link.columns}
    reduced = reduce_parts(tokens, vocabulary, columns_first=columns_first, by_values=by_values)
    question = _with_date_taken(read_parts(reduced, vocabulary), vocabulary, named)
    question = replace(question, readings=(*question.readings, *_rows_taken(chunks, vocabulary)))
    _check_names(tokens, chunks, vocabulary)
    return question


def _rows_taken(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> tuple[str, ...]:
    """What each row was taken for, where neither the table's name nor a column says so."""
    taken = [c.text for c in chunks if c.is_(Role.ENTITY) and c.value is None and not vocabulary.is_row(c.text)]
    return (f"each row for one of the {taken[0]}",) if taken else ()


_SMALL_WORDS = (
    lexicon.STOP_WORDS | lexicon.PREPOSITIONS | {"by", "per", "and", "or", "is", "to", "no", "not", "with", "between"}
)


def _check_names(tokens: Sequence[Token], chunks: Sequence[Chunk], vocabulary: Vocabulary) -> None:
    """Refuse to drop a small word that is the name of a column: `rows with a over 2`, where one is called `a`."""
    read = {part.text.casefold() for part in chunks if part.is_(Role.COLUMN, Role.QUOTED)}
    for token in tokens:
        column = vocabulary.named(token.text) if token.word in _SMALL_WORDS else None
        if column and token.word not in read and token.kind is TokenKind.WORD:
            raise Refusal(f"{shown(token.text)} could be a word or the column; put the column’s name in quotes", 60)


def _with_date_taken(question: Question, vocabulary: Vocabulary, named: Collection[Column]) -> Question:
    """Which date was taken, where there are others and none was named."""
    taken = vocabulary.event_date
    used = {column for one in (*question.filters, *question.part) for column in columns_of(one)}
    used |= {dimension.column for dimension in question.dimensions if dimension.column}
    if taken is None or taken not in used or taken in named or len(vocabulary.dates) < 2:
        return question
    return replace(question, taken=(taken, tuple(column for column in vocabulary.dates if column != taken)))


def reduce_parts(
    tokens: Sequence[Token], vocabulary: Vocabulary, *, columns_first: bool, by_values: bool = False
) -> list[Chunk]:
    """The parts of a question after every rule for filters and dimensions."""
    chunks = chunk(tokens, vocabulary, columns_first=columns_first)
    chunks = tidy(happenings(chunks, vocabulary), vocabulary)
    ranking = any(part.is_(Role.SUPERLATIVE, Role.RANK, Role.COMPARE, Role.RANK_OF) for part in chunks)
    pairs = PairRules(vocabulary)
    chunks = reduce(chunks, pairs.derived)
    chunks = reduce(chunks, pairs.compared)
    chunks = reduce(chunks, VersusRules(vocabulary, chunks).versus)
    chunks = reduce(chunks, having)
    chunks = reduce(chunks, rank_of)
    chunks = reduce(chunks, RouteRules(vocabulary).route)
    chunks = reduce(chunks, NumberRules(vocabulary).compared)
    chunks = reduce(chunks, TimeRules(vocabulary).dated)
    values = ValueRules(vocabulary)
    mentions = MentionRules(vocabulary)
    gaps = GapRules(vocabulary)
    for rule in (
        gaps.lacking,
        gaps.yes,
        gaps.present,
        values.flag,
        mentions.verb,
        values.named,
        GroupRules(vocabulary, ranking=ranking, by_values=by_values).grouped,
        values.placed,
        values.adjective,
        mentions.yes,
        mentions.bare,
    ):
        chunks = reduce(chunks, rule)
    chunks = reduce(chunks, SideRules(chunks).sides)
    chunks = reduce(chunks, either)
    return with_rows(_without_openings(_with_flags(compared_elsewhere(chunks))), vocabulary)


def read_parts(chunks: list[Chunk], vocabulary: Vocabulary) -> Question:
    """The question that reduced parts make."""
    _check(chunks, vocabulary)
    doubt_words(chunks)
    question = assemble(
        [part for part in chunks if part.role in _MEANT or part.is_(Role.IS, Role.SPLITTER)], vocabulary
    )
    doubt_question(question, chunks, vocabulary)
    return _with_typos(question, chunks)


def _with_flags(chunks: list[Chunk]) -> list[Chunk]:
    """A yes-or-no column that is merely mentioned is a condition: `active customers`."""
    figures = (Role.COUNT, Role.AGGREGATE, Role.SHARE, Role.ENTITY, Role.SUPERLATIVE, Role.FILTER)
    alone = [part for part in chunks if part.is_(Role.COLUMN)]
    if len(alone) == 1 and any(p.is_(Role.DIMENSION) for p in chunks) and not any(p.is_(*figures) for p in chunks):
        return chunks  # `improved by group`: how many of each
    made = []
    for part in chunks:
        link = part.link.narrowed(lambda c: c.kind is Kind.FLAG) if part.is_(Role.COLUMN) else None
        made.append(filter_chunk(FlagFilter(link.column(), value=True), [part]) if link else part)
    return made


def _without_openings(chunks: list[Chunk]) -> list[Chunk]:
    """`where` and `with` have done their work before a condition."""
    following = [*chunks, Chunk(Role.STOP, "")][1:]
    return [
        c for c, after in zip(chunks, following, strict=True) if not (c.is_(Role.CONDITION) and after.is_(Role.FILTER))
    ]


def _check(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> None:
    """Refuse what nobody could place."""
    understood = sum(part.role in _MEANT for part in chunks)
    if not understood and not any(part.is_(Role.WORD) for part in chunks):
        raise Refusal("it asks nothing that I can compute")
    for part in chunks:
        if part.is_(Role.WORD):
            raise Refusal(
                f"I don't know what {shown(part.text)} means here: it is no column of {vocabulary.name}", understood
            )
    for part in chunks:
        if part.is_(Role.COLUMN) and len(part.link.columns) > 1 and not _is_key_and_name(part.link.columns):
            part.link.column(prefer=lambda c: c.is_number)
    for part in chunks:
        silent = part.role in _SILENT or (part.is_(Role.CONDITION) and part.value == "with")
        if part.role not in _MEANT and not silent:
            raise Refusal(f"I can't tell what {shown(part.text)} belongs to", understood)


def _is_key_and_name(columns: Sequence[Column]) -> bool:
    return len(columns) == 2 and sum(column.is_key for column in columns) == 1


def _with_typos(question: Question, chunks: Sequence[Chunk]) -> Question:
    typos = tuple((p.link.typo, p.link.columns[0].name) for p in chunks if p.is_(Role.COLUMN) and p.link.typo)
    return replace(question, typos=typos) if typos else question
