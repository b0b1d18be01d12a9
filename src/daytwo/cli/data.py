"""`daytwo data`: the datasets that are registered at the executor, and the sheets that were released of them."""

from __future__ import annotations

from pathlib import Path

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.question import expand, registrations
from daytwo.cli.registering import DOUBT, doing, registered
from daytwo.cli.sheets import sheet, sign, warn_of_open
from daytwo.cli.stages import stages
from daytwo.wire.result import DatasetView, DateOrder
from daytwo.wire.sheet import SignedSheet

REJECTS_SHOWN = 10
COLUMNS_SHOWN = 60

NAME = typer.Argument(..., metavar="NAME", help="The dataset's name.")


def register(app: typer.Typer) -> None:
    data = group(app, "data", "Datasets, and what was released of them to models.")
    data.command("add")(add)
    data.command("list")(list_all)
    data.command("show")(show)
    data.command("sheet")(sheet)
    data.command("sign")(sign)


def add(
    words: list[str] = typer.Argument(..., metavar="PATH...", help="Files, folders, or patterns of them."),
    name: str | None = typer.Option(None, "--name", help="One dataset of all paths, under this name."),
    date_order: DateOrder | None = typer.Option(
        None, "--date-order", help="How 01/02/2024 is meant: dmy (1 February) or mdy (January 2)."
    ),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Register data by path.  The files stay where they are."""
    new = registrations([path for word in words for path in expand(word)], name, date_order)
    with connected(home, as_json=as_json) as client:
        views = []
        for one in new:
            with stages(quiet=as_json) as stage:
                views.append(registered(client, one, stage))
        for view in views:
            if as_json:
                terminal.record(view)
            else:
                _print(view)


def list_all(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The registered datasets."""
    with connected(home, as_json=as_json) as client:
        views = client.datasets()
        if as_json:
            for view in views:
                terminal.record(view)
        elif views:
            sheets = ((view, view.signed.sheet) for view in views)
            rows = ((view.name, sheet_.format, sheet_.level, ", ".join(view.paths)) for view, sheet_ in sheets)
            terminal.listing(("dataset", "read as", "level", "files"), rows)
        else:
            terminal.line("No data is registered: daytwo data add FILE")


def show(name: str = NAME, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """A dataset as its owner sees it."""
    with connected(home, as_json=as_json) as client:
        view = client.dataset(name)
        if as_json:
            terminal.document(view)
        else:
            _print(view)
            for reading in client.readings():
                if reading.whole and reading.dataset == name:
                    terminal.line(f"  The full pass is {doing(reading)}, {reading.seconds:.0f} s so far.")


def _print(view: DatasetView) -> None:
    terminal.line(f"{view.name}  ({', '.join(view.paths)})")
    if view.rows is not None:
        terminal.line(f"  {'about ' if view.sampled else ''}{terminal.count(view.rows, 'row')}")
    if view.changed:
        terminal.line("  The files have changed since: `daytwo data add` them again.")
    for text in sorted(view.notes, key=lambda text: text.startswith(DOUBT)):
        terminal.line(f"  {text}")
    _print_rejects(view)
    _print_sheet(view.signed, doubts=[text for text in view.notes if text.startswith(DOUBT)])


def _print_rejects(view: DatasetView) -> None:
    if not view.rejects:
        return
    terminal.line("  Lines that are left out:")
    for reject in view.rejects[:REJECTS_SHOWN]:
        file = f"{Path(reject.path).name}, " if len(view.paths) > 1 or Path(view.paths[0]).is_dir() else ""
        column = f", column {reject.column}" if reject.column else ""
        text = terminal.printable(reject.text, one_line=True)
        terminal.line(f"    {file}line {reject.line}{column}: {reject.reason}: {text}")
    if len(view.rejects) > REJECTS_SHOWN:
        terminal.line(f"    and {len(view.rejects) - REJECTS_SHOWN} more (--json shows up to 100)")


def _print_sheet(signed: SignedSheet, doubts: list[str] | None = None) -> None:
    found = signed.sheet
    warn_of_open([found])
    terminal.line(f"  released at level {found.level}, version {found.version}, {signed.released_at}")
    for table in found.tables:
        terminal.line(f"  table {table.name}, {terminal.count(len(table.columns), 'column')}")
        for column in table.columns[:COLUMNS_SHOWN]:
            facts = [
                column.type,
                column.column_class,
                column.null_share and f"nulls: {column.null_share}",
                column.uniqueness,
                any(repr(column.name) in doubt for doubt in doubts or ()) and "in doubt",
            ]
            said = ", ".join(str(fact) for fact in facts if fact)
            terminal.line(f"    {terminal.printable(column.name, one_line=True):32} {said}")
        if len(table.columns) > COLUMNS_SHOWN:
            terminal.line(f"    and {len(table.columns) - COLUMNS_SHOWN} more (--json shows all)")
