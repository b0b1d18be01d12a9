"""An environment: an interpreter and the packages that a program may import.

Read off the installed tree, never off what a program claims.  The sandbox shows `site_packages` read-only and runs no
`.pth` file, so `import_names` holds what lies in that folder and the standard library, nothing else.
"""

from __future__ import annotations

import importlib.machinery
import importlib.metadata
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    distributions: dict[str, str]
    """Name → version, names as PyPI normalises them."""


@cache
def default_environment() -> Environment:
    """The environment of the running interpreter."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return environment_at(
        "default",
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
        distributions={
            distribution.metadata["Name"].lower().replace("_", "-").replace(".", "-"): distribution.version
            for distribution in importlib.metadata.distributions(path=[str(site_packages)])
        },
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
