"""A manifest told as what differs from an earlier one, so that a step that changes little writes little.

Both are JSON objects as `state.manifest` writes them; this is what the two sides of the sandbox have in common of them.
The blobs of the earlier one come first and keep their places, also those that nothing names any more.
Source: docs/adr/0015-state.md.
"""

from __future__ import annotations

from typing import Any

WHOLE = ("files", "folders", "modules", "unsaved")
"""What is told whole where it differs."""


def merged(earlier: dict[str, Any], delta: dict[str, Any]) -> dict[str, Any]:
    """The manifest that a delta stands for."""
    dropped = set(delta["dropped"])
    kept = [group for place, group in enumerate(earlier["groups"]) if place not in dropped]
    return {
        "groups": kept + delta["groups"],
        "blobs": earlier["blobs"] + delta["blobs"],
        **{name: delta[name] if name in delta else earlier[name] for name in WHOLE},
    }


def difference(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """What `merged` needs to make of `earlier` a manifest that says the same as `later`, if in another order."""
    places = {blob["name"]: place for place, blob in enumerate(earlier["blobs"])}
    new = [blob for blob in later["blobs"] if blob["name"] not in places]
    places |= {blob["name"]: place for place, blob in enumerate(new, len(earlier["blobs"]))}
    moves = [places[blob["name"]] for blob in later["blobs"]]
    groups = {
        _key(moved): moved
        for names, stream, buffers in later["groups"]
        for moved in ([names, _moved(stream, moves), [_moved(span, moves) for span in buffers]],)
    }
    there = {_key(group): place for place, group in enumerate(earlier["groups"])}
    files = [file | {"span": _moved(file["span"], moves)} for file in later["files"]]
    whole = {name: later[name] for name in WHOLE} | {"files": files}
    return {
        "dropped": [place for key, place in there.items() if key not in groups],
        "groups": [group for key, group in groups.items() if key not in there],
        "blobs": new,
        **{name: value for name, value in whole.items() if value != earlier[name]},
    }


def _moved(span: list[int], moves: list[int]) -> list[int]:
    blob, offset, length = span
    return [moves[blob], offset, length] if length else [0, 0, 0]


def _key(group: list[Any]) -> str:
    return repr(group)
