"""The limits of what one step may leave for people.  What is over a limit is dropped or cut, and a note says so."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Of one step."""

    says: int = 1_000
    say_bytes: int = 64 * 1024
    says_bytes: int = 8 * _MEBIBYTE
    tables: int = 100
    charts: int = 100
    table_bytes: int = 1024 * _MEBIBYTE
    previews_bytes: int = 16 * _MEBIBYTE
    """Of the previews of all tables together; a table beyond it keeps its file and loses its preview."""
    chart_bytes: int = 8 * _MEBIBYTE
    chart_pixels: int = 40_000_000
    files_bytes: int = 2 * 1024 * _MEBIBYTE
    """Of all files of the step together."""
    text_bytes: int = 1 * _MEBIBYTE
    """Of stdout, of stderr and of the traceback, each."""
    notes: int = 100


LIMITS = Limits()
