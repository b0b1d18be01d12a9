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
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from daytwo.executor.cell.delta import difference, merged, read
from daytwo.executor.cell.shelves import taken_down
from daytwo.wire.errors import DaytwoError, Denied, Incompatible

FORMAT = 5
_WHOLE_FORMAT = 4
"""Of a manifest that stands by itself; one of format 5 is told as what differs from such a one."""
_KNOWN_FORMATS = frozenset((2, 3, 4, 5))
"""Those two in the form before, which knew neither shelves nor parts in the manifest's own file, are read as well."""
MANIFEST_LIMIT_BYTES = 64 * 1024**2
"""Of the file; the cell's proposal is smaller than what it becomes."""
PROPOSAL_LIMIT_BYTES = 20 * 1024**2
NAME_LIMIT, PATH_LIMIT, REASON_LIMIT = 200, 1_000, 1_000
"""Characters."""
GROUPS_LIMIT, IMPORTS_LIMIT, FILES_LIMIT, UNSAVED_LIMIT = 100_000, 10_000, 10_000, 1_000

_Place = Annotated[int, Field(ge=0, lt=1 << 48)]
_Length = Annotated[int, Field(ge=1, lt=1 << 48)]
Span = tuple[_Place, _Place, _Place]
"""Index of the blob, offset and length in bytes."""
Name = Annotated[str, Field(max_length=NAME_LIMIT)]


class StateLimitError(Exception):
    """A step tried to keep more than a snapshot may hold, or something that no snapshot holds."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Blob(_Part):
    """Bytes that parts lie in."""

    name: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    """SHA-256 of its file; empty in a manifest for what follows in the manifest's own file."""
    bytes: int
    skip: int = 0
    """Bytes of the file before it begins."""

    @property
    def file_bytes(self) -> int:
        return self.skip + self.bytes


OWN = ""
"""The name of the blob that follows in the manifest's own file, as long as that is not written."""


class Group(NamedTuple):
    """Variables that share objects; a name is None where only the others are left.  A list in JSON: there are many."""

    names: Annotated[tuple[Name | None, ...], Field(min_length=1)]
    stream: Span
    buffers: tuple[Span, ...]


class Shelf(NamedTuple):
    """Variables that stand alone, whose pickles lie one behind the other (`cell.shelves`)."""

    names: tuple[Name, ...]
    start: tuple[_Place, _Place]
    """Index of the blob, offset in bytes."""
    lengths: tuple[_Length, ...]

    @property
    def span(self) -> Span:
        return (*self.start, sum(self.lengths))


def _even(shelf: Shelf) -> Shelf:
    if len(shelf.names) != len(shelf.lengths):
        raise ValueError("as many names as lengths")
    return shelf


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
    shelves: Annotated[tuple[Annotated[Shelf, AfterValidator(_even)], ...], Field(max_length=GROUPS_LIMIT)] = ()
    files: Annotated[tuple[File, ...], Field(max_length=FILES_LIMIT)] = ()
    folders: Annotated[tuple[Path, ...], Field(max_length=FILES_LIMIT)] = ()
    """Of the workspace, those that hold nothing."""
    modules: Annotated[dict[Name, Annotated[str, Field(max_length=PATH_LIMIT)]], Field(max_length=IMPORTS_LIMIT)] = {}
    unsaved: Annotated[tuple[Unsaved, ...], Field(max_length=UNSAVED_LIMIT)] = ()

    @property
    def all_groups(self) -> Iterator[Group]:
        """Those on shelves, too."""
        yield from self.groups
        yield from (Group((name,), span, ()) for name, span in taken_down(self.shelves))

    def spans(self) -> Iterator[Span]:
        for group in self.groups:
            yield group.stream
            yield from group.buffers
        yield from (shelf.span for shelf in self.shelves)
        yield from (file.span for file in self.files)


class Manifest(Proposal):
    """What a snapshot holds."""

    blobs: tuple[Blob, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Of its variables and imports."""
        return frozenset(name for group in self.all_groups for name in group.names if name) | self.modules.keys()

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
        said = Proposal.model_validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise StateLimitError from error
    if sum(len(shelf.names) for shelf in said.shelves) > GROUPS_LIMIT:
        raise StateLimitError
    return said


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
    shelves = tuple(shelf._replace(start=moved(shelf.span)[:2]) for shelf in said.shelves)
    files = tuple(file.model_copy(update={"span": moved(file.span)}) for file in said.files)
    return Manifest.model_construct(  # of what was checked
        groups=groups,
        shelves=shelves,
        files=files,
        folders=said.folders,
        modules=said.modules,
        unsaved=said.unsaved,
        blobs=tuple(blobs),
    )


def encoded(manifest: Manifest, parts: bytes = b"") -> bytes:
    """The file: a line with the format and the SHA-256 of the rest, one line of JSON, then the manifest's own blob."""
    return _file(_WHOLE_FORMAT, _json(manifest), parts)


def encoded_on(manifest: Manifest, whole: bytes, parts: bytes = b"") -> bytes | None:
    """The file as what differs from a whole one; None where that would save less than half of it."""
    text = _json(manifest)
    told = difference(read(whole), json.loads(text))
    short = json.dumps({"on": hashlib.sha256(whole).hexdigest(), **told}, separators=(",", ":")).encode()
    return _file(FORMAT, short, parts) if 2 * len(short) < len(text) else None


def decoded(content: bytes, whole: bytes | None = None) -> Manifest:
    """A manifest's file.

    Args:
        content: the file.
        whole: the one beside it that it may be told as the difference from.

    Raises:
        Denied: `snapshot_damaged`.
        Incompatible: `snapshot_newer`.
    """
    told = _opened(content)
    if "on" not in told:
        return Manifest.model_validate(told)
    if whole is None or hashlib.sha256(whole).hexdigest() != told["on"]:
        raise damaged()
    return Manifest.model_validate(merged(_opened(whole), told))


def _json(manifest: Manifest) -> bytes:
    return manifest.model_dump_json(exclude_defaults=True).encode()


def _file(version: int, text: bytes, parts: bytes) -> bytes:
    rest = text + b"\n" + parts
    return f"{version} {hashlib.sha256(rest).hexdigest()}\n".encode() + rest


def _opened(content: bytes) -> dict[str, Any]:
    """What a manifest's file says, which is what was written."""
    head, _, rest = content.partition(b"\n")
    version, _, digest = head.partition(b" ")
    if hashlib.sha256(rest).hexdigest().encode() != digest or not version.isdigit():
        raise damaged()
    if int(version) not in _KNOWN_FORMATS:
        raise Incompatible(
            "snapshot_newer",
            "This session's state was kept by another version of daytwo. Update daytwo here, or ask in a new session.",
        )
    return read(content)


def damaged() -> DaytwoError:
    return Denied(
        "snapshot_damaged",
        "The session's state is damaged on the executor's disk: what was written is not what is there. Go back to an "
        "earlier run with `daytwo sessions rewind SESSION --to RUN`; `daytwo sessions show SESSION` lists them.",
    )
