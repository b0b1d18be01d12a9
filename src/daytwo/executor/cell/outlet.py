"""The way out of the cell: every frame that an execution writes, counted and limited.

Texts are cut so that a header stays below its limit in `frames.HEADER_LIMITS_BYTES`.  All of it is limited by the job's
`output_bytes`: what no longer fits is refused with a message, before the executor ends the execution for it.  A part
is reserved for the frames that tell of an ending.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from .frames import FrameWriter

SAY_LIMIT = 64 * 1024
TITLE_LIMIT = 500
TRACEBACK_LIMIT = 128 * 1024
"""Characters."""
SHAPES_LIMIT_BYTES = 4_000_000
UNSAVED_LIMIT = 200
"""Frames `unsaved`."""
RESERVED_BYTES = 3 * 1024 * 1024
"""For a traceback, the frames `unsaved` and the end."""


FRAMING_BYTES = 12
"""The two lengths of a frame."""


class TooLargeError(ValueError):
    """What a program shows or keeps does not fit into what is left of the output limit."""


class Outlet:
    """Writes frames; safe for threads of the program."""

    def __init__(self, writer: FrameWriter, output_bytes: int) -> None:
        self._writer = writer
        self._left_bytes = output_bytes - RESERVED_BYTES
        self._lock = threading.RLock()
        self._tables = 0
        self._charts = 0
        self._unsaved = 0
        self.rows = 0
        self.empty_tables = 0

    def say(self, text: str) -> None:
        self._write({"kind": "say", "text": clean(text, SAY_LIMIT)})

    def table(self, title: str | None, preview: dict[str, Any], payload: memoryview) -> None:
        """`preview` holds `columns`, `row_count` and `rows`."""
        with self._lock:
            name = f"t{self._tables + 1}"
            self._write({"kind": "table", "name": name, "title": _title(title), **preview}, payload)
            self._tables += 1
            self.rows += preview["row_count"]
            self.empty_tables += not preview["row_count"]

    def chart(self, title: str | None, media_type: str, payload: bytes | memoryview) -> None:
        with self._lock:
            name = f"c{self._charts + 1}"
            self._write({"kind": "chart", "name": name, "title": _title(title), "media_type": media_type}, payload)
            self._charts += 1

    def dark_chart(self, payload: bytes | memoryview) -> None:
        """The last chart, a picture, once more for dark screens."""
        self._write({"kind": "dark_chart", "name": f"c{self._charts}"}, payload)

    def reserve(self, size_bytes: int) -> None:
        """Takes so much of what may still be written, for what `blob` and `manifest` will write.

        Raises:
            TooLargeError: there is not so much left.
        """
        with self._lock:
            if size_bytes > self._left_bytes:
                left_bytes = max(self._left_bytes, 0)
                raise TooLargeError(f"{size_bytes:,} bytes do not fit into the {left_bytes:,} bytes of output left.")
            self._left_bytes -= size_bytes

    def blob(self, number: int, parts: list[memoryview]) -> None:
        """New bytes of the snapshot, reserved before; the manifest calls them by their number."""
        with self._lock:
            self._writer.write({"kind": "blob", "number": number}, *parts)

    def manifest(self, text: bytes) -> None:
        """What the snapshot holds, reserved before; the last that is said of it."""
        with self._lock:
            self._writer.write({"kind": "manifest"}, text)

    def unsaved(self, name: str, reason: str, made_by: str | None) -> None:
        """What the next step will not find; `made_by` is the statement that made it."""
        with self._lock:
            if self._unsaved < UNSAVED_LIMIT:
                told = reason if made_by is None else f"{reason}; made by {made_by}"
                shown = {"name": clean(name, TITLE_LIMIT), "reason": clean(told, TITLE_LIMIT)}
                self._writer.write({"kind": "unsaved", **shown})
                self._unsaved += 1

    def traceback(self, text: str) -> None:
        with self._lock:
            self._writer.write({"kind": "traceback", "text": clean(text, TRACEBACK_LIMIT)})

    def shapes(self, variables: list[dict[str, Any]]) -> None:
        """As many as fit into a header, the first in the order of their names."""
        while len(json.dumps(variables)) > SHAPES_LIMIT_BYTES:
            variables = variables[: len(variables) // 2]
        self._write({"kind": "shapes", "variables": variables})

    def doubt(self, doubt: str) -> None:
        """Of a rehearsal: why mock rows cannot tell."""
        with self._lock:
            self._writer.write({"kind": "doubt", "doubt": doubt})

    def end(self, report: dict[str, Any]) -> None:
        """The last frame: all that the gate reads."""
        with self._lock:
            self._writer.write({"kind": "end", "rows": self.rows, **report})

    def _write(self, header: dict[str, Any], payload: bytes | memoryview = b"") -> None:
        size = memoryview(payload).nbytes + len(json.dumps(header)) + FRAMING_BYTES
        with self._lock:
            self.reserve(size)
            self._writer.write(header, payload)


def clean(text: str, limit: int) -> str:
    """The text as valid Unicode, cut to `limit` characters."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text.encode("utf-8", "replace").decode("utf-8")


def _title(title: Any) -> str | None:
    return None if title is None else clean(str(title), TITLE_LIMIT)
