"""The part of a program that computes, shows and says: one function for each shape of question.

Rows without a key or a value are left out of a figure and mentioned; groups stand by value, then by key, so that
the same data always give the same table.
"""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.charts import chart
from daytwo.control.models.analyst.question import Dimension, Measure, Question, Shape
from daytwo.control.models.analyst.snippets import indent, template
from daytwo.control.models.analyst.terms import Aggregate, Grain

_METHODS = {
    Aggregate.SUM: "sum(min_count=1)",
    Aggregate.MEAN: "mean()",
    Aggregate.MEDIAN: "median()",
    Aggregate.MIN: "min()",
    Aggregate.MAX: "max()",
    Aggregate.DISTINCT: "nunique()",
}
_GRAINS = {
    Grain.YEAR: '.dt.year.astype("Int64")',
    Grain.QUARTER: '.dt.to_period("Q").astype("string").str.replace("Q", "-Q")',
    Grain.MONTH: '.dt.strftime("%Y-%m")',
    Grain.DAY: '.dt.strftime("%Y-%m-%d")',
    Grain.WEEKDAY: ".dt.day_name()",
}


def answer(question: Question) -> list[str]:
    """The lines after the rows are chosen."""
    if question.shape is Shape.SHARE:
        return _grouped_share(question) if question.dimensions else _share(question)
    if question.shape is Shape.AGGREGATE:
        return _grouped(question) if question.dimensions else _figures(question)
    if question.shape is Shape.VALUES:
        return _values(question)
    return _describe(question) if question.shape is Shape.DESCRIBE else _rows(question)


def title(question: Question) -> str:
    text = explain.what(question) + explain.by(question) + explain.where_of(question)
    return text[:1].upper() + text[1:]


def _show(question: Question) -> str:
    return f"show(result, title={title(question)!r})"


def _figure(measure: Measure) -> str:
    """The expression of one figure over all rows."""
    if measure.column is None:
        return "len(rows)"
    return f"rows[{measure.column.name!r}].{_METHODS[measure.aggregate]}"


def _missing(question: Question) -> list[str]:
    """Say how many rows a figure leaves out, for every column that it needs."""
    lines = []
    for column in dict.fromkeys(m.column for m in question.measures if m.column):
        place = f"rows[{column.name!r}]"
        lines += [
            f"_missing = int({place}.isna().sum())",
            "if _missing:",
            f'    say(f"{{_missing:,}} of {{len(rows):,}} rows" + {f" have no {column.name} and are left out."!r})',
        ]
    return lines


def _figures(question: Question) -> list[str]:
    labels = [explain.label(measure, question) for measure in question.measures]
    pairs = ", ".join(
        f"{label!r}: [{_figure(measure)}]" for label, measure in zip(labels, question.measures, strict=True)
    )
    lines = [f"result = pd.DataFrame({{{pairs}}})", _show(question), *_missing(question)]
    for place, label in enumerate(labels):
        lines.append(f"_value = result.iloc[0, {place}]")
        before = f"{label[:1].upper()}{label[1:]}{explain.where_of(question)}: "
        lines.append(f"say({template(before, '_number(_value)')})")
    return lines


def keys(question: Question) -> tuple[list[str], list[str]]:
    """Lines that put each dimension into a column of `rows`, and expressions of those columns' names."""
    lines: list[str] = []
    names: list[str] = []
    for dimension in question.dimensions:
        if dimension.compared is not None:
            place = question.filters.index(dimension.compared)
            names.append(f"_column_{place}")
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


def _grouped(question: Question) -> list[str]:
    lines, names = keys(question)
    listed = "[" + ", ".join(names) + "]"
    labels = _labels(question)
    lines += _left_out(names)
    lines.append(f"_groups = rows.dropna(subset={listed}).groupby({listed}, observed=True)")
    figures = []
    for label, measure in zip(labels, question.measures, strict=True):
        method = "size()" if measure.column is None else f"{_METHODS[measure.aggregate]}"
        source = "_groups" if measure.column is None else f"_groups[{measure.column.name!r}]"
        figures.append(f"{label!r}: {source}.{method}")
    lines.append(f"result = pd.DataFrame({{{', '.join(figures)}}}).reset_index()")
    lines += _missing(question)
    lines += _ordered(question, names, labels[0])
    lines.append(_show(question))
    lines += _say_groups(question, names, labels[0])
    return lines + chart(question, names, labels)


