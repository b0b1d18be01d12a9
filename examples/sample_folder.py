# noqa: INP001 - beside the scripts that use it, in no package
"""Writes a set into a folder, table by table, so that a seed gives the same bytes; and the makers' command line."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20_240_229
SCALE_LIMIT = 100.0
"""Some 50 million rows: beyond this a table no longer fits into the memory of a laptop."""


@dataclass
class Folder:
    """Where a set is written, table by table, with progress on standard error."""

    path: Path
    rows: dict[str, int] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def csv(self, name: str, table: pd.DataFrame, separator: str = ",") -> None:
        self._write(f"{name}.csv", table, lambda path: _csv(table, path, separator))

    def parquet(self, name: str, table: pd.DataFrame) -> None:
        self._write(f"{name}.parquet", table, lambda path: _parquet(table, path))

    def _write(self, file: str, table: pd.DataFrame, write: Callable[[Path], None]) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        part = self.path / f".{file}.part"
        write(part)
        part.replace(self.path / file)
        self.rows[file] = len(table)
        sys.stderr.write(f"… {time.monotonic() - self._began:5.1f} s  {file}: {len(table):,} rows\n")


def _csv(table: pd.DataFrame, path: Path, separator: str) -> None:
    table.to_csv(path, index=False, sep=separator, lineterminator="\n", encoding="utf-8")


def _parquet(table: pd.DataFrame, path: Path) -> None:
    made = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(made, path, compression="zstd")


def command(about: str, make: Callable[[Folder, int, float], None]) -> None:
    """The command line of a maker: `OUT [--seed N] [--scale F]`."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder to write to; it is made")
    parser.add_argument("--seed", type=int, default=SEED, help="same seed, same bytes (default: %(default)s)")
    parser.add_argument("--scale", type=float, default=1.0, help="0.01 for a hundredth of the rows (default: 1)")
    asked = parser.parse_args()
    if asked.seed < 0:
        parser.error("--seed is a whole number from 0 on")
    if not 0 < asked.scale <= SCALE_LIMIT:
        parser.error(f"--scale is above 0 and at most {SCALE_LIMIT:g}")
    folder = Folder(asked.out)
    try:
        make(folder, asked.seed, asked.scale)
    except OSError as error:
        parser.exit(1, f"{asked.out} cannot be written: {error.strerror}.\n")
    megabytes = sum((folder.path / file).stat().st_size for file in folder.rows) / 1e6
    sys.stdout.write(
        f"{folder.path}: {len(folder.rows)} tables, {sum(folder.rows.values()):,} rows, {megabytes:.1f} MB\n"
    )
