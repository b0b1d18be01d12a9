"""The part of a program that studies columns: correlation, regression, distribution, outliers, gaps, duplicates."""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.figures import show, title
from daytwo.control.models.analyst.program.snippets import sentence, template
from daytwo.control.models.analyst.question import Question
from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.terms import Study

BINS = 20
OUTLIERS_FENCE = 1.5
"""Interquartile ranges outside of the quartiles, from where a value counts as an outlier (Tukey)."""


def study(question: Question) -> list[str]:
    """The lines of a study."""
    makers = {
        Study.CORRELATION: _correlation,
        Study.REGRESSION: _regression,
        Study.DISTRIBUTION: _distribution,
        Study.OUTLIERS: _outliers,
        Study.MISSING: _missing,
        Study.DUPLICATES: _duplicates,
        Study.BOX: _box,
    }
    assert question.study is not None
    return makers[question.study](question)


def _names(question: Question) -> list[str]:
    return [column.name for column in question.columns]


def _correlation(question: Question) -> list[str]:
    names = _names(question)
    head = f"Correlation (Pearson's r) of {' and '.join(names)}{explain.where_of(question)}"
    if question.dimensions:
        assert question.dimensions[0].column is not None
        key = question.dimensions[0].column.name
        pair = f"group[{names[0]!r}].corr(group[{names[1]!r}])"
        return [
            f"_found = {{name: {pair} for name, group in rows.groupby({key!r}, observed=True)}}",
            f"result = pd.DataFrame({{{key!r}: _found.keys(), 'correlation': _found.values()}})",
            show(question),
            f"say({template(f'{head}: see the table, one row for each of ', 'len(result)', f' values of {key}.')})",
        ]
    if len(names) == 1:
        name = names[0]
        text = sentence(f"{name} correlates most with ", ("_first",), ": ", ("_r:.3f",), ".")
        return [
            f"_all = rows.select_dtypes('number').corr()[{name!r}].drop({name!r})",
            "_all = _all.sort_values(key=abs, ascending=False)",
            "result = _all.rename('correlation').rename_axis('column').reset_index()",
            show(question),
            "for _first, _r in result.head(1).to_numpy():",
            f"    say({text})",
        ]
    if len(names) != 2:
        chosen = f"rows[{names!r}]" if names else 'rows.select_dtypes("number")'
        strongest = sentence(
            "The strongest correlation is of ", ("_first",), " and ", ("_second",), ": ", ("_r:.3f",), "."
        )
        return [
            f"_all = {chosen}.corr()",
            "result = _all.rename_axis('column').reset_index()",
            show(question),
            "_pairs = _all.where(np.tril(np.ones(_all.shape), -1).astype(bool)).stack()",
            "if len(_pairs):",
            "    _first, _second = _pairs.abs().idxmax()",
            "    _r = _all.at[_first, _second]",
            f"    say({strongest})",
        ]
    x, y = names
    return [
        f"_both = rows[[{x!r}, {y!r}]].dropna()",
        f"_r = _both[{x!r}].corr(_both[{y!r}])",
        "result = pd.DataFrame({'correlation': [_r], 'rows': [len(_both)]})",
        show(question),
        f"say({sentence(f'{head}: ', ('_r:.3f',), ', over ', ('len(_both):,',), ' rows that have both.')})",
        *_scatter(question, x, y, "_both"),
    ]


def _scatter(question: Question, x: str, y: str, frame: str) -> list[str]:
    return [
        "_figure, _axes = plt.subplots(figsize=(8, 4.5))",
        f"_axes.scatter({frame}[{x!r}], {frame}[{y!r}], s=12, alpha=0.6)",
        f"_axes.set_title({title(question)!r}, wrap=True)",
        f"_axes.set_xlabel({_labelled(question, x)!r})",
        f"_axes.set_ylabel({_labelled(question, y)!r})",
    ]


def _labelled(question: Question, name: str) -> str:
    return next(explain.with_unit(column) for column in question.columns if column.name == name)


def _regression(question: Question) -> list[str]:
    """Least squares with an intercept; standard errors are the classical ones."""
    y, *xs = _names(question)
    lines = [
        f"_both = rows[{[y, *xs]!r}].dropna().astype(float)",
        f"_fitted = sm.OLS(_both[{y!r}], sm.add_constant(_both[{xs!r}])).fit()",
        "result = pd.DataFrame({'coefficient': _fitted.params, 'standard error': _fitted.bse, 'p': _fitted.pvalues})",
        "result = result.rename({'const': 'intercept'}).rename_axis('term').reset_index()",
        show(question),
    ]
    for x in xs:
        text = sentence(
            f"When {x} rises by 1, {y} changes by ",
            ("_number(_by)",),
            " ± ",
            ("_number(_error)",),
            " (standard error).",
        )
        lines += [f"_by, _error = _fitted.params[{x!r}], _fitted.bse[{x!r}]", f"say({text})"]
    lines.append(f"say({sentence('R² is ', ('_fitted.rsquared:.3f',), ', over ', ('len(_both):,',), ' rows.')})")
    if len(xs) == 1:
        lines += _scatter(question, xs[0], y, "_both")
        ends = f"[_both[{xs[0]!r}].min(), _both[{xs[0]!r}].max()]"
        place = f"_fitted.params['const'] + _fitted.params[{xs[0]!r}]"
        lines += [f"_line = {ends}", f"_axes.plot(_line, [{place} * x for x in _line], linestyle='--')"]
    return lines


