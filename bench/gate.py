"""Whether anything leaves that was not paid for: `python -m bench.gate [--json] [--full [--part K/N]]`.

Hostile programs over every channel of docs/explanation/disclosure.md, past guard, each over several datasets that
differ in every cell and share one schema sheet, with the tasks the same to the letter.  Of all that the link would be
given to send:

* canaries: no cell, folder or metadata of the datasets is in it, under any of twenty encodings, split or joined;
* non-interference: without the Observation's symbol it is byte for byte the same over all datasets;
* alphabet: each symbol is a member of what was debited, and the distinct ones are no more than the bits allow.

Positive controls: the same scanner over what the person saw finds every encoding, and the symbols do differ.  Beyond
this proof: latency (tests/unit/test_gate_release.py), provider and database (tests/e2e/test_models_see_no_data.py).
A run takes half a second and more: some minutes as it is, most of an hour with `--full`, which may be taken in parts
(every N-th program).  Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bench.gate_set.canaries import ENCODINGS, Canaries, Scanner, canaries
from bench.gate_set.control import CONTROL
from bench.gate_set.corpus import PRELUDE, Hostile, corpus
from bench.gate_set.executor import Executor
from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import Sandboxes
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet, Symbol, bits
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.sheet import DatasetRef, SignedSheet
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import TaskRequest

DATASETS, FULL_DATASETS = 2, 20
SANDBOXES = 2
"""At a time; each serves datasets of its own."""
PROGRAMS_GOAL = 150
FULL_RUNS_GOAL = 2_000
ALPHABET = Alphabet.STANDARD
DATASET_BITS = 1e6
"""Enough for the whole corpus: a program that cannot pay proves nothing."""


@dataclass
class Plane:
    """A data plane over canaries of its own."""

    executor: Executor
    canaries: Canaries
    scanner: Scanner
    sheets: tuple[SignedSheet, ...]
    sent: list[bytes] = field(default_factory=list)


@dataclass
class Channel:
    """What came of a channel's programs."""

    programs: int = 0
    runs: int = 0
    found: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    distinct: int = 0
    """Most distinct symbols of one step."""


def plane(folder: Path, seed: int, key: SigningKey, native: Sandboxes) -> Plane:
    held = canaries(folder / "data", seed)
    executor = Executor(folder / "executor", key, native, dataset_bits=DATASET_BITS)
    return Plane(executor, held, Scanner(held.values), tuple(executor.register(path) for path in held.files))


def tasks(steps: Sequence[str], sheets: Sequence[SignedSheet]) -> list[TaskRequest]:
    """A session's tasks, one after another."""
    session, run = new_id("session"), new_id("run")
    refs = tuple(DatasetRef(name=own.sheet.dataset, sheet_digest=own.digest) for own in sheets)
    return [
        TaskRequest(
            org_id="local", run_id=run, session_id=session, segment=1, step=number, program=program, datasets=refs,
            alphabet=ALPHABET, insist=True, base_session=session, base_snapshot=number - 1, next_snapshot=number,
            on_behalf_of=LOCAL_OWNER,
        )
        for number, program in enumerate(steps, start=1)
    ]  # fmt: skip


def answers(planes: Sequence[Plane], asked: Sequence[TaskRequest]) -> None:
    """What leaves each plane for these tasks, one plane after another."""
    for one in planes:
        one.sent += [one.executor.answer(task)[1] for task in asked]


def prove(hostile: Hostile, planes: Sequence[Plane], into: Channel) -> None:
    """Runs one program over all datasets, as many at a time as there are sandboxes, and judges all that left."""
    into.programs += 1
    asked = tasks(hostile.steps, planes[0].sheets)
    with ThreadPoolExecutor(SANDBOXES) as pool:
        list(pool.map(answers, (planes[first::SANDBOXES] for first in range(SANDBOXES)), [asked] * SANDBOXES))
    into.runs += len(asked) * len(planes)
    for one in planes:
        bodies = one.sent[-len(asked) :]
        into.found += [f"{hostile.name}: {value} ({how})" for value, how in one.scanner.found(bodies)]
    left = {task.step: [one.sent[place - len(asked)] for one in planes] for place, task in enumerate(asked)}
    debited = {task.step: planes[0].executor.budget.debited(task.task_id) for task in asked}
    for step, bodies in left.items():
        told = [Symbol.model_validate(json.loads(body)["symbol"]) for body in bodies]  # without one this fails
        distinct = {one.symbol for one in told}
        into.distinct = max(into.distinct, len(distinct))
        if len({without_symbol(body) for body in bodies}) > 1:
            into.differing.append(hostile.name)
        dearest = max(bits(one.alphabet, one.lookups) for one in told)
        if dearest > debited[step] or math.log2(len(distinct)) > debited[step]:
            into.outside.append(hostile.name)


