"""What a person got of a run beside what the model and the control plane did: read off the receipt, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daytwo.cli import terminal
from daytwo.cli.answer import Answer
from daytwo.seen import answer_in_words, answering, observed_in_words, sheets_in_words
from daytwo.wire.result import DatasetView

if TYPE_CHECKING:
    from rich.table import Table


def sides(found: Answer, data: Sequence[DatasetView]) -> tuple[tuple[str, str, str], ...]:
    """Rows of: what, on the person's side, on the model's side."""
    rows = sum(one.rows or 0 for one in data)
    return (
        (
            "the data",
            f"{terminal.count(len(data), 'file')}, {terminal.count(rows, 'row')}",
            sheets_in_words(found.receipt),
        ),
        (
            "the answer",
            answer_in_words(answering(found.steps)),
            observed_in_words(found.view),
        ),
    )


def beside(rows: Sequence[tuple[str, ...]], names: Sequence[str]) -> Table:
    """Columns of text that wraps, side by side."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(names):
        made.add_column(Text(name), overflow="fold", ratio=1 if number else None)
    for row in rows:
        made.add_row(*(Text(terminal.printable(text.strip(), one_line=True)) for text in row))
    return made
