"""Converts an Arrow file inside a sandbox: `python -m cell.writing.convert`, a JSON job on standard input.

Job: `{"file", "format": "csv" | "parquet" | "xlsx", "title"}`.  Answer, in frames: the new file in order, as payloads
of `{"kind": "piece"}`; `{"kind": "notes", "notes": […]}` with what the format could not hold, for the person;
`{"kind": "end", "outcome": "ok"}`.  The Arrow file is mapped and read in slices, so memory stays bounded however long
the table is.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from ..frames import FrameWriter  # noqa: TID252 - the package is called `cell` in a sandbox
from . import csvfile, parquetfile, xlsxfile

if TYPE_CHECKING:
    import pyarrow as pa

PIECE_BYTES = 1024 * 1024
SLICE_ROWS = 8_192
EXIT_MEMORY = 86


class Pieces(io.RawIOBase):
    """A file to write to, front to back; what is written leaves in frames."""

    def __init__(self, writer: FrameWriter) -> None:
        super().__init__()
        self._writer = writer
        self._held = bytearray()
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self._held += data
        self._written += size
        if len(self._held) >= PIECE_BYTES:
            self.flush()
        return size

    def flush(self) -> None:
        if self._held:
            self._writer.write({"kind": "piece"}, bytes(self._held))
            self._held.clear()


def slices(reader: Any) -> Iterator[pa.RecordBatch]:
    """All rows, a few at a time."""
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        for start in range(0, batch.num_rows, SLICE_ROWS):
            yield batch.slice(start, SLICE_ROWS)


_WRITE = {"csv": csvfile.write, "parquet": parquetfile.write, "xlsx": xlsxfile.write}


def main() -> int:
    import pyarrow as pa

    job = json.loads(sys.stdin.buffer.read())
    writer = FrameWriter()
    sink = Pieces(writer)
    try:
        reader = pa.ipc.open_file(pa.memory_map(job["file"]))
        notes = _WRITE[job["format"]](reader.schema, lambda: slices(reader), cast("BinaryIO", sink), job["title"])
    except (MemoryError, pa.ArrowMemoryError):
        return EXIT_MEMORY
    sink.flush()
    writer.write({"kind": "notes", "notes": notes})
    writer.write({"kind": "end", "outcome": "ok"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
