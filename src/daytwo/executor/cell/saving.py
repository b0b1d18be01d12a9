"""Making the next snapshot: every variable and file of the workspace, or why it cannot be kept.

One variable that cannot be kept costs no other.  What did not change since the snapshot before is named, not sent.
Source: docs/adr/0015-state.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .groups import ATOMS, Group, Groups
from .importable import import_path
from .kept import MAPPED_BYTES, Span
from .outlet import Outlet, TooLargeError
from .parcels import Parcels
from .pickles import Pickler, UnkeepableError
from .shelves import Shelf, shelved
from .snapshot import Snapshot
from .workspace import content

NAME_LIMIT = 200
"""Characters."""
VARIABLES_LIMIT = 100_000
IMPORTS_LIMIT = 10_000
MANIFEST_LIMIT_BYTES = 16 * 1024 * 1024
UNSAVED_LIMIT = 200
"""Of the list that the manifest carries."""
TOO_LARGE = "it is too large to keep"

_PLACE_BYTES = 64
"""Of where a variable lies, which may begin a shelf; with the marks around its name."""
_ESCAPED_BYTES = 12
"""Of one character in JSON."""

MakerOf = Callable[[str], str | None]
"""The statement of the program that last gave a variable its value."""


class Saving:
    """One save."""

    def __init__(self, before: Snapshot, outlet: Outlet, maker_of: MakerOf) -> None:
        self._before = before
        self._outlet = outlet
        self._maker_of = maker_of
        self._parcels = Parcels(before.kept, outlet)
        self._alone: list[tuple[str, Span]] = []
        """Variables that share nothing and have no memory beside them; on `_shelves` lie those that are new."""
        self._shelves: list[Shelf] = []
        self._groups: list[str] = []
        self._files: list[str] = []
        self._modules = before.modules_left()
        self._unsaved: list[dict[str, str | None]] = []
        self._manifest_bytes = 0
        self._variables = 0

    def run(self) -> None:
        for left in self._before.groups_left():
            self._variables += len(left.names)
            self._note_group(left.names, left.stream, left.buffers)
        self._save_variables()
        self._save_files()
        self._parcels.finish()
        self._outlet.manifest(self._manifest())

    def _save_variables(self) -> None:
        before = self._before
        given = {id(own): name for name, own in before.given.items()}
        kinds: dict[type, bool] = {}
        groups = Groups(lambda: Pickler(before.namespace, given, kinds), self._refuse)
        groups.take(self._variables_to_save())
        self._save_alone(groups.alone())
        for group in groups.others():
            self._save_group(group)

    def _variables_to_save(self) -> Iterator[tuple[str, Any]]:
        for name, value in list(self._before.namespace.items()):
            if not isinstance(name, str) or name[:1] == "_":
                continue
            if name in self._before.given:
                if value is not self._before.given[name]:
                    self._lose(name, "this name is one of daytwo's own; give the variable another")
            elif not name.isidentifier() or len(name) > NAME_LIMIT:
                self._lose(name, "this is not a name that a program can use")
            elif self._variables >= VARIABLES_LIMIT:
                self._lose(name, f"only {VARIABLES_LIMIT:,} variables are kept")
            elif type(value) in ATOMS or (path := import_path(value)) is None:
                self._variables += 1
                yield name, value
            elif len(self._modules) < IMPORTS_LIMIT:
                self._modules[name] = path
            else:
                self._lose(name, f"only {IMPORTS_LIMIT:,} imports are kept")

    def _save_alone(self, pickles: dict[str, bytes]) -> None:
        """Those that were not there before all at once, if they are small: a notebook has hundreds of them."""
        new = {name: stream for name, stream in pickles.items() if (name,) not in self._before.was_read}
        if not self._are_shelved(new):
            new = {}
        for name, stream in pickles.items():
            if name not in new:
                self._save_group(Group((name,), memoryview(stream), []))

    def _are_shelved(self, pickles: dict[str, bytes]) -> bool:
        content = b"".join(pickles.values())
        if not 0 < len(content) < MAPPED_BYTES:
            return False
        try:
            self._take(sum(map(_shelved_bytes, pickles)))
            blob, offset, _ = self._parcels.put(memoryview(content))
        except TooLargeError:
            return False
        self._shelves.append([[*pickles], [blob, offset], [*map(len, pickles.values())]])
        return True

    def _save_group(self, group: Group) -> None:
        known = self._before.was_read.get(group.names)
        earlier: Sequence[Span] = () if known is None else known.buffers
        try:
            stream = self._parcels.put(group.stream, None if known is None else known.stream)
            buffers = [
                self._parcels.put(buffer, earlier[index] if index < len(earlier) else None)
                for index, buffer in enumerate(group.buffers)
            ]
        except (TooLargeError, MemoryError):
            for name in group.names:
                self._lose(name, TOO_LARGE)
        else:
            self._note_group(group.names, stream, buffers)

    def _note_group(self, names: Sequence[str | None], stream: Span, buffers: Sequence[Span]) -> None:
        try:
            if len(names) == 1 and names[0] is not None and not buffers:
                self._take(_shelved_bytes(names[0]))
                self._alone.append((names[0], stream))
            else:
                self._note(self._groups, json.dumps([names, stream, buffers]))
        except TooLargeError:
            for name in filter(None, names):
                self._lose(name, TOO_LARGE)

    def _save_files(self) -> None:
        for name, path, refusal in self._before.workspace.files():
            if refusal is not None:
                self._lose(name, refusal)
                continue
            try:
                span = self._before.workspace.untouched(name, path) or self._parcels.put(content(path))
                self._note(self._files, json.dumps({"path": name, "span": span}))
            except (TooLargeError, MemoryError):
                self._lose(name, TOO_LARGE)

    def _note(self, entries: list[str], entry: str) -> None:
        """Adds to the manifest, as far as that may grow."""
        self._take(len(entry) + 1)
        entries.append(entry)

    def _take(self, size_bytes: int) -> None:
        if self._manifest_bytes + size_bytes > MANIFEST_LIMIT_BYTES:
            raise TooLargeError("The manifest of the snapshot is full.")
        self._outlet.reserve(size_bytes)
        self._manifest_bytes += size_bytes

    def _manifest(self) -> bytes:
        """Put together of texts, since most of it is already written."""
        said = {
            "shelves": self._shelves + shelved(self._alone),
            "folders": self._before.workspace.empty_folders(),
            "modules": self._modules,
            "unsaved": self._unsaved,
        }
        rest = json.dumps(said, separators=(",", ":"))
        return f'{{"groups":[{",".join(self._groups)}],"files":[{",".join(self._files)}],{rest[1:]}'.encode("ascii")

    def _refuse(self, name: str, error: Exception) -> None:
        self._lose(name, _reason(error))

    def _lose(self, name: str, reason: str) -> None:
        made_by = self._maker_of(name)
        self._outlet.unsaved(name, reason, made_by)
        if len(self._unsaved) < UNSAVED_LIMIT:
            shown = name.encode("utf-8", "replace").decode()[:NAME_LIMIT]
            self._unsaved.append({"name": shown, "reason": reason, "made_by": made_by})


def _shelved_bytes(name: str) -> int:
    """At most, of what the manifest says of a variable on a shelf."""
    return _PLACE_BYTES + len(name) * (1 if name.isascii() else _ESCAPED_BYTES)


def _reason(error: Exception) -> str:
    if isinstance(error, UnkeepableError):
        return f"it is, or holds, {error}"
    if isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError):
        return "it is nested too deeply"
    return TOO_LARGE if isinstance(error, MemoryError) else f"it cannot be kept ({type(error).__name__})"
