"""The files by which processes of one home find each other: `up.lock`, `users.lock`, `up.json`, `ports.json`.

- `up.lock` is held (flock) by a running `up` and by each of its children, so it is free only when all are gone.
- `users.lock` is held shared by every command that uses the planes of a borrowed `up`, which stays while one does.
- `up.json` (0600) says where the planes are; `ports.json` keeps their ports, so that addresses outlive a restart.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from daytwo.wire.errors import Unavailable

LOCK_POLL_SECONDS = 0.05


class Up(BaseModel):
    """A running `up`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    control_url: str
    executor_url: str
    version: str
    lasting: bool = True
    """Whether it stays when the command that started it has ended."""


class Ports(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    control: int
    executor: int


def prepare_home(home: Path) -> None:
    """Makes the home, for its owner's eyes only."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
        (home / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            "home_unusable",
            f"The home {home} cannot be used: {error.strerror}. Set DAYTWO_HOME to a folder of your own.",
        ) from error


def read_up(home: Path) -> Up | None:
    """The `up` of this home as its file says; its process may be gone."""
    try:
        return Up.model_validate_json((home / "up.json").read_bytes())
    except (OSError, ValidationError):
        return None


def write_up(home: Path, up: Up) -> None:
    _write(home / "up.json", up)
    _write(home / "ports.json", Ports(control=_port(up.control_url), executor=_port(up.executor_url)))


def remove_up(home: Path) -> None:
    (home / "up.json").unlink(missing_ok=True)


def read_ports(home: Path) -> Ports | None:
    try:
        return Ports.model_validate_json((home / "ports.json").read_bytes())
    except (OSError, ValidationError):
        return None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def take(path: Path, *, shared: bool = False, wait_seconds: float = 0.0) -> int | None:
    """Locks a file and returns its descriptor, which holds the lock until it is closed; None where others hold it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return descriptor


@contextmanager
def using(home: Path, *, wait_seconds: float) -> Iterator[None]:
    """Keeps a borrowed `up` from stopping."""
    descriptor = take(home / "users.lock", shared=True, wait_seconds=wait_seconds)
    if descriptor is None:
        raise Unavailable("still_stopping", f"An earlier `daytwo` of {home} is still stopping. Try again in a moment.")
    try:
        yield
    finally:
        os.close(descriptor)


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def _write(path: Path, content: BaseModel) -> None:
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content.model_dump_json())
    part.replace(path)
