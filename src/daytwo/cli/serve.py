"""`daytwo control serve`, `executor serve`, `executor enroll`, and the database's keeper: the processes of `up`."""

from __future__ import annotations

import json
import signal
import sys
import threading
from typing import Any

import typer

from daytwo.cli import executors, lifeline, logs
from daytwo.cli.options import HOME, group
from daytwo.cli.settings import load
from daytwo.cli.upfile import prepare_home
from daytwo.cli.usage import Usage

DATABASE_CHECK_SECONDS = 2.0


LIFELINE = typer.Option(False, "--lifeline", hidden=True)
CONTROL = typer.Option(None, "--control", envvar="DAYTWO_CONTROL_URL", help="The control plane's URL.")


def register(app: typer.Typer) -> None:
    control = group(app, "control", "The control plane as a process of its own.")
    control.command("serve")(control_serve)
    executor = group(app, "executor", "The executor as a process of its own.")
    executor.command("serve")(executor_serve)
    executor.command("enroll")(executor_enroll)
    executors.register(executor)
    database = group(app, "database", "The embedded database's keeper, as `daytwo up` starts it.")
    database.command("serve")(database_serve)


def control_serve(
    home: str | None = HOME,
    port: int | None = typer.Option(None, "--port", help="The port on 127.0.0.1."),
    process_id: str | None = typer.Option(None, "--process-id", help="Its name among the processes of one database."),
    with_lifeline: bool = LIFELINE,
) -> None:
    """Run the control plane until a signal."""
    settings = load(home=home, control_port=port, process_id=process_id)
    prepare_home(settings.home)
    logs.to_standard_error()
    from daytwo.control.serve import serve

    if with_lifeline:
        database_url = str(_greeting()["database_url"])
    elif settings.database_url is not None:
        database_url = settings.database_url.get_secret_value()
    else:
        raise Usage("no_database", "Set DAYTWO_DATABASE_URL to a PostgreSQL; `daytwo up` brings one of its own.")
    serve(settings.control_settings(port=settings.control_port, database_url=database_url))


def executor_serve(
    home: str | None = HOME,
    port: int | None = typer.Option(None, "--port", help="The port on 127.0.0.1."),
    control: str | None = CONTROL,
    with_lifeline: bool = LIFELINE,
) -> None:
    """Run the executor until a signal."""
    settings = load(home=home, executor_port=port)
    prepare_home(settings.home)
    logs.to_standard_error()
    from daytwo.executor.serve import enrol, serve

    own = settings.executor_settings(
        port=settings.executor_port, control_url=_control_url(control), supervised=with_lifeline
    )

    def introduce() -> None:
        greeting = _greeting() if with_lifeline else {}
        if "enrolment_token" in greeting:
            enrol(own, str(greeting["enrolment_token"]))

    serve(own, introduce)


def executor_enroll(
    token: str = typer.Option(..., "--token", help="A one-time token of the control plane."),
    home: str | None = HOME,
    port: int | None = typer.Option(None, "--port", help="The port that the executor will serve results on."),
    control: str | None = CONTROL,
) -> None:
    """Introduce this executor to a control plane, once."""
    settings = load(home=home, executor_port=port)
    prepare_home(settings.home)
    from daytwo.executor.serve import enrol

    enrol(settings.executor_settings(port=settings.executor_port, control_url=_control_url(control)), token)
    print("The executor is enrolled.")


def database_serve(home: str | None = HOME, with_lifeline: bool = LIFELINE) -> None:
    """Keep the embedded PostgreSQL alive until a signal; say its URL on standard output."""
    settings = load(home=home)
    prepare_home(settings.home)
    logs.to_standard_error()
    from daytwo.control.storage.embedded import EmbeddedServer

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = EmbeddedServer(settings.home)
    if with_lifeline:
        _greeting()
    try:
        print(json.dumps({"database_url": server.start()}), flush=True)
        while not stop.wait(DATABASE_CHECK_SECONDS):
            if not server.is_running():
                print("database: it was gone, starting it again", file=sys.stderr)
                server.start()
    finally:
        server.stop()


def _greeting() -> dict[str, Any]:
    greeting = lifeline.read_greeting()
    lifeline.watch()
    return greeting


def _control_url(given: str | None) -> str:
    if not given:
        raise Usage("no_control", "Name the control plane with --control URL or DAYTWO_CONTROL_URL.")
    return given.rstrip("/")
