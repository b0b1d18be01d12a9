"""`daytwo models`: which there are, whether one answers, what they used."""

from __future__ import annotations

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.cli.usage import Exit


def register(app: typer.Typer) -> None:
    models = group(app, "models", "Language models, and the offline analyst.")
    models.command("list")(list_all)
    models.command("test")(probe)
    models.command("usage")(usage)


def list_all(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The models, and how to configure those that are not."""
    with connected(home, as_json=as_json) as client:
        views = client.models()
        for view in views:
            if as_json:
                terminal.record(view)
            else:
                mark = "default" if view.default else "ready" if view.configured else "not configured"
                terminal.line(f"{view.name:28} {mark:15} {view.how}")


def probe(
    model: str = typer.Argument(..., metavar="MODEL", help="provider:model"),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Ask a model something trivial, end to end."""
    with connected(home, as_json=as_json) as client:
        report = client.test_model(model)
        if as_json:
            terminal.document(report)
        else:
            terminal.line(f"{report.model}: {report.message} ({report.wall_ms} ms)")
        raise typer.Exit(int(Exit.OK if report.ok else Exit.FAILED))


def usage(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """What the calls of each model used."""
    with connected(home, as_json=as_json) as client:
        views = client.model_usage()
        for view in views:
            if as_json:
                terminal.record(view)
            else:
                about = "about " if view.estimated else ""
                tokens = f"{about}{view.input_tokens:,} tokens in, {view.output_tokens:,} out"
                terminal.line(f"{view.model:28} {terminal.count(view.calls, 'call')}, {tokens}")
        if not views and not as_json:
            terminal.line("No model was called yet.")
