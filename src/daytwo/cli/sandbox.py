"""`daytwo sandbox run`: an operator's tool that runs a file as a program would run; no guard, no model, no gate."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio
import typer
from pydantic import BaseModel, ConfigDict

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, group
from daytwo.cli.question import expand
from daytwo.cli.settings import Settings, load
from daytwo.cli.usage import Exit, Usage
from daytwo.wire.identifiers import LOCAL_ORG
from daytwo.wire.sheet import slug

if TYPE_CHECKING:
    from daytwo.executor.sandbox import Sandboxes, SandboxResult


class SandboxDocument(BaseModel):
    """`sandbox run --json`: the one document that scripts rely on."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["ok", "error", "timeout", "memory", "killed"]
    exit: int | None
    stdout: str
    stderr: str
    wall_ms: int
    peak_rss_bytes: int
    tier: str
    backend: str


def register(app: typer.Typer) -> None:
    sandbox = group(app, "sandbox", "The sandbox that programs run in.")
    sandbox.command("run")(run)


def run(
    file: Path = typer.Argument(..., metavar="FILE.py"),
    profile: str = typer.Option("small", "--profile", help="small, medium, large, gpu."),
    tier: str = typer.Option("standard", "--tier", help="standard, strong."),
    data: list[str] = typer.Option([], "--data", metavar="NAME=PATH", help="A file shown as /data/NAME, read-only."),
    as_json: bool = AS_JSON,
) -> None:
    """Run a Python file in the sandbox.  Ctrl-C ends it."""
    try:
        source = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise Usage("file_not_found", f"There is no {file}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Usage("file_unreadable", f"{file} cannot be read as UTF-8 text.") from error
    mounts = dict(map(_named, data))
    if len(mounts) < len(data):
        raise Usage("bad_data", "Two --data have one name: give each another.")
    result, interrupted = anyio.run(_run, source, profile, tier, mounts)
    ending = result.ending.value
    if as_json:
        terminal.document(_document(result))
    else:
        if result.stdout:
            terminal.line(result.stdout.decode("utf-8", "replace").rstrip("\n"))
        if result.stderr:
            terminal.note(result.stderr.decode("utf-8", "replace").rstrip("\n"))
        terminal.note(f"{ending} · {result.wall_ms} ms · {result.peak_rss_bytes / 2**20:.0f} MiB · tier {result.tier}")
    if interrupted:
        terminal.note("Interrupted: the program was stopped, and its sandbox with all that was in it is gone.")
        raise typer.Exit(int(Exit.INTERRUPTED))
    raise typer.Exit(int(Exit.OK if ending == "ok" else Exit.FAILED))


def local_sandboxes(settings: Settings) -> Sandboxes:
    """The sandboxes of this machine with this installation's own packages, nothing warmed up."""
    from daytwo.executor import cell
    from daytwo.executor.environments import default_environment
    from daytwo.executor.sandbox import COLD, Sandboxes, detect

    own_cell = Path(cell.__path__[0])
    devices = detect(settings.device_folder)
    without_landlock = settings.without_landlock
    return Sandboxes(default_environment(), own_cell, COLD, devices=devices, without_landlock=without_landlock)


async def _run(source: str, profile: str, tier: str, data: dict[str, Path]) -> tuple[SandboxResult, bool]:
    """What came of it, and whether Ctrl-C ended it."""
    from daytwo.executor.sandbox import Cancel, Ending, Kind, Mount, SandboxRequest, Tier, find_profile

    try:
        asked_tier = Tier(tier)
    except ValueError:
        raise Usage("unknown_tier", f"There is no tier `{tier}`. Choose standard or strong.") from None
    settings = load()
    request = SandboxRequest(
        module="cell.script",
        job=json.dumps({"source": source}).encode(),
        profile=find_profile(profile, settings.device_folder),
        org_id=LOCAL_ORG,
        kind=Kind.REAL,
        tier=asked_tier,
        mounts=tuple(Mount(source=path, target=f"/data/{name}") for name, path in data.items()),
    )
    sandboxes = local_sandboxes(settings)
    cancel = Cancel()
    before = signal.signal(signal.SIGINT, lambda *_: cancel.request())
    try:
        result = await sandboxes.run(request, lambda _: None, cancel)
    finally:
        signal.signal(signal.SIGINT, before)
        sandboxes.close()
    return result, cancel.requested and result.ending is Ending.KILLED


def _named(word: str) -> tuple[str, Path]:
    """`NAME=PATH` → the name with the path's suffix where it has none of its own, and the path."""
    name, equals, given = word.partition("=")
    if not equals or not name or not given or "/" in name or name.startswith("."):
        raise Usage("bad_data", f"--data {word}: write NAME=PATH, a name without slashes.")
    (path, *more) = expand(given)
    if more:
        raise Usage("bad_data", f"--data {word}: a pattern of several files; name one file or folder.")
    return (name if Path(name).suffix or path.is_dir() else f"{slug(name)}{path.suffix}"), path


def _document(result: SandboxResult) -> SandboxDocument:
    return SandboxDocument(
        outcome=result.ending.value,
        exit=result.exit_code,
        stdout=result.stdout.decode("utf-8", "replace"),
        stderr=result.stderr.decode("utf-8", "replace"),
        wall_ms=result.wall_ms,
        peak_rss_bytes=result.peak_rss_bytes,
        tier=result.tier.value,
        backend=result.backend,
    )
