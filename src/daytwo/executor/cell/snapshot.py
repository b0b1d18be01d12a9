"""The program's variables and files, as the snapshot before left them.

A variable is read when the program, or a function that was read, names it, together with those that share objects with
it; where a program could reach variables without naming them (`globals()`, `eval`), all are read.  A job may ask for
data alone (`plaindata`).  What was not read is named on when the next snapshot is made (`saving`), and never sent.  A
variable that cannot be read costs no other.
Source: docs/adr/0015-state.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from .importable import import_again
from .job import Job
from .kept import Kept, KeptGroup
from .workspace import Workspace

READS_ANYTHING = frozenset(("globals", "locals", "vars", "dir", "eval", "exec", "__main__", "modules"))
"""Names by which a program can reach variables that it does not name."""


class Reader(Protocol):
    """Of one pickle."""

    words: set[str]
    """What the functions that it read may look up."""

    def load(self) -> Any: ...


class Snapshot:
    """Between `namespace` (the program's) and the job's state; `given` are the names that the cell put there."""

    def __init__(
        self, job: Job, namespace: dict[str, Any], given: dict[str, Any], make_handle: Callable[[Any], Any]
    ) -> None:
        self.namespace = namespace
        self.given = given
        self.kept = Kept.of(job.state, job.memory_bytes)
        self.workspace = Workspace(job.workspace, self.kept)
        self.was_read: dict[tuple[str | None, ...], KeptGroup] = {}
        """By names."""
        self._make_handle = make_handle
        self._data_only = job.data_only
        self._modules = dict(self.kept.modules)
        self._waiting = {name: group for group in self.kept.groups for name in group.names if name is not None}
        self._lost_modules: dict[str, str] = {}
        self._lost_groups: list[KeptGroup] = []
        self._words: set[str] = set()

    def bring(self, names: Iterable[str]) -> None:
        """Reads the variables of these names, and those that functions among them may look up."""
        wanted = set(names)
        self._words |= wanted
        while wanted and (self._waiting or self._modules):
            if not READS_ANYTHING.isdisjoint(wanted):
                wanted |= self._waiting.keys() | self._modules.keys()
            name = wanted.pop()
            if name in self._modules:
                self._import(name, self._modules.pop(name))
            elif name in self._waiting:
                wanted |= self._read(self._waiting[name])

    def modules_left(self) -> dict[str, str]:
        """Imports that this step did not ask for, or that failed."""
        return {name: path for name, path in (self._modules | self._lost_modules).items() if name not in self.namespace}

    def groups_left(self) -> Iterator[KeptGroup]:
        """Groups that this step did not read, or could not, without the names that have other values by now."""
        for group in [*dict.fromkeys(self._waiting.values()), *self._lost_groups]:
            names = tuple(None if name in self.namespace else name for name in group.names)
            if any(names):
                yield replace(group, names=names)

    def _reader(self, stream: memoryview, buffers: Iterator[Any]) -> Reader:
        if self._data_only:
            from .plaindata import DataUnpickler

            return DataUnpickler(stream, buffers, self.given, self._make_handle)
        from .pickles import Unpickler

        return Unpickler(stream, buffers, self.namespace, self.given, self._make_handle)

    def _import(self, name: str, path: str) -> None:
        try:
            self.namespace[name] = import_again(path, self._words)
        except Exception as error:  # noqa: BLE001 -- importing runs a library's code; the other variables go on
            self._lost_modules[name] = path
            sys.stderr.write(f"{name} could not be read back: {type(error).__name__}\n")

    def _read(self, group: KeptGroup) -> set[str]:
        for name in group.names:
            self._waiting.pop(name or "", None)
        buffers = (self.kept.memory(span) for span in group.buffers)
        try:
            stream = self.kept.read(group.stream)
            reader = self._reader(stream, buffers)
            value = reader.load()
            values = (value,) if len(group.names) == 1 else value
            read = {name: one for name, one in zip(group.names, values, strict=True) if name is not None}
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 -- a pickle may raise anything; the other variables go on
            self._lost_groups.append(group)
            names = ", ".join(name for name in group.names if name is not None)
            sys.stderr.write(f"{names} could not be read back: {_reason(error)}\n")
            return set()
        self.namespace.update(read)
        self.was_read[group.names] = group
        return reader.words


def _reason(error: Exception) -> str:
    if type(error).__name__ == "NotDataError":
        return f"a program that had to be approved starts from data alone, and this holds {error}"
    return type(error).__name__
