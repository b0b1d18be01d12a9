"""What a person got of a run beside what the model and the control plane did: read off the receipt, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daytwo.cli import terminal
from daytwo.cli.answer import Answer
from daytwo.cli.document import answering
from daytwo.wire.observation import ROW_BUCKETS, SIZES, Observation, Outcome, bits
from daytwo.wire.result import DatasetView, Receipt
from daytwo.wire.sheet import Level, SchemaSheet, SignedSheet

if TYPE_CHECKING:
    from rich.table import Table

SHEET = "sheet"
"""The channel of schema sheets in a receipt."""


def sides(found: Answer, data: Sequence[DatasetView]) -> tuple[tuple[str, str, str], ...]:
    """Rows of: what, on the person's side, on the model's side."""
    steps = answering(found.steps)
    yours = (
        (sum(len(step.tables) for step in steps), "table"),
        (sum(len(step.charts) for step in steps), "chart"),
        (sum(len(step.says) for step in steps), "sentence"),
    )
    rows = sum(one.rows or 0 for one in data)
    observed = [step.observation for step in found.view.steps if step.observation]
    return (
        (
            "the data",
            f"{terminal.count(len(data), 'file')}, {terminal.count(rows, 'row')}",
            sheets_in_words(found.receipt),
        ),
        (
            "the answer",
            ", ".join(terminal.count(number, noun) for number, noun in yours if number) or "nothing",
            "; ".join(map(in_words, observed)) or "nothing",
        ),
    )


def sheets_in_words(receipt: Receipt | None) -> str:
    """The schema sheets that left, with their size."""
    sheets = sheets_of(receipt)
    if receipt is None or not sheets:
        return "nothing"
    columns = sum(len(table.columns) for sheet in sheets for table in sheet.tables)
    size = sum(len(message.body.encode()) for message in receipt.outbound if message.channel == SHEET)
    labelled = any(sheet.level in {Level.LABELS, Level.OPEN} for sheet in sheets)
    said = "names, types, shapes and the labels that you released" if labelled else "names, types and shapes, no value"
    return (
        f"{terminal.count(len(sheets), 'schema sheet')} of {terminal.count(columns, 'column')}, {size:,} bytes: {said}"
    )


def sheets_of(receipt: Receipt | None) -> list[SchemaSheet]:
    """The schema sheets that left."""
    bodies = [message.body for message in receipt.outbound if message.channel == SHEET] if receipt else []
    return [SignedSheet.model_validate_json(body).sheet for body in bodies]


def in_words(observation: Observation) -> str:
    """An Observation as a sentence's part, with what there was to choose from."""
    said = observation.outcome.value
    if observation.outcome is Outcome.OK:
        bucket = observation.rows_bucket
        most = bucket == ROW_BUCKETS - 1
        shown = f"{10 ** (bucket - 1):,} or more" if most else f"fewer than {10**bucket:,}" if bucket else "no"
        said += f", {shown} rows shown"
    return f"one symbol of {SIZES[observation.alphabet]:,}: “{said}” ({bits(observation.alphabet):.1f} bits)"


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
