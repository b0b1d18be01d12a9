"""Tables: from whatever a program shows, to Arrow and a JSON preview."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import uuid
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.cell.frames import HEADER_LIMITS_BYTES
from daytwo.executor.cell.preview import BYTES, preview
from daytwo.executor.cell.tables import to_arrow
from daytwo.wire.result import PREVIEW_ROWS


def _rows(value: Any) -> list[list[Any]]:
    rows: list[list[Any]] = preview(to_arrow(value))["rows"]
    return rows


NASTY = [
    (float("nan"), None),
    (float("inf"), "inf"),
    (-math.inf, "-inf"),
    (2**53 + 1, str(2**53 + 1)),
    (2**63 - 1, str(2**63 - 1)),
    (2**70, str(2**70)),
    (decimal.Decimal("1.50"), "1.50"),
    (dt.date(2024, 2, 29), "2024-02-29"),
    (dt.datetime(2024, 1, 2, 3, 4, 5), "2024-01-02T03:04:05"),  # noqa: DTZ001 -- people have such values
    (dt.datetime(2024, 1, 2, tzinfo=dt.UTC), "2024-01-02T00:00:00+00:00"),
    (dt.time(1, 2), "01:02:00"),
    (dt.timedelta(days=1, seconds=1), "1 day, 0:00:01"),
    (b"\x00\xff", "0x00ff"),
    (None, None),
    (True, True),
    ("", ""),
    (np.int64(5), 5),
    (np.float32(0.5), 0.5),
    (np.datetime64("2024-01-02"), "2024-01-02T00:00:00"),
]


@pytest.mark.parametrize(("value", "shown"), NASTY)
def test_single_values(value: Any, shown: Any) -> None:
    assert _rows(value) == [[shown]]


def test_values_of_every_kind_in_frames() -> None:
    frame = pd.DataFrame(
        {
            "mixed": [1, "a", None, 2.5],
            "objects": [uuid.UUID(int=1), None, [1, {"b": float("nan")}], object],
            "complex": [1j, 2j, 0j, 1j],
            "period": pd.period_range("2024-01", periods=4, freq="M"),
            "interval": pd.interval_range(0, 4),
            "category": pd.Categorical(["x", None, "y", "x"]),
            "when": pd.to_datetime(["2024-01-01", None, "2024-01-02", "2024-01-03"]),
            "nanoseconds": pd.array([pd.Timestamp("2024-01-01T00:00:00.000000001")] * 4, dtype="datetime64[ns]"),
            "nullable": pd.array([1, None, 3, 4], dtype="Int64"),
        }
    )
    rows = _rows(frame)
    assert [row[0] for row in rows] == ["1", "a", None, "2.5"]
    assert rows[0][1] == str(uuid.UUID(int=1))
    assert rows[1][1] is None
    assert rows[0][2:6] == ["1j", "2024-01", "(0, 1]", "x"]
    assert [row[6] for row in rows][:2] == ["2024-01-01T00:00:00", None]
    assert rows[0][7].startswith("2024-01-01T00:00:00.000000001")
    assert [row[8] for row in rows] == [1, None, 3, 4]


def test_times_that_python_has_no_value_for() -> None:
    table = pa.table({"t": pa.array([2**62, None], pa.timestamp("s"))})
    shown = preview(table)
    assert shown["row_count"] == 2
    assert isinstance(shown["rows"][0][0], str)


def test_labels_become_unique_texts() -> None:
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=["a", "a", 7, ("b", "c")])
    assert to_arrow(frame).column_names == ["a", "a (2)", "7", "b / c"]
    levels = pd.DataFrame({"k": ["x", "x", "y"], "v": [1, 2, 3]}).groupby("k").agg({"v": ["sum", "max"]})
    assert to_arrow(levels).column_names == ["k", "v / sum", "v / max"]
    assert to_arrow(pd.DataFrame({"a": [1]}, index=pd.Index([5], name="a"))).column_names == ["a", "a (2)"]


@pytest.mark.parametrize(
    ("value", "columns", "rows"),
    [
        (pd.Series([1, 2], name="n"), ["n"], [[1], [2]]),
        (pd.Series([1], index=["k"]), ["index", "value"], [["k", 1]]),
        (pd.Index(["a"]), ["0"], [["a"]]),
        (pl.DataFrame({"a": [1]}), ["a"], [[1]]),
        (pl.LazyFrame({"a": [1]}), ["a"], [[1]]),
        (pl.Series("s", ["x"]), ["s"], [["x"]]),
        (pa.table({"a": [1]}), ["a"], [[1]]),
        (pa.record_batch({"a": [1]}), ["a"], [[1]]),
        (np.array([[1, 2], [3, 4]]), ["0", "1"], [[1, 2], [3, 4]]),
        (np.array(5), ["value"], [[5]]),
        ({"a": 1, "b": 2}, ["name", "value"], [["a", 1], ["b", 2]]),
        ({"a": 1, "b": "x"}, ["name", "value"], [["a", "1"], ["b", "x"]]),
        ({"a": [1, 2], "b": ("x", "y")}, ["a", "b"], [[1, "x"], [2, "y"]]),
        ({"a": [1, 2], "b": [1]}, ["name", "value"], [["a", [1, 2]], ["b", [1]]]),
        ([{"a": 1}, {"b": 2, "a": 3}], ["a", "b"], [[1, None], [3, 2.0]]),
        ([(1, "x"), (2, "y")], ["0", "1"], [[1, "x"], [2, "y"]]),
        ([1, "x"], ["value"], [["1"], ["x"]]),
        ({3}, ["value"], [[3]]),
        ([], ["value"], []),
        ({}, ["name", "value"], []),
        (pd.DataFrame(), [], []),
    ],
)
def test_what_can_be_shown(value: Any, columns: list[str], rows: list[list[Any]]) -> None:
    table = to_arrow(value)
    assert table.column_names == columns
    assert preview(table)["rows"] == rows


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(TypeError, match="not a type"):
        to_arrow(int)


def test_a_preview_is_bounded() -> None:
    long = preview(to_arrow(pd.DataFrame({"a": range(5_000)})))
    assert (len(long["rows"]), long["row_count"]) == (PREVIEW_ROWS, 5_000)
    wide = preview(to_arrow(pd.DataFrame([range(3_000)], columns=["😀" * 200 + str(n) for n in range(3_000)])))
    heavy = preview(to_arrow(pd.DataFrame({"a": ["😀" * 5_000] * 2_000})))
    nested = preview(pa.table({"a": [[[[[[[1] * 500]]]]]] * 900}))
    for shown in (wide, heavy, nested):
        assert len(json.dumps(shown)) < BYTES + 1_000 < HEADER_LIMITS_BYTES["table"] - 100_000
        assert all(len(row) == len(shown["columns"]) for row in shown["rows"])
    assert len(heavy["rows"]) > 100
    assert 100 < len(wide["columns"]) <= 1_000


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.decimals(),
    st.complex_numbers(),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.floats(), max_size=3),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CELLS, max_size=6))
def test_any_column_can_be_shown(values: list[Any]) -> None:
    table = to_arrow([{"a": value} for value in values])
    shown = preview(table)
    json.dumps(shown, allow_nan=False)
    assert shown["row_count"] == len(values)
    assert len(shown["rows"]) == (len(values) if table.num_columns else 0)
