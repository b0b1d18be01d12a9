"""`daytwo ask`: from files and a question to an answer, on planes that run, or that are started for this alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import typer

from daytwo.cli import answer, question, terminal
from daytwo.cli.consent import let_through
from daytwo.cli.following import ticking
from daytwo.cli.last import LAST, session_named
from daytwo.cli.options import HOME
from daytwo.cli.planes import planes, running
from daytwo.cli.registering import notes_of, registered
from daytwo.cli.replay import replay_of
from daytwo.cli.report import OPEN, show_report
from daytwo.cli.settings import Settings, load
from daytwo.cli.sheets import warn_of_open
from daytwo.cli.stages import Stages, stage_of, stages
from daytwo.cli.usage import Exit, Usage
from daytwo.sdk import Client
from daytwo.wire.errors import Missing, Unavailable
from daytwo.wire.identifiers import is_id
from daytwo.wire.question import Question
from daytwo.wire.result import RegisterDataset
from daytwo.wire.run import PRIORITY_LIMIT, TIME_LIMIT_SECONDS, USUAL_PRIORITY, NewRun, RunEvent, RunStatus, RunView

ABSENT_SECONDS = 20.0
"""How long an absent executor is waited for before the person gets the terminal back."""


@dataclass(frozen=True)
class Request:
    """One question, with all that was said about it, checked."""

    run: NewRun
    session: str | None
    data: tuple[RegisterDataset, ...]
    as_typed: bool = False
    """Its author consents: it is sent whatever data it holds."""
    with_stand_ins: bool = False
    """Values that it holds are replaced by stand-ins."""


def _refuse_profile(name: str, device_folder: Path) -> None:
    """Before a run is made.  Where no executor is installed, the one that gets the step says the same."""
    if find_spec("daytwo.executor") is None:
        return
    from daytwo.executor.sandbox.profiles import find_profile

    try:
        find_profile(name, device_folder)
    except (Missing, Unavailable) as error:
        raise Usage(error.code, error.message) from error


@dataclass(frozen=True)
class Asked:
    """A run that was accepted, and how following it ended."""

    view: RunView
    detached: bool


def register(app: typer.Typer) -> None:
    app.command("ask")(ask)


def ask(  # noqa: PLR0913, PLR0917 -- a command's options
    words: list[str] = typer.Argument(None, metavar="DATA... QUESTION", help="The last word is the question."),
    model: str | None = typer.Option(None, "--model", help="provider:model, or replay:FILE."),
    profile: str = typer.Option("small", "--profile", help="The compute of a step: small, medium, large, gpu."),
    priority: int | None = typer.Option(
        None, "--priority", min=0, max=PRIORITY_LIMIT, help=f"9 goes before 0; {USUAL_PRIORITY} unless given."
    ),
    time_limit: int | None = typer.Option(
        None, "--time-limit", min=1, max=TIME_LIMIT_SECONDS, help="Seconds after which the run ends, if it has not."
    ),
    session: str | None = typer.Option(None, "--session", help="Go on in this session: its id, or `last`."),
    name: str | None = typer.Option(None, "--name", help="What the dataset is called; default: after its file."),
    as_typed: bool = typer.Option(False, "--send-as-typed", help="Send the question even where it holds data."),
    stand_ins: bool = typer.Option(
        False, "--stand-ins", help="Send stand-ins for values that the question holds; programs can read them."
    ),
    no_wait: bool = typer.Option(False, "--no-wait", help="Print the run's id and end; needs a running `daytwo up`."),
    home: str | None = HOME,
    as_json: bool = typer.Option(False, "--json", help="One JSON document on standard output and nothing else."),
    with_report: bool = OPEN,
) -> None:
    """Ask a question of data.  Exit status: 0 succeeded, 1 failed, 2 usage, 3 waiting, 4 cancelled."""
    request = request_of(words, model=model, profile=profile, session=session, name=name, as_typed=as_typed)
    run = request.run.model_copy(update={"priority": priority, "time_limit_seconds": time_limit})
    request = replace(request, run=run, with_stand_ins=stand_ins)
    settings = load(home=home, model=model if model and request.run.replay is None else None)
    _refuse_profile(profile, settings.device_folder)
    if no_wait and running(settings.home) is None:
        raise Unavailable("not_running", "--no-wait needs a running `daytwo up`: without one the run would not go on.")
    raise typer.Exit(int(answered(settings, request, as_json=as_json, no_wait=no_wait, with_report=with_report)))


def request_of(
    words: list[str] | None,
    *,
    model: str | None,
    profile: str,
    session: str | None,
    name: str | None,
    as_typed: bool = False,
) -> Request:
    """Checks all that can be checked before anything is started."""
    asked = question.parse(words or [], in_session=session is not None)
    if session is not None and session != LAST and not is_id(session, "session"):
        raise Usage(
            "bad_session", f"{session} is no session; `daytwo sessions list` shows them, `last` is the last one."
        )
    run = NewRun(question=asked.question, model=model, profile=profile, replay=replay_of(model))
    data = tuple(question.registrations(asked.data, name))
    return Request(run=run, session=session, data=data, as_typed=as_typed)


def answered(
    settings: Settings, request: Request, *, as_json: bool, no_wait: bool = False, with_report: bool = False
) -> Exit:
    """Asks on running planes, or on planes of its own, and shows the answer."""
    ahead = None if as_json else answer.Ahead()
    with ExitStack() as stack:
        try:
            with stages(quiet=as_json) as stage:
                client = stack.enter_context(planes(settings, stage))
                view = start(client, request, stage, quiet=as_json)
                asked = follow(client, view, stage, ahead) if not no_wait else Asked(view, detached=True)
                found = answer.fetch(client, asked.view, settings.home)
        except KeyboardInterrupt:
            raise typer.Exit(int(Exit.INTERRUPTED)) from None
        if as_json:
            terminal.document(found.document())
        elif asked.detached:
            _how_to_come_back(asked.view)
        else:
            answer.show(found, ahead)
            _what_next(found.view)
        if with_report and not asked.detached:
            show_report(client, found.view, settings.home, as_json=as_json)
    return Exit.OK if no_wait else _exit_of(asked.view.status)


def start(client: Client, request: Request, stage: Stages, *, quiet: bool) -> RunView:
    """Registers the data, has the question checked there, finds or makes the session, and starts the run."""
    names = []
    for new in request.data:
        view = registered(client, new, stage)
        names.append(view.name)
        if not quiet:
            for text in notes_of(view):
                terminal.note(f"{view.name}: {text}")
            warn_of_open([view.signed.sheet])
    if request.session is None:
        checked = let_through(client, _question(request, tuple(names)), stage, quiet=quiet)
        return client.post(client.create_session(tuple(names)).session, request.run, checked)
    session = client.session(session_named(client, request.session))
    held = {dataset.name for dataset in session.datasets}
    apart = [name for name in names if name not in held]
    if apart:
        raise Usage(
            "data_not_in_session",
            f"Session {session.session} is over {', '.join(sorted(held)) or 'no data'}, not {', '.join(apart)}. "
            "Name all the data again, without --session, for a new session.",
        )
    for name in sorted(held - set(names)):
        _read_again(client, name, stage, quiet=quiet)
    checked = let_through(client, _question(request, tuple(held), session.session), stage, quiet=quiet)
    return client.post(session.session, request.run, checked)


def _question(request: Request, datasets: tuple[str, ...], session: str | None = None) -> Question:
    return Question(
        run=request.run,
        datasets=datasets,
        session=session,
        as_typed=request.as_typed,
        with_stand_ins=request.with_stand_ins,
    )


def _read_again(client: Client, name: str, stage: Stages, *, quiet: bool) -> None:
    """A file that changed since it was registered is read anew, as naming it would have done."""
    known = client.dataset(name)
    if not known.changed:
        return
    registered(client, RegisterDataset(paths=known.paths, name=name), stage)
    if not quiet:
        terminal.note(f"{name}: its files have changed and were read again; variables of earlier answers stay.")


def follow(client: Client, view: RunView, stage: Stages, ahead: answer.Ahead | None = None) -> Asked:
    """Shows what happens until the run is over, waits for a person or an executor, or is left by Ctrl-C.

    With `ahead`, results are shown as soon as the executor has them.
    """

    def look() -> None:
        if ahead is not None:
            ahead.look(client, view.run, stage)

    try:
        _follow(ticking(client.control.settings, view.run), stage, look)
    except KeyboardInterrupt:
        return Asked(client.run(view.run), detached=True)
    return Asked(client.run(view.run), detached=False)


def _follow(events: Iterable[RunEvent | None], stage: Stages, look: Callable[[], None]) -> None:
    absent_since: float | None = None
    runs_on_data = False
    for event in events:
        if event is None and runs_on_data:
            look()
        if event is not None:
            runs_on_data = event.kind == "step.claimed"
            stage(stage_of(event))
            reason = event.data.get("reason") if event.kind == "run.waiting" else None
            if reason is not None and reason != "approval":
                absent_since = absent_since if absent_since is not None else time.monotonic()
            elif reason == "approval":
                return
            elif event.kind in {"run.resumed", "step.claimed"}:
                absent_since = None
        if absent_since is not None and time.monotonic() - absent_since > ABSENT_SECONDS:
            return


def _exit_of(status: RunStatus) -> Exit:
    match status:
        case RunStatus.SUCCEEDED:
            return Exit.OK
        case RunStatus.FAILED:
            return Exit.FAILED
        case RunStatus.CANCELLED:
            return Exit.CANCELLED
        case _:
            return Exit.WAITING


def _how_to_come_back(view: RunView) -> None:
    terminal.line(f"run {view.run} · session {view.session} · {view.status}")
    terminal.line(f"It goes on while daytwo runs (`daytwo up`). Follow it: daytwo runs events {view.run} --follow")


def _what_next(view: RunView) -> None:
    if view.status.is_terminal:
        terminal.note(f'run {view.run} · go on with: daytwo ask --session last "…"')
        return
    if view.approval:
        command = f"daytwo approvals show {view.approval}"
    elif view.reason == "executor_absent":
        command = "daytwo up   (the run goes on when its executor is back)"
    else:
        command = f"daytwo runs show {view.run}"
    terminal.note(f"run {view.run} · next: {command}")
