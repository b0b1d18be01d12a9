"""The part of a program that puts rows into groups, and computes, orders, shows and says a figure of each.

Rows without a key or a value are left out of a figure and mentioned; groups stand by value, then by key, so that
the same data always give the same table.
"""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.charts import chart
from daytwo.control.models.analyst.program.courses import over_time
from daytwo.control.models.analyst.program.figures import METHODS, labels_of, left_out, only_one, show
from daytwo.control.models.analyst.program.snippets import indent, sentence, template
from daytwo.control.models.analyst.question import Dimension, Having, Measure, Question
from daytwo.control.models.analyst.terms import Aggregate, Grain

_GRAINS = {
    Grain.YEAR: '.dt.year.astype("Int64")',
    Grain.QUARTER: '.dt.to_period("Q").astype("string").str.replace("Q", "-Q")',
    Grain.MONTH: '.dt.strftime("%Y-%m")',
    Grain.DAY: '.dt.strftime("%Y-%m-%d")',
    Grain.WEEKDAY: ".dt.day_name()",
}


def keys(question: Question) -> tuple[list[str], list[str]]:
    """Lines that put each dimension into a column of `rows`, and expressions of those columns' names."""
    lines: list[str] = []
    names: list[str] = []
    for dimension in question.dimensions:
        if dimension.compared is not None:
            names.append(f"_column_{question.filters.index(dimension.compared)}")
            continue
        assert dimension.column is not None
        if dimension.grain is None:
            names.append(repr(dimension.column.name))
            continue
        name = _grain_name(dimension, question)
        dates = f"rows[{dimension.column.name!r}]"
        if dimension.grain is Grain.WEEK:
            lines.append(f'_monday = {dates} - pd.to_timedelta({dates}.dt.day_of_week, unit="D")')
            lines.append(f'rows[{name!r}] = _monday.dt.strftime("%Y-%m-%d")')
        else:
            lines.append(f"rows[{name!r}] = {dates}{_GRAINS[dimension.grain].replace('{dates}', dates)}")
        names.append(repr(name))
    return lines, names


def _grain_name(dimension: Dimension, question: Question) -> str:
    """`month`; told from columns of that name where one is in use."""
    assert dimension.grain is not None
    assert dimension.column is not None
    taken = {m.column.name for m in question.measures if m.column} | {
        d.column.name for d in question.dimensions if d.column
    }
    name = str(dimension.grain)
    return name if name not in taken else f"{dimension.column.name} ({name})"


def grouped(question: Question) -> list[str]:
    """A figure of each group."""
    lines, names = keys(question)
    listed = "[" + ", ".join(names) + "]"
    labels = labels_of(question)
    if question.with_share:
        column = question.measures[0].column
        lines.append(f"_whole = rows[{column.name!r}].sum()" if column else "_whole = len(rows)")
    lines += _without_key(question, names)
    measures = list(zip(labels, question.measures, strict=True))
    lines.append(f"_groups = rows.groupby({listed}, observed=True)")
    for measure in question.measures:
        lines += only_one(measure, "_groups")
    figures = [f"{label!r}: {_figure(measure)}" for label, measure in measures]
    if question.having:
        figures.append(f"'_kept': {_figure(question.having.measure)}")
    lines.append(f"result = pd.DataFrame({{{', '.join(figures)}}}).reset_index()")
    lines += left_out(question)
    if question.having:
        lines.append(f"result = result[{_kept(question.having)}].drop(columns='_kept')")
    if question.outer:
        return lines + _outer(question, labels[0])
    if question.with_share:
        lines.append(f'result["share (%)"] = 100 * result[{labels[0]!r}] / _whole')
    if question.over:
        return lines + over_time(question, names, labels[0])
    if question.rank_of:
        return lines + _rank_of(question, names[0], labels[0])
    return [*lines, *_ordered(question, names, labels[0]), show(question), *_told(question, names, labels)]


