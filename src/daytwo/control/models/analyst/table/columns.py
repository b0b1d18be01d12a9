"""A column as the analyst reads its sheet: what kind of values it holds, and what can be computed with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from daytwo.control.models.analyst.terms import Grain, Operation
from daytwo.control.models.analyst.words import lexicon, nouns
from daytwo.control.models.analyst.words.spelling import name_words
from daytwo.wire.sheet import ColumnClass, ColumnSheet, ColumnType, NullShare, Uniqueness

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


@dataclass(frozen=True)
class Formula:
    """How a column is made of two others, row by row; `DAYS` and `HOURS` go from the left date to the right one."""

    operation: Operation
    left: Column
    right: Column


@dataclass(frozen=True)
class Column:
    sheet: ColumnSheet
    formula: Formula | None = None

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
        few = self.kind is Kind.TEXT and self.sheet.uniqueness is Uniqueness.FEW
        return few and (masks == {"AA", "AAA"} or (masks == {"A"} and bool(self.words) and self._says_done))

    @property
    def is_zero_or_one(self) -> bool:
        """A whole number, of few, that is named for what did or did not happen: `Survived`; the program makes sure."""
        whole = self.sheet.type is ColumnType.INTEGER and self.sheet.uniqueness is Uniqueness.FEW
        return whole and bool(self.words) and self._says_done

    @property
    def _says_done(self) -> bool:
        done = self.words[-1].endswith("ed") or self.words[-1] in nouns.HAPPENED
        return done or (len(self.words) > 1 and self.words[0] in {"is", "has", "was"})

    @property
    def says_yes(self) -> bool:
        """Whether it says yes or no of each row."""
        return self.kind is Kind.FLAG or self.is_yes_or_no or self.is_zero_or_one

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
        return bool(self.words) and self.words[-1] in nouns.KEY_ENDINGS

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
        if self.formula:
            sides = (self.formula.left.is_additive, self.formula.right.is_additive)
            if self.formula.operation is Operation.TIMES:
                return any(sides)
            return all(sides) and self.formula.operation in {Operation.PLUS, Operation.MINUS}
        return (
            self.is_number
            and bool(nouns.ADDITIVE.intersection(self.words))
            and not nouns.NOT_ADDITIVE.intersection(self.words)
        )

    @property
    def counts_things(self) -> bool:
        """Whole numbers under a plural: `signups`, `HomeGoals`."""
        said = self.name.casefold().rstrip("0123456789_ ")
        plural = bool(self.words) and said.endswith("s") and not said.endswith(self.words[-1])
        timed = nouns.UNITS.keys() | nouns.LASTING | nouns.NOT_ADDITIVE
        whole = self.sheet.type is ColumnType.INTEGER or self.sheet.whole is True
        return whole and plural and self.is_measure and not timed.intersection(self.words)

    @property
    def is_measure(self) -> bool:
        counted = self.is_unique and self.sheet.type is not ColumnType.FLOAT  # a price may differ in every row
        dated = "year" in self.words and "years" not in self.name.casefold()  # `age_years` says in which unit it is
        return self.is_number and not self.is_key and not counted and not dated and not self.is_of_someone

    @property
    def is_of_someone(self) -> bool:
        """A number that stands for a person, several rows each: `subject`."""
        whole = self.sheet.type is ColumnType.INTEGER
        return whole and len(self.words) == 1 and self.words[0] in nouns.NUMBERED_PERSONS

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


def made(operation: Operation, left: Column, right: Column) -> Column:
    """The column that two others make."""
    name = f"{operation} from {left.name} to {right.name}"
    if operation not in {Operation.DAYS, Operation.HOURS}:
        name = f"{left.name} {operation} {right.name}"
    gaps = left.sheet.null_share if not right.has_gaps else right.sheet.null_share
    sheet = ColumnSheet(name=name[:256], type=ColumnType.FLOAT, null_share=gaps, uniqueness=Uniqueness.MANY)
    return Column(sheet, Formula(operation, left, right))
