"""How guard tells risky programs from ordinary ones, and how fast, beside bandit and an import allowlist.

`python -m bench.guard [--json] [--list] [--gallery DIR]… [--ordinary N]`.  Risky: `guard_set/risky/` for work, and
`guard_set/unread/`, ours, by category.  Ordinary: what the installed libraries document (`guard_set/ordinary.py`), and
gallery scripts below `--gallery`, both halved by a seed, source by source; `--list` shows the misses of the half for
work.

What "unread" is worth: its 201 programs were written from the families that the task names, by somebody who had not
yet read the rules, and scored before anything was changed: 96.5% (194).  The same person then read the rules, mended
what was known or looked wrong, and scored three times more (97.0%, 97.5%, 98.0%) without ever asking which were missed;
but who writes programs remembers them.  The rules' first author never saw them; the programs for work are by that
author, who saw their misses.  It is a guard against over-fitting from here on, not a measure by strangers.  The
galleries were halved before either half was read.

flagged: `review` or `deny` under the shipped policy; for bandit, any issue of severity medium or more; for the
allowlist, an import that is not an analysis library or a harmless module of the standard library.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.guard_set.ordinary import SOURCES, documented, gallery, kept
from bench.guard_set.pathological import PATHOLOGICAL
from bench.guard_set.repairs import REPAIRS, SHEET
from daytwo.executor.environments import default_environment
from daytwo.executor.guard import Guard, Language, Reviewed, shipped_policy
from daytwo.executor.guard.review import review
from daytwo.wire.verdict import Ruling, Verdict

SEED = 20261122
RISKY = {half: Path(__file__).parent / "guard_set" / name for half, name in (("work", "risky"), ("unread", "unread"))}
SEPARATOR = "#---\n"
ORDINARY_EACH = 60
COLD_CALLS = 12
LINES = 80, 120
"""How long a program of 100 lines is."""
CALLS = 5
RECALL_GOAL, FLAGGED_GOAL, REPAIRED_GOAL = 0.98, 0.03, 0.90
TIME_GOAL_MS, COLD_GOAL, CORPUS_GOAL = 15.0, 20.0, 1.0
PATHOLOGICAL_GOAL_SECONDS, MEMORY_GOAL_BYTES = 2.0, 200 * 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """A program of a corpus."""

    group: str
    name: str
    text: str
    language: Language = Language.PYTHON


def risky(half: str) -> list[Sample]:
    """The risky programs for `work`, or the `unread` ones."""
    found = []
    for path in sorted(RISKY[half].glob("*.txt")):
        for number, text in enumerate(path.read_text("utf-8").split(SEPARATOR)):
            language = {"shell": Language.SHELL, "notebook": Language.NOTEBOOK}.get(path.stem, Language.PYTHON)
            if language is Language.NOTEBOOK:
                text = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": text}]})  # noqa: PLW2901
            found.append(Sample(path.stem, f"{half}/{path.stem}/{number}", text, language))
    return found


def ordinary(folders: Iterable[Path], each: int) -> tuple[list[Sample], dict[str, tuple[int, int]]]:
    """The programs, and how many each source has and how many of them are whole and use no network."""
    chance = random.Random(SEED)
    found: list[Sample] = []
    counts: dict[str, tuple[int, int]] = {}
    sources = [(name, list(documented(name))) for name in SOURCES]
    sources += [(folder.name, list(gallery(folder))) for folder in folders]
    for name, programs in sources:
        whole = kept(programs)
        counts[name] = len(programs), len(whole)
        chance.shuffle(whole)
        found += [Sample(name, one.where, one.text) for one in whole[:each]]
    return found, counts


def halves(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """The half for work and the unread one, drawn group by group."""
    chance = random.Random(SEED)
    work: list[Sample] = []
    unread: list[Sample] = []
    for group in dict.fromkeys(one.group for one in samples):
        mine = [one for one in samples if one.group == group]
        chance.shuffle(mine)
        middle = (len(mine) + (len(work) <= len(unread))) // 2
        work += mine[:middle]
        unread += mine[middle:]
    return work, unread


class Reviewer:
    """Guard as an executor holds it, and what it took."""

    def __init__(self) -> None:
        self._guard = Guard(shipped_policy())
        self._guard.start()
        self._imports = tuple(sorted(default_environment().import_names))
        self.ms: dict[str, float] = {}

    def __call__(self, sample: Sample) -> Verdict:
        began = time.perf_counter()
        reviewed = Reviewed(program=sample.text, language=sample.language, environment_imports=self._imports)
        verdict = self._guard.review(reviewed)
        self.ms[sample.name] = (time.perf_counter() - began) * 1000
        return verdict

    def work_ms(self, sample: Sample) -> float:
        """The processor time of a review in this process: what a busy machine does not add to."""
        reviewed = Reviewed(program=sample.text, language=sample.language, environment_imports=self._imports)
        began = time.process_time()
        review(reviewed, self._guard.policy)
        return (time.process_time() - began) * 1000

    def over_orders(self, text: str) -> Verdict:
        """A program over the sheet that `guard_set/repairs.py` is about."""
        return self._guard.review(Reviewed(program=text, environment_imports=self._imports, sheets=(SHEET,)))

    def close(self) -> None:
        self._guard.close()


def bandit(samples: Sequence[Sample]) -> tuple[set[str], float]:
    """The names of what bandit flags, and the seconds that one call for all of them took."""
    python = [one for one in samples if one.language is Language.PYTHON]
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, sample in enumerate(python):
            path = Path(folder, f"p{number}.py")
            path.write_text(sample.text, "utf-8")
            names[str(path)] = sample.name
        began = time.perf_counter()
        command = [sys.executable, "-m", "bandit", "-q", "-f", "json", "-r", folder]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        seconds = time.perf_counter() - began
    issues = json.loads(done.stdout)["results"]
    return {names[one["filename"]] for one in issues if one["issue_severity"] in {"MEDIUM", "HIGH"}}, seconds


def cold_bandit(samples: Sequence[Sample]) -> float:
    """The median seconds of a call of bandit for one file."""
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for sample in samples[:COLD_CALLS]:
            path = Path(folder, "program.py")
            path.write_text(sample.text, "utf-8")
            began = time.perf_counter()
            subprocess.run([sys.executable, "-m", "bandit", "-q", str(path)], capture_output=True, check=False)
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def allowlist(samples: Sequence[Sample]) -> set[str]:
    """The names of what an allowlist of imports refuses, as one would write it in an afternoon."""
    allowed = {
        *("numpy", "pandas", "polars", "duckdb", "pyarrow", "scipy", "sklearn", "statsmodels", "matplotlib", "plotly"),
        *("math", "statistics", "datetime", "json", "re", "random", "collections", "itertools", "functools", "typing"),
    }
    refused = set()
    for sample in samples:
        try:
            tree = ast.parse(sample.text)
        except (SyntaxError, ValueError):
            refused.add(sample.name)
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                tops = {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                tops = {(node.module or "").partition(".")[0]}
            else:
                continue
            if tops - allowed:
                refused.add(sample.name)
    return refused


def whole_corpus(samples: Sequence[Sample]) -> float:
    """Seconds of `daytwo guard review` for all files, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        for number, sample in enumerate(one for one in samples if one.language is Language.PYTHON):
            Path(folder, f"p{number}.py").write_text(sample.text, "utf-8")
        began = time.perf_counter()
        command = [sys.executable, "-m", "daytwo.cli.main", "guard", "review", folder, "--json"]
        subprocess.run(command, capture_output=True, check=True)
        return time.perf_counter() - began


