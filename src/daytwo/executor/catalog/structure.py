"""How a table's file is written, out of the options by which cells read it.  Names of sheets and keys stay here."""

from __future__ import annotations

from pydantic import ValidationError

from daytwo.executor.catalog.profile import TableProfile
from daytwo.executor.cell.reading.forms import FORMS
from daytwo.wire.structure import FileStructure, Newline

FORM_KEYS = frozenset(form.key for form in FORMS)


def structure(table: TableProfile) -> FileStructure:
    """What a sheet says of it.

    The options come out of a sandbox that parsed the file: where they hold anything but facts of a format, nothing but
    the format is told.
    """
    try:
        return _structure(table)
    except (KeyError, ValidationError):
        return FileStructure(format=table.format)


def _structure(table: TableProfile) -> FileStructure:
    options = table.options
    match table.format:
        case "csv" | "tsv":
            return FileStructure(
                format=table.format,
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
                format=table.format,
                encoding=options.get("encoding", "utf-8"),
                rows_left_out=options.get("skips_bad_lines"),
                wrapped="records" in options or None,
            )
        case "excel":
            return FileStructure(format=table.format, rows_before=options["skip"])
    return FileStructure(format=table.format)


def forms_of_fields(table: TableProfile) -> dict[str, str]:
    """By column, the form in which its file writes what cells read as numbers or dates."""
    columns = table.options.get("columns", ()) if table.format in {"csv", "tsv"} else ()
    return {column["name"]: column["number"] for column in columns if column.get("number") in FORM_KEYS}
