"""`daytwo data`: the datasets that are registered at the executor, and the sheets that were released of them."""

from __future__ import annotations

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.question import expand, registrations
from daytwo.wire.result import DatasetView
from daytwo.wire.sheet import Level, SignedSheet

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
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Register data by path.  The files stay where they are."""
    new = registrations([path for word in words for path in expand(word)], name)
    with connected(home, as_json=as_json) as client:
        views = [client.register(one) for one in new]
        for view in views:
            if as_json:
                terminal.record(view)
            else:
                _print(view)


def list_all(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The registered datasets."""
    with connected(home, as_json=as_json) as client:
        views = client.datasets()
        for view in views:
            if as_json:
                terminal.record(view)
            else:
                sheet_ = view.signed.sheet
                terminal.line(f"{view.name:24} {sheet_.format:8} {sheet_.level:8} {', '.join(view.paths)}")
        if not views and not as_json:
            terminal.line("No data is registered: daytwo data add FILE")


def show(name: str = NAME, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """A dataset as its owner sees it."""
    with connected(home, as_json=as_json) as client:
        view = client.dataset(name)
        if as_json:
            terminal.document(view)
        else:
            _print(view)


def sheet(name: str = NAME, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The exact bytes that models are told of a dataset: its signed schema sheet."""
    with connected(home, as_json=as_json) as client:
        text = client.sheet_text(name)
        print(text)


def sign(
    name: str = NAME,
    level: Level = typer.Option(..., "--level", help="How much models are told."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Release a dataset's sheet at a level, signed."""
    with connected(home, as_json=as_json) as client:
        signed = client.sign(name, level)
        if as_json:
            terminal.document(signed)
        else:
            _print_sheet(signed)


def _print(view: DatasetView) -> None:
    terminal.line(f"{view.name}  ({', '.join(view.paths)})")
    if view.rows is not None:
        terminal.line(f"  {terminal.count(view.rows, 'row')}")
    if view.changed:
        terminal.line("  The files have changed since: `daytwo data add` them again.")
    for text in view.notes:
        terminal.line(f"  {text}")
    _print_sheet(view.signed)


def _print_sheet(signed: SignedSheet) -> None:
    found = signed.sheet
    terminal.line(f"  released at level {found.level}, version {found.version}, {signed.released_at}")
    for table in found.tables:
        terminal.line(f"  table {table.name}")
        for column in table.columns:
            facts = [
                column.type,
                column.column_class,
                column.null_share and f"nulls: {column.null_share}",
                column.uniqueness,
            ]
            said = ", ".join(str(fact) for fact in facts if fact)
            terminal.line(f"    {terminal.printable(column.name, one_line=True):32} {said}")
