"""Broken programs, and the mechanical application of guard's repairs to them: a lower bound of what a model would do.

A repair is applied as its words say: an import is put in front, a name that was meant replaces the one in the finding.
A program is repaired if, after at most `ROUNDS_LIMIT` rounds, guard allows it and it is the program that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from daytwo.wire.sheet import ColumnSheet, ColumnType, Level, SchemaSheet, TableSheet
from daytwo.wire.verdict import Finding, Ruling, Verdict

ROUNDS_LIMIT = 4
_MEANT = re.compile(r"Did you mean ([^?]+)\?|import (\S+)$|Use data\(\"(\w+)\"\)|Use (\w+)[.(]")
COLUMNS = ("order_id", "customer", "region", "product", "revenue", "quantity", "ordered_at")
SHEET = SchemaSheet(
    org_id="local",
    dataset="orders",
    version=1,
    level=Level.SHAPE,
    format="csv",
    tables=(
        TableSheet(name="orders", columns=tuple(ColumnSheet(name=name, type=ColumnType.TEXT) for name in COLUMNS)),
    ),
)


@dataclass(frozen=True)
class Broken:
    text: str
    meant: str

    def is_repaired(self, review: Callable[[str], Verdict]) -> bool:
        text = self.text
        for _ in range(ROUNDS_LIMIT):
            verdict = review(text)
            if verdict.verdict is Ruling.ALLOW:
                break
            text = repaired(text, verdict.findings)
        return review(text).verdict is Ruling.ALLOW and text.split() == self.meant.split()


def repaired(text: str, findings: tuple[Finding, ...]) -> str:
    """A program with the first repair applied that can be."""
    for finding in findings:
        new = _applied(text, finding)
        if new != text:
            return new
    return text


def _applied(text: str, finding: Finding) -> str:
    repair = finding.repair or ""
    if repair.startswith("Import it: "):
        return f"{repair.removeprefix('Import it: ')}\n{text}"
    quoted = re.search(r"`([^`]+)`", finding.message)
    meant = re.match(
        r"(?:Did you mean (?P<a>[^?]+)\?|import (?P<b>\S+)$|Use data\(\"(?P<c>\w+)\"\)|Use (?P<d>\w+)[.(])", repair
    )
    lines = text.split("\n")
    if quoted is not None and meant is not None:
        new = next(group for group in meant.groups() if group is not None)
        last = min(finding.end_line, len(lines))
        for number in range(finding.line - 1, last):
            lines[number] = re.sub(rf"\b{re.escape(quoted.group(1))}\b", new, lines[number])
    elif finding.rule == "syntax-error" and "expected ':'" in finding.message:
        lines[finding.line - 1] += ":"
    elif finding.rule == "syntax-error" and "was never closed" in finding.message:
        opened = finding.message.split("'")[1]
        lines[finding.line - 1] += {"(": ")", "[": "]", "{": "}"}[opened]
    elif finding.rule == "syntax-error" and "unterminated" in finding.message:
        line = lines[finding.line - 1]
        quote = line[finding.column - 1]
        lines[finding.line - 1] = line.removesuffix(")") + quote + (")" if line.endswith(")") else "")
    elif finding.rule == "syntax-error" and "instead of '='" in finding.message:
        line = lines[finding.line - 1]
        lines[finding.line - 1] = line[: finding.column - 1] + line[finding.column - 1 :].replace("=", "==", 1)
    elif finding.rule == "syntax-error" and "unexpected indent" in finding.message:
        lines[finding.line - 1] = lines[finding.line - 1].lstrip()
    return "\n".join(lines)


_NAMES = {"revnue": "revenue", "regin": "region", "prodct": "product", "quantty": "quantity", "custmer": "customer"}
_MISSING = {
    "pd.DataFrame({'a': [1]})": "import pandas as pd",
    "np.arange(3)": "import numpy as np",
    "pl.DataFrame({'a': [1]})": "import polars as pl",
    "plt.plot([1, 2])": "import matplotlib.pyplot as plt",
    "px.bar(x=[1], y=[2])": "import plotly.express as px",
    "sm.OLS([1], [1])": "import statsmodels.api as sm",
    "stats.norm.cdf(0)": "import scipy.stats as stats",
    "math.sqrt(2)": "import math",
    "json.dumps([1])": "import json",
    "Counter('aab')": "from collections import Counter",
    "Path('a.csv').name": "from pathlib import Path",
    "timedelta(days=1)": "from datetime import timedelta",
}
_PACKAGES = {
    "pandsa": "pandas",
    "nmpy": "numpy",
    "matplotlb": "matplotlib",
    "sklaern": "sklearn",
    "polas": "polars",
    "statmodels": "statsmodels",
}

REPAIRS: tuple[Broken, ...] = (
    *(Broken(use, f"{line}\n{use}") for use, line in _MISSING.items()),
    *(Broken(f"import {wrong}\n", f"import {right}\n") for wrong, right in _PACKAGES.items()),
    *(
        Broken(pattern.format(wrong), pattern.format(right))
        for wrong, right in _NAMES.items()
        for pattern in (
            'df = data("orders").pandas()\nshow(df["{}"].describe())',
            'df = data("orders").pandas()\nshow(df.groupby("{}").size())',
            'show(sql("select {}, count(*) as n from orders group by 1"))',
            'show(sql("select o.{} from orders o"))',
        )
    ),
    Broken('df = data("ordrs").pandas()', 'df = data("orders").pandas()'),
    Broken('show(sql("select region from oders"))', 'show(sql("select region from orders"))'),
    Broken("total = 3\nshow(totl)", "total = 3\nshow(total)"),
    Broken("result = 3\nsay(reslt)", "result = 3\nsay(result)"),
    Broken("shw(1)", "show(1)"),
    Broken('show(sql("select nvl(region, 1) from orders"))', 'show(sql("select coalesce(region, 1) from orders"))'),
    Broken('show(sql("select to_char(region) from orders"))', 'show(sql("select strftime(region) from orders"))'),
    Broken('if 1 > 0\n    say("a")', 'if 1 > 0:\n    say("a")'),
    Broken('for x in [1]\n    say("a")', 'for x in [1]:\n    say("a")'),
    Broken("def f(x)\n    return x", "def f(x):\n    return x"),
    Broken("say(str(1)", "say(str(1))"),
    Broken("x = [1, 2", "x = [1, 2]"),
    Broken('say("a)', 'say("a")'),
    Broken('x = 1\nif x = 1:\n    say("a")', 'x = 1\nif x == 1:\n    say("a")'),
    Broken("x = 1\n  y = 2", "x = 1\ny = 2"),
)
