"""`daytwo sessions`: conversations and their state."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from daytwo.cli import answer, terminal
from daytwo.cli.last import run_named, session_named
from daytwo.cli.notebook import Told, notebook
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.settings import load
from daytwo.cli.usage import Usage
from daytwo.wire.run import SessionView

SESSION = typer.Argument(..., metavar="SESSION", help="The session's id, or `last`.")


def register(app: typer.Typer) -> None:
    sessions = group(app, "sessions", "Sessions: conversations with state that lasts.")
    sessions.command("list")(list_all)
    sessions.command("show")(show)
    sessions.command("fork")(fork)
    sessions.command("rewind")(rewind)
    sessions.command("export")(export)


def list_all(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The newest sessions."""
    with connected(home, as_json=as_json) as client:
        views = client.sessions()
        if as_json:
            for view in views:
                terminal.record(view)
        elif views:
            rows = (
                (view.session, terminal.moment(view.created_at), str(len(view.runs)), _data(view)) for view in views
            )
            terminal.listing(("session", "begun", "runs", "data"), rows)
        else:
            terminal.line('No sessions yet. A question begins one: daytwo ask data.csv "…"')


def show(session: str = SESSION, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """A session: its data, runs and variables."""
    with connected(home, as_json=as_json) as client:
        _say(client.session(session_named(client, session)), as_json=as_json)


def fork(session: str = SESSION, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """A new session that starts from this one's state."""
    with connected(home, as_json=as_json) as client:
        _say(client.fork(session_named(client, session)), as_json=as_json)


def rewind(
    session: str = SESSION,
    run: str = typer.Option(..., "--to", metavar="RUN", help="The state after this run."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Set a session back to where it was after a run."""
    with connected(home, as_json=as_json) as client:
        _say(client.rewind(session_named(client, session), run_named(client, run)), as_json=as_json)


def export(
    session: str = SESSION,
    to: Path = typer.Option(..., "--to", metavar="FILE.ipynb", help="The notebook to write."),
    without_outputs: bool = typer.Option(False, "--without-outputs", help="Questions and programs alone, no answers."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """A session as a Jupyter notebook: its programs over your own files, without daytwo."""
    if to.suffix != ".ipynb" or not to.absolute().parent.is_dir():
        raise Usage("bad_file_name", f"--to {to}: name a file that ends in .ipynb, in a folder that there is.")
    with connected(home, as_json=as_json) as client:
        view = client.session(session_named(client, session))
        answers = [answer.fetch(client, client.run(run), load(home=home).home) for run in view.runs]
        files = {(one.view.run, *key): path for one in answers for key, path in one.files.items()}
        made = notebook(
            view.session,
            [client.dataset(dataset.name) for dataset in view.datasets],
            [Told(one.view, one.steps) for one in answers],
            None if without_outputs else lambda run, step, file: files.get((run, step, file)),
        )
    to.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if as_json:
        terminal.document({"session": view.session, "path": str(to.absolute()), "runs": len(answers)})
    else:
        terminal.line(f"{to.absolute()}  {terminal.count(len(answers), 'run')}")


def _say(view: SessionView, *, as_json: bool) -> None:
    if as_json:
        terminal.document(view)
        return
    terminal.line(f"session    {view.session}")
    terminal.line(f"data       {_data(view)}")
    terminal.line(f"variables  {', '.join(view.variables) or 'none'}")
    for run in view.runs:
        terminal.line(f"run        {run}")


def _data(view: SessionView) -> str:
    return ", ".join(dataset.name for dataset in view.datasets) or "none"
