"""A snapshot's manifest as both sides of the sandbox read it: a file, and a difference from an earlier one.

The file is a line with the format and a digest, one line of JSON, and what follows: small parts of the snapshot, which
so need no file of their own.  The JSON names them as a blob without a name; whoever reads the file knows the name, for
it is the SHA-256 of all of it.

A manifest may be told as what differs from an earlier one, so that a step that changes little writes little.  The blobs
of the earlier one come first and keep their places, also those that nothing names any more.
Source: docs/adr/0015-state.md.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .shelves import shelved, taken_down

EMPTY: dict[str, Any] = {
    "groups": [], "shelves": [], "blobs": [], "files": [], "folders": [], "modules": {}, "unsaved": [],
}  # fmt: skip
"""What a manifest says where it says nothing."""
WHOLE = ("files", "folders", "modules", "unsaved")
"""What is told whole where it differs."""


def read(content: bytes) -> dict[str, Any]:
    """What a manifest's file says, whole or as a difference; its own blob with its name."""
    _, _, rest = content.partition(b"\n")
    text, _, parts = rest.partition(b"\n")
    said: dict[str, Any] = json.loads(text)
    for blob in said.get("blobs", ()):
        if not blob["name"]:
            blob.update(name=hashlib.sha256(content).hexdigest(), bytes=len(parts), skip=len(content) - len(parts))
    return said


def merged(earlier: dict[str, Any], delta: dict[str, Any]) -> dict[str, Any]:
    """The manifest that a delta stands for."""
    earlier = EMPTY | earlier
    dropped, taken = set(delta.get("dropped", ())), set(delta.get("taken", ()))
    alone = [one for place, one in enumerate(taken_down(earlier["shelves"])) if place not in taken]
    return {
        "groups": [group for place, group in enumerate(earlier["groups"]) if place not in dropped]
        + delta.get("groups", []),
        "shelves": shelved([*alone, *taken_down(delta.get("shelves", ()))]),
        "blobs": earlier["blobs"] + delta.get("blobs", []),
        **{name: delta.get(name, earlier[name]) for name in WHOLE},
    }


def difference(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """What `merged` needs to make of `earlier` a manifest that says the same as `later`, if in another order."""
    earlier, later = EMPTY | earlier, EMPTY | later
    places = {blob["name"]: place for place, blob in enumerate(earlier["blobs"])}
    new = [blob for blob in later["blobs"] if blob["name"] not in places]
    places |= {blob["name"]: place for place, blob in enumerate(new, len(earlier["blobs"]))}
    moves = [places[blob["name"]] for blob in later["blobs"]]
    groups = {
        repr(moved): moved
        for names, stream, buffers in later["groups"]
        for moved in ([names, _moved(stream, moves), [_moved(span, moves) for span in buffers]],)
    }
    there = {repr(group): place for place, group in enumerate(earlier["groups"])}
    alone = {(name, (moves[blob], offset, length)) for name, (blob, offset, length) in taken_down(later["shelves"])}
    stood = {one: place for place, one in enumerate(taken_down(earlier["shelves"]))}
    files = [file | {"span": _moved(file["span"], moves)} for file in later["files"]]
    whole = {name: later[name] for name in WHOLE} | {"files": files}
    told = {
        "dropped": [place for key, place in there.items() if key not in groups],
        "taken": [place for one, place in stood.items() if one not in alone],
        "groups": [group for key, group in groups.items() if key not in there],
        "shelves": shelved(alone - stood.keys()),
        "blobs": new,
    }
    return {name: value for name, value in told.items() if value} | {
        name: value for name, value in whole.items() if value != earlier[name]
    }


def _moved(span: list[int], moves: list[int]) -> list[int]:
    blob, offset, length = span
    return [moves[blob], offset, length] if length else [0, 0, 0]
