"""Whether hostile programs get anywhere: `python -m bench.containment [--json] [--tier standard|strong]`.

Runs every hostile program of `tests/redteam/attempts` and every ordeal of `containment_set`, as root (where we are)
and as an ordinary user, in each tier that this machine has.  A row is one attempt under one identity and tier; it is
contained if it met a refusal that was meant for it, or ran to its end with nothing to show.  The host's state is
hashed before and after.  Exit status 1 where anything was not contained.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.containment_set.gvisor import OWN_ANSWERS
from bench.containment_set.host import host_digest
from bench.containment_set.ordeal import ORDEALS, Ordeal
from daytwo.executor.sandbox import Tier
from daytwo.executor.sandbox.testing import (
    IDENTITIES,
    ORDINARY_UID,
    Identity,
    Trial,
    TrialExecutor,
    TrialResult,
    open_folder,
    trial_executor,
)

PROGRAMS = Path(__file__).parents[1] / "tests" / "redteam" / "attempts"
_PRELUDE = "prelude.py"
ATTEMPTS_GOAL = 120
_WORKED = {"possible", "NameError", "TypeError", "AttributeError", "SyntaxError", "KeyError", "IndexError"}
"""Outcomes of an escape, or of an attempt that is broken and so proves nothing."""
_SAID_CHARACTERS = 300
_REFUSALS = {"EPERM", "ENOSYS", "EACCES"}
"""What a raw call may answer: anything else means that the kernel read its arguments."""


@dataclass(frozen=True)
class Row:
    """One attempt."""

    identity: str
    tier: str
    family: str
    attempt: str
    outcome: str
    contained: bool


def program(name: str, *, only_family: str | None = None) -> str:
    """A hostile program's whole text; of only one family where it is to run without a sandbox."""
    prelude = (PROGRAMS / _PRELUDE).read_text("utf-8")
    chosen = f"ONLY_FAMILIES = {[only_family]!r}\n" if only_family else ""
    return prelude + chosen + (PROGRAMS / f"{name}.py").read_text("utf-8")


def program_names() -> list[str]:
    return sorted(path.stem for path in PROGRAMS.glob("*.py") if path.name != _PRELUDE)


def is_contained(tried: dict[str, Any]) -> bool:
    return tried["outcome"] in _REFUSALS if tried["raw"] else tried["outcome"] not in _WORKED


class Hostility:
    """Runs what is hostile with one executor, over data of its own."""

    def __init__(self, executor: TrialExecutor, folder: Path, tier: str) -> None:
        self._executor = executor
        self._tier = tier
        self.data = folder / "hostile"
        (self.data / "folder").mkdir(parents=True)
        self.data.chmod(0o755)
        (self.data / "table.csv").write_text("a,b\n1,2\n", "utf-8")
        (self.data / "folder" / "part").write_text("part", "utf-8")
        for path, mode in (("table.csv", 0o644), ("folder/part", 0o755), ("folder", 0o755)):
            (self.data / path).chmod(mode)
            if executor.identity is Identity.ORDINARY and os.geteuid() == 0:
                os.chown(self.data / path, ORDINARY_UID, ORDINARY_UID)
        self._mounts = tuple((str(self.data / name), f"/data/{name}") for name in ("table.csv", "folder"))

    def run(self, source: str) -> TrialResult:
        return self._try(Trial(source))

    def probe(self, name: str) -> list[Row]:
        """All attempts of one program; a program that did not come to its end is one row that says so."""
        result = self._try(Trial(program(name)))
        if result.ending != "ok":
            said = result.message or result.stderr[-_SAID_CHARACTERS:]
            outcome = f"ended {result.ending or result.error}: {said}"
            return [self._row(name, "the whole program", outcome, contained=False)]
        return [self._judged(tried) for tried in json.loads(result.stdout)]

    def _judged(self, tried: dict[str, Any]) -> Row:
        family, attempt, outcome = tried["family"], tried["attempt"], tried["outcome"]
        own = OWN_ANSWERS.get((family, attempt)) if self._tier == Tier.STRONG else None
        if outcome == "possible" and own:
            return self._row(family, attempt, f"possible: {own}", contained=True)
        return self._row(family, attempt, outcome, contained=is_contained(tried))

    def ordeal(self, ordeal: Ordeal) -> Row:
        trial = Trial(ordeal.source, profile=ordeal.profile, cancel_on_output=ordeal.cancel_on_output)
        outcome = ordeal.outcome(self._try(trial))
        return self._row(ordeal.family, ordeal.name, outcome, contained=outcome == "contained")

    def _try(self, trial: Trial) -> TrialResult:
        return self._executor.run(replace(trial, mounts=self._mounts, tier=self._tier))

    def _row(self, family: str, attempt: str, outcome: str, *, contained: bool) -> Row:
        return Row(self._executor.identity.value, self._tier, family, attempt, outcome, contained)


