"""Lines of a file that are left out of its table, for the person who registered it and for nobody else."""

from __future__ import annotations

from typing import Any

REJECTS_SHOWN = 100
TEXT_CHARACTERS = 300
_REASONS = {
    "MISSING COLUMNS": "too few columns",
    "TOO MANY COLUMNS": "too many columns",
    "UNQUOTED VALUE": "a quote that is not closed, or text after one",
    "LINE SIZE OVER MAXIMUM": "a line of more than 16 MiB",
    "INVALID ENCODING": "bytes that are not of the file's encoding",
    "INVALID STATE": "quotes in the wrong place",
}


def reject(file: int, line: int, column: int | None, why: str, text: str) -> dict[str, Any]:
    """One line: which file (by index), where, why, and what stands there."""
    return {
        "file": file,
        "line": line,
        "column": column,
        "reason": _REASONS.get(why, why),
        "text": text.strip("\r\n")[:TEXT_CHARACTERS],
    }
