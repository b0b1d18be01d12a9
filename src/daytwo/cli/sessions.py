"""`daytwo sessions`: conversations and their state."""

from __future__ import annotations

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.wire.run import SessionView

SESSION = typer.Argument(..., metavar="SESSION", help="The session's id.")


def register(app: typer.Typer) -> None:
    sessions = group(app, "sessions", "Sessions: conversations with state that lasts.")
    sessions.command("list")(list_all)
    sessions.command("show")(show)
    sessions.command("fork")(fork)
    sessions.command("rewind")(rewind)


def list_all(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The newest sessions."""
    with connected(home, as_json=as_json) as client:
        views = client.sessions()
        for view in views:
            if as_json:
                terminal.record(view)
            else:
                names = ", ".join(dataset.name for dataset in view.datasets)
                terminal.line(f"{view.session}  {view.created_at}  {terminal.count(len(view.runs), 'run')}  {names}")
        if not views and not as_json:
            terminal.line("No sessions yet.")


def show(session: str = SESSION, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """A session: its data, runs and variables."""
    with connected(home, as_json=as_json) as client:
        _say(client.session(session), as_json=as_json)


def fork(session: str = SESSION, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """A new session that starts from this one's state."""
    with connected(home, as_json=as_json) as client:
        _say(client.fork(session), as_json=as_json)


def rewind(
    session: str = SESSION,
    run: str = typer.Option(..., "--to", metavar="RUN", help="The state after this run."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Set a session back to where it was after a run."""
    with connected(home, as_json=as_json) as client:
        _say(client.rewind(session, run), as_json=as_json)


def _say(view: SessionView, *, as_json: bool) -> None:
    if as_json:
        terminal.document(view)
        return
    terminal.line(f"session    {view.session}")
    terminal.line(f"data       {', '.join(dataset.name for dataset in view.datasets) or 'none'}")
    terminal.line(f"variables  {', '.join(view.variables) or 'none'}")
    for run in view.runs:
        terminal.line(f"run        {run}")
