"""From packages that are missing to a lock of them and of what they need beyond an environment.

uv resolves against what the environment holds: none of that is replaced, so that state which was made with it opens
afterwards.  It is shown to uv as a virtual environment of links, because uv would write into a real one.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from daytwo.executor.environments.environment import Environment
from daytwo.executor.environments.lock import Lock, read_lock
from daytwo.executor.environments.uv import Progress, Source, run_uv
from daytwo.wire.errors import Denied, Unavailable


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    version: str
    action: str


class _Plan(BaseModel):
    """What `uv pip install --dry-run --output-format json` writes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    changes: tuple[_Change, ...]


def resolve(
    environment: Environment, packages: Sequence[str], refused: frozenset[str], source: Source, progress: Progress
) -> Lock | None:
    """The lock of what has to be added to an environment so that it holds these packages; None for nothing.

    Args:
        environment: stays as it is.
        packages: distributions.
        refused: distributions that may not come in, as what another needs neither.
        source: where wheels come from.
        progress: hears what uv says.

    Raises:
        Denied: `package_refused`.
        Unavailable: `uv_missing`; `environment_build_failed`, where there is no such package, or none that fits.
    """
    with tempfile.TemporaryDirectory(prefix="daytwo-resolve-") as name, _seeming(environment, Path(name)) as python:
        folder, settled = Path(name), source.settled()
        held, pins = folder / "held.txt", folder / "pins.txt"
        held.write_text("".join(f"{one}=={version}\n" for one, version in environment.distributions.items()), "utf-8")
        seen = ["--python", str(python)]
        asked = ["install", "--dry-run", "--output-format", "json", *seen, "--constraints", str(held)]
        added = _added(run_uv([*asked, "--", *packages], settled, progress))
        if not added:
            return None
        unwanted = sorted({change.name for change in added} & refused)
        if unwanted:
            raise Denied(
                "package_refused",
                f"{', '.join(packages)} would bring {', '.join(unwanted)}, which policy refuses. Do without.",
            )
        pins.write_text("".join(f"{change.name}=={change.version}\n" for change in added), "utf-8")
        compiled = ["compile", "--no-deps", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
        return read_lock(_hashed(run_uv([*compiled, *seen, str(pins)], settled, progress), source.wheelhouse))


def _added(written: str) -> tuple[_Change, ...]:
    try:
        changes = _Plan.model_validate_json(written).changes
    except ValidationError as error:
        raise Unavailable("environment_build_failed", "This uv answers in a form that is not known here.") from error
    if any(change.action != "installed" for change in changes):
        raise Unavailable("environment_build_failed", "uv would change packages that programs have.")
    return changes


def _hashed(compiled: str, wheelhouse: Path | None) -> str:
    """With hashes for what lies in the wheelhouse: uv takes them from an index alone."""
    lines = []
    for line in compiled.splitlines():
        name, is_pin, version = line.strip().partition("==")
        if wheelhouse is not None and is_pin and version and " " not in version:
            wheels = (path for path in sorted(wheelhouse.glob("*.whl")) if _is_of(path, name, version))
            digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in wheels]
            lines.append(" ".join([line.strip(), *(f"--hash=sha256:{digest}" for digest in digests)]))
        else:
            lines.append(line)
    return "\n".join(lines)


def _is_of(wheel: Path, name: str, version: str) -> bool:
    own_name, _, rest = wheel.name.partition("-")
    return own_name.lower().replace("_", "-") == name.replace("_", "-") and rest.partition("-")[0] == version


@contextmanager
def _seeming(environment: Environment, folder: Path) -> Iterator[Path]:
    """The interpreter of a virtual environment that seems to hold what this environment holds."""
    base = environment.base_python
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    binaries, packages = folder / "bin", folder / "lib" / version / "site-packages"
    binaries.mkdir()
    packages.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = {base.parent}\n", "utf-8")
    for place in environment.folders:
        for metadata in place.glob("*.dist-info/METADATA"):
            seeming = packages / metadata.parent.name
            seeming.mkdir()
            (seeming / metadata.name).symlink_to(metadata)
    python = binaries / "python"
    python.symlink_to(base)
    yield python
