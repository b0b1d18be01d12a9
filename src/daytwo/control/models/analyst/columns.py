"""Linking: which columns of a table a person's words can mean.

A column answers to its whole name (rank EXACT), to the name without a unit (NEAR), and to what people shorten it to
(LOOSE): `unit_price` to “price”, `customer_id` to “customer”, `quantity` to “units”.  The best rank wins; two columns
at one rank are ambiguous, and whoever resolves the link refuses, naming both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property

from daytwo.control.models.analyst import lexicon
from daytwo.control.models.analyst.refusal import Refusal, either, shown
from daytwo.control.models.analyst.spelling import is_typo_of, name_words, singular, verb_stem
from daytwo.control.models.analyst.terms import Grain, Join
from daytwo.wire.sheet import ColumnClass, ColumnSheet, ColumnType, NullShare, TableSheet, Uniqueness

PHRASE_LIMIT_WORDS = 8
_NUMBER_MASK = re.compile(r"[-+(]*[$€£¥?]? ?[-+]?9[9.,' ]*\)? ?[%$€£¥?]?")
_NUMBER_SIGN = re.compile(r"[$€£¥%?,.']")
_ISO_MASK = re.compile(r"9999([-/.])99?(?:\1)99?([ T].*)?")
_DAY_OR_MONTH_FIRST_MASK = re.compile(r"99?([-/.])99?(?:\1)9999([ T].*)?")
_LOW = {None, Uniqueness.CONSTANT, Uniqueness.FEW, Uniqueness.SOME}


class Kind(StrEnum):
    """What can be computed with a column."""

    NUMBER = "number"
    NUMBER_TEXT = "number in text"
    DATE = "date"
    DATE_TEXT = "date in text"
    TEXT = "text"
    FLAG = "flag"
    OTHER = "other"


class Rank(IntEnum):
    EXACT = 0
    NEAR = 1
    LOOSE = 2


@dataclass(frozen=True)
class Column:
    sheet: ColumnSheet

    @property
    def name(self) -> str:
        return self.sheet.name

    @cached_property
    def words(self) -> tuple[str, ...]:
        return name_words(self.name)

    @cached_property
    def kind(self) -> Kind:
        if self.sheet.type.is_number:
            return Kind.NUMBER
        if self.sheet.type.is_temporal:
            return Kind.DATE
        if self.sheet.type is ColumnType.BOOLEAN:
            return Kind.FLAG
        if self.sheet.type is not ColumnType.TEXT:
            return Kind.OTHER
        if self.sheet.masks and all(_is_date_mask(mask) for mask in self.sheet.masks):
            return Kind.DATE_TEXT
        return Kind.NUMBER_TEXT if _are_number_masks(self.sheet.masks) else Kind.TEXT

    @property
    def is_number(self) -> bool:
        return self.kind in {Kind.NUMBER, Kind.NUMBER_TEXT}

    @property
    def is_date(self) -> bool:
        return self.kind in {Kind.DATE, Kind.DATE_TEXT}

    @property
    def is_category(self) -> bool:
        """Text that a value in a question may stand in."""
        return self.kind is Kind.TEXT and (
            self.sheet.uniqueness in _LOW or self.sheet.column_class is not ColumnClass.FREE_TEXT
        )

    @property
    def is_yes_or_no(self) -> bool:
        """Text that can only say yes or no, by its shape."""
        masks = set(self.sheet.masks)
        return self.kind is Kind.TEXT and self.sheet.uniqueness is Uniqueness.FEW and masks == {"AA", "AAA"}

    @property
    def own_grain(self) -> Grain | None:
        """Of a date column that is called `year` or `month`: it is never finer than that."""
        return lexicon.GRAINS.get(self.words[0]) if len(self.words) == 1 and self.is_date else None

    @property
    def is_year(self) -> bool:
        return self.is_number and self.words == ("year",)

    @property
    def has_gaps(self) -> bool:
        """Whether a value may be missing, or may turn out to be unreadable."""
        return self.sheet.null_share is not NullShare.NONE

    @property
    def is_unique(self) -> bool:
        return self.sheet.uniqueness is Uniqueness.UNIQUE

    @property
    def is_key(self) -> bool:
        return bool(self.words) and self.words[-1] in lexicon.KEY_ENDINGS

    @property
    def is_groupable(self) -> bool:
        """Whether rows with one value of it make a group worth comparing."""
        if self.kind in {Kind.TEXT, Kind.FLAG} or self.is_date:
            return True
        if self.is_number and self.words[-1:] and self.words[-1] in lexicon.GRAINS:
            return True
        whole = self.sheet.type is ColumnType.INTEGER
        few = self.sheet.uniqueness in {Uniqueness.CONSTANT, Uniqueness.FEW}
        return self.kind is Kind.NUMBER and (few or (whole and (self.is_key or self.sheet.uniqueness in _LOW)))

    @property
    def is_additive(self) -> bool:
        return (
            self.is_number
            and bool(lexicon.ADDITIVE.intersection(self.words))
            and not lexicon.NOT_ADDITIVE.intersection(self.words)
        )

    @property
    def is_measure(self) -> bool:
        return self.is_number and not self.is_key and not self.is_unique and "year" not in self.words

    @property
    def has_decimal_comma(self) -> bool:
        """Of numbers in text: `9.999,99` or `9,9`, not `9,999.99`."""
        return all(re.search(r",9{1,2}\D*$|\.9+,9", mask) or not re.search(r"[.,]", mask) for mask in self.sheet.masks)

    @property
    def is_iso_text(self) -> bool:
        return all(_ISO_MASK.fullmatch(mask) for mask in self.sheet.masks)


def _is_date_mask(mask: str) -> bool:
    return bool(_ISO_MASK.fullmatch(mask) or _DAY_OR_MONTH_FIRST_MASK.fullmatch(mask))


def _are_number_masks(masks: tuple[str, ...]) -> bool:
    return (
        bool(masks)
        and all(_NUMBER_MASK.fullmatch(mask) for mask in masks)
        and any(_NUMBER_SIGN.search(mask) for mask in masks)
    )


_GROUP_OF = {word: min(group) for group in lexicon.SYNONYMS for word in group}


def _canonical(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(_GROUP_OF.get(word, word) for word in words)


@dataclass(frozen=True)
class Link:
    """What a phrase can mean: columns at the same rank.  `typo` is the word as typed, if one letter was amiss."""

    phrase: str
    columns: tuple[Column, ...]
    rank: Rank
    is_plural: bool = False
    typo: str | None = None

    def narrowed(self, fits: Callable[[Column], bool]) -> Link | None:
        columns = tuple(column for column in self.columns if fits(column))
        return Link(self.phrase, columns, self.rank, self.is_plural, self.typo) if columns else None

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
            for rank, phrases in _phrases_of(column).items():
                for phrase in phrases:
                    self._phrases.setdefault(phrase, {}).setdefault(rank, []).append(column)
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
            _canonical(parts),
            parts[:1] + _canonical(parts[1:]),
            lexicon.PHRASES.get(parts),
            _canonical(lexicon.PHRASES.get(parts, ())),
        ):
            for columns in self._phrases.get(key or (), {}).values():
                loose += [column for column in columns if column not in loose]
        if not loose and len(parts) == 1 and (stem := verb_stem(parts[0])):
            loose = [column for column in self.columns if any(verb_stem(word) == stem for word in column.words)]
        return Link(" ".join(words), tuple(loose), Rank.LOOSE, plural) if loose else None

    def link_typo(self, word: str) -> Link | None:
        """The one column whose name this word misses by a letter."""
        part = singular(word)
        if part in lexicon.CONFUSABLE or word in lexicon.NEVER_VALUES or part in _GROUP_OF:
            return None
        near = [name for length in range(-1, 2) for name in self._typos.get((part[:1], len(part) + length), ())]
        meant = [self._phrases[name,] for name in near if name not in lexicon.CONFUSABLE and is_typo_of(part, name)]
        found = tuple(dict.fromkeys(column for ranks in meant for columns in ranks.values() for column in columns))
        if len(found) != 1:
            return None
        return Link(word, found, Rank.LOOSE, is_plural=word != part, typo=word)

    def is_table(self, words: tuple[str, ...]) -> bool:
        """Whether these words are the table's own name."""
        return tuple(part for word in words for part in name_words(word)) in self._table_words

    def is_beside(self, words: tuple[str, ...]) -> bool:
        """Whether these words name a table that is joined to this one."""
        return tuple(part for word in words for part in name_words(word)) in self._beside

    def row_key(self, word: str) -> Column | None:
        """The column that numbers the rows called `word`: `order_id` for “orders”."""
        part = singular(word)
        keys = [column for column in self.columns if column.is_key and column.words[:-1] == (part,)]
        return keys[0] if len(keys) == 1 else None

    @property
    def is_of_persons(self) -> bool:
        """Whether each row is somebody, as far as the columns tell."""
        return any(lexicon.PERSON_COLUMNS.intersection(column.words) for column in self.columns)

    def is_row_grain(self, word: str) -> bool:
        """Whether `word` (`days`, `quarters`) names the rows: one for each date, or for each quarter of a year."""
        part = singular(word)
        if part == "day" and any(c.is_date and c.is_unique and not c.own_grain for c in self.columns):
            return True
        named = {column.words for column in self.columns if column.is_number}
        return part in {"quarter", "month", "week"} and (part,) in named and ("year",) in named

    def where(self, fits: Callable[[Column], bool]) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if fits(column))


