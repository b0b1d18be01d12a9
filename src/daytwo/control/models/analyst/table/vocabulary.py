"""Linking: which columns of a table a person's words can mean.

The best rank wins; two columns at one rank are ambiguous, and whoever resolves the link refuses, naming both.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

from daytwo.control.models.analyst.refusal import Refusal, either, shown
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.table.events import end_date, event_date, happened
from daytwo.control.models.analyst.table.naming import GROUP_OF, Rank, canonical, phrases_of
from daytwo.control.models.analyst.table.resembling import core, resembling
from daytwo.control.models.analyst.terms import Join
from daytwo.control.models.analyst.words import lexicon, nouns
from daytwo.control.models.analyst.words.spelling import is_typo_of, name_words, singular, verb_stem, word_stem
from daytwo.wire.sheet import TableSheet

PHRASE_LIMIT_WORDS = 8


@dataclass(frozen=True)
class Link:
    """What a phrase can mean: columns at the same rank.  `typo` is the word as typed, if one letter was amiss."""

    phrase: str
    columns: tuple[Column, ...]
    rank: Rank
    is_plural: bool = False
    typo: str | None = None
    """The word as typed, where a letter is amiss or the name is written short."""
    is_verb: bool = False
    """Whether it was typed in another form than the name's: `voted`, `voters` for `vote`."""

    def narrowed(self, fits: Callable[[Column], bool]) -> Link | None:
        columns = tuple(column for column in self.columns if fits(column))
        return replace(self, columns=columns) if columns else None

    def column(self, prefer: Callable[[Column], bool] | None = None) -> Column:
        """The one column that is meant.

        Raises:
            Refusal: two columns fit equally.
        """
        preferred = [column for column in self.columns if prefer(column)] if prefer else []
        columns = preferred if len(preferred) == 1 else self.columns
        if len(columns) > 1:
            names = either([column.name for column in columns])
            raise Refusal(f"{shown(self.phrase)} could be the column {names}; name one of them", understood=90)
        return columns[0]


