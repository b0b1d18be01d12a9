"""`daytwo up`, `down`, `status`."""

from __future__ import annotations

import os
import signal
from typing import Any

import typer

from daytwo import __version__
from daytwo.cli import terminal, upfile
from daytwo.cli.options import AS_JSON, HOME
from daytwo.cli.planes import running
from daytwo.cli.settings import load
from daytwo.cli.supervisor import Supervisor, client_of, is_answering
from daytwo.wire.errors import DaytwoError, Unavailable

DOWN_SECONDS = 60.0


def register(app: typer.Typer) -> None:
    app.command("up")(up)
    app.command("down")(down)
    app.command("status")(status)


def up(
    home: str | None = HOME,
    control_port: int | None = typer.Option(None, "--control-port", help="Default: a free one, then always the same."),
    executor_port: int | None = typer.Option(None, "--executor-port", help="As above, for the executor's own origin."),
    as_json: bool = AS_JSON,
    with_lifeline: bool = typer.Option(False, "--lifeline", hidden=True),
) -> None:
    """Run database, control plane and executor in the foreground until Ctrl-C."""
    settings = load(home=home, control_port=control_port, executor_port=executor_port)

    def report(text: str) -> None:
        if as_json:
            terminal.record({"kind": "stage", "text": text})
        else:
            terminal.note(f"… {text}")

    def ready(found: upfile.Up) -> None:
        if as_json:
            terminal.record({"kind": "ready", "up": found.model_dump()})
        else:
            terminal.line(f"control plane  {found.control_url}")
            terminal.line(f"executor       {found.executor_url}")
            terminal.line(f"home           {settings.home}")
            terminal.note("daytwo is up. Ctrl-C, or `daytwo down`, stops it.")

    Supervisor(settings, report=_deaf_to_closed_pipes(report), ready=ready, lifeline=with_lifeline).run()


def _deaf_to_closed_pipes(report: Any) -> Any:
    """The stages of an `up` whose starter has died go nowhere; it must still stop in order."""

    def quiet(text: str) -> None:
        try:
            report(text)
        except BrokenPipeError:
            return

    return quiet


def down(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Stop a running `daytwo up`."""
    path = load(home=home).home
    stopped = _stop(path) if (path / "up.lock").exists() else None
    if as_json:
        terminal.document({"stopped": stopped is not None, "pid": stopped})
    else:
        terminal.line("Nothing is running." if stopped is None else f"Stopped (process {stopped}).")


def _stop(home: Any) -> int | None:
    free = upfile.take(home / "up.lock")
    if free is not None:
        os.close(free)
        return None
    pid = int((home / "up.lock").read_text("ascii") or 0)
    if pid and upfile.is_alive(pid):
        os.kill(pid, signal.SIGTERM)
    free = upfile.take(home / "up.lock", wait_seconds=DOWN_SECONDS)
    if free is None:
        raise Unavailable(
            "still_stopping",
            f"Process {pid} has not stopped within {DOWN_SECONDS:.0f} s: `kill -9 {pid}` ends it at once.",
        )
    os.close(free)
    return pid


def status(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Say what runs, and where."""
    path = load(home=home).home
    found = running(path) if path.is_dir() else None
    said: dict[str, Any] = {"home": str(path), "version": __version__, "running": found is not None}
    if found is not None:
        said |= {"pid": found.pid, "control": _plane(found, "control"), "executor": _plane(found, "executor")}
        said["executors"] = _executors(path, found)
    if as_json:
        terminal.document(said)
        return
    terminal.line(f"home      {said['home']}")
    terminal.line(f"version   {__version__}")
    if found is None:
        terminal.line("running   no (`daytwo up` starts it; `daytwo ask` starts its own)")
        return
    terminal.line(f"running   yes, process {found.pid}")
    for plane in ("control", "executor"):
        terminal.line(f"{plane:9} {said[plane]['url']}  {'up' if said[plane]['up'] else 'not answering'}")
    for view in said["executors"]:
        terminal.line(f"          {view['name']}: {'connected' if view['connected'] else 'not connected'}")


def _plane(found: upfile.Up, plane: str) -> dict[str, Any]:
    return {"url": found.control_url if plane == "control" else found.executor_url, "up": is_answering(found, plane)}


def _executors(home: Any, found: upfile.Up) -> list[dict[str, Any]]:
    with client_of(home, found) as client:
        try:
            return [view.model_dump(mode="json") for view in client.executors()]
        except DaytwoError:
            return []