def _phrases_of(column: Column) -> dict[Rank, set[tuple[str, ...]]]:
    """What people call a column, by rank."""
    words = column.words
    if not words:
        return {}
    exact = {words}
    near: set[tuple[str, ...]] = set()
    loose = {_canonical(words)}
    stems = [words]
    if len(words) > 1 and words[-1] in lexicon.UNITS:
        bare = words[:-2] if len(words) > 2 and words[-2] in {"in", "per"} else words[:-1]
        near.add(bare)
        stems.append(bare)
    if len(words) > 2:
        loose.add(("".join(word[0] for word in words),))
    if len(words) == 2 and words[1] in lexicon.EXTREME_WORDS:
        loose |= {(way, *_canonical(words[:1])) for way in lexicon.EXTREME_WORDS[words[1]]}
        loose |= {(way, words[0]) for way in lexicon.EXTREME_WORDS[words[1]]}
    for stem in stems:
        loose.add(_canonical(stem))
        for start in range(1, len(stem)):
            tail = stem[start:]
            if tail[0] not in lexicon.KEY_ENDINGS | lexicon.NAME_ENDINGS | lexicon.FILLER_ENDINGS:
                loose |= {tail, _canonical(tail)}
        if len(stem) > 1 and stem[-1] in lexicon.KEY_ENDINGS | lexicon.NAME_ENDINGS | lexicon.FILLER_ENDINGS:
            loose |= {stem[:-1], _canonical(stem[:-1])}
    return {Rank.EXACT: exact, Rank.NEAR: near - exact, Rank.LOOSE: loose - exact - near}
