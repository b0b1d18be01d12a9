"""`daytwo executor list`, `revoke`, `rotate`: which executors there are, shutting one out, a new token for this one."""

from __future__ import annotations

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected
from daytwo.cli.settings import load

EXECUTOR = typer.Argument(..., metavar="EXECUTOR", help="The executor's id.")


def register(group: typer.Typer) -> None:
    group.command("list")(list_all)
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
            state = "revoked" if view.revoked_at else "connected" if view.connected else "away"
            terminal.line(f"{view.executor}  {state:9}  {terminal.printable(view.name)}  {view.results_url}")


def revoke(executor: str = EXECUTOR, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Shut an executor out, at once and for good; its key cannot enrol again."""
    with connected(home, as_json=as_json) as client:
        client.revoke(executor)
    if not as_json:
        terminal.line(f"{executor} is shut out. Runs on its data wait.")


def rotate(home: str | None = HOME) -> None:
    """Take a new link token for the executor of this home; the old one is good for ten more minutes."""
    settings = load(home=home)
    from daytwo.executor.serve import rotate as take_new

    executor = take_new(settings.executor_settings(port=settings.executor_port, control_url=""))
    terminal.line(
        f"{executor} has a new token: start the executor again within ten minutes, it still uses the old one."
    )