class Vocabulary:
    """One table as the analyst reads it: its callable name, its columns, what its rows are called."""

    def __init__(
        self,
        name: str,
        sheet: TableSheet,
        *,
        joins: tuple[Join, ...] = (),
        beside: frozenset[tuple[str, ...]] = frozenset(),
    ) -> None:
        self.name = name
        self.sheet_name = sheet.name
        self.joins = joins
        self._beside = beside
        self.rows_magnitude = sheet.rows_magnitude
        self.columns = tuple(Column(column) for column in sheet.columns)
        self._by_name = {column.name.casefold(): column for column in self.columns}
        self._phrases: dict[tuple[str, ...], dict[Rank, list[Column]]] = {}
        for column in self.columns:
            for rank, phrases in phrases_of(column).items():
                for phrase in phrases:
                    self._phrases.setdefault(phrase, {}).setdefault(rank, []).append(column)
        for phrase, ranks in list(self._phrases.items()):  # `SpO2_pct`, typed “spo2”
            if len(phrase) > 1:
                joined = self._phrases.setdefault(("".join(phrase),), {}).setdefault(Rank.LOOSE, [])
                joined += [c for columns in ranks.values() for c in columns if c not in joined]
        self._typos: dict[tuple[str, int], list[str]] = {}
        for phrase in self._phrases:
            if len(phrase) == 1:
                self._typos.setdefault((phrase[0][:1], len(phrase[0])), []).append(phrase[0])
        self._table_words = {name_words(name), name_words(sheet.name)}

    def named(self, text: str) -> Column | None:
        """The column of exactly this name."""
        return self._by_name.get(text.casefold())

    def link(self, words: tuple[str, ...]) -> Link | None:
        """The columns that these words, as typed, can mean."""
        parts = tuple(part for word in words for part in name_words(word))
        if not parts:
            return None
        plural = words[-1] != singular(words[-1])
        exact = self._phrases.get(parts, {})
        ranked = [(rank, columns) for rank, columns in exact.items() if rank is not Rank.LOOSE]
        if ranked:
            rank, columns = min(ranked, key=lambda item: item[0])
            return Link(" ".join(words), tuple(columns), rank, plural)
        loose = list(exact.get(Rank.LOOSE, ()))
        for key in (
            canonical(parts),
            parts[:1] + canonical(parts[1:]),
            nouns.PHRASES.get(parts),
            canonical(nouns.PHRASES.get(parts, ())),
            canonical((word_stem(parts[0]) or "",)) if len(parts) == 1 and parts[0].endswith("er") else (),
            ("".join(parts),) if len(parts) > 1 else (),
        ):
            for columns in self._phrases.get(key or (), {}).values():
                loose += [column for column in columns if column not in loose]
        if not loose and len(parts) == 1 and (stem := verb_stem(parts[0])):
            loose = [column for column in self.columns if any(verb_stem(word) == stem for word in column.words)]
        if loose:
            return Link(" ".join(words), tuple(loose), Rank.LOOSE, plural)
        return self._link_short(words, parts, plural=plural) or self.money(words, plural=plural) or self._peopled(words)

    def _peopled(self, words: tuple[str, ...]) -> Link | None:
        """`people`, where a column holds the population."""
        found = self.where(lambda c: c.is_measure and bool({"population", "pop"}.intersection(c.words)))
        said = len(words) == 1 and words[0].casefold() in nouns.INHABITANTS
        return Link(words[0], found, Rank.LOOSE, is_plural=True) if said and len(found) == 1 else None

    def money(self, words: tuple[str, ...], *, plural: bool = False) -> Link | None:
        """The one number that “sales” or “spending” can mean, where no column is called so."""
        called = nouns.MONEY_NOUNS.get(singular(words[0].casefold())) if len(words) == 1 else None
        found = self.where(lambda c: c.is_additive and bool(called and called.intersection(c.words)))
        return Link(words[0], found, Rank.LOOSE, plural) if len(found) == 1 else None

    def _link_short(self, words: tuple[str, ...], parts: tuple[str, ...], *, plural: bool) -> Link | None:
        """A name that is written short, or of which another form was typed."""
        found = resembling(parts, self.columns)
        if not found:
            return None
        verb = len(parts) == 1 and len(found[0].words) == 1 and word_stem(parts[0]) == word_stem(found[0].words[0])
        phrase = " ".join(words)
        return Link(phrase, found, Rank.LOOSE, plural, None if verb else phrase, is_verb=verb)

    def link_typo(self, word: str) -> Link | None:
        """The one column whose name this word misses by a letter."""
        part = singular(word)
        if part in nouns.CONFUSABLE or word in lexicon.NEVER_VALUES or part in GROUP_OF:
            return None
        near = [name for length in range(-1, 2) for name in self._typos.get((part[:1], len(part) + length), ())]
        meant = [self._phrases[name,] for name in near if name not in nouns.CONFUSABLE and is_typo_of(part, name)]
        found = tuple(dict.fromkeys(column for ranks in meant for columns in ranks.values() for column in columns))
        if len(found) != 1:
            return None
        return Link(word, found, Rank.LOOSE, is_plural=word != part, typo=word)

    def is_table(self, words: tuple[str, ...]) -> bool:
        """Whether these words are the table's own name, or say the same thing."""
        said = tuple(part for word in words for part in name_words(word))
        if said in self._table_words:
            return True
        link = self.link(said) if len(said) == 1 else None
        if (
            link
            and link.rank is Rank.LOOSE
            and all(c.is_date for c in link.columns)
            and any(len(words) > 1 and words[-1:] == said for words in self._table_words)
        ):
            return True  # `visits` of `vet_visits`, rather than days of `visit_date`
        return len(said) == 1 and said[0] in self._alike and link is None

    @cached_property
    def _alike(self) -> frozenset[str]:
        """Other words for what the table is called: of `orders`, purchases."""
        named = {words[-1] for words in self._table_words if words}
        return frozenset(word for group in nouns.ALIKE if group & named for word in group)

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The words of the table's name: beside a column of `us_employment`, “employment” says nothing more."""
        return frozenset(word for words in self._table_words if len(words) > 1 for word in words)

    def is_beside(self, words: tuple[str, ...]) -> bool:
        """Whether these words name a table that is joined to this one."""
        return tuple(part for word in words for part in name_words(word)) in self._beside

    def row_key(self, word: str) -> Column | None:
        """The column that numbers the rows called `word`: `order_id` for “orders”."""
        part = singular(word)
        keys = [column for column in self.columns if column.is_key and column.words[:-1] == (part,)]
        return keys[0] if len(keys) == 1 else None

    def is_row(self, word: str) -> bool:
        """Whether the word is the table's own name, or says “row”."""
        return singular(word.rsplit(maxsplit=1)[-1]) in nouns.ROW_WORDS or self.is_table(tuple(word.split()))

    @cached_property
    def is_of_persons(self) -> bool:
        """Whether each row is somebody, as far as the columns tell: it has an age or a sex, and no key of a thing."""
        silent = nouns.PERSONS | self.own_words
        things = any(c.is_key and c.is_unique and len(c.words) > 1 and not silent & set(c.words) for c in self.columns)
        return not things and any(core(c)[:1] in nouns.PERSON_CORES for c in self.columns if len(core(c)) == 1)

    @cached_property
    def has_persons(self) -> bool:
        """Whether a column tells of somebody: an age, a sex, a name of its two parts."""
        told = nouns.PERSON_COLUMNS | {"race", "birth", "dob"}
        return bool(self.where(lambda c: bool(told.intersection(c.words))))

    @cached_property
    def counted_thing(self) -> Column | None:
        """The one text, unique, beside numbers alone: each row is one of it, whatever the table is called."""
        texts = self.where(lambda c: not c.is_number)
        one = texts[0] if len(texts) == 1 and len(self.columns) > 2 else None
        silent = nouns.KEY_ENDINGS | nouns.NAME_ENDINGS
        if one is None or not one.is_unique or one.is_date or not one.words or self.is_table((one.words[-1],)):
            return None
        return None if one.words[-1] in silent else one

    @cached_property
    def named_thing(self) -> Column | None:
        """The unique text by which each row goes, called like the table: `trail` of `trails`."""
        found = self.where(lambda c: c.is_unique and not c.is_number and not c.is_date and c.words in self._table_words)
        return found[0] if len(found) == 1 else None

    @cached_property
    def has_day_names(self) -> bool:
        """Whether a text column may hold Monday, Tuesday …"""
        return bool(self.where(lambda c: c.is_category and bool({"day", "weekday", "dow"} & set(c.words))))

    @cached_property
    def tally(self) -> Link | None:
        """The column that says how many things each row stands for, if there is one."""
        found = self.where(lambda c: c.is_measure and len(c.words) == 1 and c.words[0] in nouns.TALLIES)
        return Link(found[0].name, found, Rank.EXACT) if len(found) == 1 else None

    def is_row_noun(self, word: str) -> bool:
        """Whether the columns show that the rows are what `word` says: `flowers`, of petals."""
        evidence = nouns.ROW_NOUNS.get(singular(word), frozenset())
        return any(evidence.intersection(column.words) for column in self.columns)

    def is_row_grain(self, word: str) -> bool:
        """Whether `word` (`days`, `quarters`) names the rows: one for each date, or for each quarter of a year."""
        part = singular(word)
        if part == "day" and any(c.is_date and c.is_unique and not c.own_grain for c in self.columns):
            return True
        named = {column.words for column in self.columns if column.is_number}
        return part in {"quarter", "month", "week"} and (part,) in named and ("year",) in named

    @cached_property
    def dates(self) -> tuple[Column, ...]:
        return self.where(lambda c: c.is_date)

    @cached_property
    def event_date(self) -> Column | None:
        """The date that a question means which names none."""
        return event_date(self.dates, [*name_words(self.name), *name_words(self.sheet_name)])

    def happened(self, word: str) -> Column | None:
        """The one date of what a verb or noun says happened, where the word is not a column's own name."""
        return happened(word.casefold(), self.dates) if self.named(word) is None else None

    def dated_by(self, column: Column) -> Vocabulary:
        """The same table, whose rows' event is at this date: of permits, “filed per month”."""
        made = copy(self)
        vars(made)["event_date"] = column
        return made

    @cached_property
    def end_date(self) -> Column | None:
        """The date at which what began with the event ended."""
        return end_date(self.dates, self.event_date)

    def date_meant(self, text: str) -> Column:
        """The date that `text`, a time, is of.

        Raises:
            Refusal: there is none, or it could be that of several.
        """
        if not self.dates:
            raise Refusal(f"{shown(text)} needs dates, and {self.name} has no column with dates", understood=60)
        if self.event_date is None:
            names = either([column.name for column in self.dates])
            raise Refusal(
                f"{shown(text)} could be of {names}; say which, as in “{text} of {self.dates[0].name}”", understood=90
            )
        return self.event_date

    def where(self, fits: Callable[[Column], bool]) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if fits(column))
