"""The part of a program that puts rows into groups, and computes, orders, shows and says a figure of each.

Rows without a key or a value are left out of a figure and mentioned; groups stand by value, then by key, so that
the same data always give the same table.
"""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.charts import chart
from daytwo.control.models.analyst.program.condensed import ROWS, is_condensed
from daytwo.control.models.analyst.program.contrasts import contrast
from daytwo.control.models.analyst.program.courses import over_time
from daytwo.control.models.analyst.program.figures import METHODS, figure, labels_of, left_out, only_one, show
from daytwo.control.models.analyst.program.keys import ORDERS, keys
from daytwo.control.models.analyst.program.snippets import indent, sentence, template
from daytwo.control.models.analyst.question import Having, Question
from daytwo.control.models.analyst.terms import Aggregate, Grain


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
    figures = [f"{label!r}: {figure(measure, '_groups', question)}" for label, measure in measures]
    if question.having:
        figures.append(f"'_kept': {figure(question.having.measure, '_groups', question)}")
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
    if question.contrast:
        return lines + contrast(question, names, labels[0])
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
    if question.with_sum:
        lines += [
            f"_sum = result[{labels[0]!r}].sum()",
            f"say({template('Together they come to ', '_number(_sum)')})",
        ]
    if question.with_share:
        text = sentence("That is ", ("_number(_share)",), "% of ", ("_number(_whole)",), ".")
        lines += ["for _share in result['share (%)'].head(1):", f"    say({text})"]
    return lines + chart(question, names, labels)


def _kept(one: Having) -> str:
    if one.figure:
        return f"result['_kept'] {one.comparison} result['_kept'].{METHODS[one.figure]}"
    if one.comparison == "between":
        return f"result['_kept'].between({one.value!r}, {one.other or 0!r})"
    return f"result['_kept'] {one.comparison} {one.value!r}"


def _outer(question: Question, label: str) -> list[str]:
    """One figure of all groups' figures."""
    if len(question.measures) > 1:  # by time, people may mean the single rows of each month
        return _outer_beside(question, label)
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


def _outer_beside(question: Question, label: str) -> list[str]:
    """Every group's total and the average of its rows in the table, and the figure over the totals in a sentence."""
    named = explain.what(question)
    text = f"{named[:1].upper()}{named[1:]}{explain.where_of(question)}: "
    value = f"result[{label!r}].{METHODS[question.outer or Aggregate.MEAN]}"
    return [show(question), f"say({template(text, f'_number({value})')})"]


def _without_key(question: Question, names: list[str]) -> list[str]:
    """Rows without a key, said where there may be some."""
    lines = []
    for name, dimension in zip(names, question.dimensions, strict=True):
        if not dimension.spans and not dimension.sides and (dimension.column is None or dimension.column.has_gaps):
            text = f'str(_missing) + " rows have no " + {name} + " and are left out."'
            gaps = f"rows[{name}].isna()"
            count = f"rows.loc[{gaps}, {ROWS!r}].sum()" if is_condensed(question) else f"{gaps}.sum()"
            lines += [f"if _missing := int({count}):", f"    say({text})"]
    return lines


def _has_own_order(question: Question) -> bool:
    """Time and numbers stand in their own order, names by their figure."""
    return any(
        d.grain or d.spans or d.sides or (d.column is not None and d.column.is_number) for d in question.dimensions
    )


def _ordered(question: Question, names: list[str], label: str) -> list[str]:
    """Sort by value then key (over time and over two keys: by key), and keep the places asked for."""
    listed = ", ".join(names)
    if question.order is None and (_has_own_order(question) or len(names) > 1):
        lines = [f"result = result.sort_values([{listed}], ignore_index=True)"]
        for dimension in question.dimensions:
            if dimension.spans or dimension.sides:
                name = "period" if dimension.spans else "side"
                lines.append(f"result[{name!r}] = result[{name!r}].astype('string')")
        order = ORDERS.get(question.dimensions[0].grain or Grain.TIME)
        if len(names) == 1 and order:
            by = f"key=lambda key: key.map({list(order)!r}.index)"
            lines = [f"result = result.sort_values({listed}, {by}, ignore_index=True)"]
        return lines
    descending = question.order is None or question.order.descending
    if question.within:
        return _ranked_within(question, names, label)
    directions = ", ".join([str(not descending), *["True"] * len(names)])
    lines = [f"result = result.sort_values([{label!r}, {listed}], ascending=[{directions}], ignore_index=True)"]
    if question.place is not None:
        return lines + nth_place(label, question.place, descending=descending)
    if question.limit is not None:
        lines += first_places(label, question.limit)
    return lines


def nth_place(label: str, place: int, *, descending: bool) -> list[str]:
    """Whoever holds one place; those before it that tie share one."""
    ranks = f"result[{label!r}].rank(method='dense', ascending={not descending})"
    return [
        f"result = result[{ranks} == {place}].reset_index(drop=True)",
        "if result.empty:",
        "    _stop('There are not so many places.')",
    ]


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
        direction = f" is {explain.place(question)} for "
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


def _parts(question: Question, names: list[str]) -> list[str]:
    """In each group the share of the rows, or of a total, that fulfil the condition."""
    column = question.measures[0].column
    figure = f"rows[{column.name!r}]" if column else "1"
    return [
        *_without_key(question, names),
        f"rows['whole'] = {figure}",
        "rows['part'] = rows['whole'].where(_in_part, 0)" if column else "rows['part'] = _in_part.astype(int)",
        f"result = rows.groupby([{names[0]}], observed=True)[['part', 'whole']].sum().reset_index()",
        "result['share (%)'] = 100 * result['part'] / result['whole']",
        *left_out(question),
        *_ordered(question, names, "share (%)"),
        show(question),
        *_say_groups(question, names, "share (%)"),
        *chart(question, names, ["share (%)"]),
    ]


def grouped_share(question: Question) -> list[str]:
    """A total or a count of each group, and its share of all; or in each group the share of the part."""
    lines, names = keys(question)
    if question.part:
        return lines + _parts(question, names)
    measure = question.measures[0]
    label = labels_of(question)[0]
    listed = ", ".join(names)
    return [
        *lines,
        *_without_key(question, names),
        f"_groups = rows.groupby([{listed}], observed=True)",
        f"result = {figure(measure, '_groups', question)}.rename({label!r}).reset_index()",
        f'result["share (%)"] = 100 * result[{label!r}] / result[{label!r}].sum()',
        *left_out(question),
        *_ordered(question, names, label),
        show(question),
        *_say_groups(question, names, "share (%)"),
        *chart(question, names, ["share (%)"]),
    ]
