"""Where a home's embedded server lives: its data, its socket, its binaries, and the user id that runs it.

An ordinary user's server lies in the home, under their own id.  PostgreSQL refuses to run as root, so root's runs
under `SERVICE_UID`, with its data below `SERVICE_STORE` (the home itself may lie where only root can go).  The home
keeps the name of its folder there and the folder the path of its home: deleting the home starts afresh, moving it takes
the data along, a copied home is refused, and what deleted homes leave is swept (`orphans`).  No existing folder's mode
or owner is ever changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from daytwo.control.storage.binaries import copy_binaries, installed_binaries
from daytwo.control.storage.orphans import claim, claiming
from daytwo.wire.errors import Unavailable

SERVICE_UID = 64117
"""No passwd entry is needed; within the 65,536 ids that a rootless container maps."""
SERVICE_STORE = Path("/var/lib/daytwo")
SOCKET_PATH_LIMIT_BYTES = 107
"""`sun_path` in unix(7), less its final zero."""
SOCKET_NAME = ".s.PGSQL.5432"
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Place:
    """Folders of one server.  `root` holds `data` (and, for the service user, the socket's folder)."""

    root: Path
    sockets: Path
    binaries: Path
    uid: int
    gid: int

    @property
    def data(self) -> Path:
        return self.root / "postgres"


def find_place(home: Path) -> Place:
    """The place of this home's server, made where it is missing.

    Raises:
        Unavailable: `database_unavailable`, where the home belongs to another user or is a copy of another home.
    """
    return _service_place(home) if os.geteuid() == 0 else _own_place(home)


def has_place(home: Path) -> bool:
    """Whether this home ever had a server; makes nothing."""
    return _name_file(home).exists() if os.geteuid() == 0 else (home / "control" / "postgres").exists()


def _own_place(home: Path) -> Place:
    root = home / "control"
    sockets = root / "socket"
    if _fits_a_socket(sockets):
        sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
    else:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        sockets = Path("/tmp") / f"daytwo-{os.geteuid()}-{digest}"  # noqa: S108 (checked to be ours alone, below)
        sockets.mkdir(mode=0o700, exist_ok=True)
    _require_private(sockets)
    return Place(root=root, sockets=sockets, binaries=installed_binaries(), uid=os.geteuid(), gid=os.getegid())


def _fits_a_socket(folder: Path) -> bool:
    # A comma separates hosts in a libpq connection string.
    return "," not in str(folder) and len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT_BYTES


def _require_private(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise Unavailable(
            "database_unavailable",
            f"{folder} must be a folder of your own with mode 0700. Remove it, then start again.",
        )


def _service_place(home: Path) -> Place:
    if (home / "control" / "postgres").exists():
        raise Unavailable(
            "database_unavailable",
            f"{home} belongs to an ordinary user's daytwo. Run as that user, or set DAYTWO_HOME to another home.",
        )
    SERVICE_STORE.mkdir(mode=0o755, parents=True, exist_ok=True)
    _require_roots_own(SERVICE_STORE)
    with claiming(SERVICE_STORE):
        root = SERVICE_STORE / _name_of(home)
        root.mkdir(mode=0o700, exist_ok=True)
        _refuse_copy(root, home)
        claim(root, home)
    sockets = root / "socket"
    sockets.mkdir(mode=0o700, exist_ok=True)
    for folder in (root, sockets):
        os.chown(folder, SERVICE_UID, SERVICE_UID, follow_symlinks=False)
    return Place(root=root, sockets=sockets, binaries=copy_binaries(SERVICE_STORE), uid=SERVICE_UID, gid=SERVICE_UID)


def _require_roots_own(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or stat.S_IMODE(found.st_mode) & 0o022:
        raise Unavailable("database_unavailable", f"{folder} must be root's, and only root may write in it.")


def _name_file(home: Path) -> Path:
    return home / "control" / "postgres.place"


def _name_of(home: Path) -> str:
    """The name of the home's folder in the store; the caller holds the home's lock."""
    file = _name_file(home)
    if not file.exists():
        fresh = file.with_suffix(".new")
        fresh.write_text(secrets.token_hex(16))
        fresh.rename(file)
    name = file.read_text().strip()
    if not _NAME.fullmatch(name):
        raise Unavailable("database_unavailable", f"{file} is damaged: it must hold 32 hexadecimal digits.")
    return name


def _refuse_copy(root: Path, home: Path) -> None:
    """A moved home takes its data along; a copied one would share the other's."""
    claimed = root / "home"
    other = Path(os.fsdecode(claimed.read_bytes())) if claimed.exists() else home
    if other != home and _name_file(other).exists() and _name_file(other).read_text().strip() == root.name:
        raise Unavailable(
            "database_unavailable",
            f"{home} is a copy of {other}, which uses the same database. Remove {_name_file(home)} to start afresh.",
        )