def _rank_of(question: Question, name: str, label: str) -> list[str]:
    """The place of one group among all, the highest first."""
    assert question.rank_of is not None
    text = sentence(f"By {label}, {question.rank_of} is number ", ("_place",), " of ", ("_count",), " from the top.")
    return [
        f"_count = int(result[{label!r}].notna().sum())",
        f"result['rank'] = result[{label!r}].rank(method='min', ascending=False)",
        f"_, _held = _find(result, [{question.rank_of!r}], [{name}])",
        "result = result[_held].reset_index(drop=True)",
        show(question),
        "for _place in result['rank'].dropna().astype(int):",
        f"    say({text})",
    ]


def _told(question: Question, names: list[str], labels: list[str]) -> list[str]:
    """What is said of the groups, and their chart."""
    if question.within:
        return ["say('The first places of each group are in the table.')"]
    lines = _say_groups(question, names, labels[0])
    if question.with_share:
        text = sentence("That is ", ("_number(_share)",), "% of ", ("_number(_whole)",), ".")
        lines += ["for _share in result['share (%)'].head(1):", f"    say({text})"]
    if question.difference:
        lines += _difference(names[0], labels[0])
    return lines + chart(question, names, labels)


def _figure(measure: Measure) -> str:
    if measure.column is None:
        return "_groups.size()"
    method = METHODS[measure.aggregate].format(quantile=measure.quantile)
    return f"_groups[{measure.column.name!r}].{method}"


def _kept(one: Having) -> str:
    if one.comparison == "between":
        return f"result['_kept'].between({one.value!r}, {one.other or 0!r})"
    return f"result['_kept'] {one.comparison} {one.value!r}"


def _outer(question: Question, label: str) -> list[str]:
    """One figure of all groups' figures."""
    named = explain.what(question)
    count = question.outer is Aggregate.COUNT
    figure = "len(result)" if count else f"result[{label!r}].{METHODS[question.outer or Aggregate.MEAN]}"
    text = f"{named[:1].upper()}{named[1:]}{explain.by(question)}{explain.where_of(question)}: "
    return [
        f"_value = {figure}",
        f"result = pd.DataFrame({{{named!r}: [_value]}})",
        show(question),
        f"say({template(text, '_number(_value)')})",
    ]


def _difference(name: str, label: str) -> list[str]:
    parts = (("_number(_value)",), " (", ("_names[0]",), " less ", ("_names[1]",), ").")
    text = sentence(f"Difference in {label}: ", *parts)
    lines = [
        f"_first, _second = result.sort_values({name}).to_dict('records')",
        f"_value = _second[{label!r}] - _first[{label!r}]",
        f"_names = str(_second[{name}]), str(_first[{name}])",
        f"say({text})",
    ]
    return ["if len(result) == 2:", *indent(lines)]


def _without_key(question: Question, names: list[str]) -> list[str]:
    """Rows without a key, said where there may be some."""
    lines = []
    for name, dimension in zip(names, question.dimensions, strict=True):
        if dimension.column is None or dimension.column.has_gaps:
            text = f'str(_missing) + " rows have no " + {name} + " and are left out."'
            lines += [f"if _missing := int(rows[{name}].isna().sum()):", f"    say({text})"]
    return lines


def _has_own_order(question: Question) -> bool:
    """Time and numbers stand in their own order, names by their figure."""
    return any(d.grain is not None or (d.column is not None and d.column.is_number) for d in question.dimensions)


def _ordered(question: Question, names: list[str], label: str) -> list[str]:
    """Sort by value then key (over time and over two keys: by key), and keep the places asked for."""
    listed = ", ".join(names)
    if question.order is None and (_has_own_order(question) or len(names) > 1):
        lines = [f"result = result.sort_values([{listed}], ignore_index=True)"]
        if len(names) == 1 and question.dimensions[0].grain is Grain.WEEKDAY:
            days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
            lines = [
                f"result = result.sort_values({listed}, key=lambda day: day.map({days!r}.index), ignore_index=True)"
            ]
        return lines
    descending = question.order is None or question.order.descending
    if question.within:
        return _ranked_within(question, names, label)
    directions = ", ".join([str(not descending), *["True"] * len(names)])
    lines = [f"result = result.sort_values([{label!r}, {listed}], ascending=[{directions}], ignore_index=True)"]
    if question.limit is not None:
        lines += first_places(label, question.limit)
    return lines


