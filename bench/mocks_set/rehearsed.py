"""Programs over real tables, mutants of them, and what a rehearsal makes of each.

Correct programs are `programs.txt`, of which a seeded half was read for tuning, `unread.txt`, which was written whole
before it was first rehearsed, and some of what `builtin:analyst` plans for its questions of the work half.  A mutant
counts if it fails on the real tables.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.analyst import work_questions
from bench.analyst_set.laboratory import Laboratory
from bench.mocks_set.mutants import Mutant, mutants
from daytwo.control.models.analyst import plan
from daytwo.control.models.request import PlanRequest
from daytwo.executor import cell
from daytwo.executor.catalog.classes import classify
from daytwo.executor.catalog.sheet import build
from daytwo.executor.rehearsal import mock
from daytwo.executor.rehearsal.outcome import decide
from daytwo.executor.sandbox.request import Ending
from daytwo.wire.column import TICKABLE
from daytwo.wire.holes import sentences
from daytwo.wire.rehearsal import Doubt, RehearsalOutcome
from daytwo.wire.release import Release
from daytwo.wire.sheet import Level, SchemaSheet

SEED = 5
PLANNED = 100
"""Programs of the analyst, drawn by chance: they are much alike."""
LEVELS = (Level.SCHEMA, Level.SHAPE, Level.LABELS)
WAIT_SECONDS = 900
PROCESSES = os.cpu_count() or 1
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Ran:
    """What a program did in the runner: over real tables, or over mock rows with `outcome`."""

    raised: str | None
    doubt: str | None = None
    line: int | None = None
    statement: int = 0
    template: int = 0
    hole: int = 0
    outcome: RehearsalOutcome | None = None
    unverified: tuple[str, ...] = ()
    """Values of the program that no sheet vouches for."""


@dataclass
class Rehearsed:
    """A program, or a mutant of one, and what became of it at each level."""

    tables: tuple[str, ...]
    program: str
    is_read: bool
    """Whether its failures may be read for tuning."""
    mutant: Mutant | None = None
    ran: dict[Level, Ran] = field(default_factory=dict)

    def is_told(self, level: Level) -> bool:
        """Whether a rehearsal tells of the mistake, or of a doubt; a warning about another literal does not count."""
        found = self.ran[level]
        if found.outcome is RehearsalOutcome.UNVERIFIED:
            return self.mutant is not None and self.mutant.wrong in found.unverified
        return found.outcome is not RehearsalOutcome.PASSED


def programs(laboratory: Laboratory) -> list[Rehearsed]:
    """Correct programs; those of the analyst come with the tables of their question."""
    planned = []
    for asked in work_questions():
        if asked.before:
            continue
        sheets = tuple(laboratory.sheets[name] for name in asked.tables)
        step = plan(PlanRequest(question=asked.text, sheets=sheets, turn=1, turns_left=3))
        if step.program:
            planned.append(Rehearsed(asked.tables, step.program, is_read=True))
    own = _written("programs.txt")
    read = set(random.Random(SEED).sample(range(len(own)), len(own) // 2))
    return [
        *(Rehearsed(tables, program, place in read) for place, (tables, program) in enumerate(own)),
        *(Rehearsed(tables, program, is_read=False) for tables, program in _written("unread.txt")),
        *random.Random(SEED).sample(planned, min(PLANNED, len(planned))),
    ]


def _written(name: str) -> list[tuple[tuple[str, ...], str]]:
    parts = re.findall(r"^# (.+)\n((?:(?!# ).*\n?)*)", (_HERE / name).read_text("utf-8"), re.MULTILINE)
    return [(tuple(tables.split()), program) for tables, program in parts]


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


def run(jobs: Sequence[tuple[str, Sequence[dict[str, Any]], Iterable[str]]]) -> list[Ran]:
    """What each program did over its sources; the third of a job are the columns that its sheets name."""
    if not jobs:
        return []
    lines = [
        json.dumps(
            {
                "program": program,
                "sources": list(sources),
                "columns": sorted(columns),
                "sentences": sentences(program),
            }
        )
        + "\n"
        for program, sources, columns in jobs
    ]
    told: list[Ran | None] = [None] * len(jobs)
    with ThreadPoolExecutor(PROCESSES) as pool:
        for first, ran in enumerate(pool.map(_run, (lines[first::PROCESSES] for first in range(PROCESSES)))):
            told[first::PROCESSES] = ran
    return [ran for ran in told if ran is not None]


def _run(lines: Sequence[str]) -> list[Ran]:
    path = os.pathsep.join([str(Path(cell.__file__).parent.parent), str(_HERE.parent.parent)])
    ended = subprocess.run(
        [sys.executable, "-m", "bench.mocks_set.runner"],
        input="".join(lines), capture_output=True, text=True, check=False, timeout=WAIT_SECONDS,
        env={"PYTHONPATH": path, "PATH": os.environ["PATH"], "MPLBACKEND": "Agg", "HOME": os.environ.get("HOME", "/")},
    )  # fmt: skip
    answers = [Ran(**json.loads(line)) for line in ended.stdout.splitlines() if line.startswith('{"raised"')]
    if len(answers) != len(lines):
        raise RuntimeError(f"the runner ended after {len(answers)} of {len(lines)}: {ended.stderr[-2_000:]}")
    return answers


class Ground:
    """The real tables, and what programs did over them; each is run once."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._sources = {source["name"]: source for source in laboratory.sources}
        self._known: dict[tuple[tuple[str, ...], str], Ran] = {}

    def run(self, some: Sequence[Rehearsed]) -> list[Ran]:
        """What programs do over the real tables."""
        new = list({key: None for one in some if (key := (one.tables, one.program)) not in self._known})
        ran = run([(program, [self._sources[name] for name in tables], ()) for tables, program in new])
        self._known.update(zip(new, ran, strict=True))
        return [self._known[one.tables, one.program] for one in some]


