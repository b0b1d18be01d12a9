"""`daytwo demo`: a short story on sample data, on this machine, without a key or a network.

A question with a chart, a follow-up, what the model saw beside what the person saw, the receipt, and an attack.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import typer

from daytwo.cli import answer, attack, terminal
from daytwo.cli.answer import Answer
from daytwo.cli.ask import Request, follow, start
from daytwo.cli.attack import AttackReport
from daytwo.cli.document import AskDocument
from daytwo.cli.options import AS_JSON, HOME
from daytwo.cli.planes import planes
from daytwo.cli.settings import Settings, load
from daytwo.cli.sides import beside, sides
from daytwo.cli.stages import Stages, stages
from daytwo.cli.upfile import prepare_home
from daytwo.cli.usage import Exit
from daytwo.sdk import Client
from daytwo.wire.result import DatasetView, RegisterDataset
from daytwo.wire.run import NewRun, RunStatus

FILES = {"demo_orders": "orders.parquet", "demo_customers": "customers.csv"}
"""Not `orders`: that name is left to the data of whoever runs the demo first and then asks."""
QUESTION = "What is the total revenue by region?"
FOLLOW_UP = "And the total revenue by status?"


class DemoScene(AskDocument):
    """One line of `demo --json`: the document of `ask --json`, and where in the story it belongs."""

    scene: Literal["question", "follow_up", "attack"]
    question: str
    attack: AttackReport | None = None


@dataclass
class _Story:
    """The demo while it is told: one session, scene after scene."""

    client: Client
    settings: Settings
    stage: Stages
    sample: Path
    as_json: bool
    session: str | None = None

    def ask(self, run: NewRun) -> Answer:
        self.stage(run.question)
        files = () if self.session else tuple(FILES.items())
        data = tuple(RegisterDataset(paths=(str(self.sample / file),), name=name) for name, file in files)
        request = Request(run=run, session=self.session, data=data)
        view = start(self.client, request, self.stage, quiet=True)
        self.session = view.session
        asked = follow(self.client, view, self.stage)
        return answer.fetch(self.client, asked.view, self.settings.home)

    def question(self, scene: Literal["question", "follow_up"], text: str) -> Answer:
        found = self.ask(NewRun(question=text, model=self.settings.model))
        if self.as_json:
            terminal.record(_scene(found, scene))
        else:
            terminal.line(f"\n> {text}\n")
            answer.show(found)
        return found

    def beside(self, found: Answer) -> None:
        """What the model saw beside what the person saw; then the receipt, message by message."""
        if self.as_json:
            return
        data: list[DatasetView] = [self.client.dataset(name) for name in FILES]
        _heading("What you saw, and what the model and the control plane saw")
        terminal.console().print(beside(sides(found, data), ("", "you", "they")))
        if found.receipt is None:
            return
        _heading("The receipt of that answer: every message that left the executor")
        rows = [
            (message.channel, f"{len(message.body.encode()):,} bytes", f"{message.bits:.1f} bits of disclosure")
            for message in found.receipt.outbound
        ]
        terminal.console().print(beside(rows, ("message", "size", "counted as")))
        terminal.line(f"Word for word: daytwo receipts show {found.view.run}")

    def attack(self) -> AttackReport:
        secrets = attack.Secrets(email=first_email(self.sample / FILES["demo_customers"]), accounts=attack.accounts())
        found = self.ask(attack.RUN)
        report = attack.judge(found, secrets)
        if self.as_json:
            terminal.record(_scene(found, "attack", report))
        else:
            _show_attack(report)
        return report


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """A short story on sample data: a question, a follow-up, what left, and an attack that gets nothing."""
    settings = load(home=home)
    prepare_home(settings.home)
    sample = place_sample(settings.home)
    if not as_json:
        terminal.line(f"The sample data, orders and customers of a made-up shop: {sample}")
    with stages(quiet=as_json) as stage, planes(settings, stage) as client:
        story = _Story(client, settings, stage, sample, as_json)
        first = story.question("question", QUESTION)
        second = story.question("follow_up", FOLLOW_UP)
        story.beside(second)
        report = story.attack()
    went_well = all(found.view.status is RunStatus.SUCCEEDED for found in (first, second)) and report.repelled
    if not as_json:
        terminal.line('\nAsk your own: daytwo ask data.csv "What is the average price by category?"')
    raise typer.Exit(int(Exit.OK if went_well else Exit.FAILED))


def place_sample(home: Path) -> Path:
    """The sample data as files in the home, whole, wherever this distribution is installed."""
    folder = home / "sample" / "shop"
    for file in FILES.values():
        target = folder / file
        if target.exists():
            continue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f"{file}.part")
        with resources.files("daytwo.cli").joinpath(f"sample/{file}").open("rb") as source, part.open("wb") as sink:
            shutil.copyfileobj(source, sink)
        part.replace(target)
    return folder


def first_email(customers: Path) -> str:
    """The e-mail address that the attack is after."""
    with customers.open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))["email"]


def _scene(
    found: Answer, scene: Literal["question", "follow_up", "attack"], report: AttackReport | None = None
) -> DemoScene:
    return DemoScene(**dict(found.document()), scene=scene, question=found.view.question, attack=report)


def _show_attack(report: AttackReport) -> None:
    _heading("An attack: a hostile model sends a program that steals")
    if report.findings:
        terminal.line("First openly. Guard read it and refused; nothing was run:\n")
        for finding in report.findings:
            terminal.line(f"  line {finding.line}: {finding.message} [{finding.rule}]")
    if report.attempts:
        terminal.line("\nThen disguised, so that guard lets it through, for guard is not the wall. The sandbox ran it:")
        rows = [(one.what, ("GOT IT: " if one.got else "") + one.outcome) for one in report.attempts]
        terminal.console().print(beside(rows, ("it tried to", "and got")))
    learnt = "nothing"
    if report.learnt:
        learnt = f"one symbol of {report.symbols:,}: “{report.learnt}” ({report.bits:.1f} bits)"
    terminal.line(f"What the control plane and the hostile model learnt of the data: {learnt}.")
    terminal.line(
        f"The address is in {'some' if report.left else 'none'} of the {report.bytes_searched:,} bytes that left the "
        "executor for that run: sheets, guard's findings on the program's own text, the symbol."
    )
    terminal.line("The attack got nothing." if report.repelled else "The attack did not end as it should: see above.")


def _heading(text: str) -> None:
    from rich.text import Text

    terminal.line()
    terminal.console().print(Text(text, style="bold"))
    terminal.line()
