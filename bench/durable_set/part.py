"""One part of the benchmark: what it found, what was wanted of it, and how far it has come."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

_BEGUN = time.monotonic()


@dataclass(frozen=True)
class Place:
    """What the parts share: a home, and the URL of its database."""

    home: Path
    url: str


@dataclass
class Part:
    """Rows of figures, and the goals that are judged by them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    goals: list[dict[str, Any]] = field(default_factory=list)

    def row(self, what: str, values: list[float], unit: str) -> None:
        self.rows.append(
            {"what": what, "unit": unit, "n": len(values), "median": median(values), "p95": percentile(values, 95),
             "p99": percentile(values, 99)}
        )  # fmt: skip

    def at_most(self, what: str, value: float, limit: float) -> None:
        self.goals.append({"id": what, "value": round(value, 3), "goal": f"<= {limit:g}", "met": value <= limit})


def percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def tell(what: str) -> None:
    """A line of progress, on standard error."""
    print(f"{time.monotonic() - _BEGUN:6.1f} s  {what}", file=sys.stderr, flush=True)
