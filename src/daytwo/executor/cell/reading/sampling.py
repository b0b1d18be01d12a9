"""Samples of data that is too large to be read while a person waits: small files that stand in for the real ones.

A sample is of the same kind as its file, so that whatever reads files reads it.  Of text: the head and blocks spread
evenly over the file, cut to whole records; of gzipped text and of JSON the head alone, for they cannot be read from the
middle; of Parquet and Arrow: slices of row groups spread evenly; of SQLite: slices of each table.  Workbooks are read
whole: a sheet has a million rows at most.  What a sample says is an estimate: counts are scaled, and nothing that it
says of every value is sure (`daytwo.executor.catalog.passes` reads the rest).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import delimited, litesample
from .encoding import HEAD_BYTES, unit_of
from .jsonfile import OBJECT_LIMIT_BYTES, is_of_lines
from .jsonhead import head_of
from .problem import UnreadableError
from .records import Shape, whole_lines, whole_records

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SLICES = 64
"""Places of a Parquet or Arrow file that a sample is taken from."""
MANY_DISTINCT_SHARE = 0.9
"""Of a sample's values: from here on, the rest is taken to bring new ones at the same rate."""


@dataclass(frozen=True)
class Size:
    """What is sampled, and how much of it.  Tests make these small."""

    above_bytes: int = 128 * 1024**2
    """Data of less is read whole."""
    sample_bytes: int = 64 * 1024**2
    block_bytes: int = 1024**2


SIZE = Size()


@dataclass(frozen=True)
class Part:
    """One file's stand-in.  `taken` of `whole`: bytes of text, rows of Parquet, Arrow and SQLite."""

    path: str
    taken: int
    whole: int
    tables: Mapping[str, float] = field(default_factory=dict)
    """The share of each table, where the file holds several."""


