"""`daytwo runs`: what was asked, how it went, and the events of it."""

from __future__ import annotations

import math

import typer

from daytwo.cli import answer, terminal
from daytwo.cli.export import export
from daytwo.cli.last import run_named
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.report import OPEN, show_report
from daytwo.cli.settings import load
from daytwo.cli.stages import stage_of
from daytwo.cli.usage import Exit
from daytwo.wire.rehearsal import Rehearsal, RehearsalOutcome
from daytwo.wire.run import RunView

RUN = typer.Argument(..., metavar="RUN", help="The run's id, or `last`.")
QUESTION_WIDTH = 60
DIFFERENCES_SHOWN = 10


def register(app: typer.Typer) -> None:
    runs = group(app, "runs", "Runs: one question each, asynchronous and durable.")
    runs.command("list")(list_all)
    runs.command("show")(show)
    runs.command("cancel")(cancel)
    runs.command("events")(events)
    runs.command("resume")(resume)
    runs.command("export")(export)
    runs.command("replay")(replay)


def list_all(
    session: str | None = typer.Option(None, "--session", help="Only those of this session."),
    limit: int = typer.Option(50, "--limit", min=1, max=500),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """The newest runs."""
    with connected(home, as_json=as_json) as client:
        if session is not None:
            client.session(session)  # one that is not there is an error, not a session without runs
        views = client.runs(session=session, limit=limit)
        if as_json:
            for view in views:
                terminal.record(view)
        elif views:
            rows = ((view.run, view.status, terminal.moment(view.created_at), _question(view)) for view in views)
            terminal.listing(("run", "status", "asked", "question"), rows)
        else:
            terminal.line('No runs yet. Ask: daytwo ask data.csv "…"')


def _question(view: RunView) -> str:
    return terminal.printable(view.question, one_line=True)[:QUESTION_WIDTH]


def show(run: str = RUN, home: str | None = HOME, as_json: bool = AS_JSON, with_report: bool = OPEN) -> None:
    """A run, its programs, and its answer."""
    with connected(home, as_json=as_json) as client:
        view = client.run(run_named(client, run))
        folder = load(home=home).home
        if as_json:
            terminal.document(view)
        else:
            found = answer.fetch(client, view, folder)
            _print(view)
            answer.show(found)
        if with_report:
            show_report(client, view, folder, as_json=as_json)


def cancel(run: str = RUN, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Stop a run; what it has shown so far stays."""
    with connected(home, as_json=as_json) as client:
        _say(client.cancel(run_named(client, run)), as_json=as_json)


def resume(run: str = RUN, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Let a waiting run try again."""
    with connected(home, as_json=as_json) as client:
        _say(client.resume(run_named(client, run)), as_json=as_json)


def replay(run: str = RUN, home: str | None = HOME, as_json: bool = AS_JSON) -> int:
    """Run the programs of a run again, from the same state: is their end the same?  Exit status 1 if it is not."""
    same = True
    with connected(home, as_json=as_json) as client:
        run = run_named(client, run)
        for step in client.run(run).steps:
            if step.observation is None:
                continue
            again = client.replay(run, step.step)
            same = same and again.is_same
            if as_json:
                terminal.record(again)
            else:
                terminal.line(f"step {again.step}  {'the same' if again.is_same else 'different'}  {again.digest}")
                for found in again.differences[:DIFFERENCES_SHOWN]:
                    terminal.line(f"  {found.how:8} {found.part.value} {found.name}".rstrip())
                if len(again.differences) > DIFFERENCES_SHOWN:
                    terminal.line(f"  and {len(again.differences) - DIFFERENCES_SHOWN} more: --json lists them")
    return Exit.OK if same else Exit.FAILED


def events(
    run: str = RUN,
    follow: bool = typer.Option(False, "--follow", "-f", help="Stay until the run is over."),
    after: int = typer.Option(0, "--after", min=0, help="Only events after this number."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """What happened to a run, in order."""
    with connected(home, as_json=as_json) as client:
        run = run_named(client, run)
        found = (
            client.events(run, after, outage_limit_seconds=math.inf, on_outage=_tell_outage)
            if follow
            else client.events_so_far(run, after)
        )
        for event in found:
            if as_json:
                terminal.record(event)
            else:
                terminal.line(f"{event.seq:4}  {event.at}  {stage_of(event)}")


def _tell_outage(seconds: float) -> None:
    terminal.note(f"The control plane has not answered for {seconds:.0f} s; it is tried again until Ctrl-C.")


def _say(view: RunView, *, as_json: bool) -> None:
    if as_json:
        terminal.document(view)
    else:
        terminal.line(f"{view.run}  {view.status}{f' ({view.reason})' if view.reason else ''}")


def _print(view: RunView) -> None:
    terminal.line(f"run       {view.run}")
    terminal.line(f"session   {view.session}")
    terminal.line(f"status    {view.status}{f' ({view.reason})' if view.reason else ''}")
    terminal.line(f"question  {view.question}")
    terminal.line(f"model     {view.model} ({view.input_tokens:,} tokens in, {view.output_tokens:,} out)")
    for step in view.steps:
        ruling = step.verdict.verdict if step.verdict else "not reviewed"
        outcome = step.observation.outcome if step.observation else "not executed"
        terminal.line(f"\nstep {step.step}: {step.intent}")
        terminal.line(f"  guard: {ruling}; rehearsal: {_rehearsal(step.rehearsal)}; outcome: {outcome}")
        terminal.line("\n".join(f"  | {text}" for text in step.program.splitlines()))
    terminal.line()


def _rehearsal(rehearsal: Rehearsal) -> str:
    """The outcome, with the error of one that failed: mock values, so anybody may read them."""
    if rehearsal.outcome is RehearsalOutcome.NOT_REHEARSED:
        return "none"
    doubt = f" ({rehearsal.doubt.value})" if rehearsal.doubt else ""
    error = rehearsal.traceback.strip().splitlines()[-1:] if rehearsal.outcome is RehearsalOutcome.FAILED else []
    return f"{rehearsal.outcome.value}{doubt}" + "".join(f", {terminal.printable(line)}" for line in error)
