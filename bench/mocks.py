"""How fast mock rows are made, and what a rehearsal on them is worth.

`python -m bench.mocks [--json] [--failures]`.

Speed, in processor time of one thread: a table of 1,000 rows and 50 columns as files of each kind, beside what a user
would write instead: numpy's random columns with pandas' own writer, which keep no types, keys, formats or nulls.

Worth (`mocks_set/rehearsed.py`): correct programs over real tables, and mutants of them that fail there.  `failed` is
the share of correct programs that a rehearsal would keep from the data; a mutant is `missed` where its rehearsal
passes, or warns of something else only.  Use (`mocks_set/repair.py`): the share of the failing mutants that a scripted
repairer mends with no more than a model would see, and without paying for detail.  What was read for tuning and the
unread rest are told apart.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.analyst_set.laboratory import Laboratory
from bench.mocks_set.rehearsed import LEVELS, Ground, Rehearsed, collect
from bench.mocks_set.repair import Case, repairs
from daytwo.executor.rehearsal import mock
from daytwo.wire.rehearsal import RehearsalOutcome
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

ROUNDS = 9
ROWS, COLUMNS = 1_000, 50
SPEED_GOAL_MS = 100
PROGRAMS_GOAL, MUTANTS_GOAL = 200, 150
FAILED_GOALS = {Level.SHAPE: 0.06, Level.LABELS: 0.04}
MISSED_GOAL = 0.05
REPAIRED_GOAL, FREE_GOAL = 0.95, 0.85


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


def worth(correct: Sequence[Rehearsed], failing: Sequence[Rehearsed]) -> list[dict[str, Any]]:
    rows = []
    for level in LEVELS:
        for name, is_read in (("read", True), ("unread", False)):
            mine = [one.ran[level] for one in correct if one.is_read is is_read]
            wrong = [one for one in failing if one.is_read is is_read]
            outcomes = Counter(ran.outcome for ran in mine)
            rows.append(
                {
                    "level": level,
                    "half": name,
                    "correct": len(mine),
                    "failed": round(outcomes[RehearsalOutcome.FAILED] / len(mine), 4),
                    "inconclusive": round(outcomes[RehearsalOutcome.INCONCLUSIVE] / len(mine), 4),
                    "unverified": round(outcomes[RehearsalOutcome.UNVERIFIED] / len(mine), 4),
                    "mutants": len(wrong),
                    "missed": round(sum(not one.is_told(level) for one in wrong) / len(wrong), 4),
                }
            )
    return rows


def goals(fast: Sequence[dict[str, Any]], useful: Sequence[dict[str, Any]], mended: Sequence[dict[str, Any]]) -> Any:
    csv = next(row["ms"] for row in fast if row["made"] == "csv")
    found = [_goal("mock_rows_ms", csv, "<", SPEED_GOAL_MS)]
    of_level = {level: [row for row in useful if row["level"] == level] for level in LEVELS}
    found.append(_goal("correct_programs", sum(row["correct"] for row in of_level[Level.SHAPE]), ">=", PROGRAMS_GOAL))
    found.append(_goal("mutants", sum(row["mutants"] for row in of_level[Level.SHAPE]), ">=", MUTANTS_GOAL))
    for level, goal in FAILED_GOALS.items():
        (row,) = (row for row in of_level[level] if row["half"] == "unread")
        found.append(_goal(f"correct_failed_{level}", row["failed"], "<=", goal))
        found.append(_goal(f"mutants_missed_{level}", row["missed"], "<=", MISSED_GOAL))
        (row,) = (row for row in mended if row["level"] == level and row["half"] == "unread")
        found.append(_goal(f"repaired_{level}", row["repaired"], ">=", REPAIRED_GOAL))
        found.append(_goal(f"repaired_free_{level}", row["free"], ">=", FREE_GOAL))
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
        laboratory = Laboratory(folder)
        ground = Ground(laboratory)
        correct, failing = collect(laboratory, ground, folder)
        mended, cases = repairs(laboratory, ground, failing, folder)
    useful = worth(correct, failing)
    if options.failures:
        _list_failures(correct, failing, cases)
    told = goals(fast, useful, mended)
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    if options.json:
        print(json.dumps({"bench": "mocks", "machine": machine, "rows": [*fast, *useful, *mended], "goals": told}))
        return
    for row in fast:
        print("{made:>18}: {rows} rows of {columns} columns in {ms} ms of processor time".format(**row))
    for row in useful:
        print(
            "{level:>8} {half:>6}: of {correct} correct programs {failed:.1%} failed, {inconclusive:.1%} inconclusive, "
            "{unverified:.1%} with unverified literals; of {mutants} mutants {missed:.1%} missed".format(**row)
        )
    for row in mended:
        print(
            "{level:>8} {half:>6}: of {mutants} mutants {repaired:.1%} repaired, {free:.1%} without a bit; "
            "by an open agent's feedback {open:.1%}".format(**row)
        )
    for goal in told:
        print(f"{goal['id']}: {goal['value']} (goal {goal['goal']}{'' if goal['met'] else ', missed'})")


def _list_failures(correct: Sequence[Rehearsed], failing: Sequence[Rehearsed], cases: dict[Level, list[Case]]) -> None:
    for level in (Level.SHAPE, Level.LABELS):
        for one in correct:
            if one.is_read and one.ran[level].outcome is RehearsalOutcome.FAILED:
                print(f"--- {level} {one.tables}: {one.ran[level].raised}\n{one.program}")
        for one in failing:
            if one.is_read and one.mutant and not one.is_told(level):
                print(f"--- {level} MISSED {one.mutant.kind} {one.mutant.wrong!r} {one.tables}\n{one.program}")
        for case in cases[level]:
            if case.one.is_read and case.one.mutant and not case.repaired:
                print(f"--- {level} NOT REPAIRED {case.one.mutant.wrong!r} {case.one.tables}\n{case.program}")


if __name__ == "__main__":
    main()
