"""What the gate adds to a step: `python -m bench.gate_cost [--json]`.

The gate: debit, mint and record of one step, each of them fsynced, apart from the moment on the grid for which an
Observation waits.  The rehearsal: of an ordinary step (read a table, group it, show it, say a sentence) over a sheet of
eight columns, in a warm sandbox, from the request to what it told.  Milliseconds of the clock on the wall, to be taken
on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import anyio

from bench.gate import tasks
from bench.gate_set.executor import Executor
from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.installation import rehearser
from daytwo.executor.sandbox import PROFILES, Sandboxes
from daytwo.executor.sandbox.request import Cancel
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Completion
from daytwo.wire.verdict import Ruling, Verdict

GATES, REHEARSALS = 300, 30
GATE_GOAL_MS, REHEARSAL_GOAL_MS = 50, 300
PROGRAM = """
orders = data("orders").pandas()
by = orders.groupby("region")["amount"].agg(["sum", "count"]).sort_values("sum", ascending=False).reset_index()
show(by, title="Amounts by region")
say(f"{by.iloc[0]['region']} leads.")
"""
ALLOW = Verdict(verdict=Ruling.ALLOW, rules_version="bench")
REPORT = {"kind": "end", "outcome": "ok", "rows": 4}


def orders(folder: Path) -> Path:
    path = folder / "orders.csv"
    regions = ("North", "South", "East", "West")
    lines = (
        f"A{n:05},{regions[n % 4]},{n % 90}.5,2024-0{n % 9 + 1}-1{n % 9},{n % 7},yes,open,{n % 13}"
        for n in range(5_000)
    )
    path.write_text("order_id,region,amount,day,items,paid,status,store\n" + "\n".join(lines) + "\n")
    return path


def gate(executor: Executor) -> list[float]:
    """Seconds of debit, mint and record, for each of many steps."""
    signed = executor.catalog.signed("orders")
    taken = []
    for request in (tasks(["x = 1"], [signed])[0] for _ in range(GATES)):
        began = time.perf_counter()
        debit = executor.budget.debit(request, request.session_id, 1)
        symbol = executor.mint.observe(debit, "ok", REPORT, 0.1)
        spent, budget = executor.budget.spent(request.session_id)
        completion = Completion(
            task_id=request.task_id, epoch=1, verdict=ALLOW, symbol=symbol, bits_spent=spent, bits_budget=budget
        )
        executor.outbox.completion(completion, request, debit.bits)
        taken.append(time.perf_counter() - began)
    return taken


def rehearsals(executor: Executor, native: Sandboxes) -> list[float]:
    """Seconds of each rehearsal, the first left out: it warms."""
    signed = executor.catalog.signed("orders")
    made, environment = rehearser(native, executor.folder), default_environment()
    taken = []
    for request in (tasks([PROGRAM], [signed])[0] for _ in range(REHEARSALS + 1)):
        began = time.perf_counter()
        told = anyio.run(made.rehearse, request, [signed], PROFILES["small"], environment, (), Cancel())
        taken.append(time.perf_counter() - began)
        if told.traceback:
            raise RuntimeError(f"the program fails in rehearsal:\n{told.traceback}")
    return taken[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daytwo-gate-cost-") as name:
        folder = Path(name)
        native = Sandboxes(default_environment(), Path(cell.__file__).parent)
        executor = Executor(folder / "executor", SigningKey.generate(), native, dataset_bits=1e6)
        try:
            executor.register(orders(folder))
            rows = [_row("gate", gate(executor)), _row("rehearsal", rehearsals(executor, native))]
        finally:
            executor.database.close()
            native.close()
    found = {row["part"]: row for row in rows}
    goals = [
        _goal("gate_p95_ms", found["gate"]["p95_ms"], GATE_GOAL_MS),
        _goal("rehearsal_median_ms", found["rehearsal"]["median_ms"], REHEARSAL_GOAL_MS),
    ]
    if options.json:
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
        print(json.dumps({"bench": "gate_cost", "machine": machine, "rows": rows, "goals": goals}))
        return
    for row in rows:
        print("{part}: {times} times, median {median_ms} ms, p95 {p95_ms} ms".format(**row))
    for goal in goals:
        print(f"{goal['id']}: {goal['value']} (goal {goal['goal']}{'' if goal['met'] else ', missed'})")


def _row(part: str, seconds: list[float]) -> dict[str, Any]:
    ordered = sorted(1_000 * one for one in seconds)
    return {
        "part": part,
        "times": len(ordered),
        "median_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
    }


def _goal(name: str, value: float, bound: float) -> dict[str, Any]:
    return {"id": name, "value": value, "goal": f"< {bound}", "met": value < bound}


if __name__ == "__main__":
    main()
