"""`daytwo sessions`: conversations and their state."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from daytwo.cli import answer, terminal, versions
from daytwo.cli.last import run_named, session_named
from daytwo.cli.notebook import Told, notebook
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.packs import pack, unpack
from daytwo.cli.settings import load
from daytwo.cli.usage import Usage
from daytwo.sdk import Client
from daytwo.wire.errors import Denied, Incompatible, Missing
from daytwo.wire.run import SessionView
from daytwo.wire.snapshot import ReplicaView, SnapshotView, Version

LOST_SHOWN = 20
VERSIONS_LIMIT = 200
"""Shown as a tree, the latest."""

SESSION = typer.Argument(..., metavar="SESSION", help="The session's id, or `last`.")


def register(app: typer.Typer) -> None:
    sessions = group(app, "sessions", "Sessions: conversations with state that lasts.")
    sessions.command("list")(list_all)
    sessions.command("show")(show)
    sessions.command("diff")(diff)
    sessions.command("fork")(fork)
    sessions.command("rewind")(rewind)
    sessions.command("export")(export)
    sessions.command("delete")(delete)
    sessions.command("gc")(collect)
    sessions.command("pack")(pack)
    sessions.command("unpack")(unpack)


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
    """A session: its data, variables, runs, and the tree of its states with what each step changed."""
    with connected(home, as_json=as_json) as client:
        view = client.session(session_named(client, session))
        _say(view, as_json=as_json)
        if not as_json:
            _say_replica(client.replica(view.session))
            for front, version in versions.tree(view.versions[-VERSIONS_LIMIT:]):
                mark = "●" if version.is_current else "○"
                terminal.line(f"{front}{mark} {version.run} step {version.step}  {_change(client, version)}")
                if version.is_current:
                    _say_lost(front, client, version)


def diff(
    session: str = SESSION,
    since: str | None = typer.Option(
        None, "--from", metavar="RUN", help="The state after this run; else the one before it."
    ),
    to: str | None = typer.Option(None, "--to", metavar="RUN", help="After this run; else the present state."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """What variables and files changed between two states of a session."""
    with connected(home, as_json=as_json) as client:
        view = client.session(session_named(client, session))
        later = _version(view, None if to is None else run_named(client, to))
        if since is None:
            before = _contents(client, later.base_session, later.base_snapshot)
        else:
            earlier = _version(view, run_named(client, since))
            before = _contents(client, earlier.session, earlier.snapshot)
        found = versions.changes(before, _contents(client, later.session, later.snapshot))
    if as_json:
        terminal.document(asdict(found))
        return
    for word, names in (("new", found.new), ("changed", found.changed), ("gone", found.gone)):
        for name in names:
            terminal.line(f"{word:8} {terminal.printable(name)}")
    for name, reason in found.lost.items():
        terminal.line(f"not kept {terminal.printable(f'{name}: {reason}')}")
    if str(found) == versions.NOTHING:
        terminal.line("Nothing changed.")


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


def delete(session: str = SESSION, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Take a session away; forks of it stay. Its state goes at the executor after a time of grace."""
    with connected(home, as_json=as_json) as client:
        session = session_named(client, session)
        client.delete_session(session)
    if as_json:
        terminal.document({"session": session, "deleted": True})
    else:
        terminal.line(f"{session} is deleted. What only it held goes after `grace_days` (`daytwo sessions gc`).")


def collect(
    dry_run: bool = typer.Option(False, "--dry-run", help="Count, and remove nothing."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Remove states that no session leads to any more, once they were so for the time of grace. Runs by itself, too."""
    with connected(home, as_json=as_json) as client:
        done = client.collect(dry_run=dry_run)
    if as_json:
        terminal.document(done)
        return
    word = "would be removed" if dry_run else "removed"
    terminal.line(f"{terminal.count(done.snapshots, 'snapshot')}: {done.named} named, {done.waiting} in their grace")
    terminal.line(f"{done.removed} {word}, {done.freed_bytes:,} bytes")


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


def _version(view: SessionView, run: str | None) -> Version:
    """The last version that a run left; the present one for None."""
    found = [version for version in view.versions if (version.is_current if run is None else version.run == run)]
    if not found:
        raise Usage("no_such_state", "The session has no such state. `daytwo sessions show` lists those that it has.")
    return found[-1]


def _contents(client: Client, session: str, snapshot: int) -> SnapshotView:
    return client.snapshot(session, snapshot) if snapshot else versions.EMPTY


def _say_lost(front: str, client: Client, version: Version) -> None:
    """What the next question will not find, and where it was made."""
    try:
        lost = client.snapshot(version.session, version.snapshot).lost
    except (Missing, Denied, Incompatible):
        return  # the line above says so
    for one in lost[:LOST_SHOWN]:
        made_by = f" (made by {one.made_by})" if one.made_by else ""
        terminal.line(f"{front}  not kept: {one.name}, {one.reason}{made_by}")
    if len(lost) > LOST_SHOWN:
        terminal.line(f"{front}  and {len(lost) - LOST_SHOWN} more: daytwo sessions diff {version.session}")


def _say_replica(replica: ReplicaView) -> None:
    if replica.folder is None:
        return
    if replica.problem is not None:
        told = f"not kept: {replica.problem}"
    elif replica.copied_at is None:
        told = "not copied yet"
    else:
        state = "current" if replica.is_current else "behind"
        told = f"{state}, copied {terminal.moment(replica.copied_at)} to {replica.folder}"
    terminal.line(f"replica    {terminal.printable(told)}")


def _change(client: Client, version: Version) -> str:
    try:
        before = _contents(client, version.base_session, version.base_snapshot)
        change = versions.changes(before, client.snapshot(version.session, version.snapshot))
    except (Missing, Denied, Incompatible) as error:
        return error.code
    return terminal.printable(str(change))


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
