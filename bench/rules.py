"""Whether each rule of the gate is needed: `python -m bench.rules [--json] [--only WORDS]`.

`tests/redteam/rules.toml` names every rule, the definition that it is a part of, its code, and the test that fails
without it.  In a copy of the tree the code is replaced, one rule at a time, and the rule's test is run: it has to fail.
All tests are run once over the unchanged copy before, and have to pass.  No rule can be switched off in daytwo itself;
hence the copy.  A rule takes some seconds, all of them some minutes.  Exit status 1 where a rule is off and nothing
notices.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIST = ROOT / "tests" / "redteam" / "rules.toml"
COPIED = ("src", "tests", "bench", "docs", "pyproject.toml", "examples")
GOAL = 1.0
WAIT_SECONDS = 600
PASSED, FAILED = 0, 1
"""pytest's exit status; any other is no judgement."""


@dataclass(frozen=True)
class Rule:
    """A rule, and how it is switched off."""

    says: str
    of: str
    """What holds it: a function, `Class.method`, `Class.field`, or a constant of a module.  In which file, it finds."""
    code: str
    off: str
    test: str

    def switched_off(self, root: Path) -> tuple[Path, str]:
        """The rule's file, and its text without the rule.

        Raises:
            ValueError: where the code does not stand once in one definition of that name.
        """
        found = [
            (path, text[:start] + text[start:end].replace(self.code, self.off) + text[end:])
            for path, text in sources(root).items()
            if self.code in text
            for name, start, end in definitions(text)
            if name == self.of and text.count(self.code, start, end) == 1
        ]
        if len(found) != 1:
            raise ValueError(f"{len(found)} definitions `{self.of}`, not one, hold the code of: {self.says}")
        return found[0]


@functools.cache
def sources(root: Path) -> dict[Path, str]:
    """The modules of daytwo below a root, as they are with every rule in force."""
    return {path: path.read_text("utf-8") for path in sorted((root / "src" / "daytwo").rglob("*.py"))}


def definitions(text: str) -> Iterator[tuple[str, int, int]]:
    """The functions, classes, methods and assigned names of a module, and from where to where they go in its text."""
    starts = list(accumulate(map(len, text.splitlines(keepends=True)), initial=0))
    pending: list[tuple[str, ast.stmt]] = [("", node) for node in ast.parse(text).body]
    while pending:
        within, node = pending.pop()
        for name in _defined(node):
            yield within + name, starts[node.lineno - 1], starts[node.end_lineno or node.lineno]
            if isinstance(node, ast.ClassDef):
                pending += [(f"{within}{name}.", inner) for inner in node.body]


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def rules() -> list[Rule]:
    return [Rule(**entry) for entry in tomllib.loads(LIST.read_text("utf-8"))["rule"]]


def test(tree: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs tests over a copy of the tree."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", *tests],
        cwd=tree, env=os.environ | {"PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, timeout=WAIT_SECONDS,
    )  # fmt: skip


def is_noticed(tree: Path, rule: Rule) -> bool:
    """Whether the rule's test fails where the rule is off.  The tree is as it was afterwards."""
    path, without = rule.switched_off(tree)
    path.write_text(without, "utf-8")
    try:
        ended = test(tree, [rule.test])
    finally:
        path.write_text(sources(tree)[path], "utf-8")
    if ended.returncode not in {PASSED, FAILED}:
        raise RuntimeError(f"{rule.test} could not be run without: {rule.says}\n{ended.stdout[-2_000:]}")
    return ended.returncode == FAILED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--only", default="", help="rules that say these words")
    options = parser.parse_args()
    asked = [rule for rule in rules() if options.only in rule.says]
    with tempfile.TemporaryDirectory(prefix="daytwo-rules-") as name:
        tree = Path(name)
        for part in COPIED:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, tree / part)
        before = test(tree, sorted({rule.test for rule in asked}))
        if before.returncode != PASSED:
            raise RuntimeError(f"with every rule in force the tests fail:\n{before.stdout[-4_000:]}")
        noticed = []
        for rule in asked:
            noticed.append(is_noticed(tree, rule))
            if not options.json:
                print(f"{'noticed' if noticed[-1] else 'NOT NOTICED'}: {rule.says}", flush=True)
    _tell(asked, noticed, as_json=options.json)
    sys.exit(0 if all(noticed) else 1)


def _tell(asked: Sequence[Rule], noticed: Sequence[bool], *, as_json: bool) -> None:
    share = round(sum(noticed) / len(noticed), 4)
    goals = [{"id": "rules_noticed", "value": share, "goal": f">= {GOAL}", "met": share >= GOAL}]
    if as_json:
        rows = [
            {"rule": rule.says, "test": rule.test, "noticed": seen} for rule, seen in zip(asked, noticed, strict=True)
        ]
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
        print(json.dumps({"bench": "rules", "machine": machine, "rows": rows, "goals": goals}))
        return
    print(f"{sum(noticed)} of {len(noticed)} rules are noticed where they are off (goal {GOAL:.0%})")


if __name__ == "__main__":
    main()
