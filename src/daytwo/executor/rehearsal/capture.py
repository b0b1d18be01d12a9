"""Takes in what a rehearsal did: everything, as text, up to the limits of `wire.rehearsal`.

The frames come from a sandbox that held no data, so nothing in them needs to be withheld; they come from an untrusted
program all the same, so nothing in them is believed beyond its form.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from daytwo.executor.cell.frames import FrameHandler
from daytwo.executor.state import SnapshotWriter, StateLimitError
from daytwo.wire import rehearsal as limits
from daytwo.wire.rehearsal import Doubt, Shape, ShownTable

_SHAPES: TypeAdapter[tuple[Shape, ...]] = TypeAdapter(tuple[Shape, ...])


class Capture:
    """Receives the frames of a rehearsal; variables and files go to the snapshot of its own chain."""

    def __init__(self, snapshot: SnapshotWriter) -> None:
        self._snapshot = snapshot
        self._target: FrameHandler | None = None
        self.says: list[str] = []
        self.tables: list[ShownTable] = []
        self.charts = 0
        self.traceback = ""
        self.shapes: tuple[Shape, ...] | None = None
        self.doubt: Doubt | None = None
        self.unsaved: list[str] = []
        self.report: dict[str, Any] | None = None
        self.state_is_whole = True

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        self._target = None
        try:
            self._take(header, payload_bytes)
        except StateLimitError:
            self._target = None
            self.state_is_whole = False
        except (ValidationError, TypeError, ValueError, KeyError, RecursionError):
            self.unsaved = self._unsaved("a frame", "it could not be read")

    def chunk(self, data: bytes) -> None:
        if self._target is not None:
            self._target.chunk(data)

    def end(self) -> None:
        target, self._target = self._target, None
        try:
            if target is not None:
                target.end()
        except StateLimitError:
            self.state_is_whole = False

    def tear(self) -> None:
        """The channel broke off inside a frame."""
        self.report = None
        self.state_is_whole = False

    def commit(self) -> bool:
        """Makes the state the next of the chain; False where it cannot be kept."""
        try:
            if self.state_is_whole:
                self._snapshot.commit()
        except StateLimitError:
            self.state_is_whole = False
        return self.state_is_whole

    def _take(self, header: dict[str, Any], payload_bytes: int) -> None:
        kind = header["kind"]
        if self._snapshot.accepts(kind) and self.state_is_whole:
            self._snapshot.begin(header, payload_bytes)
            self._target = self._snapshot
        elif kind == "say" and len(self.says) < limits.SAYS_LIMIT:
            self.says.append(cut(header["text"], limits.SAY_LIMIT_CHARACTERS))
        elif kind == "table" and len(self.tables) < limits.TABLES_LIMIT:
            self.tables.append(_shown(header))
        elif kind == "chart":
            self.charts += 1
        elif kind == "traceback":
            self.traceback = cut(header["text"], limits.TEXT_LIMIT_CHARACTERS)
        elif kind == "shapes":
            self.shapes = read_shapes(header)
        elif kind == "doubt":
            self.doubt = Doubt(header["doubt"])
        elif kind == "unsaved":
            self.unsaved = self._unsaved(header["name"], header["reason"])
        elif kind == "end":
            self.report = {name: value for name, value in header.items() if name != "kind"}

    def _unsaved(self, name: str, reason: str) -> list[str]:
        said = cut(f"{name}: {reason}", limits.SAY_LIMIT_CHARACTERS)
        return [*self.unsaved, said][: limits.VARIABLES_LIMIT]


def read_shapes(header: dict[str, Any]) -> tuple[Shape, ...] | None:
    """The shapes of a `shapes` frame, or None where it holds none."""
    try:
        return _SHAPES.validate_python(tuple(header["variables"]))
    except (ValidationError, TypeError, KeyError, RecursionError):
        return None


def _shown(header: dict[str, Any]) -> ShownTable:
    columns = header["columns"][: limits.COLUMNS_LIMIT]
    return ShownTable(
        title=None if header["title"] is None else cut(header["title"], limits.NAME_LIMIT_CHARACTERS * 3),
        columns=tuple((str(column["name"]), str(column["type"])) for column in columns),
        row_count=header["row_count"],
        rows=tuple(
            tuple(cut(str(value), limits.NAME_LIMIT_CHARACTERS) for value in row[: limits.COLUMNS_LIMIT])
            for row in header["rows"][: limits.ROWS_LIMIT]
        ),
    )


def cut(text: str, limit_characters: int) -> str:
    """The text's beginning and end, where it is too long."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) <= limit_characters:
        return text
    half = (limit_characters - 3) // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
