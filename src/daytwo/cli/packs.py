"""`daytwo sessions pack` and `daytwo sessions unpack`: a session as a file, and a file as a session of another home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from daytwo.cli import terminal
from daytwo.cli.last import session_named
from daytwo.cli.options import AS_JSON, HOME, connected
from daytwo.cli.usage import Usage

FILE = typer.Argument(..., metavar="FILE", help="The pack.")


def pack(
    session: str = typer.Argument(..., metavar="SESSION", help="The session's id, or `last`."),
    file: Path = FILE,
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Write a session to a file: its variables, files and programs, to go on with at another home."""
    if file.exists() or not file.absolute().parent.is_dir():
        raise Usage("bad_file_name", f"{file}: name a file that is not there yet, in a folder that there is.")
    with connected(home, as_json=as_json) as client:
        session = session_named(client, session)
        signed_by = client.pack(session, file)
    size = file.stat().st_size
    if as_json:
        terminal.document({"session": session, "path": str(file.absolute()), "bytes": size, "signed_by": signed_by})
        return
    terminal.line(f"{file.absolute()}  {size:,} bytes")
    terminal.line("It holds the session's variables, unencrypted: keep it as private as the data that they come from.")
    terminal.line(f"At the other home: daytwo sessions unpack {file.name} --signed-by {signed_by}")


def unpack(
    file: Path = typer.Argument(..., metavar="FILE", help="The pack; or the folder of a replica, with --session."),
    signed_by: str | None = typer.Option(
        None, "--signed-by", metavar="KEY", help="The key that `sessions pack` told at the other home: you trust it."
    ),
    session: str | None = typer.Option(None, "--session", metavar="SESSION", help="Which session of a replica."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Go on with a session of another home, from a pack or a replica; its datasets have to be registered here."""
    with connected(home, as_json=as_json) as client:
        if file.is_dir():
            view = client.unpack(_of_replica(file, session), signed_by)
        elif file.is_file():
            with file.open("rb") as content:
                view = client.unpack(content, signed_by)
        else:
            raise Usage("file_not_found", f"There is no file {file}.")
    if as_json:
        terminal.document(view)
    else:
        terminal.line(f"session    {view.session}")
        terminal.line(f'Go on:     daytwo ask --session {view.session} "…"')


def _of_replica(folder: Path, session: str | None) -> Iterator[bytes]:
    from daytwo.executor.packs import Replica

    replica = Replica(folder)
    if session is None:
        here = ", ".join(replica.sessions()) or "none"
        raise Usage("session_not_named", f"{folder} is a replica: name one with --session. It holds: {here}.")
    return replica.pack(session)
