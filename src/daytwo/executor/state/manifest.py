"""What one snapshot holds: groups of variables, imports and files, each as spans of content-addressed blobs.

The cell proposes it, beside a hostile program, so all of it is checked here before it is believed: a span may lie in a
blob that this execution sent, or in one that the snapshot before names, and nowhere else.  What names a blob is its
index, never a digest that a program could know of.
Source: docs/adr/0015-state.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from daytwo.executor.cell.delta import difference, merged
from daytwo.wire.errors import DaytwoError, Denied, Incompatible

FORMAT = 3
_WHOLE_FORMAT = 2
"""Of a manifest that stands by itself; one of format 3 is told as what differs from such a one."""
MANIFEST_LIMIT_BYTES = 64 * 1024**2
"""Of the file; the cell's proposal is smaller than what it becomes."""
PROPOSAL_LIMIT_BYTES = 20 * 1024**2
NAME_LIMIT, PATH_LIMIT, REASON_LIMIT = 200, 1_000, 1_000
"""Characters."""
GROUPS_LIMIT, IMPORTS_LIMIT, FILES_LIMIT, UNSAVED_LIMIT = 100_000, 10_000, 10_000, 1_000

_Place = Annotated[int, Field(ge=0, lt=1 << 48)]
Span = tuple[_Place, _Place, _Place]
"""Index of the blob, offset and length in bytes."""
Name = Annotated[str, Field(max_length=NAME_LIMIT)]


class StateLimitError(Exception):
    """A step tried to keep more than a snapshot may hold, or something that no snapshot holds."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Blob(_Part):
    name: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of its bytes."""
    bytes: int


class Group(NamedTuple):
    """Variables that share objects; a name is None where only the others are left.  A list in JSON: there are many."""

    names: Annotated[tuple[Name | None, ...], Field(min_length=1)]
    stream: Span
    buffers: tuple[Span, ...]


def _inside(path: str) -> str:
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts) or re.search(r"[\x00-\x1f]", path):
        raise ValueError("not a path inside the workspace")
    return path


Path = Annotated[str, Field(max_length=PATH_LIMIT), AfterValidator(_inside)]
"""Of something in the workspace, relative to it."""


class File(_Part):
    path: Path
    span: Span


class Unsaved(_Part):
    """What the step could not keep."""

    name: Name
    reason: Annotated[str, Field(max_length=REASON_LIMIT)]
    made_by: Annotated[str, Field(max_length=REASON_LIMIT)] | None = None


class Proposal(_Part):
    """What the cell says that the snapshot holds."""

    groups: Annotated[tuple[Group, ...], Field(max_length=GROUPS_LIMIT)] = ()
    files: Annotated[tuple[File, ...], Field(max_length=FILES_LIMIT)] = ()
    folders: Annotated[tuple[Path, ...], Field(max_length=FILES_LIMIT)] = ()
    """Of the workspace, those that hold nothing."""
    modules: Annotated[dict[Name, Annotated[str, Field(max_length=PATH_LIMIT)]], Field(max_length=IMPORTS_LIMIT)] = {}
    unsaved: Annotated[tuple[Unsaved, ...], Field(max_length=UNSAVED_LIMIT)] = ()

    def spans(self) -> Iterator[Span]:
        for group in self.groups:
            yield group.stream
            yield from group.buffers
        yield from (file.span for file in self.files)


class Manifest(Proposal):
    """What a snapshot holds."""

    blobs: tuple[Blob, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Of its variables and imports."""
        return frozenset(name for group in self.groups for name in group.names if name) | self.modules.keys()

    @property
    def named_blobs(self) -> tuple[Blob, ...]:
        """Those that something lies in: of a manifest that differs little from an earlier one, not all."""
        used = {blob for blob, _, length in self.spans() if length}
        return tuple(blob for place, blob in enumerate(self.blobs) if place in used)


EMPTY = Manifest()


def proposed(text: bytes) -> Proposal:
    """What the cell sent.

    Raises:
        StateLimitError: it is no proposal.
    """
    try:
        return Proposal.model_validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise StateLimitError from error


def resolved(said: Proposal, before: Sequence[Blob], sent: Mapping[int, Blob]) -> Manifest:
    """The manifest that a proposal becomes, over those blobs alone that it names.

    Args:
        said: its spans count the blobs `before` first, then those `sent` by their numbers.
        before: the blobs of the snapshot that the step started from.
        sent: what this execution sent.

    Raises:
        StateLimitError: a span lies elsewhere.
    """
    known = dict(enumerate(before)) | {len(before) + number: blob for number, blob in sent.items()}
    places: dict[str, int] = {}
    blobs: list[Blob] = []

    def moved(span: Span) -> Span:
        index, offset, length = span
        if not length:
            return (0, 0, 0)
        blob = known.get(index)
        if blob is None or offset + length > blob.bytes:
            raise StateLimitError
        if blob.name not in places:
            places[blob.name] = len(blobs)
            blobs.append(blob)
        return (places[blob.name], offset, length)

    groups = tuple(Group(group.names, moved(group.stream), tuple(map(moved, group.buffers))) for group in said.groups)
    files = tuple(file.model_copy(update={"span": moved(file.span)}) for file in said.files)
    return Manifest(
        groups=groups,
        files=files,
        folders=said.folders,
        modules=said.modules,
        unsaved=said.unsaved,
        blobs=tuple(blobs),
    )


def encoded(manifest: Manifest) -> bytes:
    """The file: a line with the format and the SHA-256 of the rest, then one JSON object."""
    return _file(_WHOLE_FORMAT, manifest.model_dump_json().encode())


def encoded_on(manifest: Manifest, whole: bytes) -> bytes | None:
    """The file as what differs from a whole one; None where that would save less than half of it."""
    text = manifest.model_dump_json().encode()
    told = difference(json.loads(whole.partition(b"\n")[2]), json.loads(text))
    short = json.dumps({"on": hashlib.sha256(whole).hexdigest(), **told}, separators=(",", ":")).encode()
    return _file(FORMAT, short) if 2 * len(short) < len(text) else None


def decoded(content: bytes, whole: bytes | None = None) -> Manifest:
    """A manifest's file.

    Args:
        content: the file.
        whole: the one beside it that it may be told as the difference from.

    Raises:
        Denied: `snapshot_damaged`.
        Incompatible: `snapshot_newer`.
    """
    version, text = _opened(content)
    if version == _WHOLE_FORMAT:
        return Manifest.model_validate_json(text)
    if version != FORMAT:
        raise Incompatible(
            "snapshot_newer",
            "This session's state was kept by another version of daytwo. Update daytwo here, or ask in a new session.",
        )
    told = json.loads(text)
    if whole is None or hashlib.sha256(whole).hexdigest() != told["on"]:
        raise damaged()
    return Manifest.model_validate(merged(json.loads(_opened(whole)[1]), told))


def _file(version: int, text: bytes) -> bytes:
    return f"{version} {hashlib.sha256(text).hexdigest()}\n".encode() + text


def _opened(content: bytes) -> tuple[int, bytes]:
    """The format and the JSON of a manifest's file, which is what was written."""
    head, _, text = content.partition(b"\n")
    version, _, digest = head.partition(b" ")
    if hashlib.sha256(text).hexdigest().encode() != digest or not version.isdigit():
        raise damaged()
    return int(version), text


def damaged() -> DaytwoError:
    return Denied(
        "snapshot_damaged",
        "The session's state is damaged on the executor's disk: what was written is not what is there. Go back to an "
        "earlier run with `daytwo sessions rewind SESSION --to RUN`; `daytwo sessions show SESSION` lists them.",
    )