def without_symbol(body: bytes) -> str:
    """What left beside the Observation.  The tier is told with every symbol but `lost`, hence says no more than it."""
    message = json.loads(body)
    del message["symbol"], message["tier"]
    return json.dumps(message, sort_keys=True)


def control(planes: Sequence[Plane]) -> tuple[int, int]:
    """Encodings that the scanner finds in what people saw, and datasets that a scan of all messages knows apart."""
    found: set[str] = set()
    (task,) = tasks([PRELUDE + CONTROL], planes[0].sheets)
    seen = set()
    for one in planes:
        one.executor.answer(task)
        said = one.executor.results.read(task.run_id).steps[0].says
        first = Scanner([one.canaries.values[0]])
        for text in said:
            found |= {how for _, how in first.found([json.dumps({"said": text}).encode()])} & {*ENCODINGS}
        seen.add(said)
    return len(found), len(seen)


def judged(
    rows: dict[str, Channel], planes: Sequence[Plane], controls: tuple[int, int], parts: int, *, full: bool
) -> list[dict[str, Any]]:
    """The goals; those that count programs and runs, for one of so many parts."""
    programs, runs = sum(row.programs for row in rows.values()), sum(row.runs for row in rows.values())
    split = [hit for one in planes for hit in one.scanner.found(one.sent)]
    informative = max(row.distinct for row in rows.values())
    told = [
        _goal("programs", programs, ">=", PROGRAMS_GOAL // parts),
        _goal("canaries_found", sum(len(row.found) for row in rows.values()), "<=", 0),
        _goal("canaries_found_over_requests", len(split), "<=", 0),
        _goal("programs_that_interfere", sum(len(row.differing) for row in rows.values()), "<=", 0),
        _goal("symbols_not_paid_for", sum(len(row.outside) for row in rows.values()), "<=", 0),
        _goal("control_encodings_found", controls[0], ">=", len(ENCODINGS)),
        _goal("control_datasets_told_apart", controls[1], ">=", len(planes)),
        _goal("control_distinct_symbols", informative, ">=", 2),
    ]
    return [*told, _goal("runs", runs, ">=", FULL_RUNS_GOAL // parts)] if full else told


def _goal(name: str, value: float, sign: str, bound: float) -> dict[str, Any]:
    met = value >= bound if sign == ">=" else value <= bound
    return {"id": name, "value": value, "goal": f"{sign} {bound}", "met": met}


def part(text: str) -> tuple[int, int]:
    """`2/3` as (2, 3)."""
    number, _, parts = text.partition("/")
    if not 1 <= int(number) <= int(parts):
        raise argparse.ArgumentTypeError(f"{text} is no part: write 1/2 for the first of two.")
    return int(number), int(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--full", action="store_true", help=f"{FULL_DATASETS} datasets, not {DATASETS}")
    parser.add_argument("--part", type=part, default=(1, 1), metavar="K/N", help="of the programs")
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    number, parts = options.part
    rows: dict[str, Channel] = defaultdict(Channel)
    with tempfile.TemporaryDirectory(prefix="daytwo-gate-") as name, ExitStack() as stack:
        sandboxes = [Sandboxes(default_environment(), Path(cell.__file__).parent) for _ in range(SANDBOXES)]
        for native in sandboxes:
            stack.callback(native.close)
        key, count = SigningKey.generate(), FULL_DATASETS if options.full else DATASETS
        planes = [plane(Path(name) / str(seed), seed, key, sandboxes[seed % SANDBOXES]) for seed in range(count)]
        for one in planes:
            stack.callback(one.executor.database.close)
        if len({tuple(own.digest for own in one.sheets) for one in planes}) > 1:
            raise RuntimeError("The datasets do not share their sheets: what leaves may not be compared.")
        mine = corpus()[number - 1 :: parts]
        for done, hostile in enumerate(mine, start=1):
            prove(hostile, planes, rows[hostile.channel])
            print(f"{done} of {len(mine)}: {hostile.channel}, {hostile.name}", file=sys.stderr)
        goals = judged(rows, planes, control(planes), parts, full=options.full)
    _tell(rows, goals, as_json=options.json)
    sys.exit(0 if all(goal["met"] for goal in goals) else 1)


def _tell(rows: dict[str, Channel], goals: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
        shown = [{"channel": name, **vars(row)} for name, row in rows.items()]
        print(json.dumps({"bench": "gate", "machine": machine, "rows": shown, "goals": goals}))
        return
    print(f"debited {bits(ALPHABET):.1f} bits a step, and two for each lookup")
    for name, row in rows.items():
        print(
            f"{name:>12}: {row.programs} programs, {row.runs} runs; canaries {row.found or 'none'}; "
            f"interfering {row.differing or 'none'}; at most {row.distinct} distinct symbols"
        )
    for goal in goals:
        print(f"{goal['id']}: {goal['value']} (goal {goal['goal']}{'' if goal['met'] else ', missed'})")


if __name__ == "__main__":
    main()
