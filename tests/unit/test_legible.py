"""Columns as people read them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.legible import decimals, form_of, legible
from daytwo.wire.result import ResultColumn, ResultTable

READ = [
    ("orders", "int64", [1234567, 3], ["1,234,567", "3"]),
    ("orders", "int64", ["9007199254740993"], ["9,007,199,254,740,993"]),
    ("year", "int64", [2024], ["2024"]),
    ("order_year", "double", [2024.0], ["2024"]),
    ("customerId", "int32", [123456], ["123456"]),
    ("width", "int64", [123456], ["123,456"]),
    ("revenue", "double", [1234.5, 7.0], ["1,234.50", "7.00"]),
    ("revenue", "double", [0.1 + 0.2, 1234567.8900000001], ["0.30", "1,234,567.89"]),
    ("revenue", "decimal128(10, 2)", ["1234567.10"], ["1,234,567.10"]),
    ("total", "double", [3.0, 12.0], ["3", "12"]),
    ("mean", "double", [12.345678, 9.87654], ["12.35", "9.88"]),
    ("mean", "double", [123.45678], ["123.5"]),
    ("mean", "double", [54321.98765], ["54,322"]),
    ("p", "double", [0.000123456, 0.25], ["0.00012", "0.2500"]),
    ("p", "double", [1.5e-12], ["1.5e-12"]),
    ("huge", "double", [1e300, 2.0], ["1e+300", "2"]),
    ("x", "double", ["inf", None, 1.0], ["inf", "", "1"]),
    ("share", "double", [0.12345, 1.0], ["12.3%", "100.0%"]),
    ("market share", "double", [12.345], ["12.35"]),
    ("day", "timestamp[us]", ["2024-01-02T00:00:00", "2024-02-03T00:00:00"], ["2024-01-02", "2024-02-03"]),
    ("at", "timestamp[us, tz=UTC]", ["2024-01-02T03:04:00+00:00"], ["2024-01-02 03:04 UTC"]),
    ("at", "timestamp[s]", ["2024-01-02T03:04:05", "2024-01-02T00:00"], ["2024-01-02 03:04:05", "2024-01-02 00:00:00"]),
    ("at", "timestamp[us]", ["2024-01-02T03:04:05.250000"], ["2024-01-02 03:04:05.250000"]),
    ("month", "date32[day]", ["2024-01-01", "2024-02-01"], ["2024-01", "2024-02"]),
    ("quarter", "timestamp[us]", ["2024-04-01T00:00:00"], ["2024 Q2"]),
    ("year", "timestamp[us]", ["2024-01-01T00:00:00"], ["2024"]),
    ("month", "date32[day]", ["2024-01-15"], ["2024-01-15"]),
    ("at", "timestamp[ns]", ["long ago"], ["long ago"]),
    ("ok", "bool", [True, None], ["true", ""]),
    ("nested", "list<item: int64>", [[1, 2]], ["[1, 2]"]),
    ("note", "string", ["=1+1", ""], ["=1+1", ""]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "values", "shown"), READ, ids=lambda value: str(value)[:30])
def test_columns(name: str, kind: str, values: list[Any], shown: list[str]) -> None:
    made = ResultTable(
        name="t1",
        columns=(ResultColumn(name=name, type=kind),),
        rows=tuple((value,) for value in values),
        row_count=len(values),
        file="t1.arrow",
    )
    (column,) = legible(made, len(values))
    assert column.cells == tuple(shown)


@given(st.lists(st.floats() | st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_fractions_share_their_decimals_and_only_zero_is_zero(values: list[float]) -> None:
    form = form_of(ResultColumn(name="x", type="double"), values)
    shown = [form(value) for value in values]
    assert decimals([value for value in values if math.isfinite(value)]) <= 6
    for value, text in zip(values, shown, strict=True):
        if abs(value) < 1e300:
            assert math.isclose(float(text.replace(",", "")), value, rel_tol=0.051)
            assert (float(text.replace(",", "")) == 0) == (value == 0)


@given(st.integers(-(2**70), 2**70))
def test_whole_numbers_are_exact(value: int) -> None:
    form = form_of(ResultColumn(name="n", type="int64"), [value])
    assert int(form(str(value)).replace(",", "")) == value


@given(
    st.lists(st.text(max_size=40) | st.none() | st.booleans() | st.integers() | st.floats(), max_size=5),
    st.sampled_from(
        ["int64", "double", "decimal128(9, 2)", "timestamp[us]", "date32[day]", "string", "bool", "month_interval", ""]
    ),
)
def test_values_that_are_not_of_their_columns_type_are_written_all_the_same(values: list[Any], kind: str) -> None:
    form = form_of(ResultColumn(name="month", type=kind), values)
    assert all(isinstance(form(value), str) for value in values if value is not None)
