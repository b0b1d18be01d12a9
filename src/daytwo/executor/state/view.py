"""A snapshot as the person sees it: names, sizes, and marks by which two of them are compared without being opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from daytwo.executor.state.manifest import Manifest, Span
from daytwo.wire.snapshot import KeptFile, KeptVariable, LostVariable, SnapshotView

_MARK_CHARACTERS = 16


def view(manifest: Manifest) -> SnapshotView:
    """Variables and files in the order of their names."""
    variables = [
        KeptVariable(
            name=name,
            mark=_mark(manifest, (group.stream, *group.buffers)),
            bytes=group.stream[2] + sum(span[2] for span in group.buffers),
            shares_with=tuple(other for other in group.names if other not in {None, name}),
        )
        for group in manifest.all_groups
        for name in group.names
        if name is not None
    ]
    files = [
        KeptFile(path=file.path, mark=_mark(manifest, (file.span,)), bytes=file.span[2]) for file in manifest.files
    ]
    return SnapshotView(
        variables=tuple(sorted(variables, key=lambda variable: variable.name)),
        imports=manifest.modules,
        files=tuple(sorted(files, key=lambda file: file.path)),
        lost=tuple(LostVariable(name=one.name, reason=one.reason, made_by=one.made_by) for one in manifest.unsaved),
    )


def _mark(manifest: Manifest, spans: Iterable[Span]) -> str:
    """Of where the bytes lie, which does not change until they are written anew."""
    places = [(manifest.blobs[blob].name, offset, length) if length else ("", 0, 0) for blob, offset, length in spans]
    return hashlib.sha256(repr(places).encode()).hexdigest()[:_MARK_CHARACTERS]
