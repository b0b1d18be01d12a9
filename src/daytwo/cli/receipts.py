"""`daytwo receipts show`: every byte that left the data plane for a run, so that it can be read."""

from __future__ import annotations

import json

import typer

from daytwo.cli import terminal
from daytwo.cli.answer import receipt_lines, warn_of_opened
from daytwo.cli.last import run_named
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.outline import INDENT, outline
from daytwo.cli.report import kept
from daytwo.cli.settings import load
from daytwo.cli.sheets import warn_of_open
from daytwo.seen import CHANNELS, asked_in_words, held_back_in_words, in_words, sheets_of
from daytwo.wire.result import Outbound, Receipt
from daytwo.wire.task import Completion

FILE = "receipt.html"


def register(app: typer.Typer) -> None:
    receipts = group(app, "receipts", "Receipts: what left the data plane.")
    receipts.command("show")(show)


def show(
    run: str = typer.Argument(..., metavar="RUN", help="The run's id, or `last`."),
    as_html: bool = typer.Option(False, "--html", help="As a page: what you saw beside what the model saw."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """The receipt of a run, with the exact messages."""
    with connected(home, as_json=as_json) as client:
        view = client.run(run_named(client, run))
        if as_html:
            path = kept(client.receipt_page(view), load(home=home).home / "answers" / view.run, FILE)
            terminal.document({"path": str(path)}) if as_json else terminal.line(str(path))
            return
        receipt = client.receipt(view.run).model_copy(update={"model": view.model})
        if as_json:
            terminal.document(receipt)
            return
        _show(receipt)


def _show(receipt: Receipt) -> None:
    for text in receipt_lines(receipt):
        terminal.line(text)
    terminal.line(f"         {asked_in_words(receipt)} Held back: {held_back_in_words(receipt)}.")
    warn_of_opened(receipt)
    warn_of_open(sheets_of(receipt))
    width = terminal.console().width
    for number, message in enumerate(receipt.outbound, start=1):
        size = f"{len(message.body.encode()):,} bytes, {message.bits:.1f} bits of disclosure"
        terminal.line(f"\n{number}. {message.channel}, {terminal.moment(message.at)}: {size}")
        terminal.line(f"{INDENT} {_said(message)}\n")
        for text in outline(json.loads(message.body), width, indent=INDENT + " "):
            terminal.line(text)
    terminal.line(
        "\nFields that hold nothing are not shown. The exact bytes of each message: "
        f"daytwo receipts show {receipt.run} --json"
    )
    terminal.line(
        f"Ledger: {receipt.ledger_size} leaves, root {receipt.ledger_root}; `daytwo ledger verify` proves it."
    )


def _said(message: Outbound) -> str:
    """What a message is, in a sentence."""
    if message.channel != "observation":
        return CHANNELS[message.channel]
    symbol = Completion.model_validate_json(message.body).symbol
    told = in_words(symbol.observation()) if symbol else "nothing"
    return f"What is told of the data: {told}. What the rehearsal shows is made of mock rows."
