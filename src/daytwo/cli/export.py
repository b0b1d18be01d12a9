"""`daytwo runs export`: the tables of an answer as files that other programs read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import BaseModel

from daytwo.cli import terminal
from daytwo.cli.last import run_named
from daytwo.cli.options import AS_JSON, HOME, connected
from daytwo.cli.usage import Usage
from daytwo.sdk import Client
from daytwo.seen import answering
from daytwo.wire.errors import Missing
from daytwo.wire.result import ResultTable, TableFormat


@dataclass(frozen=True)
class Wanted:
    """One table of an answer: its number there, and where it is."""

    number: int
    step: int
    table: ResultTable


class Exported(BaseModel):
    """One line of `runs export --json`."""

    table: int
    name: str
    path: str
    format: TableFormat
    rows: int
    notes: tuple[str, ...]
    """What the format could not hold."""


def export(
    run: str = typer.Argument(..., metavar="RUN", help="The run's id, or `last`."),
    table: int | None = typer.Option(None, "--table", min=1, help="The number of one table; default: all of them."),
    form: TableFormat | None = typer.Option(
        None, "--format", help="csv, parquet or xlsx; default: as --to ends, else csv."
    ),
    to: Path | None = typer.Option(None, "--to", help="A file, or a folder; default: this folder."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """The tables of an answer as CSV, Parquet or Excel files."""
    chosen = format_of(form, to)
    with connected(home, as_json=as_json) as client:
        run = run_named(client, run)
        wanted = _wanted(client, run, table)
        for one, target in zip(wanted, targets(run, wanted, chosen, to), strict=True):
            made = _export(client, run, one, chosen, target)
            if as_json:
                terminal.record(made)
            else:
                terminal.line(f"{made.path}  {terminal.count(made.rows, 'row')}")
                for note in made.notes:
                    terminal.note(f"  {note}")


def format_of(form: TableFormat | None, to: Path | None) -> TableFormat:
    """The format that was asked for, by name or by the file's ending.

    Raises:
        Usage: `bad_format`, where the two differ.
    """
    ending = to.suffix[1:].lower() if to is not None else ""
    by_ending = TableFormat(ending) if ending in set(TableFormat) else None
    if form is not None and by_ending is not None and form is not by_ending:
        raise Usage("bad_format", f"--to ends in .{ending}, and --format says {form}: leave one of them out.")
    return form or by_ending or TableFormat.CSV


def targets(run: str, wanted: list[Wanted], form: TableFormat, to: Path | None) -> list[Path]:
    """Where each table goes: into the file that was named if it is one, else into a folder, named after its run.

    Raises:
        Usage: `several_tables`, `folder_missing`.
    """
    is_file = to is not None and not to.is_dir() and to.suffix
    if to is not None and is_file:
        if len(wanted) > 1:
            raise Usage(
                "several_tables",
                f"The answer has {len(wanted)} tables: choose one with --table, or give --to a folder.",
            )
        found = [to]
    else:
        found = [(to or Path()) / f"{run}-t{one.number}.{form}" for one in wanted]
    for path in found:
        if not path.parent.is_dir():
            raise Usage("folder_missing", f"There is no folder {path.parent}: make it first.")
    return found


def _wanted(client: Client, run: str, number: int | None) -> list[Wanted]:
    tables = [(step.step, table) for step in answering(client.results(run).steps) for table in step.tables]
    found = [Wanted(place, step, table) for place, (step, table) in enumerate(tables, 1)]
    if not found:
        raise Missing("no_tables", f"The answer of {run} has no tables. `daytwo runs show {run}` shows what it has.")
    if number is None:
        return found
    if number > len(found):
        raise Missing(
            "table_not_found", f"The answer has {terminal.count(len(found), 'table')}: --table 1 is the first."
        )
    return [found[number - 1]]


def _export(client: Client, run: str, one: Wanted, form: TableFormat, target: Path) -> Exported:
    notes = client.export(run, one.step, f"{one.table.name}.{form}", target)
    return Exported(
        table=one.number,
        name=one.table.title or one.table.name,
        path=str(target.absolute()),
        format=form,
        rows=one.table.row_count,
        notes=notes,
    )
