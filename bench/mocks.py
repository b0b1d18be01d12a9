"""How fast mock rows are made, and what a rehearsal on them is worth.

`python -m bench.mocks [--json] [--failures]`.

Speed, in processor time of one thread: a table of 1,000 rows and 50 columns as files of each kind, beside what a user
would write instead: numpy's random columns with pandas' own writer, which keep no types, keys, formats or nulls.

Worth: correct programs (`mocks_set/programs.txt`, and what `builtin:analyst` plans for its questions of the work half)
over real tables, and mutants of them that fail on the real tables.  A program `runs` if it raises nothing on mock rows
made of the sheet and its own literals.  A mutant is `told` if it raises there, or if its mistake is among the literals
that no sheet vouches for; it is `missed` otherwise.  What was read for tuning and the unread rest are told apart.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.analyst import work_questions
from bench.analyst_set.laboratory import Laboratory
from bench.mocks_set.mutants import Mutant, mutants
from daytwo.control.models.analyst import plan
from daytwo.control.models.request import PlanRequest
from daytwo.executor import cell
from daytwo.executor.catalog.classes import classify
from daytwo.executor.catalog.sheet import build
from daytwo.executor.rehearsal import mock
from daytwo.wire.column import TICKABLE
from daytwo.wire.release import Release
from daytwo.wire.sheet import (
    ColumnClass,
    ColumnSheet,
    ColumnType,
    FileStructure,
    Level,
    NullShare,
    SchemaSheet,
    Span,
    TableSheet,
    Uniqueness,
)

SEED = 5
ROUNDS = 9
ROWS, COLUMNS = 1_000, 50
SPEED_GOAL_MS = 100
RUNS_GOALS = {Level.SHAPE: 0.86, Level.LABELS: 0.89}
MISSED_GOAL = 0.08
LEVELS = (Level.SCHEMA, Level.SHAPE, Level.LABELS)
WAIT_SECONDS = 900


@dataclass
class Rehearsed:
    """A program, or a mutant of one, and what became of it at each level."""

    tables: tuple[str, ...]
    program: str
    is_read: bool
    """Whether its failures may be read for tuning."""
    mutant: Mutant | None = None
    raised: dict[Level, str | None] = field(default_factory=dict)
    unverified: dict[Level, tuple[object, ...]] = field(default_factory=dict)

    def is_told(self, level: Level) -> bool:
        doubtful = {str(value) for value in self.unverified[level]}
        return self.raised[level] is not None or (self.mutant is not None and self.mutant.wrong in doubtful)


def wide_sheet(form: str) -> SchemaSheet:
    """50 columns as tables have them: ten of each of five kinds."""
    kinds: list[dict[str, Any]] = [
        {"type": ColumnType.TEXT, "masks": ("AA-9999",), "uniqueness": Uniqueness.UNIQUE},
        {"type": ColumnType.TEXT, "masks": ("AAAAA", "AAAAAAA"), "uniqueness": Uniqueness.FEW},
        {"type": ColumnType.INTEGER, "magnitude": (0, 4), "uniqueness": Uniqueness.MANY},
        {"type": ColumnType.FLOAT, "magnitude": (-1, 5), "uniqueness": Uniqueness.MANY},
        {"type": ColumnType.DATE, "span": Span(first="2019-01", last="2024-12"), "uniqueness": Uniqueness.SOME},
    ]
    columns = tuple(
        ColumnSheet(name=f"c{n}", column_class=ColumnClass.ORDINARY, null_share=NullShare.FEW, **kinds[n % len(kinds)])
        for n in range(COLUMNS)
    )
    table = TableSheet(name="wide", columns=columns, rows_magnitude=5, structure=FileStructure(format=form))
    return SchemaSheet(org_id="local", dataset="wide", version=1, level=Level.SHAPE, format=form, tables=(table,))


def speed() -> list[dict[str, Any]]:
    """Median milliseconds of processor time, rounds of all kinds in turn."""
    kinds = ("csv", "jsonl", "parquet", "sqlite", "excel")
    taken: dict[str, list[float]] = {kind: [] for kind in (*kinds, "numpy and pandas")}
    program = 'd = data("wide").pandas()\nshow(d[d["c1"] == "North"].groupby("c6")["c3"].mean())\n'
    for turn in range(ROUNDS):
        for kind in kinds:
            sheet = wide_sheet(kind)
            with tempfile.TemporaryDirectory() as folder:
                began = time.process_time()
                mock([sheet], program, turn, Path(folder))
                taken[kind].append(time.process_time() - began)
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            _plainly(turn, Path(folder) / "wide.csv")
            taken["numpy and pandas"].append(time.process_time() - began)
    rows = {"excel": 250}
    return [
        {
            "made": kind,
            "rows": rows.get(kind, ROWS),
            "columns": COLUMNS,
            "ms": round(1_000 * statistics.median(times[1:]), 1),
        }
        for kind, times in taken.items()
    ]


def _plainly(seed: int, path: Path) -> None:
    """What one would write: random columns of the five kinds, and pandas' writer."""
    chance = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    made = {}
    for place in range(COLUMNS):
        words = ["".join(row) for row in chance.choice(letters, (ROWS, 6))]
        made[f"c{place}"] = [
            words,
            chance.choice(words[:6], ROWS),
            chance.integers(1, 10_000, ROWS),
            chance.random(ROWS) * 1e5,
            np.datetime64("2019-01-01") + chance.integers(0, 2_000, ROWS),
        ][place % 5]
    pd.DataFrame(made).to_csv(path, index=False)


