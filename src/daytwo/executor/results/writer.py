"""Writes the results of one execution while it runs: a frame handler that trusts no frame.

A bad header, a file over a limit or a chart that is no chart drops the item and leaves a note for the person; it
never ends the execution, and never names a file.  Files are private (0600) and named by us: `t1.arrow`, `c1.png`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter, ValidationError

from daytwo.executor.results import item
from daytwo.executor.results.figure import UnsafeFigureError, safe_plotly
from daytwo.executor.results.limits import LIMITS, Limits
from daytwo.executor.results.png import NoPngError, redrawn
from daytwo.wire.result import ResultChart, ResultColumn, ResultTable, StepResult

RUNNING = "running"
"""The outcome of a step that is still under way."""
KINDS = frozenset({"say", "table", "chart", "dark_chart", "traceback"})
PLOTLY = "application/vnd.plotly.v1+json"
_ARROW_MAGIC = b"ARROW1\x00\x00"
_HEAD_BYTES = 33

_ITEM: TypeAdapter[item.Item] = TypeAdapter(item.Item)


class _Payload:
    """The payload that is arriving, and what to do when it is whole."""

    def __init__(self, what: str, path: Path, stream: BinaryIO, keep: Callable[[_Payload], None]) -> None:
        self.what = what
        self.path = path
        self.stream = stream
        self.keep = keep
        self.head = b""
        self.size = 0

    def add(self, data: bytes) -> None:
        if len(self.head) < _HEAD_BYTES:
            self.head += data[: _HEAD_BYTES - len(self.head)]
        self.stream.write(data)
        self.size += len(data)


class StepWriter:
    """Receives the frames of one execution; `ResultStore.begin` makes it.

    Args:
        folder: an empty folder of this execution's own.
        step: its number within the run.
        on_finish: stores the whole, once.
        limits: of what is kept.
    """

    def __init__(
        self,
        folder: Path,
        step: int,
        on_finish: Callable[[StepWriter, StepResult], None],
        limits: Limits = LIMITS,
    ) -> None:
        self.folder = folder
        self._step = step
        self._on_finish = on_finish
        self._limits = limits
        self._lock = threading.Lock()
        self._says: list[str] = []
        self._tables: list[ResultTable] = []
        self._charts: list[ResultChart] = []
        self._traceback: str | None = None
        self._notes: list[str] = []
        self._says_bytes = self._previews_bytes = self._files_bytes = 0
        self._payload: _Payload | None = None

    @staticmethod
    def accepts(kind: str) -> bool:
        """Whether frames of this kind belong here."""
        return kind in KINDS

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        self._discard()
        try:
            read = _ITEM.validate_python(header)
        except (ValidationError, RecursionError):
            self._note("Something that the program showed could not be read and was left out.")
            return
        with self._lock:
            match read:
                case item.Say():
                    self._say(read)
                case item.Traceback():
                    self._traceback = item.cut(item.plain_text(read.text), self._limits.text_bytes)
                case item.Table():
                    self._begin_table(read, payload_bytes)
                case item.Chart():
                    self._begin_chart(read, payload_bytes)
                case item.DarkChart():
                    self._begin_dark_chart(payload_bytes)

    def chunk(self, data: bytes) -> None:
        if self._payload is not None:
            self._payload.add(data)

    def end(self) -> None:
        payload, self._payload = self._payload, None
        if payload is None:
            return
        try:
            with payload.stream:
                payload.stream.flush()
                os.fsync(payload.stream.fileno())
            with self._lock:
                payload.keep(payload)
                self._files_bytes += payload.path.stat().st_size
        except (UnsafeFigureError, NoPngError) as error:
            payload.path.unlink()
            self._note(f"{payload.what} was left out: {error}.")

    def snapshot(self) -> StepResult:
        """What there is so far."""
        with self._lock:
            return self._result(RUNNING, stdout="", traceback=self._traceback)

    def finish(
        self,
        outcome: str,
        stdout: str | bytes = "",
        stderr: str | bytes = "",
        tier: str | None = None,
        wall_ms: int = 0,
        unsaved: tuple[str, ...] = (),
    ) -> StepResult:
        """Stores the step, whole or not at all.

        Args:
            outcome: how it ended, for the person.
            stdout: what the program printed.
            stderr: what it and its libraries warned of; shown below stdout, or as the traceback where there is none.
            tier: the isolation that it ran under.
            wall_ms: how long it took.
            unsaved: variables that could not be kept, each with the reason.
        """
        self._discard()
        printed, warned = self._stream(stdout), self._stream(stderr)
        with self._lock:
            traceback = self._traceback
            if traceback is None and outcome == "error" and warned:
                traceback, warned = warned, ""
            parts = [printed, warned, *(f"[daytwo] {note}" for note in self._notes)]
            result = self._result(
                outcome,
                stdout="\n".join(part for part in parts if part),
                traceback=traceback,
                unsaved=tuple(item.plain_text(text) for text in unsaved),
                tier=tier,
                wall_ms=wall_ms,
            )
        self._on_finish(self, result)
        return result

    def _result(self, outcome: str, **more: Any) -> StepResult:
        return StepResult(
            step=self._step,
            outcome=outcome,
            says=tuple(self._says),
            tables=tuple(self._tables),
            charts=tuple(self._charts),
            **more,
        )

    def _stream(self, data: str | bytes) -> str:
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        return item.cut(item.plain_text(text), self._limits.text_bytes)

    def _say(self, say: item.Say) -> None:
        text = item.cut(item.plain_text(say.text), self._limits.say_bytes)
        size = len(text.encode("utf-8"))
        if len(self._says) >= self._limits.says or self._says_bytes + size > self._limits.says_bytes:
            self._note("The program said more than is kept; the rest was left out.")
            return
        self._says.append(text)
        self._says_bytes += size

    def _begin_table(self, table: item.Table, payload_bytes: int) -> None:
        number = len(self._tables) + 1
        what = f"Table {number}"
        width = len(table.columns)
        if any(len(row) != width for row in table.rows):
            self._note("A table whose rows do not fit its columns was left out.")
            return
        if number > self._limits.tables:
            self._note(f"Only the first {self._limits.tables} tables are kept.")
            return
        rows = tuple(tuple(item.cell(value) for value in row) for row in table.rows)
        size = sum(_size(value) for row in rows for value in row)
        if self._previews_bytes + size > self._limits.previews_bytes:
            self._note(f"{what} is kept as a file only: its preview was too large.")
            rows, size = (), 0
        made = ResultTable(
            name=f"t{number}",
            title=item.title(table.title),
            columns=tuple(
                ResultColumn(name=item.plain_text(column.name), type=item.plain_text(column.type))
                for column in table.columns
            ),
            rows=rows,
            row_count=table.row_count,
            file=f"t{number}.arrow",
        )

        def keep(payload: _Payload) -> None:
            if not payload.head.startswith(_ARROW_MAGIC):
                raise UnsafeFigureError("its file is no Arrow file")
            self._tables.append(made)
            self._previews_bytes += size

        self._receive(what, made.file, payload_bytes, self._limits.table_bytes, keep)

    def _begin_chart(self, chart: item.Chart, payload_bytes: int) -> None:
        number = len(self._charts) + 1
        if number > self._limits.charts:
            self._note(f"Only the first {self._limits.charts} charts are kept.")
            return
        is_plotly = chart.media_type == PLOTLY
        made = ResultChart(
            name=f"c{number}",
            title=item.title(chart.title),
            media_type=chart.media_type,
            file=f"c{number}.plotly.json" if is_plotly else f"c{number}.png",
        )

        def keep(payload: _Payload) -> None:
            if is_plotly:
                _replace(payload.path, safe_plotly(payload.path.read_bytes()))
            else:
                self._keep_picture(payload)
            self._charts.append(made)

        self._receive(f"Chart {number}", made.file, payload_bytes, self._limits.chart_bytes, keep)

    def _begin_dark_chart(self, payload_bytes: int) -> None:
        light = self._charts[-1] if self._charts else None
        if light is None or light.dark_file is not None or light.media_type == PLOTLY:
            self._note("A picture for dark screens that belongs to no chart was left out.")
            return
        made = light.model_copy(update={"dark_file": f"{light.name}.dark.png"})

        def keep(payload: _Payload) -> None:
            self._keep_picture(payload)
            self._charts[-1] = made

        name = f"The picture of {light.name} for dark screens"
        self._receive(name, f"{light.name}.dark.png", payload_bytes, self._limits.chart_bytes, keep)

    def _keep_picture(self, payload: _Payload) -> None:
        """Leaves nothing in a picture but its image."""
        _replace(payload.path, redrawn(payload.path.read_bytes(), self._limits.chart_pixels))

    def _receive(
        self, what: str, file: str, payload_bytes: int, limit_bytes: int, keep: Callable[[_Payload], None]
    ) -> None:
        if payload_bytes > min(limit_bytes, self._limits.files_bytes - self._files_bytes):
            self._note(f"{what} was left out: {payload_bytes} bytes are more than is kept.")
            return
        path = self.folder / file
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        self._payload = _Payload(what, path, os.fdopen(descriptor, "wb"), keep)

    def _discard(self) -> None:
        """Forgets a payload that broke off."""
        payload, self._payload = self._payload, None
        if payload is not None:
            payload.stream.close()
            payload.path.unlink(missing_ok=True)
            self._note(f"{payload.what} broke off and was left out.")

    def _note(self, note: str) -> None:
        if len(self._notes) < self._limits.notes and note not in self._notes:
            self._notes.append(note)


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else 16


def _replace(path: Path, data: bytes) -> None:
    """Puts other bytes in place of a file that is not yet known to anyone."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
