"""A pack as a tar file: written piece by piece, read member by member against what its head says.

Nothing of a file that arrives is believed: members have the names and sizes that the signed head gives them, in its
order, and their bytes the digests that are their names.  No name in it becomes a path before it is known to be one.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from daytwo.wire.errors import DaytwoError, Denied, Incompatible
from daytwo.wire.pack import FORMAT, HEAD, HEAD_LIMIT_BYTES, SIGNATURE, PackedBlob, PackHead, verify
from daytwo.wire.signing import PublicKey

_SIGNATURE_LIMIT_BYTES = 1_000
_PIECE_BYTES = 1024 * 1024


def written(head: bytes, signature: str, members: Iterator[tuple[PackedBlob, Path]]) -> Iterator[bytes]:
    """The file's bytes."""
    yield from _member(HEAD, len(head), io.BytesIO(head))
    yield from _member(SIGNATURE, len(signature), io.BytesIO(signature.encode("ascii")))
    for blob, path in members:
        with path.open("rb") as file:
            yield from _member(blob.name, blob.bytes, file)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(name: str, size: int, content: IO[bytes]) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    yield info.tobuf(tarfile.GNU_FORMAT)
    sent = 0
    while piece := content.read(_PIECE_BYTES):
        yield piece
        sent += len(piece)
    if sent != size:
        raise OSError(f"{name} is not as long as it was")  # the stream breaks off: a reader sees that it is not whole
    yield bytes(-size % tarfile.BLOCKSIZE)


class Archive:
    """A pack that arrived, opened: its head is read and its signature checked.

    Args:
        file: the tar file.
        trusted: the key that must have signed it.

    Raises:
        Denied: `pack_damaged`, `pack_foreign`.
        Incompatible: `pack_newer`.
    """

    def __init__(self, file: Path, trusted: PublicKey) -> None:
        try:
            self._tar = tarfile.open(file, "r:")  # noqa: SIM115 -- closed by `close`
        except (tarfile.TarError, OSError, EOFError) as error:
            raise damaged() from error
        try:
            content = self._read(HEAD, HEAD_LIMIT_BYTES)
            signature = self._read(SIGNATURE, _SIGNATURE_LIMIT_BYTES).decode("ascii", "replace")
            self.head = _head(content, signature, trusted)
        except DaytwoError:
            self._tar.close()
            raise

    def close(self) -> None:
        self._tar.close()

    def extract(self, folder: Path) -> None:
        """Writes every member into a folder, under its digest.

        Raises:
            Denied: `pack_damaged`, at the first that is not what the head says.
        """
        for blob in self.head.blobs:
            info = self._next()
            if (info.name, info.size) != (blob.name, blob.bytes) or not info.isreg():
                raise damaged()
            hasher = hashlib.sha256()
            with self._content(info) as source, (folder / blob.name).open("xb") as file:
                while piece := _some(source):
                    hasher.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if hasher.hexdigest() != blob.name:
                raise damaged()

    def _read(self, name: str, limit_bytes: int) -> bytes:
        info = self._next()
        if info.name != name or info.size > limit_bytes or not info.isreg():
            raise damaged()
        with self._content(info) as file:
            content = b"".join(iter(lambda: _some(file), b""))
        if len(content) != info.size:
            raise damaged()
        return content

    def _next(self) -> tarfile.TarInfo:
        try:
            info = self._tar.next()
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            raise damaged() from error
        if info is None:
            raise damaged()
        return info

    def _content(self, info: tarfile.TarInfo) -> IO[bytes]:
        content = self._tar.extractfile(info)
        if content is None:
            raise damaged()
        return content


def _some(file: IO[bytes]) -> bytes:
    try:
        return file.read(_PIECE_BYTES)
    except (tarfile.TarError, EOFError) as error:
        raise damaged() from error


def _head(content: bytes, signature: str, trusted: PublicKey) -> PackHead:
    """What the first member says, which another version may have written otherwise."""
    try:
        said = json.loads(content)
        key, version = said["key"], said["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise damaged() from error
    if key != trusted.text():
        raise Denied(
            "pack_foreign",
            f"This pack was signed by another executor, with the key {str(key)[:64]}. If that is the one that `daytwo "
            "sessions pack` told you, say so: daytwo sessions unpack FILE --signed-by KEY",
        )
    try:
        verify(content, trusted, signature)
    except Denied as error:
        raise damaged() from error
    if version != FORMAT:
        raise Incompatible(
            "pack_newer", "This pack was written by another version of daytwo: update daytwo here, then unpack it."
        )
    return head_of(content)


def head_of(content: bytes) -> PackHead:
    """What the first member says, whoever signed it."""
    try:
        return PackHead.model_validate_json(content)
    except ValidationError as error:
        raise damaged() from error


def damaged() -> DaytwoError:
    return Denied("pack_damaged", "This pack is not what was written: copy it anew, or pack the session again.")
