"""`daytwo ledger`: the tamper-evident logs of both planes, checked by the stand-alone verifier."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.usage import Exit, Usage


class Plane(StrEnum):
    CONTROL = "control"
    EXECUTOR = "executor"


PLANE = typer.Option(Plane.EXECUTOR, "--plane", help="Whose ledger.")


def register(app: typer.Typer) -> None:
    ledger = group(app, "ledger", "The tamper-evident log of all that happened.")
    ledger.command("verify")(verify)
    ledger.command("export")(export)
    ledger.command("checkpoint")(checkpoint)


def verify(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Recompute both ledgers from their leaves and check their signed checkpoints."""
    from daytwo.ledger.verifier import LedgerError, verify_export

    said: list[dict[str, Any]] = []
    with connected(home, as_json=as_json) as client:
        for plane in Plane:
            try:
                found = verify_export(client.ledger_export(plane))
            except LedgerError as error:
                said.append({"plane": plane.value, "ok": False, "problem": str(error)})
            else:
                said.append(
                    {"plane": plane.value, "ok": True, "size": found.size, "root": found.root, "origin": found.origin}
                )
        if as_json:
            terminal.document({"ok": all(one["ok"] for one in said), "ledgers": said})
        else:
            for one in said:
                text = f"{one['size']} leaves, root {one['root']}" if one["ok"] else f"NOT GENUINE: {one['problem']}"
                terminal.line(f"{one['plane']:9} {text}")
        raise typer.Exit(int(Exit.OK if all(one["ok"] for one in said) else Exit.FAILED))


def export(
    plane: Plane = PLANE,
    output: Path | None = typer.Option(None, "--output", "-o", help="A file; default: standard output."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """All leaves with the checkpoint over them, as JSON lines for `python -m daytwo.ledger.verifier`."""
    with connected(home, as_json=as_json or output is None) as client, _sink(output) as file:
        for text in client.ledger_export(plane):
            print(text, file=file)


def _sink(output: Path | None) -> AbstractContextManager[TextIO | None]:
    if output is None:
        return nullcontext()
    try:
        return output.open("w", encoding="utf-8")
    except OSError as error:
        raise Usage("output_unwritable", f"--output {output} cannot be written: {error.strerror}.") from error


def checkpoint(plane: Plane = PLANE, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The newest signed checkpoint: keep it elsewhere, and nobody can rewrite what it covers."""
    with connected(home, as_json=as_json) as client:
        note = client.ledger_checkpoint(plane)
        if as_json:
            terminal.document({"plane": plane.value, "checkpoint": note})
        else:
            print(note, end="")
