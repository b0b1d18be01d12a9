"""The part of a program that holds two sides against each other: which is more, by how much, what changed.

`result` has one row for each side (and, where there is another key, for each of its values) when these lines begin.
"""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.figures import show, title
from daytwo.control.models.analyst.program.snippets import sentence
from daytwo.control.models.analyst.question import Question
from daytwo.control.models.analyst.terms import Contrast

_SIGNS = {Contrast.MORE: ">", Contrast.LESS: "<"}


def contrast(question: Question, names: list[str], label: str) -> list[str]:
    """The two sides, and what is asked of them."""
    if len(names) > 1:
        return _each(question, names, label)
    lines = [f"result = result.sort_values({names[0]}, ignore_index=True)", *_sides(question, names[0], label)]
    head = f"{label[:1].upper()}{label[1:]}{explain.where_of(question)}"
    sides = (
        f"{head} is ", ("_number(_first)",), " for ", ("_names[0]",), " and ", ("_number(_second)",), " for ",
        ("_names[1]",),
    )  # fmt: skip
    if question.contrast in _SIGNS:
        sign = _SIGNS[question.contrast]
        answer = f"'Yes' if _first {sign} _second else 'No, both are the same' if _first == _second else 'No'"
        text = sentence(("_answer",), ". ", *sides, ".")
        return [*lines, show(question), f"_answer = {answer}", f"say({text})"]
    values = not question.dimensions[0].spans
    change, more, less = ("_first - _second", 0, 1) if values else ("_second - _first", 1, 0)
    text = sentence(
        *sides, ": a difference of ", ("_number(_change)",), ("_share",), " (", (f"_names[{more}]",), " less ",
        (f"_names[{less}]",), ")."
    )  # fmt: skip
    return [
        *lines,
        f"_change = {change}",
        f"_base = {'_second' if values else '_first'}",
        "_share = f', or {100 * _change / _base:+.1f}%' if _base else ''",
        "result['difference'] = [float('nan'), _change]",
        show(question),
        f"say({text})",
    ]


def _sides(question: Question, name: str, label: str) -> list[str]:
    """`_names` and the figures of both; where one is missing there is nothing to compare."""
    lines = ["if len(result) != 2:", "    _stop('There are no two sides to compare: one has no row.')"]
    compared = question.dimensions[0].compared
    if compared is not None:
        lines += [
            f"_, _held = _find(result, {[compared.values[0]]!r}, [{name}])",
            "result = pd.concat([result[_held], result[~_held]], ignore_index=True)",
        ]
    return [
        *lines,
        f"result[{name}] = result[{name}].astype('string')",
        f"_names = result[{name}].tolist()",
        f"_first, _second = result[{label!r}]",
    ]


def _each(question: Question, names: list[str], label: str) -> list[str]:
    """The change within each value of another column, the greatest first (or the least, where that is asked)."""
    last = question.dimensions[-1]
    side, key = (names[-1], names[0]) if last.spans or last.compared or last.sides else names
    descending = question.order is None or question.order.descending
    limit = f".head({question.limit})" if question.limit else ""
    text = sentence(f"{title(question)}: the ", "greatest" if descending else "least", " change is ",
                    ("_number(_change)",), " for ", ("_name",), ".")  # fmt: skip
    return [
        f"_wide = result.pivot(index={key}, columns={side}, values={label!r})",
        "if len(_wide.columns) != 2:",
        "    _stop('There are no two sides to compare: one has no row.')",
        "_wide.columns = _wide.columns.astype(str)",
        "_before, _after = _wide.columns",
        "_change = _wide[_after] - _wide[_before]",
        "result = _wide.assign(change=_change, **{'change (%)': 100 * _change / _wide[_before]})",
        f"result = result.sort_values('change', ascending={not descending}){limit}.reset_index()",
        show(question),
        f"for _name, _change in result[[{key}, 'change']].dropna().head(1).to_numpy():",
        f"    say({text})",
    ]
