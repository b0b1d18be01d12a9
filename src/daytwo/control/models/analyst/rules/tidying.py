"""Words that say nothing more, or stand behind what they are about: put right before any rule reads the parts.

`murder rate` where the column is `murder`; `cars built since 1980`; `waiting minutes on average`; `women`.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.question import Dimension, ValueFilter
from daytwo.control.models.analyst.refusal import Refusal, either
from daytwo.control.models.analyst.rules.adjectives import adjectives
from daytwo.control.models.analyst.rules.chunks import Chunk, Role, exact
from daytwo.control.models.analyst.rules.filters import filter_chunk, role_at
from daytwo.control.models.analyst.rules.mentions import with_tally
from daytwo.control.models.analyst.rules.ordinals import ordinals
from daytwo.control.models.analyst.rules.superlatives import superlatives
from daytwo.control.models.analyst.rules.yes_columns import asked_for_yes
from daytwo.control.models.analyst.table.columns import Kind
from daytwo.control.models.analyst.table.naming import Rank
from daytwo.control.models.analyst.table.vocabulary import Link, Vocabulary
from daytwo.control.models.analyst.terms import Aggregate
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import singular

_PLACES = {Role.LATE, Role.TIME, Role.PREPOSITION, Role.PERIOD, Role.STOP, Role.BETWEEN, Role.EXCLUDING, None}
_EMPTY_VERBS = frozenset({"generate", "generates", "generated", "amount", "amounts"})
_WHOLE = frozenset({"columns", "variables", "fields", "numbers", "everything"})


def tidy(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """The parts without words that say nothing more."""
    chunks = asked_for_yes(ordinals(chunks), vocabulary)
    chunks = _rows_as_money(adjectives(_total(chunks, vocabulary), vocabulary), vocabulary)
    chunks = superlatives(chunks, vocabulary)
    kept: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        if _is_filler(chunks, at, vocabulary):
            continue
        made = _persons(chunks, at, vocabulary)
        if made and made[0].is_(Role.FILTER):
            kept.pop()
        kept.extend(made or [chunk])
    kept = _moments(kept, vocabulary)
    kept = with_tally(_named(kept, vocabulary), vocabulary)
    kept = _baskets(_how_much(kept, vocabulary), vocabulary)
    return _early(_per_row(_sold(kept, vocabulary), vocabulary))


def _total(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`total of Thai orders`, where a number is called `total`: its sum, not how many."""
    column = vocabulary.named("total")
    if column is None or not column.is_measure:
        return list(chunks)
    for at, chunk in enumerate(chunks):
        numbers = any(c.is_(Role.COLUMN) and c.link.narrowed(lambda c: c.is_measure) for c in chunks[at + 1 :])
        if chunk.is_(Role.AGGREGATE) and chunk.text.casefold() == "total" and not numbers:
            link = Link("total", (column,), Rank.EXACT)
            return [*chunks[: at + 1], Chunk(Role.COLUMN, "total", link), *chunks[at + 1 :]]
    return list(chunks)


