"""Real kill -9 at the named points of both planes, of the process that is there or of the database under it.

`DAYTWO_REAL_KILLS` says how many; `make test-faults` asks for 200 and writes the table of point, victim and result.
"""

import json
import os
import random
from itertools import product

from daytwo.sdk.events import follow
from tests.faults.planes import planes_in_a_home

KILLS = int(os.environ.get("DAYTWO_REAL_KILLS", "3"))
KILLS_A_LIFE = 4
"""A supervisor gives a process up that dies six times in a row within seconds each; nothing here is to mend that."""
SEED = 7
WHEN = ("before", "during", "after")
CONTROL = ("session", "accept", "begin", "plan", "claim", "complete", "sequence")
EXECUTOR = (
    "journal.accept", "journal.root", "journal.start", "verdict", "rehearsed", "debit", "results.begin", "snapshot",
    "observe", "results.file", "results.finish", "journal.result", "answer", "journal.acknowledge",
)  # fmt: skip
WHOLE = ("snapshot", "results.file")
"""Changes by one rename have no inside."""
CASES = [
    *((f"{name}:{when}", victim) for name, when in product(CONTROL, WHEN) for victim in ("control", "postgres")),
    *((f"{name}:{when}", "executor") for name, when in product(EXECUTOR, WHEN) if (name, when) not in
      {(whole, "during") for whole in WHOLE}),
]  # fmt: skip


def plan(kills):
    """Every case before any twice, in an order that is the same each time."""
    chance = random.Random(SEED)
    cases = []
    while len(cases) < kills:
        cases += chance.sample(CASES, len(CASES))
    return cases[:kills]


def killed_run(planes, orders):
    """A run of two steps during which these deaths happen, one after the other: its answer, their results.

    Two deaths in both executions of one program lose it; then the run is resumed, as a person would.
    """
    left = list(orders)

    def give():
        point, victim = left.pop(0)
        planes.order_death(point, victim if victim == "postgres" else None)

    give()
    session = planes.client.create_session(()).session
    run = planes.ask(session, "x = 11", "say(str(x * 12))")
    events = []
    while not events or events[-1].data.get("reason") == "program_lost":
        if events:
            planes.patiently(lambda: planes.client.resume(run))
        for event in follow(planes.client.control, run, after=len(events)):
            events.append(event)
            if left and planes.is_obeyed:
                give()
    check(events, orders)
    says = planes.patiently(lambda: planes.client.results(run)).steps[-1].says
    died = len(orders) - len(left) - (0 if planes.is_obeyed else 1)
    planes.order.unlink(missing_ok=True)
    return says, ["survived" if number < died else "not reached" for number in range(len(orders))]


def check(events, orders):
    """Nothing lost, nothing done twice; a program is executed again only where its executor died."""
    assert events[-1].kind == "run.succeeded", (orders, events[-1])
    assert [event.seq for event in events] == list(range(1, len(events) + 1)), orders
    assert [event.data["step"] for event in events if event.kind == "step.planned"] == [1, 2], orders
    outcomes = [(event.data["step"], event.data["outcome"]) for event in events if event.kind == "step.observed"]
    assert [step for step, outcome in outcomes if outcome != "lost"] == [1, 2], orders
    lost = sum(outcome == "lost" for _, outcome in outcomes)
    assert lost <= len(orders) // 2, (orders, outcomes)
    assert sum(event.kind == "step.dispatched" for event in events) == 2 + lost, orders


def test_a_run_survives_a_death_at_each_named_point(record_testsuite_property):
    cases, table = plan(KILLS), []
    while cases:
        with planes_in_a_home() as planes:
            budget = dict.fromkeys(("control", "postgres", "executor"), KILLS_A_LIFE)
            while cases and budget[cases[0][1]]:
                orders = [cases.pop(0)]
                budget[orders[0][1]] -= 1
                if len(table) % 3 == 0 and cases and cases[0][1] == "executor" and budget["executor"]:
                    orders.append(cases.pop(0))
                    budget["executor"] -= 1
                says, results = killed_run(planes, orders)
                assert says == ("132",), orders
                table += [(*order, result) for order, result in zip(orders, results, strict=True)]
    record_testsuite_property("real kills", json.dumps(table))
    assert len(table) == KILLS
    assert sum(result == "survived" for _, _, result in table) >= KILLS * 0.9