def attack(identity: Identity, tier: str) -> tuple[list[Row], bool]:
    """Every attempt under one identity and tier, and whether the host is as it was."""
    with open_folder() as folder, trial_executor(identity) as executor:
        hostility = Hostility(executor, folder, tier)
        before = host_digest(hostility.data)
        rows = [row for name in program_names() for row in hostility.probe(name)]
        rows += map(hostility.ordeal, ORDEALS)
        return rows, host_digest(hostility.data) == before


def conditions(tiers: Sequence[str]) -> list[tuple[str, Identity]]:
    """The tiers that this machine has, for each user that has them."""
    has_runsc = shutil.which("runsc") is not None
    return [
        (tier, identity)
        for tier in tiers
        for identity in IDENTITIES
        if tier == Tier.STANDARD or (has_runsc and identity is Identity.ROOT)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--tier", action="append", choices=["standard", "strong"], help="only this tier")
    options = parser.parse_args()
    rows: list[Row] = []
    unchanged = True
    for tier, identity in conditions(options.tier or [tier.value for tier in Tier]):
        more, as_before = attack(identity, tier)
        rows += more
        unchanged = unchanged and as_before
    if options.json:
        print(json.dumps(_document(rows, unchanged=unchanged)))
    else:
        _print_table(rows, unchanged=unchanged)
    sys.exit(0 if unchanged and all(row.contained for row in rows) else 1)


def _document(rows: Sequence[Row], *, unchanged: bool) -> dict[str, Any]:
    fewest = min(Counter((row.identity, row.tier) for row in rows).values())
    share = sum(row.contained for row in rows) / len(rows)
    return {
        "bench": "containment",
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "rows": [asdict(row) for row in rows],
        "goals": [
            _goal("containment_attempts", fewest, f">= {ATTEMPTS_GOAL}", met=fewest >= ATTEMPTS_GOAL),
            _goal("containment_share", share, ">= 1.0", met=share == 1),
            _goal("containment_host_unchanged", float(unchanged), ">= 1.0", met=unchanged),
        ],
    }


def _goal(name: str, value: float, goal: str, *, met: bool) -> dict[str, Any]:
    return {"id": name, "value": value, "goal": goal, "met": met}


def _print_table(rows: Sequence[Row], *, unchanged: bool) -> None:
    columns = sorted({(row.tier, row.identity) for row in rows})
    print(f"{'contained of tried':34}" + "".join(f"{tier + ', ' + identity:>22}" for tier, identity in columns))
    for family in sorted({row.family for row in rows}):
        cells = []
        for tier, identity in columns:
            mine = [row for row in rows if (row.family, row.tier, row.identity) == (family, tier, identity)]
            cells.append(f"{sum(row.contained for row in mine)}/{len(mine)}")
        print(f"{family:34}" + "".join(f"{cell:>22}" for cell in cells))
    for row in rows:
        if not row.contained:
            print(f"NOT CONTAINED  {row.tier}, {row.identity}: {row.family}: {row.attempt}: {row.outcome}")
    print(f"the host's state is {'unchanged' if unchanged else 'CHANGED'}")


if __name__ == "__main__":
    main()
