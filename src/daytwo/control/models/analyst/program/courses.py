"""What is made of a figure that goes over time: growth, moving average, running total, trend, forecast.

`result` holds one row for each period when these lines begin; periods that the data lack stay out.
"""

from __future__ import annotations

from daytwo.control.models.analyst import explain
from daytwo.control.models.analyst.program.figures import show, title
from daytwo.control.models.analyst.program.snippets import sentence
from daytwo.control.models.analyst.question import Over, Question
from daytwo.control.models.analyst.terms import Course, Grain


def over_time(question: Question, names: list[str], label: str) -> list[str]:
    """Lines that put the course beside the figure, in order of time; within each group where there is another key."""
    assert question.over is not None
    time = names[-1] if len(names) > 1 else names[0]
    keys = names[:-1]
    lines = [f"result = result.sort_values([{', '.join([*keys, time])}], ignore_index=True)"]
    series = f"result.groupby([{', '.join(keys)}])[{label!r}]" if keys else f"result[{label!r}]"
    if question.over.course is Course.FORECAST:
        return [*lines, *_forecast(question, time, label)]
    if question.over.course is Course.TREND:
        return [*lines, show(question), *_trend(question, time, label), *_draw(question, time, label, [label])]
    made = {
        Course.GROWTH: f"100 * {series}.pct_change()",
        Course.CUMULATIVE: f"{series}.cumsum()",
        Course.MOVING: f"{series}.transform(lambda figure: figure.rolling({question.over.window}).mean())",
    }[question.over.course]
    name = _called(question.over)
    lines += [f"result[{name!r}] = {made}", show(question)]
    shown = [name] if question.over.course is Course.GROWTH else [label, name]
    text = sentence(f"{title(question)}: ", ("_number(_value)",), " in ", ("_time",), ".")
    lines += [f"for _time, _value in result[[{time}, {name!r}]].dropna().tail(1).to_numpy():", f"    say({text})"]
    return lines if keys else lines + _draw(question, time, name, shown)


def _called(over: Over) -> str:
    if over.course is Course.MOVING:
        return f"moving average over {over.window}"
    return "growth (%)" if over.course is Course.GROWTH else "running total"


def _trend(question: Question, time: str, label: str) -> list[str]:
    """The slope of the straight line, for each step of time."""
    grain = question.dimensions[-1].grain or Grain.YEAR
    text = sentence(f"{title(question)}: along a straight line it changes by ", ("_number(_slope)",), f" a {grain}.")
    return [
        f"_known = result.dropna(subset=[{label!r}])",
        "if len(_known) > 1:",
        f"    _slope, _start = np.polyfit({_steps(question, '_known', time)}, _known[{label!r}].astype(float), 1)",
        f"    say({text})",
    ]


def _steps(question: Question, frame: str, time: str) -> str:
    """Time as numbers, one for each step."""
    grain = question.dimensions[-1].grain
    return f"{frame}[{time}].astype(float)" if grain in {None, Grain.YEAR} else f"np.arange(len({frame}))"


def _forecast(question: Question, time: str, label: str) -> list[str]:
    assert question.over is not None
    target = question.over.target
    at = str(target) if target else f"int(result[{time}].max()) + 1"
    text = sentence(
        "Forecast for ", ("_year",), f" of {label}{explain.where_of(question)}: ", ("_number(_value)",),
        ", along the straight line through ", ("len(_known):,",), " years; the years lie about ",
        ("_number(_error)",), " off it."
    )  # fmt: skip
    return [
        f"_known, _year = result.dropna(subset=[{label!r}]), {at}",
        "if len(_known) < 3:",
        f"    _stop({'There are fewer than three years to draw a line through.'!r})",
        f"_slope, _start = np.polyfit(_known[{time}].astype(float), _known[{label!r}].astype(float), 1)",
        "_value = _start + _slope * _year",
        f"_error = (_known[{label!r}] - _start - _slope * _known[{time}].astype(float)).std(ddof=2)",
        "result = pd.DataFrame({'year': [_year], 'forecast': [_value], 'a year': [_slope], 'typical error': [_error]})",
        show(question),
        f"say({text})",
        "_figure, _axes = plt.subplots(figsize=(8, 4.5))",
        f"_axes.plot(_known[{time}].astype(int), _known[{label!r}], marker='o', label={label!r})",
        f"_line = [int(_known[{time}].min()), _year]",
        "_axes.plot(_line, [_start + _slope * year for year in _line], linestyle='--', label='straight line')",
        f"_axes.set_title({title(question)!r}, wrap=True)",
        "_axes.set_xlabel('year')",
        f"_axes.set_ylabel({label!r})",
        "_axes.legend()",
    ]


def _draw(question: Question, time: str, label: str, shown: list[str]) -> list[str]:
    plots = [f"_axes.plot(result[{time}].astype(str), result[{name!r}], marker='o', label={name!r})" for name in shown]
    lines = [
        "_figure, _axes = plt.subplots(figsize=(8, 4.5))",
        *plots,
        "if len(result) > 30:",
        "    _axes.xaxis.set_major_locator(plt.MaxNLocator(12))",
        f"_axes.set_title({title(question)!r}, wrap=True)",
        f"_axes.set_xlabel({time})",
        f"_axes.set_ylabel({label!r})",
        '_axes.tick_params(axis="x", rotation=45)',
    ]
    return [*lines, "_axes.legend()"] if len(shown) > 1 else lines
