"""Tables in a terminal: they fit its width, and what is left out is named, with the command that gets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daytwo.cli import terminal
from daytwo.legible import LegibleColumn, legible
from daytwo.wire.result import ResultTable

if TYPE_CHECKING:
    from rich.table import Table

ROWS_SHOWN = 20
ROWS_SPARED = 5
"""So few more rows are shown, too: a line that says that they are missing takes as much room."""
CELL_WIDTH = 60
CELL_LEAST_WIDTH = 8
"""A column that must be cut below this is left out."""
COLUMN_GAP = 2
NAMES_WIDTH = 160
"""Of the names of columns that are left out, in characters."""


def drawn(table: ResultTable, width: int) -> Table:
    """A table in `width` cells: numbers to the right, long texts cut, the first rows and columns where many.

    A single row that is too wide is turned: a line for each of its columns.
    """
    columns = _columns(table)
    widths = _widths(columns, width)
    return _upright(columns) if _is_turned(table, len(widths)) else _grid(columns, widths)


def left_out(table: ResultTable, width: int) -> str | None:
    """What `drawn` leaves out, in words; None where it is nothing."""
    rows = table.row_count - rows_shown(table)
    columns = _columns(table)
    shown = len(_widths(columns, width))
    hidden = [] if _is_turned(table, shown) else [column.name for column in columns[shown:]]
    parts = [terminal.count(rows, "more row")] if rows > 0 else []
    if hidden:
        parts.append(f"{terminal.count(len(hidden), 'more column')} ({_cut(', '.join(hidden), NAMES_WIDTH)})")
    return f"… and {' and '.join(parts)}" if parts else None


def rows_shown(table: ResultTable) -> int:
    few = table.row_count <= ROWS_SHOWN + ROWS_SPARED
    return min(len(table.rows), table.row_count if few else ROWS_SHOWN)


def _columns(table: ResultTable) -> list[LegibleColumn]:
    """All columns, with nothing in them that a terminal would obey."""
    return [
        LegibleColumn(
            terminal.printable(column.name, one_line=True),
            column.is_number,
            column.may_be_cut,
            tuple(terminal.printable(text, one_line=True) for text in column.cells),
        )
        for column in legible(table, rows_shown(table))
    ]


def _is_turned(table: ResultTable, shown: int) -> bool:
    return len(table.rows) == 1 and shown < len(table.columns) <= ROWS_SHOWN


def _widths(columns: Sequence[LegibleColumn], width: int) -> list[int]:
    """The width of each column that can be read in `width` cells, from the left: at least of one.

    A number or a date that is cut is another one, so their columns stay whole; the widest texts give way.
    """
    from rich.cells import cell_len

    full: list[int] = []
    least: list[int] = []
    for column in columns:
        longest = min(max(map(cell_len, (column.name, *column.cells))), CELL_WIDTH)
        whole = max(map(cell_len, column.cells), default=0) if not column.may_be_cut else 0
        needed = min(longest, max(whole, CELL_LEAST_WIDTH))
        if full and sum(least) + needed + COLUMN_GAP * len(full) > width:
            break
        full.append(longest)
        least.append(needed)
    room = width - COLUMN_GAP * (len(full) - 1)
    while sum(full) > room:
        widest = max(range(len(full)), key=lambda place: (full[place] > least[place], full[place]))
        if full[widest] <= max(least[widest], 1):
            full[0] = max(room, 1)  # a single column, wider than the terminal
            break
        full[widest] -= 1
    return full


def _grid(columns: Sequence[LegibleColumn], widths: Sequence[int]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, COLUMN_GAP - 1, 0, 0))
    shown = columns[: len(widths)]
    for column, width in zip(shown, widths, strict=True):
        made.add_column(
            Text(column.name),
            justify="right" if column.is_number else "left",
            overflow="ellipsis",
            no_wrap=True,
            width=width,
        )
    for row in zip(*(column.cells for column in shown), strict=True):
        made.add_row(*map(Text, row))
    return made


def _upright(columns: Sequence[LegibleColumn]) -> Table:
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, COLUMN_GAP))
    made.add_column(overflow="ellipsis", no_wrap=True, max_width=CELL_WIDTH // 2)
    made.add_column(overflow="fold")
    for column in columns:
        made.add_row(Text(column.name, style="bold"), Text(column.cells[0]))
    return made


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
