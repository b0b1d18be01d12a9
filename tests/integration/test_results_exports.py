"""Tables are converted in a real sandbox: the executor's process never parses what lies beside a program."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import anyio
import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from daytwo.executor.cell.frames import BadFrameError
from daytwo.executor.environments import default_environment
from daytwo.executor.installation import local_sandboxes
from daytwo.executor.results import Exporter
from daytwo.executor.sandbox.request import Ending, SandboxResult, Tier
from daytwo.wire.errors import Invalid
from daytwo.wire.result import TableFormat

TABLE = pa.table({"region": ["West", "=1+1"], "revenue": [1234.5, -2.0]})


@pytest.fixture
def arrow(tmp_path: Path) -> Path:
    path = tmp_path / "t1.arrow"
    with pa.ipc.new_file(path, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return path


@pytest.fixture
def exporter(tmp_path: Path) -> Exporter:
    return Exporter(local_sandboxes(default_environment()), "local", tmp_path / "exports")


def test_a_table_becomes_each_format(exporter: Exporter, arrow: Path) -> None:
    made = {form: anyio.run(exporter.export, arrow, form, "Revenue") for form in TableFormat}
    assert made[TableFormat.CSV].path.read_text("utf-8") == '"region","revenue"\n"West",1234.5\n"\'=1+1",-2\n'
    assert len(made[TableFormat.CSV].notes) == 1
    assert parquet.read_table(made[TableFormat.PARQUET].path).equals(TABLE)
    book = openpyxl.load_workbook(io.BytesIO(made[TableFormat.XLSX].path.read_bytes()))
    assert book.sheetnames == ["Revenue"]
    assert list(book.active.values) == [("region", "revenue"), ("West", 1234.5), ("=1+1", -2)]
    assert oct(made[TableFormat.CSV].path.stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize("content", [b"", b"ARROW1\x00\x00" + b"x" * 100, b"PK\x03\x04"])
def test_what_is_no_arrow_file_is_refused_and_leaves_nothing(
    exporter: Exporter, tmp_path: Path, content: bytes
) -> None:
    damaged = tmp_path / "damaged.arrow"
    damaged.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        anyio.run(exporter.export, damaged, TableFormat.CSV, "x")
    assert refused.value.code == "export_failed"
    assert list((tmp_path / "exports").iterdir()) == []


class _HostileSandbox:
    """A sandbox that a table has taken over: it writes to the channel what it likes."""

    def __init__(self, written: bytes, ending: Ending = Ending.OK) -> None:
        self._written = written
        self._ending = ending

    async def run(self, request: Any, sink: Any, cancel: Any) -> SandboxResult:
        ending = self._ending
        try:
            sink(self._written)
        except BadFrameError:
            ending = Ending.KILLED
        return SandboxResult(ending, 0, b"", b"", 1, 1, Tier.STANDARD, "hostile")


def _frame(header: bytes, payload: bytes = b"") -> bytes:
    return len(header).to_bytes(4, "big") + header + len(payload).to_bytes(8, "big") + payload


END = _frame(b'{"kind": "end", "outcome": "ok"}')


@pytest.mark.parametrize(
    ("written", "ending", "code"),
    [
        (b"", Ending.OK, "export_failed"),
        (_frame(b'{"kind": "piece"}', b"x"), Ending.OK, "export_failed"),
        (END + _frame(b'{"kind": "piece"}', b"x"), Ending.OK, "export_failed"),
        (_frame(b'{"kind": "notes"}', b"x") + END, Ending.OK, "export_failed"),
        (END, Ending.MEMORY, "export_too_large"),
        (END, Ending.TIMEOUT, "export_too_large"),
    ],
)
def test_an_answer_that_is_not_whole_is_no_file(
    arrow: Path, tmp_path: Path, written: bytes, ending: Ending, code: str
) -> None:
    exporter = Exporter(_HostileSandbox(written, ending), "local", tmp_path / "exports")
    with pytest.raises(Invalid) as refused:
        anyio.run(exporter.export, arrow, TableFormat.XLSX, "x")
    assert refused.value.code == code
    assert list((tmp_path / "exports").iterdir()) == []


def test_notes_of_a_hostile_sandbox_are_short_plain_texts(arrow: Path, tmp_path: Path) -> None:
    notes = b'["' + b"x" * 5_000 + b'", 7, "a\\u0000b"' + b', "y"' * 50 + b"]"
    exporter = Exporter(
        _HostileSandbox(_frame(b'{"kind": "notes", "notes": ' + notes + b"}") + END), "local", tmp_path / "e"
    )
    made = anyio.run(exporter.export, arrow, TableFormat.CSV, "x")
    assert len(made.notes) == 20
    assert (len(made.notes[0]), made.notes[1], made.notes[2]) == (300, "7", "ab")


def test_files_of_an_executor_that_was_killed_are_removed(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "left").write_bytes(b"x")
    Exporter(_HostileSandbox(b""), "local", tmp_path / "exports")
    assert list((tmp_path / "exports").iterdir()) == []
