"""How long a program waits for its sandbox: `python -m bench.sandbox [--json] [--jupyter] [--runs 30]`.

Every contender runs the same program (it imports five libraries, says so, ends), one after the other in each round, so
that whatever else the machine does falls on all of them.  Each begins when nothing of the one before it runs any more
and the pool is full, as in an executor at rest: else what one leaves to be done would be counted as the next one's.
Measured: from asking to the program's first byte, and to its end with everything collected.  Ours: from the pool, with
an empty pool, the full path (a snapshot and data mounted, a result of 1 MB collected), and the tier `strong`.  Theirs,
each where the machine has it: `bwrap` with a fresh Python, `runsc do`, `podman run`, and with `--jupyter` a Jupyter
kernel, installed for this run.  Then: what a parked child costs, a hundred sleepers at once, and what is left after
many executions.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import anyio

from bench.sandbox_set.jupyter import Jupyter
from bench.sandbox_set.leftovers import Leftovers
from bench.sandbox_set.ours import Ours, sleepers_seconds
from bench.sandbox_set.peers import peers
from bench.sandbox_set.rest import Rest
from bench.sandbox_set.timing import Timing
from daytwo.executor.sandbox import Tier, Warmth, turns

RUNS = 30
EXECUTIONS = 300
_REFERENCE = "bwrap"
_NEVER = Warmth(pool=0)
_REFILL_SECONDS = 2.0
Contender = Callable[[], Awaitable[Timing]]


async def measure(runs: int, executions: int, *, strong: bool, jupyter: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="daytwo-bench-") as name, ExitStack() as closing:
        tempfile.tempdir = name  # ours alone, so that what is left in it is ours
        pool, empty = Ours(Path(name), Warmth()), Ours(Path(name), _NEVER)
        closing.callback(pool.close)
        closing.callback(empty.close)
        contenders: dict[str, Contender] = {
            "pool": pool.first_line,
            "pool, full path": pool.full_path,
            "pool empty": empty.first_line,
        }
        found, absent = peers(Path(name))
        contenders |= found
        if jupyter:
            kernels = Jupyter(Path(name))
            closing.callback(kernels.close)
            contenders["jupyter kernel"] = kernels.first_line
        else:
            absent["jupyter kernel"] = "ask for it with `--jupyter`"
        if strong and shutil.which("runsc") and os.geteuid() == 0:
            contenders["strong"] = lambda: pool.first_line(Tier.STRONG)
        timings, restless = await _interleaved(contenders, runs)
        idle_bytes = await pool.idle_child_bytes()
        seconds = await sleepers_seconds(pool)
        leftovers = Leftovers()
        left = await leftovers.after(pool, executions)
    rows = [_row(name, timings[name]) for name in timings]
    figures = {"idle_child_uss_bytes": idle_bytes, "sleepers_100_seconds": round(seconds, 2), "left": left}
    return {
        "bench": "sandbox",
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "rows": rows,
        "absent": absent,
        "figures": figures | {"executions": executions, "runs": runs, "begun_without_rest": restless},
        "goals": _goals(timings, idle_bytes, seconds, len(left)),
    }


async def _interleaved(contenders: dict[str, Contender], runs: int) -> tuple[dict[str, list[Timing]], int]:
    """The timings, and how many of them began although the machine had not come to rest."""
    timings: dict[str, list[Timing]] = {name: [] for name in contenders}
    for contender in contenders.values():
        await contender()  # once for the page cache, and for a zygote to be warm
    await anyio.sleep(_REFILL_SECONDS)
    rest = Rest()
    for round_number in range(1, runs + 1):
        print(f"round {round_number} of {runs}", file=sys.stderr)
        for name, contender in contenders.items():
            await rest.come()
            timings[name].append(await contender())
    return timings, rest.missed


def _row(name: str, timings: list[Timing]) -> dict[str, Any]:
    row: dict[str, Any] = {"contender": name, "runs": len(timings)}
    for what, seconds in (
        ("first_line", [timing.first_line_seconds for timing in timings]),
        ("exit", [timing.exit_seconds for timing in timings]),
    ):
        row[f"{what}_p50_ms"] = round(median(seconds) * 1000, 3)
        row[f"{what}_p95_ms"] = round(_p95(seconds) * 1000, 3)
    return row


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _goals(timings: dict[str, list[Timing]], idle_bytes: int, seconds: float, left: int) -> list[dict[str, Any]]:
    goals = [
        _goal("idle_child_uss_mb", idle_bytes / 1e6, "<=", 4),
        _goal("sleepers_100_seconds", seconds, "<", 4),
        _goal("left_after_executions", left, "<=", 0),
    ]
    if _REFERENCE not in timings:
        return goals
    for name, contender, what, least in (
        ("pool_first_line_ratio", "pool", "first_line_seconds", 1000),
        ("pool_exit_ratio", "pool", "exit_seconds", 100),
        ("pool_empty_first_line_ratio", "pool empty", "first_line_seconds", 75),
        ("full_path_exit_ratio", "pool, full path", "exit_seconds", 50),
    ):
        ours, theirs = (median(getattr(timing, what) for timing in timings[who]) for who in (contender, _REFERENCE))
        goals.append(_goal(name, theirs / ours, ">=", least))
    return goals


def _goal(name: str, value: float, sign: str, bound: float) -> dict[str, Any]:
    met = {">=": value >= bound, "<=": value <= bound, "<": value < bound}[sign]
    return {"id": name, "value": round(value, 3), "goal": f"{sign} {bound}", "met": met}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each contender")
    parser.add_argument("--executions", type=int, default=EXECUTIONS, help="before looking for what is left")
    parser.add_argument("--no-strong", action="store_true", help="leave the tier strong out: it is slow")
    parser.add_argument("--jupyter", action="store_true", help="install ipykernel for this run, and measure it")
    options = parser.parse_args()

    turns.be_short()  # as an executor's process does

    async def go() -> dict[str, Any]:
        return await measure(options.runs, options.executions, strong=not options.no_strong, jupyter=options.jupyter)

    document = anyio.run(go)
    if options.json:
        print(json.dumps(document))
        return
    for row in document["rows"]:
        print(
            "{contender:18} first line {first_line_p50_ms:9.1f} ms (p95 {first_line_p95_ms:9.1f})   "
            "exit {exit_p50_ms:9.1f} ms (p95 {exit_p95_ms:9.1f})".format(**row)
        )
    for name, reason in document["absent"].items():
        print(f"{name:18} not measured: {reason}")
    for goal in document["goals"]:
        print(f"{goal['id']}: {goal['value']} (goal {goal['goal']}{'' if goal['met'] else ', missed'})")
    for leftover in document["figures"]["left"]:
        print(f"left: {leftover}", file=sys.stderr)


if __name__ == "__main__":
    main()
