"""All that a step left, as digests of its parts: what two executions of it are compared by.

Variables are compared as bytes: they are pickles that a program made, and no pickle is opened here.  So what pickles
otherwise each time (a set of objects that are told apart by their place in memory) counts as changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from daytwo.executor.state import Base, Manifest
from daytwo.wire.canonical import digest
from daytwo.wire.replay import DIFFERENCES_LIMIT, Difference, Part
from daytwo.wire.result import StepResult

_ORDER = list(Part)

Trace = dict[tuple[Part, str], str]
"""The digest of each part, by kind and name."""


@dataclass(frozen=True)
class Left:
    """What one execution left: what it showed, with the folder of its files, and its snapshot."""

    result: StepResult
    folder: Path
    state: Base

    def trace(self) -> Trace:
        """Reads every byte of it but of large memory, which its blob's name stands for."""
        return dict([*self._shown(), *self._kept(self.state.manifest)])

    def _shown(self) -> Iterator[tuple[tuple[Part, str], str]]:
        result = self.result
        yield (Part.OUTCOME, ""), result.outcome
        for number, said in enumerate(result.says, 1):
            yield (Part.SENTENCE, str(number)), said
        for table in result.tables:
            yield (Part.TABLE, table.name), f"{digest(table)} {self._file(table.file)}"
        for chart in result.charts:
            dark = "" if chart.dark_file is None else self._file(chart.dark_file)
            yield (Part.CHART, chart.name), f"{digest(chart)} {self._file(chart.file)} {dark}"
        yield (Part.OUTPUT, ""), result.stdout
        yield (Part.TRACEBACK, ""), result.traceback or ""

    def _kept(self, manifest: Manifest) -> Iterator[tuple[tuple[Part, str], str]]:
        for group in manifest.all_groups:
            spans = " ".join(self.state.digest_of(span) for span in (group.stream, *group.buffers))
            for place, name in enumerate(group.names):
                if name is not None:
                    yield (Part.VARIABLE, name), f"{place} of {len(group.names)}: {spans}"
        for name, module in manifest.modules.items():
            yield (Part.IMPORT, name), module
        for file in manifest.files:
            yield (Part.FILE, file.path), self.state.digest_of(file.span)
        for lost in manifest.unsaved:
            yield (Part.NOT_KEPT, lost.name), lost.reason

    def _file(self, name: str) -> str:
        with (self.folder / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(trace: Trace) -> str:
    """One digest over all parts."""
    return digest([[part.value, name, value] for (part, name), value in sorted(trace.items())])


def differences(was: Trace, now: Trace) -> tuple[Difference, ...]:
    """What differs, in the order of parts and names."""
    found = [
        Difference(part=part, name=name, how="new" if key not in was else "gone" if key not in now else "changed")
        for key in sorted(was.keys() | now.keys(), key=lambda key: (_ORDER.index(key[0]), len(key[1]), key[1]))
        for part, name in (key,)
        if was.get(key) != now.get(key)
    ]
    return tuple(found[:DIFFERENCES_LIMIT])