def _moments(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`when was the last sale`: the latest date of the rows, or the date that is named."""
    made: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        if not chunk.is_(Role.MOMENT):
            made.append(chunk)
            continue
        named = [c for c in chunks[at + 1 :] if exact(c, lambda c: c.is_date)]
        years = vocabulary.where(lambda c: c.is_year)
        year = not vocabulary.dates and len(years) == 1
        column = years[0] if year else vocabulary.date_meant("when") if not named else None
        made.append(Chunk(Role.AGGREGATE, chunk.text, chunk.value))
        if column:
            made.append(Chunk(Role.COLUMN, column.name, Link(column.name, (column,), Rank.EXACT)))
    return made


def _named(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`who won the most`: the rows' one name, or the row where no column names it."""
    names = vocabulary.where(
        lambda c: c.kind is Kind.TEXT and bool(nouns.PEOPLE.intersection(c.words)) and not c.is_key
    )
    if len(names) != 1:
        names = vocabulary.where(lambda c: c.kind is Kind.TEXT and (c.is_unique or c.words[-1:] == ("name",)))
    if not any(chunk.is_(Role.NAME) for chunk in chunks):
        return chunks
    if any(chunk.is_(Role.COLUMN) and chunk.link.columns == names for chunk in chunks):
        raise Refusal(f"it asks who, and each row is one {names[0].name}", understood=80)
    if len(names) != 1:
        return [chunk for chunk in chunks if not chunk.is_(Role.NAME, Role.WHICH)]
    link = Link(names[0].name, names, Rank.EXACT)
    return [Chunk(Role.COLUMN, link.phrase, link) if chunk.is_(Role.NAME) else chunk for chunk in chunks]


def _is_filler(chunks: Sequence[Chunk], at: int, vocabulary: Vocabulary) -> bool:
    chunk, before, after = chunks[at], role_at(chunks, at - 1), role_at(chunks, at + 1)
    word = chunk.text.casefold()
    if chunk.is_(Role.WORD):
        said = word in nouns.AFTER_COLUMN or word.removesuffix("s") in nouns.AFTER_COLUMN
        said |= word in {"date", "day", "time"} and at > 0 and exact(chunks[at - 1], lambda c: c.is_date) is not None
        lasts = nouns.LASTING | nouns.UNITS.keys()
        said |= word == "time" and at > 0 and exact(chunks[at - 1], lambda c: bool(lasts & set(c.words))) is not None
        studied = word in _WHOLE and any(c.is_(Role.STUDY) for c in chunks[:at])
        opens = word in nouns.BEFORE_COLUMN and after is Role.PREPOSITION and chunks[at + 1].value == "of"
        measured = opens and at + 2 < len(chunks) and exact(chunks[at + 2], lambda c: c.is_number) is not None
        own = word in vocabulary.own_words and Role.COLUMN in {before, after}
        return (
            measured
            or own
            or (said and before is Role.COLUMN)
            or (word in nouns.PARTICIPLES and after in _PLACES)
            or studied
            or word in _EMPTY_VERBS
            or (word in {"who", "whom"} and at > 0)
        )
    if chunk.is_(Role.COLUMN):
        return chunk.link.is_plural and _is_name_of_rows(chunks, at)
    if chunk.is_(Role.SHARE):  # `urban share over 90`, where the column is `urban`
        return before is Role.COLUMN and after in {Role.COMPARISON, Role.BETWEEN}
    if chunk.is_(Role.ENTITY) and not word.endswith("s"):
        counted = role_at(chunks, at - 1) in {Role.COUNT, Role.DISTINCT, Role.GROUP, Role.STUDY, Role.AGGREGATE}
        return (before is Role.COLUMN and after is not Role.COLUMN) or (counted and after is Role.COLUMN)
    return chunk.is_(Role.COUNT) and (_is_most_common(chunks, at) or (before is Role.GROUP and after is Role.COLUMN))


def _is_name_of_rows(chunks: Sequence[Chunk], at: int) -> bool:
    """`average murder of states with …`, where each row is a state; `for stroke patients`, beside their key."""
    before, after = role_at(chunks, at - 1), role_at(chunks, at + 1)
    if before is Role.PREPOSITION and exact(chunks[at], lambda c: c.is_of_someone):  # `seizures among subjects over 30`
        return any(c.is_(Role.AGGREGATE) for c in chunks[:at])
    if before is Role.PREPOSITION and after is Role.CONDITION:
        figures = any(c.is_(Role.AGGREGATE) for c in chunks[: max(at - 1, 0)])
        return figures and exact(chunks[at], lambda c: c.is_unique and c.kind is Kind.TEXT) is not None
    if before is not Role.WORD or role_at(chunks, at - 2) is not Role.PREPOSITION:
        return False
    persons = singular(chunks[at].text.casefold()) in nouns.PERSONS
    return persons and exact(chunks[at], lambda c: c.is_key and not c.is_unique) is not None


def _how_much(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`how much electricity`, where the rows are called so: the one number that adds up, never how many rows."""
    for at, chunk in enumerate(chunks[:-1]):
        if chunk.is_(Role.AGGREGATE) and chunk.text.casefold() == "how much" and chunks[at + 1].is_(Role.ENTITY):
            additive = vocabulary.where(lambda c: c.is_additive)
            if len(additive) != 1:
                raise Refusal(f"“how much {chunks[at + 1].text}” does not say of which number", understood=80)
            link = Link(chunks[at + 1].text, additive, Rank.LOOSE)
            return [*chunks[: at + 1], Chunk(Role.COLUMN, link.phrase, link), *chunks[at + 2 :]]
    return chunks


def _per_row(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`revenue per order`, where each row is an order: its average over the rows."""
    if any(chunk.is_(Role.AGGREGATE, Role.COUNT, Role.SUPERLATIVE, Role.LATE) for chunk in chunks):
        return chunks
    for at, (figure, per, row) in enumerate(zip(chunks, chunks[1:], chunks[2:], strict=False)):
        if not row.is_(Role.ENTITY) or not per.is_(Role.GROUP) or per.text.casefold() != "per":
            continue
        person = vocabulary.is_of_persons and singular(row.text) in nouns.PERSONS
        is_row = row.value.is_unique if row.value else person or vocabulary.is_table((row.text,))
        if is_row and exact(figure, lambda c: c.is_additive):
            mean = Chunk(Role.AGGREGATE, "average", Aggregate.MEAN)
            return [*chunks[:at], mean, figure, *chunks[at + 3 :]]
    return chunks


_COUNTED = (
    Role.MOMENT,
    Role.COUNT,
    Role.DISTINCT,
    Role.LIST,
    Role.SUPERLATIVE,
    Role.GROUP,
    Role.FIRST,
    Role.RANK,
    Role.SHARE,
)


def _rows_as_money(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`total sales`, `sales by month`, where each row is a sale: what was taken, unless they are counted or listed."""
    if any(chunk.is_(Role.COLUMN) and chunk.link.narrowed(lambda c: c.is_measure) for chunk in chunks):
        return chunks
    for at, chunk in enumerate(chunks):
        if not chunk.is_(Role.ENTITY) or any(before.is_(*_COUNTED) for before in chunks[:at]):
            continue
        asked = at > 0 and chunks[at - 1].is_(Role.WHICH) and chunks[at - 1].text.casefold() == "which"
        link = vocabulary.money((chunk.text,))
        if link and not asked and role_at(chunks, at + 1) not in {Role.COMPARISON, Role.CONDITION, Role.WHICH}:
            return [*chunks[:at], Chunk(Role.COLUMN, chunk.text, link), *chunks[at + 1 :]]
    return chunks


def _baskets(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """`average basket`: of what each receipt comes to, where several rows make one; else of each row."""
    if not any(chunk.is_(Role.BASKET) for chunk in chunks):
        return chunks
    keys = vocabulary.where(lambda c: c.is_key and bool(nouns.BASKETS.intersection(c.words)))
    shared = [c for c in keys if not c.is_unique]
    money = vocabulary.money(("sales",))
    if money is None or len(shared) > 1:
        raise Refusal("it does not say by which number a basket is meant", understood=80)
    mean = [Chunk(Role.AGGREGATE, "average", Aggregate.MEAN), Chunk(Role.COLUMN, "basket", money)]
    each = [Chunk(Role.DIMENSION, f"per {shared[0].name}", Dimension(shared[0]))] if shared else []
    return [part for chunk in chunks for part in ([*mean, *each] if chunk.is_(Role.BASKET) else [chunk])]


def _sold(chunks: list[Chunk], vocabulary: Vocabulary) -> list[Chunk]:
    """What `sell` and `earn` are about, where one number can be; what is spent and earned is money."""
    asked = [chunk for chunk in chunks if chunk.is_(Role.SOLD)]
    money = any(chunk.value for chunk in asked)
    words = nouns.MONEY if money else nouns.MONEY | nouns.UNITS_SOLD
    additive = vocabulary.where(lambda c: c.is_additive and bool(words.intersection(c.words)))
    taken = vocabulary.money(("sales",)) if money else None
    additive = taken.columns if taken else additive
    if asked and len(additive) != 1:
        names = f": {either([column.name for column in additive])}" if additive else ""
        raise Refusal(f"it does not say which number is compared{names}", understood=80)
    link = Link("sold", additive, Rank.LOOSE)
    return [Chunk(Role.COLUMN, "sold", link) if chunk.is_(Role.SOLD) else chunk for chunk in chunks]


def _is_most_common(chunks: Sequence[Chunk], at: int) -> bool:
    """`most common number of cylinders`: the number is the column's."""
    return at > 0 and chunks[at - 1].is_(Role.SUPERLATIVE) and chunks[at - 1].value.counts


def _persons(chunks: Sequence[Chunk], at: int, vocabulary: Vocabulary) -> list[Chunk] | None:
    """`women`: the rows of a table of people whose gender says so."""
    chunk = chunks[at]
    gender = nouns.GENDERS.get(chunk.text.casefold()) if chunk.is_(Role.WORD) else None
    columns = vocabulary.where(lambda c: bool({"gender", "sex"} & set(c.words)) and c.is_category)
    if gender is None or len(columns) != 1:
        return None
    if any(one.is_(Role.VERSUS, Role.CONTRAST, Role.COMPARE) for one in chunks):
        return [Chunk(Role.QUOTED, gender)]
    if role_at(chunks, at - 1) is Role.GROUP:  # `paid by women`
        return [filter_chunk(ValueFilter((gender,), columns), [chunk])]
    return [Chunk(Role.ENTITY, chunk.text.casefold()), filter_chunk(ValueFilter((gender,), columns), [chunk])]


def _early(chunks: list[Chunk]) -> list[Chunk]:
    """`on average` before the figure that it is about; `in total` says nothing beside another aggregate."""
    late = [chunk for chunk in chunks if chunk.is_(Role.LATE)]
    rest = [chunk for chunk in chunks if not chunk.is_(Role.LATE)]
    if len(late) != 1:
        return chunks
    aggregated = any(chunk.is_(Role.AGGREGATE, Role.COUNT, Role.SHARE) for chunk in rest)
    if late[0].value is Aggregate.SUM and aggregated:
        return rest
    made = Chunk(Role.AGGREGATE, late[0].text, late[0].value)
    superlatives = [at for at, chunk in enumerate(rest) if chunk.is_(Role.SUPERLATIVE)]
    start = superlatives[0] + 1 if superlatives else 0
    for at in range(start, len(rest)):
        link = rest[at].link.narrowed(lambda c: c.is_measure) if rest[at].is_(Role.COLUMN) else None
        if link and role_at(rest, at - 1) not in {Role.GROUP, Role.DURATION}:
            return [*rest[:at], made, *rest[at:]]
    if superlatives and rest[superlatives[0]].value.column_word:  # `which hour is warmest on average`
        return [*rest[: superlatives[0] + 1], made, *rest[superlatives[0] + 1 :]]
    if superlatives:  # `which firm invested least on average`
        for at in range(superlatives[0] - 1, -1, -1):
            link = rest[at].link.narrowed(lambda c: c.is_measure) if rest[at].is_(Role.COLUMN) else None
            if link:
                return [*rest[:at], *rest[at + 1 : superlatives[0] + 1], made, rest[at], *rest[superlatives[0] + 1 :]]
    return chunks