def rehearse(sheets: dict[str, SchemaSheet], some: Sequence[Rehearsed], folder: Path) -> list[Ran]:
    """What programs do over mock rows, and what their rehearsals would say."""
    jobs, doubtful = [], []
    for place, one in enumerate(some):
        mine = [sheets[name] for name in one.tables]
        target = folder / str(place)
        target.mkdir(parents=True)
        made = mock(mine, one.program, SEED, target)
        columns = {column.name for sheet in mine for table in sheet.tables for column in table.columns}
        jobs.append((one.program, made.sources, columns))
        doubtful.append(tuple(str(literal.value) for literal in made.unverified))
    return [_judged(ran, unverified) for ran, unverified in zip(run(jobs), doubtful, strict=True)]


def _judged(ran: Ran, unverified: tuple[str, ...]) -> Ran:
    failed = ran.raised is not None
    outcome, doubt = decide(
        Ending.ERROR if failed else Ending.OK,
        {"outcome": "error" if failed else "ok"},
        Doubt(ran.doubt) if ran.doubt else None,
        made_up=bool(unverified),
        nothing_released=False,
    )
    told = {"outcome": outcome, "unverified": unverified, "doubt": doubt.value if doubt else None}
    return Ran(**{**vars(ran), **told})


def collect(laboratory: Laboratory, ground: Ground, folder: Path) -> tuple[list[Rehearsed], list[Rehearsed]]:
    """Correct programs and failing mutants, with what became of them at each level."""
    candidates = programs(laboratory)
    correct = [one for one, ran in zip(candidates, ground.run(candidates), strict=True) if not ran.raised]
    chance = random.Random(SEED)
    wrong = [
        Rehearsed(one.tables, mutant.program, one.is_read, mutant)
        for one in correct
        for mutant in mutants(one.program, one.tables, laboratory.frames, chance)
    ]
    failing = [one for one, ran in zip(wrong, ground.run(wrong), strict=True) if ran.raised]
    for level in LEVELS:
        both = [*correct, *failing]
        for one, ran in zip(both, rehearse(sheets_at(laboratory, level), both, folder / level), strict=True):
            one.ran[level] = ran
    return correct, failing
