"""The processes of a PostgreSQL server, found by its data folder.

`postmaster.pid` may be left over from a kill and its process id taken by a stranger, so a process counts as the
server's only if it is called `postgres` and works in the data folder itself (the same inode, in whatever namespace).
"""

from __future__ import annotations

from pathlib import Path

_COMMAND = "postgres"
_STATUS_LINE = 7
"""Of `postmaster.pid`, from 0: LOCK_FILE_LINE_PM_STATUS in PostgreSQL's miscadmin.h."""


def processes(data: Path) -> list[int]:
    """The living processes of the server on this data folder: the postmaster and its children."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [number for number in numbers if _works_in(number, data)]


def postmaster(data: Path) -> int | None:
    """The process id of the living server on this data folder."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _works_in(pid, data) else None


def is_stopping(data: Path) -> bool:
    """Whether the server was told to stop: it takes no new connections, and may wait for those it has."""
    try:
        return (data / "postmaster.pid").read_text().split("\n")[_STATUS_LINE].strip() == "stopping"
    except (OSError, IndexError):
        return False


def _works_in(pid: int, data: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        return (process / "comm").read_text().strip() == _COMMAND and (process / "cwd").samefile(data)
    except OSError:
        return False  # gone, a zombie, or another user's
