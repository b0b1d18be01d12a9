"""An environment: an interpreter and the packages that a program may import.

Read off the installed tree, never off what a program claims.  The sandbox shows `site_packages` read-only and runs no
`.pth` file, so `import_names` holds what lies in that folder and the standard library, nothing else.  For the same
reason `content_digest` covers every file that an installed package brings, by the hashes in its `RECORD` (PEP 376 and
its successor, "Recording installed projects"), and not the scripts and `.pth` files, which programs never see.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.machinery
import importlib.metadata
import platform
import sys
import sysconfig
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from daytwo.wire.errors import Invalid

DEFAULT = "default"
NEEDED_BY_THE_CELL = ("cloudpickle", "duckdb", "numpy", "pandas", "pyarrow", "time_machine")
"""What `data`, `sql`, `show`, the keeping of variables and rehearsals stand on."""
_OURS = "daytwo"
_UNSEEN_ENDINGS = (".pth", ".pyc")
_EXTENSION_SUFFIXES = tuple(importlib.machinery.all_suffixes())


@dataclass(frozen=True)
class Environment:
    """A set of packages under one interpreter.

    `python` is the interpreter that sees the packages (of a virtual environment, say), `base_python` the one that it
    stands on, `base_prefix` the installation of the latter.
    """

    name: str
    python: Path
    base_python: Path
    base_prefix: Path
    site_packages: Path
    import_names: frozenset[str]
    """Top-level modules that a program can import, the standard library's included."""
    additions: Path | None = None
    """More packages, found after those of `site_packages`; then `name` is the digest of both."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where its packages lie, in the order in which they are found."""
        return (self.site_packages,) if self.additions is None else (self.site_packages, self.additions)

    @cached_property
    def distributions(self) -> dict[str, str]:
        """Name → version, names as PyPI normalises them; read when it is first asked for, for that takes a while."""
        return {
            distribution.metadata["Name"].lower().replace("_", "-").replace(".", "-"): distribution.version
            for distribution in importlib.metadata.distributions(path=[str(folder) for folder in self.folders])
        }

    @property
    def requested_as(self) -> str | None:
        """What a request to a sandbox calls it: its lock's digest; None for this installation's own."""
        return None if self.name == DEFAULT else self.name

    @cached_property
    def content_digest(self) -> str:
        """SHA-256 over the interpreter and the files that programs can import.  What state is bound to."""
        if self.additions is not None:
            return self.name
        content = hashlib.sha256(interpreter_line().encode())
        for line in sorted(_recorded(self.site_packages)):
            content.update(f"{line}\n".encode())
        return content.hexdigest()

    def with_additions(self, name: str, folder: Path) -> Environment:
        """This environment and what lies in a folder beside it."""
        return replace(self, name=name, import_names=self.import_names | importable(folder), additions=folder)

    def require_for_cell(self) -> None:
        """Refuses what no program could run in.

        Raises:
            Invalid: `environment_incomplete`.
        """
        absent = [name for name in NEEDED_BY_THE_CELL if name not in self.import_names]
        if absent:
            raise Invalid(
                "environment_incomplete",
                f"Every program needs {', '.join(absent)}, which the environment's lock does not hold. Add "
                f"{'it' if len(absent) == 1 else 'them'} and write the lock anew.",
            )


def interpreter_line() -> str:
    """The interpreter that packages are for, as digests of environments count it."""
    return f"{sys.implementation.cache_tag} {platform.machine()} {platform.libc_ver()[0]}\n"


@cache
def default_environment() -> Environment:
    """The environment of the running interpreter."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return environment_at(
        DEFAULT,
        python=Path(sys.executable),
        base_python=Path(base).resolve(),
        base_prefix=Path(sys.base_prefix).resolve(),
        site_packages=Path(sysconfig.get_path("platlib")).resolve(),
    )


def environment_at(
    name: str, *, python: Path, base_python: Path, base_prefix: Path, site_packages: Path
) -> Environment:
    """Describes what is installed in a folder, for an interpreter of this one's version."""
    return Environment(
        name=name,
        python=python,
        base_python=base_python,
        base_prefix=base_prefix,
        site_packages=site_packages,
        import_names=frozenset(sys.stdlib_module_names) | importable(site_packages),
    )


def importable(folder: Path) -> frozenset[str]:
    """The top-level modules and packages that lie in a folder, namespace packages included."""
    names = set()
    for entry in folder.iterdir():
        name = entry.name.partition(".")[0]
        if not name.isidentifier():
            continue
        is_package = entry.is_dir() and entry.name == name and name != "__pycache__" and _holds_modules(entry)
        if is_package or (entry.name.endswith(_EXTENSION_SUFFIXES) and entry.is_file()):
            names.add(name)
    return frozenset(names)


def _holds_modules(folder: Path) -> bool:
    children = list(folder.iterdir())
    return any(child.name.endswith(_EXTENSION_SUFFIXES) for child in children) or any(
        (child / "__init__.py").exists() for child in children if child.is_dir()
    )


def _recorded(site_packages: Path) -> list[str]:
    """`path hash` of each file that the installed packages bring for import; the distribution that we are is none."""
    lines = []
    for record in site_packages.glob("*.dist-info/RECORD"):
        if record.parent.name.partition("-")[0] == _OURS:
            continue
        with record.open(encoding="utf-8", newline="") as file:
            lines += [
                f"{path} {digest}"
                for path, digest, _ in csv.reader(file)
                if digest and not path.startswith(("/", "../")) and not path.endswith(_UNSEEN_ENDINGS)
                if not path.partition("/")[0].endswith(".dist-info")
            ]
    return lines
