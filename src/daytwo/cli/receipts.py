"""`daytwo receipts show`: every byte that left the data plane for a run."""

from __future__ import annotations

import typer

from daytwo.cli import terminal
from daytwo.cli.answer import receipt_lines
from daytwo.cli.last import run_named
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.sheets import warn_of_open
from daytwo.seen import sheets_of


def register(app: typer.Typer) -> None:
    receipts = group(app, "receipts", "Receipts: what left the data plane.")
    receipts.command("show")(show)


def show(
    run: str = typer.Argument(..., metavar="RUN", help="The run's id, or `last`."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """The receipt of a run, with the exact messages."""
    with connected(home, as_json=as_json) as client:
        receipt = client.receipt(run_named(client, run))
        if as_json:
            terminal.document(receipt)
            return
        for text in receipt_lines(receipt):
            terminal.line(text)
        warn_of_open(sheets_of(receipt))
        for message in receipt.outbound:
            terminal.line(
                f"\n{message.at}  {message.channel}  {len(message.body.encode()):,} bytes, {message.bits:.1f} bits"
            )
            terminal.line(f"  {message.body}")
        terminal.line(
            f"\nLedger: {receipt.ledger_size} leaves, root {receipt.ledger_root}; `daytwo ledger verify` proves it."
        )
