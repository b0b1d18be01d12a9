"""`daytwo executor list`, `drain`, `revoke`, `rotate`: which there are, emptying one, shutting one out, a new token."""

from __future__ import annotations

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected
from daytwo.cli.settings import load
from daytwo.cli.usage import Usage
from daytwo.wire.errors import Missing
from daytwo.wire.run import ExecutorView

EXECUTOR = typer.Argument(..., metavar="EXECUTOR", help="The executor's id.")


def register(group: typer.Typer) -> None:
    group.command("list")(list_all)
    group.command("drain")(drain)
    group.command("revoke")(revoke)
    group.command("rotate")(rotate)


def list_all(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The executors that enrolled, and whether they are connected."""
    with connected(home, as_json=as_json) as client:
        views = client.executors()
        if as_json:
            for view in views:
                terminal.record(view)
            return
        for view in views:
            offers = ", ".join(view.profiles or ())
            terminal.line(
                f"{view.executor}  {_state(view):9}  {terminal.printable(view.name)}  {view.results_url}  {offers}"
            )


def _state(view: ExecutorView) -> str:
    if view.revoked_at:
        return "revoked"
    if not view.connected:
        return "away"
    return "draining" if view.draining else "connected"


def drain(
    executor: str = typer.Argument(
        None, metavar="[EXECUTOR]", help="The executor's id or name; where there is one, that."
    ),
    off: bool = typer.Option(False, "--off", help="Let it take new work again."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Have an executor take no new work: it ends what it has, then it can be stopped or replaced."""
    with connected(home, as_json=as_json) as client:
        found = _named(executor, client.executors())
        client.drain(found.executor, off=off)
        if as_json:
            terminal.document(_named(found.executor, client.executors()))
    if not as_json:
        takes = (
            "takes new work again" if off else "takes no new work; runs on its data wait once it has ended what it has"
        )
        terminal.line(f"{found.executor} {takes}.")


def _named(name: str | None, views: list[ExecutorView]) -> ExecutorView:
    """The executor of this id or name; the only one, where none is named."""
    there = [view for view in views if view.revoked_at is None and name in {None, view.executor, view.name}]
    match there:
        case [view]:
            return view
        case []:
            raise Missing(
                "executor_not_found", f"There is no executor {name or ''}: `daytwo executor list` shows them."
            )
        case _:
            raise Usage("executor_ambiguous", "Several executors could be meant: name one by its id.")


def revoke(executor: str = EXECUTOR, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Shut an executor out, at once and for good; its key cannot enrol again."""
    with connected(home, as_json=as_json) as client:
        client.revoke(executor)
    if not as_json:
        terminal.line(f"{executor} is shut out. Runs on its data wait.")


def rotate(home: str | None = HOME) -> None:
    """Take a new link token and key pair for the executor of this home; the old ones are good for ten more minutes."""
    settings = load(home=home)
    from daytwo.executor.serve import rotate as take_new

    executor = take_new(settings.executor_settings(port=settings.executor_port, control_url=""))
    terminal.line(
        f"{executor} has a new token: start the executor again within ten minutes, it still uses the old one."
    )
