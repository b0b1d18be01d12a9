"""`daytwo approvals`: programs that guard wants a person to read, decided at the executor's own origin."""

from __future__ import annotations

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected, group
from daytwo.wire.result import ApprovalView

APPROVAL = typer.Argument(..., metavar="APPROVAL", help="The approval's id.")


def register(app: typer.Typer) -> None:
    approvals = group(app, "approvals", "Programs that wait for a person.")
    approvals.command("list")(list_all)
    approvals.command("show")(show)
    approvals.command("approve")(approve)
    approvals.command("reject")(reject)


def list_all(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """All approvals, decided or not."""
    with connected(home, as_json=as_json) as client:
        views = client.approvals()
        for view in views:
            if as_json:
                terminal.record(view)
            else:
                terminal.line(f"{view.approval}  {view.status:9} {view.created_at}  run {view.run}")
        if not views and not as_json:
            terminal.line("Nothing waits for approval.")


def show(approval: str = APPROVAL, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """The program, and why guard asks."""
    with connected(home, as_json=as_json) as client:
        _say(client.approval(approval), as_json=as_json)


def approve(
    approval: str = APPROVAL,
    reason: str | None = typer.Option(None, "--reason", help="Kept with the decision."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Let the program run."""
    with connected(home, as_json=as_json) as client:
        _say(client.decide(approval, approve=True, reason=reason), as_json=as_json)


def reject(
    approval: str = APPROVAL,
    reason: str = typer.Option(..., "--reason", help="Why; the model learns that it was rejected, not why."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Do not let the program run."""
    with connected(home, as_json=as_json) as client:
        _say(client.decide(approval, approve=False, reason=reason), as_json=as_json)


def _say(view: ApprovalView, *, as_json: bool) -> None:
    if as_json:
        terminal.document(view)
        return
    terminal.line(f"approval  {view.approval}  {view.status}{f': {view.reason}' if view.reason else ''}")
    terminal.line(f"run       {view.run}")
    terminal.line(f"data      {', '.join(view.datasets)}\n")
    terminal.line("\n".join(f"{number:4} | {text}" for number, text in enumerate(view.program.splitlines(), 1)))
    for finding in view.findings:
        terminal.line(f"line {finding.get('line')}: {finding.get('message')} [{finding.get('rule')}]")
    if view.status == "pending":
        terminal.line(f"\ndaytwo approvals approve {view.approval}   or   reject {view.approval} --reason …")