def sampled(
    connection: DuckDBPyConnection, files: Sequence[dict[str, str]], folder: Path, size: Size
) -> list[Part] | None:
    """A stand-in for each file; None where the files are small, or of a kind that is read whole."""
    sizes = [Path(file["path"]).stat().st_size for file in files]
    if sum(sizes) <= size.above_bytes or any(file["kind"] not in _SAMPLERS for file in files):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number, (file, own) in enumerate(zip(files, sizes, strict=True)):
        target = folder / f"{number}{Path(file['path']).name.lstrip('0123456789')}"
        budget = max(size.sample_bytes * own // sum(sizes), min(size.block_bytes, HEAD_BYTES))
        try:
            part = _SAMPLERS[file["kind"]](connection, file["path"], target, budget, size)
        except (OSError, EOFError, ValueError, UnreadableError):
            # Damaged, perhaps: reading the file whole says how.
            return None
        if part is None:
            return None
        parts.append(part)
    return parts if share(parts) < 1 else None


def share(parts: Sequence[Part], table: str | None = None) -> float:
    """How much of the data a sample holds, or of a table within one file."""
    if table is not None and len(parts) == 1 and table in parts[0].tables:
        return parts[0].tables[table]
    return sum(part.taken for part in parts) / max(1, sum(part.whole for part in parts))


def scaled(measured: dict[str, Any], taken: float) -> dict[str, Any]:
    """A sample's figures as those of the whole, of which it is the share `taken`."""
    rows = round(measured["rows"] / taken)
    columns = []
    for column in measured["columns"]:
        present = measured["rows"] - column["nulls"]
        is_open = present and column["distinct"] > MANY_DISTINCT_SHARE * present
        distinct = round(column["distinct"] / taken) if is_open else column["distinct"]
        columns.append({**column, "nulls": min(rows, round(column["nulls"] / taken)), "distinct": distinct})
    return {**measured, "rows": rows, "columns": columns}


def _delimited(connection: DuckDBPyConnection, path: str, target: Path, budget: int, size: Size) -> Part | None:
    unit = unit_of(path)
    if path.endswith(".gz"):
        return _packed(path, target, budget, unit.codec)
    with Path(path).open("rb") as file:
        head = whole_lines(file.read(min(size.block_bytes, budget)).decode(unit.codec, "replace"), starts_inside=False)
    target.write_bytes(head.encode(unit.codec))
    found = delimited.sniff(connection, str(target))
    shape = Shape.of(head, **{key: found[key] for key in ("delimiter", "quote", "escape")})
    if not shape.width:
        return None
    return _text(
        path,
        target,
        budget,
        size,
        lambda block, starts_inside: whole_records(block, shape, starts_inside=starts_inside),
    )


def _lines(_connection: DuckDBPyConnection, path: str, target: Path, budget: int, size: Size) -> Part | None:
    if path.endswith(".gz"):
        return _packed(path, target, budget, unit_of(path).codec)
    return _text(
        path, target, budget, size, lambda block, starts_inside: whole_lines(block, starts_inside=starts_inside)
    )


def _json(connection: DuckDBPyConnection, path: str, target: Path, budget: int, size: Size) -> Part | None:
    if path.endswith(".gz"):
        return None
    codec = unit_of(path).codec
    with Path(path).open("rb") as file:
        text = file.read(budget).decode(codec, "replace")
    mark = "\xef\xbb\xbf" if text.startswith("\xef\xbb\xbf") else ""
    head = head_of(text.removeprefix(mark))
    if head is None:
        return _lines(connection, path, target, budget, size) if is_of_lines(text.encode(codec)) else None
    total = Path(path).stat().st_size
    if head.is_wrapped and total > OBJECT_LIMIT_BYTES:
        return None  # no program can read it: reading it whole says so
    target.write_bytes((mark + head.document).encode(codec))
    return Part(str(target), len(text[: head.taken + len(mark)].encode(codec)), total)


def _packed(path: str, target: Path, budget: int, codec: str) -> Part | None:
    """The head of a gzip file, packed again; `taken` counts the packed bytes it was."""
    with Path(path).open("rb") as raw, gzip.open(raw, "rb") as file:
        head = whole_lines(file.read(budget).decode(codec, "replace"), starts_inside=False)
        taken = raw.tell()
    if not head:
        return None
    with gzip.open(target, "wb", compresslevel=1) as packed:
        packed.write(head.encode(codec))
    return Part(str(target), taken, Path(path).stat().st_size)


def _text(path: str, target: Path, budget: int, size: Size, whole: Callable[[str, bool], str]) -> Part | None:
    """The head and as many blocks as the budget allows, spread evenly; None where the head holds no whole record."""
    unit = unit_of(path)
    total = Path(path).stat().st_size
    if total <= budget:
        return Part(path, total, total)
    block_bytes = min(size.block_bytes, budget)
    blocks = max(1, budget // block_bytes)
    written = 0
    with Path(path).open("rb") as source, target.open("wb") as sink:
        for number in range(blocks):
            start = number * (total - block_bytes) // max(1, blocks - 1)
            start -= start % unit.bytes
            source.seek(start)
            block = source.read(block_bytes).decode(unit.codec, "replace")
            records = whole(block, number > 0)
            if number == 0 and not records:
                return None
            written += sink.write(records.encode(unit.codec))
    return Part(str(target), written, total)


def _parquet(_connection: DuckDBPyConnection, path: str, target: Path, budget: int, _size: Size) -> Part | None:
    from pyarrow import parquet

    with closing(parquet.ParquetFile(path)) as file:
        meta = file.metadata
        unpacked = sum(meta.row_group(place).total_byte_size for place in range(meta.num_row_groups))
        wanted = int(meta.num_rows * min(1.0, budget / max(1, unpacked)))
        if wanted == meta.num_rows:
            return Part(path, wanted, wanted)
        groups = _spread(meta.num_row_groups)
        each = max(1, wanted // len(groups))
        slices = (next(file.iter_batches(batch_size=each, row_groups=[group])) for group in groups)
        taken = 0
        with parquet.ParquetWriter(target, file.schema_arrow) as writer:
            for batch in slices:
                writer.write_batch(batch)
                taken += batch.num_rows
    return Part(str(target), taken, meta.num_rows)


def _arrow(_connection: DuckDBPyConnection, path: str, target: Path, budget: int, _size: Size) -> Part | None:
    import pyarrow as pa

    with pa.memory_map(path) as mapped:
        try:
            file = pa.ipc.open_file(mapped)
        except pa.ArrowInvalid:
            return None  # a stream has no index: it is read whole
        places = _spread(file.num_record_batches)
        batches = [file.get_batch(place) for place in places]
        # All but the last are of one size, as a rule.
        rows = sum(batch.num_rows for batch in batches) * file.num_record_batches // max(1, len(batches))
        wanted = int(rows * min(1.0, budget / mapped.size()))
        if wanted == rows:
            return Part(path, rows, rows)
        taken = 0
        with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, file.schema) as writer:
            for batch in batches:
                some = batch.slice(0, max(1, wanted // len(batches)))
                writer.write_batch(some)
                taken += some.num_rows
    return Part(str(target), taken, rows)


def _sqlite(_connection: DuckDBPyConnection, path: str, target: Path, _budget: int, _size: Size) -> Part | None:
    tables = litesample.sample(path, target)
    taken, whole = (sum(rows) for rows in zip(*tables.values(), strict=True)) if tables else (0, 0)
    shares = {name: some / all_ if all_ else 1.0 for name, (some, all_) in tables.items()}
    return Part(str(target), taken, whole, shares)


def _spread(count: int) -> list[int]:
    """At most `SLICES` of so many places, the first and the last among them."""
    if count <= SLICES:
        return list(range(count))
    return [place * (count - 1) // (SLICES - 1) for place in range(SLICES)]


_SAMPLERS: dict[str, Callable[[DuckDBPyConnection, str, Path, int, Size], Part | None]] = {
    "csv": _delimited,
    "tsv": _delimited,
    "json": _json,
    "jsonl": _lines,
    "parquet": _parquet,
    "arrow": _arrow,
    "sqlite": _sqlite,
}