def peak_memory_bytes() -> int:
    """The most that guard's process, the only child of this one, has held so far."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
    peaks = [0]
    for child in children:
        status = Path(f"/proc/{child}/status").read_text("ascii")
        peaks += [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")]
    return max(peaks)


def pathological(review: Callable[[Sample], Verdict]) -> list[dict[str, Any]]:
    rows = []
    for name, text in PATHOLOGICAL.items():
        began = time.perf_counter()
        verdict = review(Sample("pathological", name, text))
        seconds = round(time.perf_counter() - began, 3)
        rows.append(
            {
                "program": name,
                "characters": len(text),
                "verdict": verdict.verdict.value,
                "rules": sorted({finding.rule for finding in verdict.findings}),
                "seconds": seconds,
                "peak_bytes": peak_memory_bytes(),
            }
        )
    return rows


def repaired_share(reviewer: Reviewer) -> float:
    """The share of broken programs that the findings alone make whole (`guard_set/repairs.py`)."""
    return sum(one.is_repaired(reviewer.over_orders) for one in REPAIRS) / len(REPAIRS)


def scores(reviewer: Reviewer, good: Sequence[Sample], listed: bool) -> list[dict[str, Any]]:
    """Recall and flagged ordinary programs of each half, for guard and its peers."""
    rows = []
    for half, ordinary_half in zip(RISKY, halves(good), strict=True):
        risky_half = risky(half)
        both = [*risky_half, *ordinary_half]
        verdicts = {one.name: reviewer(one) for one in both}
        flagged = {name for name, verdict in verdicts.items() if verdict.verdict is not Ruling.ALLOW}
        if listed and half == "work":
            _list(risky_half, ordinary_half, verdicts)
        for peer, found in (("guard", flagged), ("bandit", bandit(both)[0]), ("allowlist", allowlist(both))):
            rows.append(
                {
                    "half": half,
                    "reviewer": peer,
                    "risky": len(risky_half),
                    "recall": _share(found, risky_half),
                    "ordinary": len(ordinary_half),
                    "flagged": _share(found, ordinary_half),
                }
            )
    return rows


def _share(found: set[str], samples: Sequence[Sample]) -> float:
    return round(sum(one.name in found for one in samples) / len(samples), 4) if samples else 0.0


def _list(bad: Sequence[Sample], good: Sequence[Sample], verdicts: dict[str, Verdict]) -> None:
    for sample in bad:
        if verdicts[sample.name].verdict is Ruling.ALLOW:
            print(f"missed  {sample.name}\n{sample.text}", file=sys.stderr)
    for sample in good:
        verdict = verdicts[sample.name]
        if verdict.verdict is not Ruling.ALLOW:
            rules = Counter(finding.rule for finding in verdict.findings if finding.severity != "info")
            print(f"{verdict.verdict.value:7} {sample.group}: {sample.name}: {dict(rules)}", file=sys.stderr)


def times(reviewer: Reviewer, good: Sequence[Sample]) -> dict[str, Any]:
    """How long programs of 100 lines take in a running executor: ordinary ones, joined up to that length.

    Each is reviewed `CALLS` times, and the quickest counts: what else runs on the machine is no matter of guard's.
    """
    joined: list[Sample] = []
    parts: list[str] = []
    for sample in good:
        lines = sum(part.count("\n") for part in (*parts, sample.text))
        if lines > LINES[1]:
            parts, lines = [], sample.text.count("\n")
        parts.append(sample.text)
        if LINES[0] <= lines <= LINES[1]:
            joined.append(Sample("length", f"length/{len(joined)}", "\n".join(parts)))
            parts = []
    wall = sorted(min(reviewer.ms[sample.name] for _ in range(CALLS) if reviewer(sample)) for sample in joined)
    work = sorted(min(reviewer.work_ms(sample) for _ in range(CALLS)) for sample in joined)
    return {
        "programs": len(joined),
        "lines": round(statistics.mean(sample.text.count("\n") for sample in joined)),
        "p50_ms": round(statistics.median(wall), 2),
        "p95_ms": round(wall[int(0.95 * (len(wall) - 1))], 2),
        "p50_cpu_ms": round(statistics.median(work), 2),
        "p95_cpu_ms": round(work[int(0.95 * (len(work) - 1))], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--list", action="store_true", help="list the misses of the half for work on standard error")
    parser.add_argument("--gallery", type=Path, action="append", default=[], help="a folder with example scripts")
    parser.add_argument("--ordinary", type=int, default=ORDINARY_EACH, help="programs from each library")
    options = parser.parse_args()
    bad = [sample for half in RISKY for sample in risky(half)]
    good, counts = ordinary(options.gallery, options.ordinary)
    reviewer = Reviewer()
    try:
        rows = scores(reviewer, good, options.list)
        timed = times(reviewer, good)
        hostile = pathological(reviewer)
        share = repaired_share(reviewer)
    finally:
        reviewer.close()
    cold, corpus = cold_bandit(good), [*bad, *good]
    warm = statistics.median(reviewer.ms[one.name] for one in good) / 1000
    speed = {
        "bandit_cold_seconds": round(cold, 3),
        "guard_warm_seconds": round(warm, 4),
        "bandit_corpus_seconds": round(bandit(corpus)[1], 2),
        "guard_corpus_seconds": round(whole_corpus(corpus), 2),
    }
    mine = next(row for row in rows if row["half"] == "unread" and row["reviewer"] == "guard")
    slowest = max(row["seconds"] for row in hostile)
    memory = max(row["peak_bytes"] for row in hostile)
    goals = [
        _goal("risky_programs", len(bad), ">=", 400),
        _goal("risky_categories", len({one.group for one in bad}), ">=", 20),
        _goal("ordinary_programs", len(good), ">=", 300),
        _goal("recall_unread", mine["recall"], ">=", RECALL_GOAL),
        _goal("ordinary_flagged_unread", mine["flagged"], "<=", FLAGGED_GOAL),
        _goal("p95_ms_100_lines", timed["p95_ms"], "<=", TIME_GOAL_MS),
        _goal("times_faster_than_cold_bandit", round(cold / warm, 1), ">=", COLD_GOAL),
        _goal(
            "times_faster_on_a_corpus",
            round(speed["bandit_corpus_seconds"] / speed["guard_corpus_seconds"], 2),
            ">=",
            CORPUS_GOAL,
        ),
        _goal("pathological_seconds", slowest, "<=", PATHOLOGICAL_GOAL_SECONDS),
        _goal("pathological_peak_bytes", memory, "<=", MEMORY_GOAL_BYTES),
        _goal("repaired_share", round(share, 4), ">=", REPAIRED_GOAL),
    ]
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    report = [*rows, timed, speed, *hostile, {"sources": counts}]
    if options.json:
        print(json.dumps({"bench": "guard", "machine": machine, "rows": report, "goals": goals}))
        return
    for row in report:
        print(", ".join(f"{key} {value}" for key, value in row.items()))
    for goal in goals:
        print(f"{goal['id']}: {goal['value']} (goal {goal['goal']}{'' if goal['met'] else ', missed'})")


def _goal(name: str, value: float, sign: str, bound: float) -> dict[str, Any]:
    met = value >= bound if sign == ">=" else value <= bound
    return {"id": name, "value": value, "goal": f"{sign} {bound}", "met": met}


if __name__ == "__main__":
    main()