def _ranked_within(question: Question, names: list[str], label: str) -> list[str]:
    """The first places of each group; who shares the only place is shown too."""
    outer, inner = names
    descending = question.order is not None and question.order.descending
    lines = [
        f"result = result.dropna(subset=[{label!r}])",
        f"_up = [True, {not descending}, True]",
        f"result = result.sort_values([{outer}, {label!r}, {inner}], ascending=_up, ignore_index=True)",
    ]
    if question.limit is None:
        return lines
    place = f"result.groupby({outer})[{label!r}].rank(method='min', ascending={not descending})"
    return [*lines, f"result = result[{place} <= {question.limit}].reset_index(drop=True)"]


def first_places(label: str, limit: int) -> list[str]:
    """The first places; a tie for the only place is shown whole, a tie at the end of several is mentioned."""
    lines = [f"result = result.dropna(subset=[{label!r}])"]
    if limit == 1:
        return [*lines, f"result = result[result[{label!r}] == result[{label!r}].head(1).max()]"]
    return [
        *lines,
        f"_tied = int(result[{label!r}].iloc[{limit}:].isin(result[{label!r}].iloc[{limit - 1}:{limit}]).sum())",
        f"result = result.head({limit})",
        "if _tied:",
        '    say(f"{_tied:,} more tie with the last one shown.")',
    ]


def _say_groups(question: Question, names: list[str], label: str) -> list[str]:
    """The first place of a ranking (with whoever shares it), else the highest and the lowest group."""
    head = f"{label[:1].upper()}{label[1:]}{explain.where_of(question)}"
    if question.order:
        direction = " is highest for " if question.order.descending else " is lowest for "
        lines = [
            f"_first = result[result[{label!r}] == result[{label!r}].iloc[0]]",
            f'_names = _first[{names[0]}].astype("string").str.cat(sep=", ")',
            f"_value = _first[{label!r}].iloc[0]",
            f"say({template(head + direction, '_names', ': ')} + _number(_value) + '.')",
        ]
        if question.measures[0].aggregate in {Aggregate.MIN, Aggregate.MAX}:
            lines[-1] = f"say({template(head + ': ', '_number(_value)', ' (')} + _names + ').')"
        return ["if len(result):", *indent(lines), "else:", *indent(['say("There is no value to rank.")'])]
    key = ' + ", " + '.join(f"str(_ordered.at[_row, {name}])" for name in names)
    lines = [
        f'_ordered = result.dropna(subset=[{label!r}]).sort_values({label!r}, kind="stable")',
        'for _word, _row in (("highest", _ordered.index[-1]), ("lowest", _ordered.index[0])):',
        f"    _names = {key}",
        f"    _value = _ordered.at[_row, {label!r}]",
        f"    say({template(f'{head} is ', '_word', ' for ')} + _names + ': ' + _number(_value) + '.')",
    ]
    return [f"if result[{label!r}].notna().sum() > 1:", *indent(lines)]


def grouped_share(question: Question) -> list[str]:
    """A total or a count of each group, and its share of all."""
    lines, names = keys(question)
    measure = question.measures[0]
    label = labels_of(question)[0]
    listed = ", ".join(names)
    return [
        *lines,
        *_without_key(question, names),
        f"_groups = rows.groupby([{listed}], observed=True)",
        f"result = {_figure(measure)}.rename({label!r}).reset_index()",
        f'result["share (%)"] = 100 * result[{label!r}] / result[{label!r}].sum()',
        *left_out(question),
        *_ordered(question, names, label),
        show(question),
        *_say_groups(question, names, "share (%)"),
        *chart(question, names, ["share (%)"]),
    ]
