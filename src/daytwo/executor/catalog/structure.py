"""How a table's file is written, out of the options by which cells read it.  Names of sheets and keys stay here."""

from __future__ import annotations

from pydantic import ValidationError

from daytwo.executor.catalog.profile import TableProfile
from daytwo.wire.structure import FileStructure, Newline


def structure(table: TableProfile) -> FileStructure | None:
    """What a sheet says of it; None for formats that say all by themselves.

    The options come out of a sandbox that parsed the file: where they hold anything but a format's facts, none is told.
    """
    try:
        return _structure(table)
    except (KeyError, ValidationError):
        return None


def _structure(table: TableProfile) -> FileStructure | None:
    options = table.options
    match table.format:
        case "csv" | "tsv":
            return FileStructure(
                encoding=options["encoding"],
                compressed=options["compressed"] or None,
                newline=Newline.CRLF if options.get("newline") == "crlf" else Newline.LF,
                delimiter=options["delimiter"],
                quote=options["quote"],
                escape=options["escape"],
                comment=options["comment"] or None,
                header=options["header"],
                rows_before=options["skip"],
                rows_left_out=options["skips_bad_lines"] or None,
            )
        case "json" | "jsonl":
            return FileStructure(
                encoding=options.get("encoding", "utf-8"),
                rows_left_out=options.get("skips_bad_lines"),
                wrapped="records" in options or None,
            )
        case "excel":
            return FileStructure(rows_before=options["skip"])
    return None
