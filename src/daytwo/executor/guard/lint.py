"""Syntax and undefined names, by ruff: a subprocess with a time limit, so that no program can take this process down.

Fails closed: a linter that is missing, crashes, is late or answers nonsense yields `guard-unavailable`, which denies.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # the package has no stubs

from daytwo.executor.guard.policy import CELL_NAMES
from daytwo.executor.guard.subject import nearest, quote
from daytwo.wire.verdict import Finding, Severity

TIME_LIMIT_SECONDS = 10.0
OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024
DIAGNOSTICS_LIMIT = 200
_UNDEFINED = ("F821", "F822")
_SYNTAX = ("F701", "F702", "F704", "F706", "F707")
"""What Python's compiler refuses and a parser does not: `break` outside a loop, `return` outside a function."""


class _Place(BaseModel):
    model_config = ConfigDict(extra="ignore")

    row: int
    column: int


class _Diagnostic(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str | None
    message: str
    location: _Place
    end_location: _Place


_DIAGNOSTICS: TypeAdapter[list[_Diagnostic]] = TypeAdapter(list[_Diagnostic])


def lint(source: str, known_names: Collection[str], binary: str | None = None) -> tuple[Finding, ...]:
    """Findings `syntax-error`, `undefined-name` or `guard-unavailable`; none where the program is sound so far.

    Args:
        source: the program.
        known_names: variables that earlier programs of the session left.
        binary: the linter; by default the installed ruff's.
    """
    names = sorted({*CELL_NAMES, *known_names})
    try:
        diagnostics = _run(binary or _binary(), source, names)
    except (OSError, subprocess.SubprocessError, ValidationError, ValueError):
        return (unavailable(),)
    return tuple(_finding(one, names) for one in diagnostics[:DIAGNOSTICS_LIMIT])


def unavailable() -> Finding:
    """The finding of a review that could not be done."""
    return Finding(
        rule="guard-unavailable",
        severity=Severity.ERROR,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        message="This program could not be reviewed, so it does not run. It may be nested too deeply.",
        repair="Make the program shorter and flatter.",
    )


@cache
def _binary() -> str:
    return str(find_ruff_bin())


def _run(binary: str, source: str, names: list[str]) -> list[_Diagnostic]:
    builtins = json.dumps([name for name in names if name.isidentifier()], ensure_ascii=False)
    done = subprocess.run(  # noqa: S603 -- a fixed binary with fixed arguments; the program goes in by standard input
        [
            *(binary, "check", "--isolated", "--no-cache", "--ignore-noqa", "--no-fix", "--quiet"),
            *("--select", ",".join((*_UNDEFINED, *_SYNTAX)), "--target-version", "py311", "--output-format", "json"),
            *("--config", f"builtins={builtins}", "--stdin-filename", "program.py", "-"),
        ],
        input=source.encode("utf-8"),
        capture_output=True,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
        cwd="/",
        env={},
    )
    if done.returncode not in {0, 1} or len(done.stdout) > OUTPUT_LIMIT_BYTES:
        raise subprocess.SubprocessError
    diagnostics = _DIAGNOSTICS.validate_json(done.stdout)
    if done.returncode == 1 and not diagnostics:
        raise subprocess.SubprocessError
    return diagnostics


def _finding(diagnostic: _Diagnostic, names: list[str]) -> Finding:
    start, end = diagnostic.location, diagnostic.end_location
    place: dict[str, Any] = {
        "line": max(start.row, 1),
        "column": max(start.column, 1),
        "end_line": max(end.row, 1),
        "end_column": max(end.column, 1),
        "severity": Severity.ERROR,
    }
    if diagnostic.code in _UNDEFINED:
        name = diagnostic.message.split("`")[1] if diagnostic.message.count("`") >= 2 else ""
        meant = nearest(name, names)
        return Finding(
            rule="undefined-name",
            message=f"The name {quote(name)} is not defined.",
            repair=f"Did you mean {meant}?" if meant else "Assign it first, or import it.",
            **place,
        )
    return Finding(
        rule="syntax-error",
        message=f"This is not valid Python: {quote(diagnostic.message).strip('`')}.",
        repair="Correct the syntax.",
        **place,
    )
