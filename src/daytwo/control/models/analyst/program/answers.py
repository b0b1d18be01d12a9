"""The part of a program that computes, shows and says: one function for each shape of question."""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.figures import figures, left_out, show
from daytwo.control.models.analyst.program.groups import first_places, grouped, grouped_share, nth_place
from daytwo.control.models.analyst.program.snippets import indent, quoted, sentence, template
from daytwo.control.models.analyst.program.studies import study
from daytwo.control.models.analyst.question import Question, Shape


def answer(question: Question) -> list[str]:
    """The lines after the rows are chosen."""
    if question.shape is Shape.SHARE:
        return grouped_share(question) if question.dimensions else _share(question)
    if question.shape is Shape.AGGREGATE:
        return grouped(question) if question.dimensions else figures(question)
    if question.shape is Shape.STUDY:
        return study(question)
    if question.shape is Shape.SIZE:
        return _size(question)
    if question.shape is Shape.VALUES:
        return _values(question)
    return _describe(question) if question.shape is Shape.DESCRIBE else _rows(question)


def _share(question: Question) -> list[str]:
    measure = question.measures[0]
    label = explain.label(measure, question)
    if measure.column is None:
        lines = ["_part, _whole = len(rows[_in_part]), len(rows)"]
    else:
        place = f"[{measure.column.name!r}].sum()"
        lines = [f"_part, _whole = rows[_in_part]{place}, rows{place}"]
    before = f"Share of {label}{explain.where(question.part)}{explain.where_of(question)}: "
    text = sentence(before, ("_number(_share)",), "% (", ("_number(_part)",), " of ", ("_number(_whole)",), ").")
    return [
        *lines,
        "_share = 100 * _part / _whole if _whole else float('nan')",
        "result = pd.DataFrame({'part': [_part], 'whole': [_whole], 'share (%)': [_share]})",
        show(question),
        *left_out(question),
        f"say({text})",
    ]


def _values(question: Question) -> list[str]:
    listed = repr([column.name for column in question.columns])
    called = ", ".join(column.name for column in question.columns)
    never = f" have no row{explain.where(question.part)}" if question.part else ""
    left = f"rows = rows[~rows[{question.columns[0].name!r}].isin(rows[_in_part][{question.columns[0].name!r}])]"
    return [
        *([left] if question.part else []),
        f"result = rows[{listed}].dropna().drop_duplicates().sort_values({listed}, ignore_index=True)",
        show(question),
        f"say({template('', 'len(result):,', f' different values of {called}{never}{explain.where_of(question)}.')})",
    ]


def _size(question: Question) -> list[str]:
    names = f"select * from {quoted(question.table)} limit 0"  # noqa: S608 - the name is quoted, and nothing runs here
    text = sentence(f"{question.table} has ", ("_count:,",), " rows and ", ("_width:,",), " columns.")
    return [
        f"_count, _width = len(rows), len(sql({names!r}).columns)",
        "result = pd.DataFrame({'rows': [_count], 'columns': [_width]})",
        show(question),
        f"say({text})",
    ]


def _describe(question: Question) -> list[str]:
    """What each column holds; numbers and dates have figures of their own kind, each in columns of its own."""
    names = [column.name for column in question.columns]
    return [
        f"_chosen = rows[{names!r}]" if names else "_chosen = rows",
        "result = pd.DataFrame({'missing': _chosen.isna().sum(), 'different values': _chosen.nunique()})",
        "_numbers = _chosen.select_dtypes('number')",
        "for _figure in ('mean', 'std', 'min', 'median', 'max'):",
        "    result[_figure] = _numbers.agg(_figure)",
        "_dates = _chosen.select_dtypes(['datetime', 'datetimetz'])",
        "if len(_dates.columns):",
        "    result['first'] = _dates.min().astype('string')",
        "    result['last'] = _dates.max().astype('string')",
        "result = result.rename_axis('column').reset_index()",
        show(question),
        f"say({template('A summary over ', 'len(rows):,', f' rows{explain.where_of(question)}.')})",
    ]


def _rows(question: Question) -> list[str]:
    where = explain.where_of(question)
    if question.order is None or question.order.column is None:
        limit = f".{'tail' if question.from_end else 'head'}({question.limit})" if question.limit else ""
        lines = [f"result = rows{limit}.reset_index(drop=True)", show(question)]
        if not question.limit:
            lines.append(f"say({template(f'Number of rows{where}: ', 'len(result):,')})")
        return lines
    name = question.order.column.name
    limit_count = question.limit or 1
    direction = explain.place(question)
    lines = [
        f"result = rows.dropna(subset=[{name!r}])",
        f'result = result.sort_values({name!r}, ascending={not question.order.descending}, kind="stable")',
        *_places(question, name, limit_count),
        "result = result.reset_index(drop=True)",
        show(question),
    ]
    value = f"say({template(f'The {direction} {name}{where} is ', '_number(_value)')})"
    for told in question.columns:
        text = f"{told.name} of the row with the {direction} {name}{where}: "
        lines += [
            "if len(result) == 1:",
            f"    _told = result[{told.name!r}].iloc[0]",
            f"    say({template(text, '_told')})",
        ]
    if question.with_sum:
        lines += [f"_sum = result[{name!r}].sum()", f"say({template('Together they come to ', '_number(_sum)')})"]
    return [*lines, "if len(result):", *indent([f"_value = result[{name!r}].iloc[0]", value])]


def _places(question: Question, name: str, limit: int) -> list[str]:
    assert question.order is not None
    if question.place is not None:
        return nth_place(name, question.place, descending=question.order.descending)
    return first_places(name, limit) if question.limit else []