def _distribution(question: Question) -> list[str]:
    column = question.columns[0]
    place = f"rows[{column.name!r}]"
    text = sentence(
        f"Half of {column.name}{explain.where_of(question)} lies between ", ("_number(_lower)",), " and ",
        ("_number(_upper)",), ", the median is ", ("_number(_median)",), "."
    )  # fmt: skip
    return [
        f"_lower, _median, _upper = {place}.quantile([0.25, 0.5, 0.75])",
        f"result = {place}.describe().rename_axis('figure').reset_index()",
        show(question),
        f"say({text})",
        *_gaps(column),
        *_histogram(question, column),
    ]


def _histogram(question: Question, column: Column) -> list[str]:
    return [
        "_figure, _axes = plt.subplots(figsize=(8, 4.5))",
        f"_axes.hist(rows[{column.name!r}].dropna(), bins={BINS})",
        f"_axes.set_title({title(question)!r}, wrap=True)",
        f"_axes.set_xlabel({explain.with_unit(column)!r})",
        f"_axes.set_ylabel({question.rows_called!r})",
    ]


def _box(question: Question) -> list[str]:
    """The quartiles of a number, in each group where there are some, and their picture."""
    column = question.columns[0]
    key = question.dimensions[0].column if question.dimensions else None
    place = f"rows.groupby({key.name!r}, observed=True)[{column.name!r}]" if key else f"rows[[{column.name!r}]]"
    drawn = (
        f"rows.boxplot({column.name!r}, by={key.name!r}, ax=_axes)"
        if key
        else f"rows.boxplot({column.name!r}, ax=_axes)"
    )
    figures = f"{place}.describe()" if key else f"{place}.describe().transpose()"
    text = template(f"{title(question)}: the quartiles are in the table, over ", "len(rows):,", " rows.")
    return [
        f"result = {figures}.rename_axis({key.name if key else 'column'!r}).reset_index()",
        show(question),
        f"say({text})",
        *_gaps(column),
        "_figure, _axes = plt.subplots(figsize=(8, 4.5))",
        drawn,
        "_figure.suptitle('')",
        f"_axes.set_title({title(question)!r}, wrap=True)",
        f"_axes.set_xlabel({key.name if key else ''!r})",
        f"_axes.set_ylabel({explain.with_unit(column)!r})",
    ]


def _gaps(column: Column) -> list[str]:
    if not column.has_gaps:
        return []
    text = sentence(("_missing:,",), f" rows have no {column.name} and are left out.")
    return [f"if _missing := int(rows[{column.name!r}].isna().sum()):", f"    say({text})"]


def _outliers(question: Question) -> list[str]:
    column = question.columns[0].name
    place = f"rows[{column!r}]"
    text = sentence(
        ("len(result):,",), f" values of {column}{explain.where_of(question)} are outliers: below ", ("_number(_low)",),
        " or above ", ("_number(_high)",), f", {OUTLIERS_FENCE} interquartile ranges outside of the quartiles."
    )  # fmt: skip
    return [
        f"_lower, _upper = {place}.quantile(0.25), {place}.quantile(0.75)",
        f"_low, _high = (_lower - {OUTLIERS_FENCE} * (_upper - _lower), _upper + {OUTLIERS_FENCE} * (_upper - _lower))",
        f"result = rows[({place} < _low) | ({place} > _high)].sort_values({column!r}, ignore_index=True)",
        show(question),
        f"say({text})",
    ]


def _missing(question: Question) -> list[str]:
    """How many values each column lacks; columns without a gap are left out of the table."""
    chosen = f"rows[{_names(question)!r}]" if question.columns else "rows"
    lines = [
        f"result = {chosen}.isna().sum().rename_axis('column').rename('missing').reset_index()",
        "result['share (%)'] = 100 * result['missing'] / len(rows)",
    ]
    if len(question.columns) != 1:
        lines.append(
            "result = result[result['missing'] > 0].sort_values('missing', ascending=False, ignore_index=True)"
        )
    text = sentence(("_count:,",), f" values are missing{explain.where_of(question)}.")
    return [*lines, show(question), "_count = result['missing'].sum()", f"say({text})"]


def _duplicates(question: Question) -> list[str]:
    subset = f"subset={_names(question)!r}" if question.columns else ""
    again = f"rows that repeat an earlier one{' in ' + ' and '.join(_names(question)) if question.columns else ''}"
    return [
        f"result = rows[rows.duplicated({subset})].reset_index(drop=True)",
        show(question),
        f"say({template('Number of ' + again + explain.where_of(question) + ': ', 'len(result):,')})",
    ]
