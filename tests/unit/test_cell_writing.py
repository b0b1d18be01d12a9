"""Tables as CSV, Parquet and Excel: what is kept, what is told, what no spreadsheet computes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from daytwo.executor.cell.writing import convert, csvfile, parquetfile, xlsxfile

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://example.org","x")']


class _Kept(io.BytesIO):
    """A file whose bytes can be read after it was closed."""

    def close(self) -> None:
        self.content = self.getvalue()
        super().close()


def written(table: pa.Table, form: Any, title: str = "Sales") -> tuple[bytes, list[str]]:
    def batches() -> Iterator[pa.RecordBatch]:
        for batch in table.to_batches():
            for start in range(0, batch.num_rows, 2):
                yield batch.slice(start, 2)

    sink = _Kept()
    notes = form.write(table.schema, batches, sink, title)
    sink.close()
    return sink.content, notes


def _csv(table: pa.Table) -> tuple[list[list[str]], list[str]]:
    content, notes = written(table, csvfile)
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""))), notes


def _sheet(table: pa.Table) -> tuple[Any, list[str]]:
    content, notes = written(table, xlsxfile)
    return openpyxl.load_workbook(io.BytesIO(content)), notes


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_compute_is_a_text(text: str) -> None:
    table = pa.table({text: [text, "harmless"]})
    (header, first, second), notes = _csv(table)
    assert (header, first, second) == (["'" + text], ["'" + text], ["harmless"])
    assert notes == ["2 texts that a spreadsheet would compute begin with an apostrophe."]
    sheet = _sheet(table)[0].active
    for cell in (sheet["A1"], sheet["A2"]):
        assert (cell.value.replace("\r", "\n"), cell.data_type) == (text.replace("\r", "\n"), "s")
        assert cell.quotePrefix
    assert not sheet["A3"].quotePrefix


def test_a_number_stays_a_number_its_sign_too() -> None:
    table = pa.table({"n": [-1, 2], "x": [-0.5, float("nan")], "d": [Decimal("-1.10"), None]})
    rows, notes = _csv(table)
    assert rows == [["n", "x", "d"], ["-1", "-0.5", "-1.10"], ["2", "", ""]]
    assert notes == []
    sheet = _sheet(table)[0].active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [[-1, -0.5, -1.1], [2, None, None]]


def test_times_are_written_as_their_column_needs() -> None:
    table = pa.table(
        {
            "day": [dt.date(2024, 2, 29)],
            "whole": pa.array([dt.datetime(2024, 1, 2, 3, 4, 5)], pa.timestamp("us")),  # noqa: DTZ001
            "part": pa.array([dt.datetime(2024, 1, 2, 3, 4, 5, 250_000)], pa.timestamp("us")),  # noqa: DTZ001
            "zone": pa.array([dt.datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))]),
        }
    )
    rows, _ = _csv(table)
    assert rows[1] == ["2024-02-29", "2024-01-02 03:04:05", "2024-01-02 03:04:05.250000", "2024-07-01 12:00:00+0200"]
    book, notes = _sheet(table)
    values = [cell.value for cell in book.active[2]]
    assert values[0] == dt.datetime(2024, 2, 29)  # noqa: DTZ001 -- Excel's days are moments
    assert values[3] == dt.datetime(2024, 7, 1, 12)  # noqa: DTZ001 -- the clock in Berlin
    assert notes == ["Times are those of Europe/Berlin: Excel knows no zones."]


def test_what_excel_cannot_hold_is_told() -> None:
    table = pa.table(
        {
            "long": ["x" * 40_000],
            "digits": [2**60],
            "exact": [Decimal("1234567890123456.78")],
            "old": [dt.date(1812, 1, 1)],
            "control": ["a\x01b"],
            "endless": [float("inf")],
            "nested": [[1, {"a": 2}.get("a")]],
        }
    )
    book, notes = _sheet(table)
    row = [cell.value for cell in book.active[2]]
    assert len(row[0]) == 32_767
    assert row[1:4] == [str(2**60), "1234567890123456.78", "1812-01-01"]
    assert row[4:] == ["a\N{REPLACEMENT CHARACTER}b", "inf", "[1, 2]"]
    assert [note.partition(" ")[0] for note in notes] == ["2", "1", "1", "1"]


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsxfile, "SHEET_ROWS", 4)
    for rows, sheets in ((3, 1), (4, 2), (6, 2), (7, 3), (0, 1)):
        book, notes = _sheet(pa.table({"n": pa.array(range(rows), pa.int64())}))
        assert len(book.sheetnames) == sheets
        found = [cell for name in book.sheetnames for (cell,) in book[name].iter_rows(min_row=2, values_only=True)]
        assert found == list(range(rows))
        assert bool(notes) == (sheets > 1)
    assert book.sheetnames == ["Sales"]


def test_more_columns_than_a_sheet_holds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsxfile, "SHEET_COLUMNS", 2)
    book, notes = _sheet(pa.table({"a": [1], "b": [2], "c": [3]}))
    assert book.active.max_column == 2
    assert notes == ["Only the first 2 of 3 columns: a sheet holds no more."]


@pytest.mark.parametrize("title", ["a/b:c*d?[e]\\f", "'", "", "x" * 100, "History"])
def test_any_title_makes_a_sheet(title: str) -> None:
    content, _ = written(pa.table({"a": [1]}), xlsxfile, title)
    (name,) = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert 0 < len(name) <= 31


def test_parquet_holds_every_value_and_type() -> None:
    table = pa.table(
        {
            "nested": [[1], None, [2, 3]],
            "category": pa.array(["a", "b", "a"]).dictionary_encode(),
            "at": pa.array([1, 2, None], pa.timestamp("ns", "UTC")),
            "text": FORMULAS[:3],
        }
    )
    content, notes = written(table, parquetfile)
    assert notes == []
    assert parquet.read_table(io.BytesIO(content)).cast(table.schema).equals(table)


KINDS = {
    "bool": pa.array([True, None]),
    "dictionary": pa.array(["=a", None]).dictionary_encode(),
    "large": pa.array(["=a", None], pa.large_string()),
    "view": pa.array(["=a", None], pa.string_view()),
    "binary": pa.array([b"\x00\xff", None]),
    "duration": pa.array([dt.timedelta(seconds=1), None]),
    "time": pa.array([dt.time(1, 2), None]),
    "half": pa.array([1.5, None], pa.float16()),
    "null": pa.nulls(2),
    "struct": pa.array([{"a": [1]}, None]),
    "far": pa.array([2**51, None], pa.timestamp("s")),
    "nanoseconds": pa.array([1, None], pa.timestamp("ns")),
    "interval": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [csvfile, parquetfile, xlsxfile])
def test_every_type_of_arrow_is_written(kind: str, form: Any) -> None:
    content, _ = written(pa.table({kind: KINDS[kind]}), form)
    assert content


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text() | st.none(), st.floats() | st.none(), st.integers(-(2**63), 2**63 - 1))))
def test_a_csv_file_holds_what_the_table_held(rows: list[tuple[Any, ...]]) -> None:
    texts = [None if text is None else text.encode("utf-8", "replace").decode() for text, _, _ in rows]
    table = pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "x": pa.array([row[1] for row in rows], pa.float64()),
            "n": pa.array([row[2] for row in rows], pa.int64()),
        }
    )
    content, _ = written(table, csvfile)
    read = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values={"x": [""]}, dtype={"text": str})
    assert read["n"].tolist() == [row[2] for row in rows]
    for found, text in zip(read["text"], texts, strict=True):
        assert not found.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        if text is not None:
            assert found.removeprefix("'").replace("\r\n", "\n") in {text.replace("\r\n", "\n"), text.removeprefix("'")}


def test_pieces_leave_in_order_and_none_is_larger_than_its_limit() -> None:
    sent: list[bytes] = []

    class Writer:
        def write(self, header: dict[str, Any], payload: bytes = b"") -> None:
            assert header == {"kind": "piece"}
            sent.append(payload)

    pieces = convert.Pieces(Writer())  # type: ignore[arg-type]
    for number in range(30):
        pieces.write(bytes([number]) * 100_000)
    assert pieces.tell() == 3_000_000
    pieces.flush()
    assert b"".join(sent) == b"".join(bytes([number]) * 100_000 for number in range(30))
    assert max(map(len, sent)) < convert.PIECE_BYTES + 100_000
