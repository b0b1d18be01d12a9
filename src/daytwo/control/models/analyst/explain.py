"""A question said back in one line: what the person is told was understood."""

from __future__ import annotations

from datetime import timedelta

from daytwo.control.models.analyst.question import (
    AnyFilter,
    DateFilter,
    Dimension,
    FigureFilter,
    Filter,
    FlagFilter,
    Having,
    Measure,
    MissingFilter,
    NumberFilter,
    PairFilter,
    Question,
    RecentFilter,
    Shape,
    ValueFilter,
)
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.terms import Aggregate, Contrast, Course, Grain, Period, Study
from daytwo.control.models.analyst.words import nouns

_NAMES = {
    Aggregate.SUM: "total", Aggregate.MEAN: "average", Aggregate.MEDIAN: "median", Aggregate.MIN: "lowest",
    Aggregate.MAX: "highest", Aggregate.DISTINCT: "number of different values of",
    Aggregate.FILLED: "number of rows with a value of",
    Aggregate.VARIATION: "coefficient of variation of", Aggregate.IQR: "interquartile range of",
    Aggregate.DEVIATION: "standard deviation of", Aggregate.VARIANCE: "variance of", Aggregate.ONLY: "the",
}  # fmt: skip
_TIMES = {">": "after", ">=": "on or after", "<": "before", "<=": "on or before", "==": "the same as", "!=": "not"}
_SIGNS = {">": "over", ">=": "at least", "<": "under", "<=": "at most", "==": "=", "!=": "not"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


OTHERS_SHOWN = 4


def explain(question: Question) -> str:
    """One line: `I understood: total revenue by region, where order_date is in 2024.`"""
    typos = "".join(f" (“{typed}” read as {column})" for typed, column in question.typos)
    tables = " with ".join([question.table, *(join.table for join in question.joins)])
    understood = f"{what(question)}{by(question)}{where_of(question)}{typos}"
    return f"I understood: {understood}, in {tables}.{_taken(question)}{_read(question)}"


def _read(question: Question) -> str:
    """What else was taken to be meant."""
    return "".join(f" I took {reading}." for reading in question.readings)


def _taken(question: Question) -> str:
    """Which date was taken, of several."""
    if question.taken is None:
        return ""
    date, others = question.taken
    names = " or ".join(column.name for column in others[:OTHERS_SHOWN])
    return f" The date is {date.name}; for another, ask again and name it: {names}."


_CONTRASTS = {
    Contrast.DIFFERENCE: "and the difference", Contrast.CHANGE: "and the change",
    Contrast.MORE: "and whether the first is more", Contrast.LESS: "and whether the first is less",
}  # fmt: skip


def what(question: Question) -> str:  # noqa: PLR0911 - one return for each kind
    """What is computed, without over which rows."""
    measures = " and ".join(label(measure, question) for measure in question.measures)
    if question.over:
        measures = over(question, measures)
    columns = ", ".join(column.name for column in question.columns)
    if question.shape is Shape.DESCRIBE:
        return f"a summary of {columns or 'every column'}"
    if question.shape in {Shape.SIZE, Shape.STUDY}:
        return study(question) if question.study else "number of rows and columns"
    if question.outer is not None:
        called = " and ".join(dimension_label(dimension) for dimension in question.dimensions)
        if question.outer is Aggregate.COUNT:
            return f"number of different {called}"
        first = label(question.measures[0], question)
        beside = " (in the table beside the average of single rows)" if len(question.measures) > 1 else ""
        return f"{_NAMES[question.outer]} over each {called} of its {first}{beside}"
    if question.shape is Shape.VALUES:
        never = f" that have no row{where(question.part)}" if question.part else ""
        return f"the different values of {columns}{never}"
    if question.shape is Shape.SHARE:
        return f"share of {measures}" + where(question.part)
    if question.shape is Shape.AGGREGATE:
        return measures
    several = "rows" if question.limit != 1 else "row"
    count = "" if question.limit in {None, 1} else f"{question.limit} "
    if question.order is None:
        return f"the {'last' if question.from_end else 'first'} {count}{several}" if question.limit else "the rows"
    assert question.order.column is not None
    direction = place(question)
    told = f"{columns} of " if columns else ""
    return f"{told}the {count}{several} with the {direction} {question.order.column.name}"


def by(question: Question) -> str:
    if not question.dimensions:
        return ""
    text = " by " + " and ".join(dimension_label(dimension) for dimension in question.dimensions)
    if question.outer is not None:
        text = ""
    if question.rank_of is not None:
        return f"{text}, the rank of “{question.rank_of}”, highest first"
    if question.having is not None:
        text += f", of those whose {having(question.having, question)}"
    text += " with its share" * question.with_share + " with what they add up to" * question.with_sum
    if question.contrast:
        text += f", {_CONTRASTS[question.contrast]}"
    if question.order is None or question.shape is not Shape.AGGREGATE:
        return text
    direction = place(question)
    if question.within:
        outer, inner = (dimension_label(dimension) for dimension in question.dimensions)
        places = "all" if question.limit is None else f"the {question.limit} {direction}"
        return f" by {inner}, {places} within each {outer}"
    if question.limit is None:
        return f"{text}, {direction} first"
    return f"{text}, the {direction}" if question.limit == 1 else f"{text}, the {question.limit} {direction}"


def place(question: Question) -> str:
    """`highest`, `second lowest`: which end of a ranking, and how far from it."""
    end = "highest" if question.order is None or question.order.descending else "lowest"
    return f"{ordinal(question.place)} {end}" if question.place else end


def having(one: Having, question: Question) -> str:
    """`total invest is over 5,000`."""
    named = label(one.measure, question)
    if one.figure:
        return f"{named} is {_SIGNS[one.comparison]} the {_NAMES[one.figure]} of all"
    if one.comparison == "between":
        return f"{named} is between {one.value:,g} and {one.other or 0:,g}"
    return f"{named} is {_SIGNS[one.comparison]} {one.value:,g}"


def over(question: Question, measures: str) -> str:
    """`growth of total revenue (%)`."""
    assert question.over is not None
    course, window, target = question.over.course, question.over.window, question.over.target
    if course is Course.MOVING:
        return f"moving average over {window} of {measures}"
    if course is Course.FORECAST:
        return f"forecast of {measures}" + (f" for {target}" if target else "") + " along a straight line"
    return f"growth of {measures} (%)" if course is Course.GROWTH else f"{course} of {measures}"


def study(question: Question) -> str:
    """`correlation of price and weight`."""
    names = [column.name for column in question.columns]
    if question.study is Study.REGRESSION:
        return f"linear regression of {names[0]} on {' and '.join(names[1:])}"
    if question.study is Study.DUPLICATES:
        return f"rows that repeat an earlier {' and '.join(names) or 'row'}"
    listed = " and ".join(names) or ("every column" if question.study is Study.MISSING else "every number")
    return f"{question.study} {'in' if question.study in {Study.OUTLIERS, Study.MISSING} else 'of'} {listed}"


def ordinal(number: float) -> str:
    """`90th`, `1st`."""
    whole = round(number)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th") if whole % 100 not in {11, 12, 13} else "th"
    return f"{number:g}{ending}"


def where_of(question: Question) -> str:
    """Over which rows, but for what is compared, which `by` names."""
    compared = [dimension.compared for dimension in question.dimensions]
    return where(tuple(one for one in question.filters if one not in compared))


def where(filters: tuple[Filter, ...]) -> str:
    """`, for “West”, where revenue is over 100`: values whose column only the data know come first."""
    placed = [one for one in filters if isinstance(one, ValueFilter) and not one.is_named]
    kept = " and ".join(_values(one) for one in placed if not one.negated)
    left = " and ".join(_values(one) for one in placed if one.negated)
    rest = " and ".join(condition(one) for one in filters if one not in placed)
    return (
        (f", for {kept}" if kept else "") + (f", without {left}" if left else "") + (f", where {rest}" if rest else "")
    )


def _values(one: ValueFilter) -> str:
    return " or ".join(f"“{value}”" for value in one.values)


def label(measure: Measure, question: Question) -> str:
    """`total revenue`, `number of orders`."""
    if measure.quantile is not None:
        assert measure.column is not None
        return f"{ordinal(100 * measure.quantile)} percentile of {measure.column.name}"
    if measure.column is None:
        return f"number of {question.rows_called if question.rows_called.endswith('s') else 'rows'}"
    if measure.per is not None:
        percent = measure.aggregate is Aggregate.PERCENT
        return f"{measure.column.name} {'as a percentage of' if percent else 'per'} {measure.per.name}"
    return f"{_NAMES[measure.aggregate]} {measure.column.name}"


def dimension_label(dimension: Dimension) -> str:
    if dimension.spans:
        assert dimension.column is not None
        return f"{dimension.column.name}, " + " against ".join(period(span) for span in dimension.spans)
    if dimension.compared is not None:
        return " against ".join(f"“{value}”" for value in dimension.compared.values)
    if dimension.sides:
        return " against ".join(" and ".join(condition(one) for one in side.filters) for side in dimension.sides)
    assert dimension.column is not None
    if dimension.grain is None or dimension.grain is Grain.DAY:
        return dimension.column.name
    grain = "time" if dimension.grain is Grain.SPAN else str(dimension.grain)
    return f"{grain} of {dimension.column.name}"


def with_unit(column: Column) -> str:
    """A column's name for an axis: `price_usd` → `price (USD)`."""
    words = column.words
    if len(words) > 1 and words[-1] in nouns.UNITS:
        return f"{' '.join(words[:-1])} ({nouns.UNITS[words[-1]]})"
    return column.name.replace("_", " ")


def condition(one: Filter) -> str:  # noqa: C901, PLR0911 - one return for each kind
    """One filter in words."""
    if isinstance(one, ValueFilter):
        named = f"{one.columns[0].name} is " if one.is_named else ""
        return f"{named}{'not ' if one.negated else ''}{_values(one)}"
    if isinstance(one, NumberFilter):
        if one.comparison == "between":
            sign = "g" if "year" in one.column.words else ",g"
            return f"{one.column.name} is between {one.value:{sign}} and {one.other or 0:{sign}}"
        number = f"{one.value:g}" if "year" in one.column.words else f"{one.value:,g}"
        return f"{one.column.name} {'is ' if one.comparison != '==' else ''}{_SIGNS[one.comparison]} {number}"
    if isinstance(one, FlagFilter):
        return f"{one.column.name} is {'true' if one.value else 'false'}"
    if isinstance(one, AnyFilter):
        choices = " or ".join(condition(choice) for choice in one.choices)
        return f"not ({choices})" if one.negated else choices
    if isinstance(one, FigureFilter):
        return f"{one.column.name} is {_SIGNS[one.comparison]} its {_NAMES[one.figure]}"
    if isinstance(one, MissingFilter):
        return f"{one.column.name} is {'known' if one.present else 'missing'}"
    if isinstance(one, PairFilter):
        words = _TIMES if one.column.is_date else _SIGNS
        return f"{one.column.name} is {words[one.comparison]} {one.other.name}"
    if isinstance(one, RecentFilter):
        if one.whole:
            return f"{one.column.name} is in the latest {one.grain} of the data"
        return f"{one.column.name} is in the last {one.count} {one.grain}s of the data"
    return _dated(one)


def _dated(one: DateFilter) -> str:
    sign = "is not" if one.negated else "is"
    if one.months:
        return f"{one.column.name} {sign} in {' or '.join(_MONTHS[month - 1] for month in one.months)} of any year"
    if one.weekdays:
        return f"{one.column.name} {sign} on {' or '.join(_DAYS[day] for day in one.weekdays)}"
    return f"{one.column.name} {sign} " + " or ".join(_within(each) for each in one.periods)


def _within(one: Period) -> str:
    """`in 2024`, `from 2024-03-05 to 2024-04-01`."""
    text = period(one)
    if not one.start or not one.end:
        return text
    return f"from {text}" if " to " in text else f"on {text}" if text.count("-") == 2 else f"in {text}"


def period(one: Period) -> str:
    """`2024`, `2024-03`, `Q1 2024`, `before 2024-03-05`."""
    if one.start is None or one.end is None:
        return f"before {one.end}" if one.start is None else f"on or after {one.start}"
    start, last = one.start, one.end - timedelta(days=1)
    if start == last:
        return str(start)
    length = 12 * (one.end.year - start.year) + one.end.month - start.month
    if start.day == one.end.day == 1:
        whole = {1: f"{start:%Y-%m}"}
        if start.month % 3 == 1:
            whole[3] = f"Q{start.month // 3 + 1} {start.year}"
        if start.month == 1:
            whole[12] = str(start.year)
        if length in whole:
            return whole[length]
    return f"{start} to {last}"
