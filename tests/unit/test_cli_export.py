"""`runs export`: which format, which file."""

from __future__ import annotations

from pathlib import Path

import pytest

from daytwo.cli.export import Wanted, format_of, targets
from daytwo.cli.usage import Usage
from daytwo.wire.result import ResultTable, TableFormat

TABLE = ResultTable(name="t1", columns=(), rows=(), row_count=0, file="t1.arrow")
ONE, TWO = [Wanted(1, 1, TABLE)], [Wanted(1, 1, TABLE), Wanted(2, 1, TABLE)]


@pytest.mark.parametrize(
    ("form", "to", "expected"),
    [
        (None, None, "csv"),
        ("xlsx", None, "xlsx"),
        (None, "a.PARQUET", "parquet"),
        (None, "a.txt", "csv"),
        ("parquet", "a.txt", "parquet"),
        (None, "folder", "csv"),
    ],
)
def test_the_format_is_what_was_said_or_what_the_file_says(form: str | None, to: str | None, expected: str) -> None:
    said = TableFormat(form) if form else None
    assert format_of(said, Path(to) if to else None) == expected


def test_two_formats_at_once_are_refused() -> None:
    with pytest.raises(Usage, match="leave one of them out"):
        format_of(TableFormat.CSV, Path("a.xlsx"))


def test_a_file_for_one_table_a_folder_for_several(tmp_path: Path) -> None:
    assert targets("run_1", ONE, TableFormat.CSV, tmp_path / "a.csv") == [tmp_path / "a.csv"]
    assert targets("run_1", TWO, TableFormat.XLSX, tmp_path) == [tmp_path / "run_1-t1.xlsx", tmp_path / "run_1-t2.xlsx"]
    assert targets("run_1", ONE, TableFormat.CSV, None) == [Path("run_1-t1.csv")]
    for wanted, to in ((TWO, tmp_path / "a.csv"), (ONE, tmp_path / "none" / "a.csv"), (ONE, tmp_path / "none")):
        with pytest.raises(Usage):
            targets("run_1", wanted, TableFormat.CSV, to)
