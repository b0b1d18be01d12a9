"""What keeping a session's state costs: `python -m bench.state [--json] [--gigabytes 1] [--runs 7]`.

Beside it, on the same machine and in the same round, what a user would do instead: `pickle` (protocol 5) and `dill` of
the whole namespace into one file, synced, renamed and the folder synced, so that it survives a power cut as ours does.
Ours goes through a pipe to the executor's code, which hashes every byte; theirs do not.  Medians of interleaved rounds.
The place of a snapshot, with its seed, is on the disk before a program runs: that is a row of its own, as are theirs
without anything synced.  Of tiny numbers a fiftieth of their whole pickle is fewer bytes than one SHA-256.
`dill` is measured where it is installed; Kishu stands in `absent`, since it wants an environment and a notebook's shell
of its own.

Not measured here: the sandbox and the planes around a step (`bench.sandbox`); a fork is a row in the control plane's
database, and what is measured of it here is the first step in a fork of 10 GB, in sparse files.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import pickle
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from bench.state_set.ours import Ours, new_bytes
from daytwo.executor.state import BEGINNING, Base, Manifest, StateStore, digest_of
from daytwo.executor.state.manifest import Blob, Group, encoded
from daytwo.executor.state.writer import MANIFEST
from daytwo.wire.identifiers import new_id

GIGABYTES, RUNS = 1.0, 7
SMALL_VARIABLES = 200
_ARRAYS_BYTES = (10_000, 1_000)
_COLUMNS = 8
_FORKED_BLOBS, _FORKED_BLOB_BYTES = 10, 10**9


def small_variables() -> dict[str, Any]:
    """Numbers, texts, lists, dicts, tuples, sets: what a notebook is full of."""
    kinds: tuple[Callable[[int], Any], ...] = (
        lambda n: n,
        float,
        lambda n: f"text {n}",
        lambda n: list(range(n % 20)),
        lambda n: {"a": n, "b": [1, 2, n]},
        lambda n: (1, 2, n),
        lambda n: {1, 2, n},
        lambda n: b"x" * (n % 50),
    )
    return {f"v{n}": kinds[n % len(kinds)](n) for n in range(SMALL_VARIABLES)}


def frame(gigabytes: float) -> pd.DataFrame:
    rows = int(gigabytes * 1e9 / 8 / _COLUMNS)
    random = np.random.default_rng(1)
    return pd.DataFrame({f"c{n}": random.random(rows) for n in range(_COLUMNS)})


def keep_with(library: Any, namespace: dict[str, Any], path: Path) -> int:
    """The whole namespace in one file, as safe from a power cut as a snapshot is; its size in bytes."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        library.dump(namespace, file, 5)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return path.stat().st_size


