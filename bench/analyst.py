"""How many real questions `builtin:analyst` answers, and how many it answers wrongly.

`python -m bench.analyst [--json] [--work]`.  Each question is planned from the sheets that the profiler makes of the
file (level `shape`), its program runs in a real cell, and what it showed is compared with pandas' own answer
(`analyst_set`).  Some of the questions are for work, by those who write the analyst, by strangers to it and by
newcomers with tables of their own, and about figures under a condition (`analyst_set/strangers`,
`analyst_set/newcomers`, `analyst_set/conditions`; a row each): `--work` lists what failed there.  Three are only ever
scored, by their totals; a log in the `__init__` of each says how often.  `analyst_set/newcomers_unread` and
`analyst_set/conditions_unread` are halves that a seed chose; `analyst_set/unread`, by which the goals are measured, was
written by someone who had not read the analyst.

right: the answer holds; refused: no answer was given; wrong: an answer was given that does not hold (or one where
the table cannot answer).  A refusal is right where the table cannot answer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.analyst_set import (
    ask_cars,
    ask_money,
    ask_places,
    ask_time,
    conditions,
    conditions_unread,
    newcomers,
    newcomers_unread,
    strangers,
    unread,
)
from bench.analyst_set.expected import Nothing, OrNothing, Shown
from bench.analyst_set.laboratory import Laboratory
from bench.analyst_set.question import Asked
from daytwo.control.models.analyst import plan
from daytwo.control.models.request import PastRun, PlanRequest

RIGHT_GOAL, WRONG_GOAL = 0.90, 0.02
_NO_ANSWER = "Nothing was computed."


def work_questions() -> list[Asked]:
    """What the analyst's own authors asked."""
    return [*ask_cars.QUESTIONS, *ask_time.QUESTIONS, *ask_places.QUESTIONS, *ask_money.QUESTIONS]


@dataclass
class Outcome:
    asked: Asked
    verdict: str
    reason: str
    program: str = ""
    shown: Shown | None = None


def score(asked: Sequence[Asked], laboratory: Laboratory) -> list[Outcome]:
    """Every question's outcome, in order."""
    programs: dict[int, str] = {}
    outcomes: list[Outcome] = []
    for place, one in enumerate(asked):
        step = plan(_request(one, laboratory))
        if step.program:
            programs[place] = step.program
        outcomes.append(Outcome(one, "", step.intent if step.program else (step.question or ""), step.program or ""))
    for place, shown in zip(programs, laboratory.run(list(programs.values())), strict=True):
        outcomes[place].shown = shown
    for outcome in outcomes:
        outcome.verdict = _verdict(outcome, laboratory)
    return outcomes


def _request(one: Asked, laboratory: Laboratory) -> PlanRequest:
    sheets = tuple(laboratory.sheets[name] for name in one.tables)
    history: list[PastRun] = []
    for question in one.before:
        before = plan(PlanRequest(question=question, sheets=sheets, history=tuple(history), turn=1, turns_left=3))
        history.append(PastRun(question=question, programs=(before.program,) if before.program else ()))
    return PlanRequest(question=one.text, sheets=sheets, history=tuple(history), turn=1, turns_left=3)


def _verdict(outcome: Outcome, laboratory: Laboratory) -> str:
    expected = outcome.asked.expected(laboratory.frames)
    shown = outcome.shown
    if shown is not None and shown.raised:
        outcome.reason += "\n".join(shown.says)
    refused = shown is None or shown.raised or any(_NO_ANSWER in text for text in shown.says)
    if isinstance(expected, Nothing):
        return "right" if refused else "wrong"
    if refused or shown is None:
        return "right" if isinstance(expected, OrNothing) else "refused"
    return "right" if expected.holds(shown) else "wrong"


def report(name: str, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    counts = Counter(outcome.verdict for outcome in outcomes)
    total = counts.total()
    return {
        "half": name,
        "questions": total,
        "right": counts["right"],
        "refused": counts["refused"],
        "wrong": counts["wrong"],
        "right_share": round(counts["right"] / total, 4),
        "wrong_share": round(counts["wrong"] / total, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--work", action="store_true", help="list what failed in the half for work, and stop")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(Path(folder))
        rows: list[dict[str, Any]] = []
        for_work = {
            "work": work_questions(), "strangers": strangers.questions(), "newcomers": newcomers.questions(),
            "conditions": conditions.questions(),
        }  # fmt: skip
        for name, asked in for_work.items():
            done = score(asked, laboratory)
            rows.append(report(name, done))
            if options.work:
                _list_failures(done)
                print(rows[-1])
        if options.work:
            return
        only_scored = {
            "newcomers_unread": newcomers_unread.questions(), "conditions_unread": conditions_unread.questions(),
            "unread": unread.questions(),
        }  # fmt: skip
        for name, asked in only_scored.items():
            rows.append(report(name, score(asked, laboratory)))
    scored = rows[-1]
    goals = [
        _goal("analyst_right_share", scored["right_share"], ">=", RIGHT_GOAL),
        _goal("analyst_wrong_share", scored["wrong_share"], "<=", WRONG_GOAL),
    ]
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    if options.json:
        print(json.dumps({"bench": "analyst", "machine": machine, "rows": rows, "goals": goals}))
        return
    for row in rows:
        print("{half:>16}: {questions} questions, {right} right, {refused} refused, {wrong} wrong".format(**row))
    for goal in goals:
        print(f"{goal['id']}: {goal['value']:.1%} (goal {goal['goal']}{'' if goal['met'] else ', missed'})")
    print(f"{time.perf_counter() - began:.0f} s")


def _goal(name: str, value: float, sign: str, bound: float) -> dict[str, Any]:
    met = value >= bound if sign == ">=" else value <= bound
    return {"id": name, "value": value, "goal": f"{sign} {bound}", "met": met}


def _list_failures(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.verdict == "right":
            continue
        said = "; ".join([*outcome.asked.before, outcome.asked.text])
        print(f"{outcome.verdict:8}{outcome.asked.table}: {said}\n        {outcome.reason.splitlines()[0]}")
        if outcome.verdict == "wrong" and outcome.shown:
            print("        ", outcome.shown.tables[:2], outcome.shown.says)
        elif outcome.program:
            print("        ", (outcome.shown.says if outcome.shown else "")[-600:])


if __name__ == "__main__":
    main()
