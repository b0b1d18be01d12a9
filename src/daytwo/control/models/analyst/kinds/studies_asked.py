"""Questions about columns rather than figures, and figures that go over time."""

from __future__ import annotations

from dataclasses import replace

from daytwo.control.models.analyst.kinds.parts import Parts
from daytwo.control.models.analyst.question import Dimension, Measure, Question, Shape
from daytwo.control.models.analyst.refusal import Refusal
from daytwo.control.models.analyst.rules.chunks import Chunk, Role
from daytwo.control.models.analyst.rules.dimensions import date_dimension, dimension_column
from daytwo.control.models.analyst.rules.measures import read_measures
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.terms import Aggregate, Course, Grain, Study

_ONE_NUMBER = {Study.DISTRIBUTION, Study.OUTLIERS, Study.BOX}
PREDICTORS_LIMIT = 10


def read_study(parts: Parts) -> Question:
    """`correlation between A and B by C`, `regress A on B`, `outliers in A`, `missing values`, `duplicate rows`."""
    asked = parts.of(Role.STUDY)
    study = asked[0].value
    assert isinstance(study, Study)
    parts.drop(Role.LIST, Role.WHICH, Role.COUNT, Role.GROUP)
    if len(asked) > 1:
        raise Refusal("it asks two things of the columns; ask for one at a time", understood=80)
    parts.only(Role.STUDY, Role.COLUMN, Role.ENTITY)
    asked_columns = parts.of(Role.COLUMN)
    grouped = (study is Study.CORRELATION and len(asked_columns) == 2) or study is Study.BOX
    if parts.dimensions and (not grouped or len(parts.dimensions) > 1):
        raise Refusal(f"I study {study} over all rows, not by group", understood=80)
    if parts.dimensions and (parts.dimensions[0].column is None or parts.dimensions[0].grain):
        raise Refusal("I study by a plain column only", understood=80)
    plain = [chunk.link for chunk in asked_columns if chunk.link.narrowed(lambda c: c.is_number) is None]
    if study is Study.DISTRIBUTION and len(asked_columns) == len(plain) == 1:
        column = dimension_column(plain[0])
        dimension = Dimension(column, (column.own_grain or Grain.DAY) if column.is_date else None)
        return parts.question(Shape.SHARE, measures=(Measure(Aggregate.COUNT),), dimensions=(dimension,))
    columns = tuple(dict.fromkeys(_column(chunk, study) for chunk in asked_columns))
    if study in _ONE_NUMBER and len(columns) != 1:
        raise Refusal(f"it does not say the {study} of which one column", understood=80)
    if study is Study.REGRESSION and len(columns) == 1:
        raise Refusal(f"a {study} needs two columns", understood=80)
    if study is Study.REGRESSION and not 2 <= len(columns) <= 1 + PREDICTORS_LIMIT:
        raise Refusal("it does not say which column is regressed on which", understood=80)
    return parts.question(Shape.STUDY, study=study, columns=columns, dimensions=parts.dimensions)


def _column(chunk: Chunk, study: Study) -> Column:
    if study in {Study.MISSING, Study.DUPLICATES}:
        return chunk.link.column()
    narrowed = chunk.link.narrowed(lambda c: c.is_number)
    if narrowed is None:
        raise Refusal(f"{chunk.link.columns[0].name} is no number, and {study} needs numbers", understood=80)
    return narrowed.column()


def read_course(parts: Parts) -> Question:
    """`growth of total revenue by year`, `3 month moving average of the price`, `forecast revenue for 2026`."""
    if len(parts.of(Role.COURSE)) > 1:
        raise Refusal("it asks for two courses over time; ask for one at a time", understood=80)
    over, grain = parts.of(Role.COURSE)[0].value
    parts.drop(Role.COURSE, Role.LIST, Role.WHICH, Role.GROUP)
    parts.only(Role.AGGREGATE, Role.COUNT, Role.DISTINCT, Role.COLUMN, Role.ENTITY)
    measures = read_measures(parts.chunks, in_groups=True)
    if len(measures) != 1:
        raise Refusal("I follow one figure over time", understood=80)
    summed = measures[0].aggregate in {Aggregate.SUM, Aggregate.COUNT} and over.course is not Course.MOVING
    dimensions = _timed(parts, grain, over.course, default=Grain.MONTH if summed else Grain.TIME)
    question = parts.question(Shape.AGGREGATE, measures=measures, dimensions=dimensions, over=over)
    if over.course is Course.TREND and len(dimensions) > 1:
        raise Refusal("I follow the trend of one figure; by groups say “by month and …”", understood=80)
    if over.course is Course.FORECAST and (len(dimensions) > 1 or measures[0].aggregate is Aggregate.DISTINCT):
        raise Refusal("I forecast one figure at a time", understood=80)
    return question


def _timed(parts: Parts, grain: Grain | None, course: Course, *, default: Grain) -> tuple[Dimension, ...]:
    """The dimensions, with the time at the end."""
    times = [d for d in parts.dimensions if d.grain or (d.column and d.column.is_year)]
    others = tuple(d for d in parts.dimensions if d not in times)
    if len(times) > 1 or len(others) > 1:
        raise Refusal("I follow a figure over one time, by one column at most", understood=80)
    if course is Course.FORECAST:
        grain = Grain.YEAR
    wanted = grain if grain and not (course is Course.MOVING and times) else None
    if wanted is None and times:
        return (*others, times[0])
    if not parts.vocabulary.where(lambda c: c.is_date and not c.is_unique):
        default = Grain.TIME
    if course is Course.GROWTH and wanted is None:
        raise Refusal("it does not say the growth from when to when; say “by year” or “by month”", understood=80)
    made = date_dimension(parts.vocabulary, wanted or default, None, str(wanted or "time"))
    if times and times[0] != made:
        raise Refusal("it names two times", understood=80)
    return (*others, made)


def with_share(question: Question) -> Question:
    """A ranking of totals or counts, each place also as its share of the whole."""
    figure = question.measures[0].aggregate if question.measures else None
    if question.shape is not Shape.AGGREGATE or not question.order or figure not in {Aggregate.SUM, Aggregate.COUNT}:
        raise Refusal("I tell the share of a ranking by a total or a count", understood=80)
    return replace(question, with_share=True)


def with_sum(question: Question) -> Question:
    """A ranking, and what its places add up to."""
    if question.shape is Shape.ROWS and question.order and question.order.column and question.limit:
        return replace(question, with_sum=True)
    figure = question.measures[0].aggregate if question.measures else None
    if question.shape is not Shape.AGGREGATE or not question.order or figure not in {Aggregate.SUM, Aggregate.COUNT}:
        raise Refusal("I add up the places of a ranking by a total or a count", understood=80)
    return replace(question, with_sum=True)
