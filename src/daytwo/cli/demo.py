"""`daytwo demo`: two real questions of the sample data, answered on this machine, without a key or a network."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import typer

from daytwo.cli import answer, terminal
from daytwo.cli.ask import Request, follow, request_of, start
from daytwo.cli.options import AS_JSON, HOME
from daytwo.cli.planes import planes
from daytwo.cli.settings import load
from daytwo.cli.stages import stages
from daytwo.cli.upfile import prepare_home
from daytwo.cli.usage import Exit
from daytwo.wire.run import RunStatus

SAMPLE_NAME = "sample_orders"
"""Not `orders`: that name is left to the data of whoever runs the demo first and then asks."""
QUESTIONS = ("What is the total revenue by region?", "Top 5 products by revenue in 2024")


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Start both planes, ask two questions of the sample data, print answers and receipts, stop them."""
    settings = load(home=home)
    prepare_home(settings.home)
    sample = place_sample(settings.home)
    if not as_json:
        terminal.line(f"The sample data: {sample}")
    status = Exit.OK
    with stages(quiet=as_json) as stage, planes(settings, stage) as client:
        session: str | None = None
        for text in QUESTIONS:
            request: Request = request_of(
                [text] if session else [str(sample), text],
                model=settings.model,
                profile="small",
                session=session,
                name=SAMPLE_NAME,
            )
            stage(text)
            asked = follow(client, start(client, request, stage, quiet=True), stage)
            found = answer.fetch(client, asked.view, settings.home)
            session = asked.view.session
            if as_json:
                terminal.record(found.document())
            else:
                terminal.line(f"\n> {text}\n")
                answer.show(found)
            if asked.view.status is not RunStatus.SUCCEEDED:
                status = Exit.FAILED
    if not as_json:
        terminal.line('\nAsk your own: daytwo ask data.csv "What is the average price by category?"')
    raise typer.Exit(int(status))


def place_sample(home: Path) -> Path:
    """The sample data as a file in the home, whole, wherever this distribution is installed."""
    target = home / "sample" / "orders.csv"
    if not target.exists():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        part = target.with_suffix(".part")
        with resources.files("daytwo.cli").joinpath("sample/orders.csv").open("rb") as source, part.open("wb") as sink:
            shutil.copyfileobj(source, sink)
        part.replace(target)
    return target