def seconds(action: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def small(folder: Path, runs: int) -> dict[str, list[float]]:
    """Seconds to keep 200 small variables; bytes written where one of 200 changed."""
    found: dict[str, list[float]] = {}
    for number in range(runs):
        namespace = small_variables()
        ours = Ours(_below(folder, f"small{number}"))

        begun = time.perf_counter()
        writer = ours.begin(Base())
        _note(found, "ours: the place of a snapshot, before the program runs", time.perf_counter() - begun)
        step = ours.snapshot(namespace, Base())
        begun = time.perf_counter()
        ours.save(step, writer)
        _note(found, "ours: 200 small variables", time.perf_counter() - begun)
        for name, library in peers().items():
            path = folder / f"{name}.kept"
            _note(found, f"{name}: 200 small variables", seconds(lambda: keep_with(library, namespace, path)))  # noqa: B023
            begun = time.perf_counter()
            path.write_bytes(library.dumps(namespace, 5))
            _note(found, f"{name}: 200 small variables, not safe from a power cut", time.perf_counter() - begun)
        for size_bytes in _ARRAYS_BYTES:
            arrays = {f"a{n}": np.full(size_bytes // 8, n) for n in range(SMALL_VARIABLES)}
            changed, kept = one_changed(ours, arrays, folder / "pickle.kept")
            _note(found, f"ours: bytes for 1 changed of 200 of {size_bytes:,}", changed)
            _note(found, f"pickle: bytes for 1 changed of 200 of {size_bytes:,}", kept)
        changed, kept = one_changed(ours, {f"a{n}": n for n in range(SMALL_VARIABLES)}, folder / "pickle.kept")
        _note(found, "ours: bytes for 1 changed of 200 numbers", changed)
        _note(found, "pickle: bytes for 1 changed of 200 numbers", kept)
    return found


def one_changed(ours: Ours, namespace: dict[str, Any], path: Path) -> tuple[int, int]:
    """Bytes that we write, and that pickle does, where one of these variables changed."""
    base = ours.kept(ours.snapshot(dict(namespace), Base()), Base())
    step = ours.restored(base, "a7")
    step.namespace["a7"] = namespace["a7"] = namespace["a7"] + 1
    return new_bytes(ours.kept(step, base)), keep_with(pickle, namespace, path)


def large(folder: Path, gigabytes: float, runs: int) -> dict[str, list[float]]:
    """Seconds to keep a large frame, to keep it unchanged, and to restore it and sum one column."""
    found: dict[str, list[float]] = {}
    ours = Ours(_below(folder, "large"))
    made = {"frame": frame(gigabytes)}
    begun = time.perf_counter()
    base = ours.kept(ours.snapshot(dict(made), Base()), Base())
    _note(found, "ours: large frame, new", time.perf_counter() - begun)
    for name, library in peers().items():
        path = folder / f"{name}.large"
        _note(found, f"{name}: large frame, new", seconds(lambda: keep_with(library, made, path)))  # noqa: B023
    total = float(made.pop("frame")["c3"].sum())
    for _ in range(runs):
        begun = time.perf_counter()
        step = ours.restored(base, "frame")
        ours_total = float(step.namespace["frame"]["c3"].sum())
        _note(found, "ours: large frame, restored and one column summed", time.perf_counter() - begun)
        begun = time.perf_counter()
        base = ours.kept(step, base)
        _note(found, "ours: large frame, unchanged", time.perf_counter() - begun)
        del step
        begun = time.perf_counter()
        with (folder / "pickle.large").open("rb") as file:
            their_total = float(pickle.load(file)["frame"]["c3"].sum())
        _note(found, "pickle: large frame, restored and one column summed", time.perf_counter() - begun)
        if not ours_total == their_total == total:
            raise AssertionError("What was restored is not what was kept.")
    session, fork = of_sparse_blobs(folder), Ours(_below(folder, "fork"))
    for _ in range(runs):
        begun = time.perf_counter()
        fork.kept(fork.snapshot({}, session), session)
        _note(found, "ours: first step of a fork of 10 GB, nothing read", time.perf_counter() - begun)
    return found


def of_sparse_blobs(folder: Path) -> Base:
    """A snapshot of ten variables of 1 GB each, in files that are holes but for a byte: a fork reads none of them."""
    blobs = []
    for number in range(_FORKED_BLOBS):
        draft = folder / f"sparse{number}"
        with draft.open("wb") as file:
            file.write(bytes([number]))
            file.truncate(_FORKED_BLOB_BYTES)
        blobs.append(draft.rename(folder / digest_of(draft)))
    manifest = Manifest(
        groups=tuple(Group((f"v{n}",), (n, 0, _FORKED_BLOB_BYTES), ()) for n in range(_FORKED_BLOBS)),
        blobs=tuple(Blob(name=path.name, bytes=_FORKED_BLOB_BYTES) for path in blobs),
    )
    files = {BEGINNING: folder / BEGINNING, MANIFEST: folder / MANIFEST}
    files[BEGINNING].write_text("e" * 64, "ascii")
    files[MANIFEST].write_bytes(encoded(manifest))
    store, session = StateStore(folder / "forked"), new_id("session")
    store.put(session, 1, files, blobs)
    return store.at(session, 1)


def peers() -> dict[str, Any]:
    """Libraries with `dump(value, file, protocol)`, of those that are here."""
    return {"pickle": pickle} | {
        name: importlib.import_module(name) for name in ("dill",) if importlib.util.find_spec(name) is not None
    }


def measure(gigabytes: float, runs: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="daytwo-bench-") as name:
        found = small(Path(name), runs) | large(Path(name), gigabytes, runs)
    middle = {row: median(values) for row, values in found.items()}
    return {
        "bench": "state",
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "rows": [
            {"name": row, "median": middle[row], "least": min(values), "runs": len(values)}
            for row, values in found.items()
        ],
        "absent": [name for name in ("dill", "kishu") if importlib.util.find_spec(name) is None],
        "figures": {"gigabytes": gigabytes, "runs": runs},
        "goals": _goals(middle),
    }


def _goals(middle: dict[str, float]) -> list[dict[str, Any]]:
    restored = "large frame, restored and one column summed"
    first_touch = middle[f"pickle: {restored}"] / middle[f"ours: {restored}"]
    few = middle["ours: 200 small variables"] / middle["pickle: 200 small variables"]
    changed = {
        kind: middle[f"pickle: bytes for 1 changed of 200 {kind}"] / middle[f"ours: bytes for 1 changed of 200 {kind}"]
        for kind in (*(f"of {size_bytes:,}" for size_bytes in _ARRAYS_BYTES), "numbers")
    }
    unchanged = middle["pickle: large frame, new"] / middle["ours: large frame, unchanged"]
    fork = middle["ours: first step of a fork of 10 GB, nothing read"]
    return [
        {"id": "first_touch", "value": round(first_touch, 1), "goal": ">= 15", "met": first_touch >= 15},
        {"id": "small_variables", "value": round(few, 2), "goal": "<= 1.5", "met": few <= 1.5},
        *(
            {"id": f"one_changed, 200 {kind}", "value": round(fewer, 1), "goal": ">= 50", "met": fewer >= 50}
            for kind, fewer in changed.items()
        ),
        {"id": "unchanged", "value": round(unchanged, 1), "goal": ">= 10", "met": unchanged >= 10},
        {"id": "fork_seconds", "value": round(fork, 4), "goal": "< 0.1", "met": fork < 0.1},
    ]


def _below(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


def _note(found: dict[str, list[float]], row: str, value: float) -> None:
    found.setdefault(row, []).append(value)
    print(f"{row}: {value:.4g}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--gigabytes", type=float, default=GIGABYTES)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    report = measure(asked.gigabytes, asked.runs)
    if asked.json:
        print(json.dumps(report))
        return
    for row in report["rows"]:
        print(f"{row['name']:55} {row['median']:>12.4g}")
    for goal in report["goals"]:
        print(f"{goal['id']:55} {goal['value']:>12} {goal['goal']:>8} {'met' if goal['met'] else 'missed'}")


if __name__ == "__main__":
    main()
