"""Tables in a terminal: they fit, whatever they hold, and what is left out is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from daytwo.cli.tables import ROWS_SHOWN, ROWS_SPARED, drawn, left_out
from daytwo.wire.result import ResultColumn, ResultTable


def table(columns: dict[str, str], rows: list[tuple[Any, ...]], row_count: int | None = None) -> ResultTable:
    return ResultTable(
        name="t1",
        columns=tuple(ResultColumn(name=name, type=kind) for name, kind in columns.items()),
        rows=tuple(rows),
        row_count=len(rows) if row_count is None else row_count,
        file="t1.arrow",
    )


def rendered(shown: ResultTable, width: int) -> str:
    console = Console(width=width, force_terminal=False, color_system=None, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(drawn(shown, width))
    return capture.get()


NAMED = {"region": "string", "revenue": "double"}
WIDE = {f"column_{number}": "double" for number in range(200)}


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("text", ["x" * 500, "日本語" * 100, "🙂" * 90, "a b " * 200])
def test_a_table_fits_the_terminal(width: int, text: str) -> None:
    shown = rendered(table(NAMED, [(text, 1.0)] * 3), width)
    assert max(map(cell_len, shown.splitlines())) <= width


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.text(max_size=40), st.floats() | st.none()), min_size=2, max_size=30), st.integers(30, 120)
)
def test_any_text_and_any_number_fit(rows: list[tuple[Any, ...]], width: int) -> None:
    shown = rendered(table({"a name": "string", "figure": "double"}, rows), width)
    assert max(map(cell_len, shown.splitlines())) <= width
    assert "\x1b" not in shown


def test_numbers_stand_to_the_right_and_control_characters_are_shown() -> None:
    text = rendered(table(NAMED, [("West", 1234.5), ("East\x1b[31m", None), ("North", 7.0)]), 80)
    lines = [line.rstrip() for line in text.splitlines()]
    assert next(line for line in lines if line.startswith("West")).endswith("1,234.50")
    assert next(line for line in lines if line.startswith("North")).endswith("    7.00")
    assert r"East\x1b[31m" in text


@pytest.mark.parametrize(("width", "shown"), [(80, True), (40, True), (30, False)])
def test_a_number_stands_whole_or_not_at_all(width: int, shown: bool) -> None:
    rows = [(number * 123_456_789, "t" * 60, number * 1_000_000_007) for number in range(1, 4)]
    text = rendered(table({"first": "int64", "text": "string", "second": "int64"}, rows), width)
    assert "370,370,367" in text
    assert ("3,000,000,021" in text) == shown
    assert ("second" in text) == shown


def test_long_results_say_how_many_rows_more() -> None:
    long = table({"n": "int64"}, [(number,) for number in range(100)], row_count=5000)
    assert rendered(long, 80).split()[-1] == str(ROWS_SHOWN - 1)
    assert left_out(long, 80) == "… and 4,980 more rows"
    few = table({"n": "int64"}, [(number,) for number in range(ROWS_SHOWN + ROWS_SPARED)])
    assert left_out(few, 80) is None
    assert str(ROWS_SHOWN + ROWS_SPARED - 1) in rendered(few, 80)


def test_a_wide_table_names_the_columns_that_are_left_out() -> None:
    wide = table(WIDE, [tuple(float(number) for number in range(200))] * 2)
    shown = rendered(wide, 80)
    assert "column_0" in shown
    said = left_out(wide, 80)
    assert said is not None
    assert said.startswith("… and 192 more columns (column_8, column_9, ")
    assert len(said) < 250


def test_a_single_wide_row_is_turned() -> None:
    names = {f"a_long_name_{number}": "double" for number in range(12)}
    one = table(names, [tuple(1000.0 * number for number in range(12))])
    lines = rendered(one, 60).splitlines()
    assert [line.split() for line in lines if line.strip()][11] == ["a_long_name_11", "11,000"]
    assert left_out(one, 60) is None


def test_a_table_without_rows_or_columns_is_drawn() -> None:
    assert "region" in rendered(table(NAMED, []), 80)
    assert json.dumps(rendered(table({}, []), 80))
