"""The program's variables and files, from the snapshot before and into the next one.

A variable is read when the program, or a function that was read, names it; where a program could reach variables
without naming them (`globals()`, `eval`), all are read.  What was not read is sent on as the bytes it came as, so that
every snapshot is whole.  One variable that cannot be read or kept never costs another.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import mmap
import os
import shutil
import stat
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .job import Job
from .outlet import Outlet, TooLargeError

NAME_LIMIT = 200
PATH_LIMIT = 1_000
"""Characters."""
FILES_LIMIT = 10_000
READS_ANYTHING = frozenset(("globals", "locals", "vars", "dir", "eval", "exec", "__main__", "modules"))
"""Names by which a program can reach variables that it does not name."""


class Snapshot:
    """Between `namespace` (the program's) and the job's state; `given` are the names that the cell put there."""

    def __init__(
        self, job: Job, namespace: dict[str, Any], given: dict[str, Any], make_handle: Callable[[Any], Any]
    ) -> None:
        self._workspace = job.workspace
        self._blobs = job.state / "blobs" if job.state else Path()
        self._namespace = namespace
        self._given = given
        self._make_handle = make_handle
        manifest = json.loads((job.state / "manifest.json").read_bytes()) if job.state else {}
        self._files: list[dict[str, Any]] = manifest.get("files", [])
        self._waiting: dict[str, dict[str, Any]] = {entry["name"]: entry for entry in manifest.get("variables", [])}
        self._words: set[str] = set()
        self._unreadable: dict[str, dict[str, Any]] = {}

    def restore_files(self) -> None:
        for entry in self._files:
            path = self._workspace / entry["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._blobs / entry["blob"], path)

    def bring(self, names: Iterable[str]) -> None:
        """Reads the variables of these names, and those that functions among them may look up."""
        wanted = set(names)
        self._words |= wanted
        while self._waiting and wanted:
            if not READS_ANYTHING.isdisjoint(wanted):
                wanted |= set(self._waiting)
            name = wanted.pop()
            entry = self._waiting.pop(name, None)
            if entry is not None:
                wanted |= self._read(entry)

    def _read(self, entry: dict[str, Any]) -> set[str]:
        name = entry["name"]
        try:
            if entry["codec"] == "module":
                self._namespace[name] = _import(entry["module"], self._words)
                return set()
            from .pickles import Unpickler

            with (self._blobs / entry["blob"]).open("rb") as file:
                reader = Unpickler(file, self._namespace, self._given, self._make_handle)
                value = reader.load()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 -- a pickle may raise anything; the other variables go on
            self._unreadable[name] = entry
            sys.stderr.write(f"{name} could not be read back: {type(error).__name__}\n")
            return set()
        self._namespace[name] = value
        return reader.words

    def save(self, outlet: Outlet) -> None:
        """Sends every variable and file of the workspace, or says why it cannot."""
        for entry in [*self._waiting.values(), *self._unreadable.values()]:
            if entry["name"] not in self._namespace:
                self._send_on(entry, outlet)
        for name, value in list(self._namespace.items()):
            self._send_variable(name, value, outlet)
        self._send_files(outlet)

    def _send_on(self, entry: dict[str, Any], outlet: Outlet) -> None:
        if entry["codec"] == "module":
            outlet.variable(entry["name"], "module", module=entry["module"])
            return
        with _mapped(self._blobs / entry["blob"]) as content:
            self._send(entry["name"], outlet, lambda: outlet.variable(entry["name"], entry["codec"], content))

    def _send_variable(self, name: Any, value: Any, outlet: Outlet) -> None:
        if not isinstance(name, str) or name.startswith("_"):
            return
        if name in self._given:
            if value is not self._given[name]:
                outlet.unsaved(name, "this name is one of daytwo's own; give the variable another")
            return
        if not name.isidentifier() or len(name) > NAME_LIMIT:
            outlet.unsaved(name, "this is not a name that a program can use")
            return
        module = import_path(value)
        if module is not None:
            outlet.variable(name, "module", module=module)
            return
        self._send(name, outlet, lambda: outlet.variable(name, "pickle", self._pickled(value)))

    def _pickled(self, value: Any) -> memoryview:
        from .pickles import Pickler

        content = io.BytesIO()
        Pickler(content, self._namespace, {id(own): name for name, own in self._given.items()}).dump(value)
        return content.getbuffer()

    def _send_files(self, outlet: Outlet) -> None:
        for count, path in enumerate(_files_below(self._workspace)):
            name = path.relative_to(self._workspace).as_posix()
            if count >= FILES_LIMIT:
                outlet.unsaved(name, f"only {FILES_LIMIT:,} files are kept")
                return
            reason = _refusal(path, name)
            if reason is not None:
                outlet.unsaved(name, reason)
                continue
            with _mapped(path) as content:
                self._send(name, outlet, lambda: outlet.file(name, content))  # noqa: B023 -- called at once

    def _send(self, name: str, outlet: Outlet, send: Callable[[], None]) -> None:
        try:
            send()
        except (TooLargeError, MemoryError):
            outlet.unsaved(name, "it is too large to keep")
        except OSError:
            raise  # the channel, not the variable
        except Exception as error:  # noqa: BLE001 -- a program's own `__reduce__` may raise anything
            outlet.unsaved(name, _reason(error))


def _reason(error: Exception) -> str:
    from .pickles import UnkeepableError

    if isinstance(error, UnkeepableError):
        return f"it is, or holds, {error}"
    if isinstance(error.__cause__, RecursionError):
        return "it is nested too deeply"
    return f"it cannot be kept ({type(error).__name__})"


def import_path(value: Any) -> str | None:
    """`module`, or `module:name`, from where `import` brings back this very object; None where it does not."""
    if isinstance(value, types.ModuleType):
        return value.__name__ if sys.modules.get(value.__name__) is value else None
    if not isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        return None
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return None
    return f"{module}:{name}" if getattr(sys.modules.get(module), name, None) is value else None


def _import(path: str, words: set[str]) -> Any:
    module, _, name = path.partition(":")
    found = importlib.import_module(module)
    if name:
        return getattr(found, name)
    _import_submodules(found, words)
    return found


def _import_submodules(package: types.ModuleType, words: set[str]) -> None:
    """Imports what `import xml.etree.ElementTree` imported beside `xml`, as far as the program names it."""
    if not hasattr(package, "__path__"):
        return
    for word in words:
        name = f"{package.__name__}.{word}"
        # Words hold dotted names of modules too; those are no submodule of every package.
        if word.isidentifier() and not hasattr(package, word) and importlib.util.find_spec(name) is not None:
            _import_submodules(importlib.import_module(name), words)


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | memoryview]:
    """The file's content without a copy of it in memory."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as content:
            yield content


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        yield from (Path(parent) / name for name in sorted([*names, *links]))


def _refusal(path: Path, name: str) -> str | None:
    if not stat.S_ISREG(path.lstat().st_mode):
        return "only plain files and folders are kept"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "its name is not valid UTF-8"
    return "its path is too long" if len(name) > PATH_LIMIT else None
