"""Options that many commands share, and the planes that most of them need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from daytwo.sdk import Client

HOME = typer.Option(None, "--home", help="The home; DAYTWO_HOME, else ~/.daytwo.")
AS_JSON = typer.Option(False, "--json", help="JSON on standard output and nothing else.")


@contextmanager
def connected(home: str | None, *, as_json: bool) -> Iterator[Client]:
    """A client of the planes: of a running `up`, else of planes started for this command."""
    from daytwo.cli.planes import planes  # a command that needs no planes does not wait for their modules
    from daytwo.cli.settings import load
    from daytwo.cli.stages import stages

    settings = load(home=home)
    with ExitStack() as stack:
        with stages(quiet=as_json) as stage:
            client = stack.enter_context(planes(settings, stage))
        yield client


def group(app: typer.Typer, name: str, about: str) -> typer.Typer:
    """A group of commands, and one it stays even when it has a single command."""
    made = typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None)
    made.callback()(_nothing)
    app.add_typer(made, name=name)
    return made


def _nothing() -> None:
    return
