# noqa: INP001 - a script, in no package
"""The lock: `write` pins what pyproject.toml asks for, `check` says whether the pins are of this pyproject.toml.

`check` needs no network: the first line of requirements.lock holds the digest of everything that was asked for.
No line may name a host: packages come from whatever index the user's tools are set to.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
SYSTEM_LOCK = ROOT / "requirements-system.lock"
"""What `make test-system` adds: in versions that agree with those of LOCK."""
UV_LOCK = ROOT / "requirements-uv.lock"
MARK = "# inputs sha256:"


def inputs() -> str:
    """The digest of all that the pins depend on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [
        project["project"]["requires-python"],
        project["project"]["dependencies"],
        project["project"]["optional-dependencies"],
        project["dependency-groups"],
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def write() -> None:
    _compile(LOCK, "--all-extras", "--group", "dev", "pyproject.toml")
    LOCK.write_text(f"{MARK}{inputs()}\n{LOCK.read_text('utf-8')}", "utf-8")
    _compile(SYSTEM_LOCK, "--group", "system", "--constraint", str(LOCK))


def _compile(lock: Path, *asked: str) -> None:
    command = ["pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url"]
    environment = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    subprocess.run(  # noqa: S603 - our own uv, and words that stand here
        [ROOT / ".tools" / "bin" / "uv", *command, *asked, "--output-file", str(lock)],
        cwd=ROOT,
        env=environment,
        check=True,
    )


def problems() -> list[str]:
    found = []
    text = LOCK.read_text("utf-8")
    if not text.startswith(f"{MARK}{inputs()}\n"):
        found.append("requirements.lock is not of this pyproject.toml: run `make lock`.")
    for path in (LOCK, SYSTEM_LOCK, UV_LOCK):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if "://" in line or "index" in line.split("#")[0].split():
                found.append(f"{path.name}, line {number} names a host.")
    return found


def main() -> int:
    match sys.argv[1:]:
        case ["write"]:
            write()
        case ["check"]:
            pass
        case _:
            sys.stderr.write("python .ci/lock.py write|check\n")
            return 2
    for problem in problems():
        sys.stderr.write(f"{problem}\n")
    return 1 if problems() else 0


if __name__ == "__main__":
    sys.exit(main())
