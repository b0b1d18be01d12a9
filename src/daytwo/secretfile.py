"""Secrets kept in files: bearer tokens and signing keys, private to their owner.

A file appears whole and with mode 0600 (written beside, synced, then linked into place, so that of two makers one
wins and both read the same secret).  A file that others can read, or that another user owns, is refused.
Both planes and the command line use this module.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from daytwo.wire.errors import Unavailable
from daytwo.wire.signing import SigningKey

TOKEN_BYTES = 32
SEED_BYTES = 32
SECRET_LIMIT_BYTES = 16 * 1024


def new_token() -> str:
    """A bearer token: 256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def read_or_create_token(path: Path) -> str:
    """The token in this file, made on first use.

    Raises:
        Unavailable: `token_exposed`, where others can read the file; `secret_damaged`, where it holds no secret.
    """
    return _read_or_create(path, new_token)


def read_or_create_key(path: Path) -> SigningKey:
    """The signing key whose seed this file holds (base64), made on first use.

    Raises:
        Unavailable: as `read_or_create_token`.
    """
    text = _read_or_create(path, lambda: base64.b64encode(SigningKey.generate().seed()).decode("ascii"))
    try:
        seed = base64.b64decode(text, validate=True)
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise _damaged(path)
    return SigningKey(seed)


def read_secret(path: Path) -> str:
    """The secret in this file.

    Raises:
        FileNotFoundError: there is no such file.
        Unavailable: as `read_or_create_token`.
    """
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise Unavailable("token_exposed", f"Others can read the secret in {path}. Run: chmod 600 {path}")
        if found.st_uid != os.geteuid():
            raise Unavailable(
                "token_exposed", f"The secret in {path} belongs to user id {found.st_uid}. Run as that user."
            )
        content = file.read(SECRET_LIMIT_BYTES)
    try:
        secret = content.decode("ascii").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret or not secret.isprintable():
        raise _damaged(path)
    return secret


def replace_secret(path: Path, secret: str) -> None:
    """Puts a secret (printable ASCII, one line) in place of what the file held, or into a new file."""
    with _beside(path, secret) as fresh:
        fresh.replace(path)


def _read_or_create(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        with _beside(path, make()) as fresh, contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)  # Where another process was first, its secret counts.
    return read_secret(path)


@contextlib.contextmanager
def _beside(path: Path, secret: str) -> Iterator[Path]:
    """A synced file of mode 0600 in the same folder, to be moved or linked into place."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        yield fresh
        _sync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path) -> Unavailable:
    return Unavailable("secret_damaged", f"{path} holds no secret: restore it, or remove it for a new one.")