def _labels(question: Question) -> list[str]:
    """Names of the figures' columns, other than any key's."""
    taken = {d.column.name for d in question.dimensions if d.column}
    labels = [explain.label(measure, question) for measure in question.measures]
    return [label if label not in taken else f"{label} (figure)" for label in labels]


def _left_out(names: list[str]) -> list[str]:
    lines = []
    for name in names:
        lines += [
            f"_missing = int(rows[{name}].isna().sum())",
            "if _missing:",
            f'    say(str(_missing) + " rows have no " + {name} + " and are left out.")',
        ]
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
    directions = ", ".join([str(not descending), *["True"] * len(names)])
    lines = [f"result = result.sort_values([{label!r}, {listed}], ascending=[{directions}], ignore_index=True)"]
    if question.limit is not None:
        lines += _cut(label, question.limit)
    return lines


def _cut(label: str, limit: int) -> list[str]:
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


def _share(question: Question) -> list[str]:
    measure = question.measures[0]
    label = explain.label(measure, question)
    if measure.column is None:
        lines = ["_part, _whole = len(rows[_in_part]), len(rows)"]
    else:
        place = f"[{measure.column.name!r}].sum()"
        lines = [f"_part, _whole = rows[_in_part]{place}, rows{place}"]
    sentence = f"Share of {label}{explain.where(question.part)}{explain.where_of(question)}: "
    return [
        *lines,
        "_share = 100 * _part / _whole if _whole else float('nan')",
        "result = pd.DataFrame({'part': [_part], 'whole': [_whole], 'share (%)': [_share]})",
        _show(question),
        *_missing(question),
        "_value = result.iloc[0, 2]",
        f'say({template(sentence, "_number(_value)", "% (")} + _number(_part) + " of " + _number(_whole) + ").")',
    ]


def _grouped_share(question: Question) -> list[str]:
    lines, names = keys(question)
    measure = question.measures[0]
    label = _labels(question)[0]
    source = "size()" if measure.column is None else f"[{measure.column.name!r}].sum(min_count=1)"
    dot = "." if measure.column is None else ""
    return [
        *lines,
        *_left_out(names),
        f"_groups = rows.dropna(subset=[{names[0]}]).groupby([{names[0]}], observed=True)",
        f"result = _groups{dot}{source}.rename({label!r}).reset_index()",
        f'result["share (%)"] = 100 * result[{label!r}] / result[{label!r}].sum()',
        *_missing(question),
        *_ordered(question, names, label),
        _show(question),
        *_say_groups(question, names, "share (%)"),
        *chart(question, names, ["share (%)"]),
    ]


def _values(question: Question) -> list[str]:
    listed = repr([column.name for column in question.columns])
    called = ", ".join(column.name for column in question.columns)
    return [
        f"result = rows[{listed}].dropna().drop_duplicates().sort_values({listed}, ignore_index=True)",
        _show(question),
        f"say({template('', 'len(result):,', f' different values of {called}{explain.where_of(question)}.')})",
    ]


def _describe(question: Question) -> list[str]:
    names = [column.name for column in question.columns]
    chosen = f"rows[{names!r}]" if names else "rows"
    return [
        f'result = {chosen}.describe(include="all").transpose().reset_index(names="column")',
        f'result.insert(1, "missing", {chosen}.isna().sum().to_numpy())',
        'result = result.drop(columns=["top", "freq"], errors="ignore").rename(columns={"unique": "different values"})',
        _show(question),
        f"say({template('A summary over ', 'len(rows):,', f' rows{explain.where_of(question)}.')})",
    ]


def _rows(question: Question) -> list[str]:
    where = explain.where_of(question)
    if question.order is None or question.order.column is None:
        limit = f".head({question.limit})" if question.limit else ""
        lines = [f"result = rows{limit}.reset_index(drop=True)", _show(question)]
        if not question.limit:
            lines.append(f"say({template(f'Number of rows{where}: ', 'len(result):,')})")
        return lines
    name = question.order.column.name
    limit_count = question.limit or 1
    direction = "highest" if question.order.descending else "lowest"
    lines = [
        f"result = rows.dropna(subset=[{name!r}])",
        f'result = result.sort_values({name!r}, ascending={not question.order.descending}, kind="stable")',
        *(_cut(name, limit_count) if question.limit else []),
        "result = result.reset_index(drop=True)",
        _show(question),
    ]
    value = f"say({template(f'The {direction} {name}{where} is ', '_number(_value)')})"
    return [*lines, "if len(result):", *indent([f"_value = result[{name!r}].iloc[0]", value])]