def programs(laboratory: Laboratory) -> list[Rehearsed]:
    """Correct programs; those of the analyst come with the tables of their question."""
    text = (Path(__file__).parent / "mocks_set" / "programs.txt").read_text("utf-8")
    parts = re.findall(r"^# (.+)\n((?:(?!# ).*\n?)*)", text, re.MULTILINE)
    own = [(tuple(tables.split()), program) for tables, program in parts]
    planned = []
    for asked in work_questions():
        if asked.before:
            continue
        sheets = tuple(laboratory.sheets[name] for name in asked.tables)
        step = plan(PlanRequest(question=asked.text, sheets=sheets, turn=1, turns_left=3))
        if step.program:
            planned.append((asked.tables, step.program))
    chance = random.Random(SEED)
    read = set(chance.sample(range(len(own)), len(own) // 2))
    return [Rehearsed(tables, program, place in read) for place, (tables, program) in enumerate(own)] + [
        Rehearsed(tables, program, is_read=True) for tables, program in planned
    ]


def sheets_at(laboratory: Laboratory, level: Level) -> dict[str, SchemaSheet]:
    """Every table's sheet; at `labels` with all columns ticked whose class allows it."""
    made = {}
    for name, profile in laboratory.profiles.items():
        ticked = tuple(
            f"{table.name}.{column.name}"
            for table in profile.tables
            for column in table.columns
            if column.labels and classify(column, table.rows) in TICKABLE
        )
        release = Release(level=level, labels=ticked if level is Level.LABELS else ())
        form = laboratory.sheets[name].format
        made[name] = build(profile, org_id="local", dataset=name, version=1, release=release, form=form)
    return made


def run(jobs: Sequence[tuple[str, Sequence[dict[str, Any]]]]) -> list[str | None]:
    """What each program raised over its sources."""
    lines = "".join(json.dumps({"program": program, "sources": list(sources)}) + "\n" for program, sources in jobs)
    path = os.pathsep.join([str(Path(cell.__file__).parent.parent), str(Path(__file__).parent.parent)])
    ended = subprocess.run(
        [sys.executable, "-m", "bench.mocks_set.runner"],
        input=lines, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS,
        env={"PYTHONPATH": path, "PATH": os.environ["PATH"], "MPLBACKEND": "Agg", "HOME": os.environ.get("HOME", "/")},
    )  # fmt: skip
    answers = [json.loads(line)["raised"] for line in ended.stdout.splitlines() if line.startswith('{"raised"')]
    if len(answers) != len(jobs):
        raise RuntimeError(f"the runner ended after {len(answers)} of {len(jobs)}: {ended.stderr[-2_000:]}")
    return answers


def rehearse(laboratory: Laboratory, folder: Path) -> tuple[list[Rehearsed], list[Rehearsed]]:
    """Correct programs and failing mutants, with what became of them at each level."""
    known = {source["name"]: source for source in laboratory.sources}
    candidates = programs(laboratory)
    really = run([(one.program, [known[name] for name in one.tables]) for one in candidates])
    correct = [one for one, raised in zip(candidates, really, strict=True) if raised is None]
    chance = random.Random(SEED)
    wrong = [
        Rehearsed(one.tables, mutant.program, one.is_read, mutant)
        for one in correct
        for mutant in mutants(one.program, one.tables, laboratory.frames, chance)
    ]
    really = run([(one.program, [known[name] for name in one.tables]) for one in wrong])
    failing = [one for one, raised in zip(wrong, really, strict=True) if raised is not None]
    for level in LEVELS:
        sheets = sheets_at(laboratory, level)
        jobs = []
        for place, one in enumerate([*correct, *failing]):
            target = folder / f"{level}-{place}"
            target.mkdir()
            made = mock([sheets[name] for name in one.tables], one.program, SEED, target)
            one.unverified[level] = tuple(literal.value for literal in made.unverified)
            jobs.append((one.program, made.sources))
        for one, raised in zip([*correct, *failing], run(jobs), strict=True):
            one.raised[level] = raised
    return correct, failing


def worth(correct: Sequence[Rehearsed], failing: Sequence[Rehearsed]) -> list[dict[str, Any]]:
    rows = []
    for level in LEVELS:
        for name, is_read in (("read", True), ("unread", False)):
            mine = [one for one in correct if one.is_read is is_read]
            wrong = [one for one in failing if one.is_read is is_read]
            rows.append(
                {
                    "level": level,
                    "half": name,
                    "correct": len(mine),
                    "runs": round(sum(one.raised[level] is None for one in mine) / len(mine), 4),
                    "doubted": round(sum(bool(one.unverified[level]) for one in mine) / len(mine), 4),
                    "mutants": len(wrong),
                    "raised": round(sum(one.raised[level] is not None for one in wrong) / len(wrong), 4),
                    "missed": round(sum(not one.is_told(level) for one in wrong) / len(wrong), 4),
                }
            )
    return rows


def goals(fast: Sequence[dict[str, Any]], useful: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    csv = next(row["ms"] for row in fast if row["made"] == "csv")
    found = [_goal("mock_rows_ms", csv, "<", SPEED_GOAL_MS)]
    for level, goal in RUNS_GOALS.items():
        (row,) = (row for row in useful if row["level"] == level and row["half"] == "unread")
        found.append(_goal(f"correct_runs_{level}", row["runs"], ">=", goal))
        found.append(_goal(f"mutants_missed_{level}", row["missed"], "<=", MISSED_GOAL))
    return found


def _goal(name: str, value: float, sign: str, bound: float) -> dict[str, Any]:
    met = {"<": value < bound, ">=": value >= bound, "<=": value <= bound}[sign]
    return {"id": name, "value": value, "goal": f"{sign} {bound}", "met": met}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--failures", action="store_true", help="list what failed of the half for tuning")
    options = parser.parse_args()
    fast = speed()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        correct, failing = rehearse(Laboratory(folder), folder)
    useful = worth(correct, failing)
    if options.failures:
        _list_failures(correct, failing)
    told = goals(fast, useful)
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    if options.json:
        print(json.dumps({"bench": "mocks", "machine": machine, "rows": [*fast, *useful], "goals": told}))
        return
    for row in fast:
        print("{made:>18}: {rows} rows of {columns} columns in {ms} ms of processor time".format(**row))
    for row in useful:
        print("{level:>8} {half:>6}: of {correct} correct programs {runs:.1%} run, {doubted:.1%} with unverified "
              "literals; of {mutants} mutants {raised:.1%} raise, {missed:.1%} are missed".format(**row))  # fmt: skip
    for goal in told:
        print(f"{goal['id']}: {goal['value']} (goal {goal['goal']}{'' if goal['met'] else ', missed'})")


def _list_failures(correct: Sequence[Rehearsed], failing: Sequence[Rehearsed]) -> None:
    for level in (Level.SHAPE, Level.LABELS):
        for one in correct:
            if one.is_read and one.raised[level] is not None:
                print(f"--- {level} {one.tables}: {one.raised[level]}\n{one.program}")
        for one in failing:
            if one.is_read and one.mutant and not one.is_told(level):
                print(f"--- {level} MISSED {one.mutant.kind} {one.mutant.wrong!r} {one.tables}\n{one.program}")


if __name__ == "__main__":
    main()
