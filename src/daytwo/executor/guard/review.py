"""The review of a program: a pure function of its text and of public names, which never sees data.

Order: size, ruff (syntax, undefined names), then the rules over Python's own syntax tree.  An error denies, a warning
asks for review; whatever goes wrong on the way denies.  Guard is not what keeps data in: the sandbox and the gate do
that, whatever a program does.  Guard spares people and models programs that would fail or ought not to be run.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import Field

from daytwo.executor.guard.lint import lint, unavailable
from daytwo.executor.guard.policy import RULES_VERSION
from daytwo.executor.guard.program import Program, TooComplexError
from daytwo.executor.guard.rules import RULES
from daytwo.executor.guard.subject import Subject
from daytwo.wire.errors import Invalid, Missing
from daytwo.wire.message import Message
from daytwo.wire.task import PROGRAM_LIMIT_BYTES
from daytwo.wire.verdict import Finding, Ruling, Severity, Verdict

FINDINGS_LIMIT = 200
COLLECTED_LIMIT = 2_000
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def review(
    program: str,
    *,
    known_names: Collection[str],
    environment_imports: Collection[str],
    datasets: Collection[str] = (),
) -> Verdict:
    """Guard's ruling on a program.

    Args:
        program: Python source.
        known_names: variables that earlier programs of the session left.
        environment_imports: top-level modules of the environment it would run in.
        datasets: what `data(…)` may name; empty where that is not known.
    """
    try:
        findings = _findings(program, known_names, environment_imports, datasets)
    except Exception:  # noqa: BLE001 -- security fails closed: a review that breaks denies
        findings = [unavailable()]
    kept = sorted(set(findings), key=lambda one: (_WEIGHT[one.severity], *_place(one)))[:FINDINGS_LIMIT]
    return Verdict(verdict=_ruling(kept), findings=tuple(sorted(kept, key=_place)), rules_version=RULES_VERSION)


class FileReview(Message):
    """The review of a file, as `daytwo guard review --json` prints it, a line a file."""

    path: str
    verdict: Ruling
    findings: tuple[Finding, ...]
    ms: float = Field(ge=0)


def review_file(
    path: Path,
    *,
    known_names: Collection[str] = (),
    environment_imports: Collection[str],
    datasets: Collection[str] = (),
) -> FileReview:
    """Reviews a Python file.

    Raises:
        Missing: `file_not_found`.
        Invalid: `file_unreadable`.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(PROGRAM_LIMIT_BYTES + 1)
    except FileNotFoundError as error:
        raise Missing("file_not_found", f"There is no file {path}.") from error
    except OSError as error:
        raise Invalid("file_unreadable", f"{path} cannot be read: {error.strerror}.") from error
    began = time.perf_counter()
    verdict = review(
        data.decode("utf-8-sig", "surrogateescape"),
        known_names=known_names,
        environment_imports=environment_imports,
        datasets=datasets,
    )
    elapsed_ms = round((time.perf_counter() - began) * 1000, 1)
    return FileReview(path=str(path), verdict=verdict.verdict, findings=verdict.findings, ms=elapsed_ms)


def _findings(
    source: str, known_names: Collection[str], environment_imports: Collection[str], datasets: Collection[str]
) -> Iterable[Finding]:
    try:
        size = len(source.encode("utf-8"))
    except UnicodeEncodeError:
        return [_whole("syntax-error", "The program is no UTF-8 text.", "Send it as UTF-8.")]
    if size > PROGRAM_LIMIT_BYTES:
        return [
            _whole(
                "program-too-large",
                f"The program is larger than {PROGRAM_LIMIT_BYTES // 1024} KiB.",
                "Compute with data from the session's datasets instead of writing it into the program.",
            )
        ]
    found = lint(source, known_names)
    if any(finding.rule in {"syntax-error", "guard-unavailable"} for finding in found):
        return found
    try:
        program = Program(source, frozenset(known_names))
    except TooComplexError:
        return [_whole("too-complex", "The program is nested too deeply to be reviewed.", "Make it flatter.")]
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return [_whole("syntax-error", "This is not valid Python 3.11.", "Correct the syntax.", line)]
    return [*found, *_ruled(Subject(program, frozenset(environment_imports), frozenset(datasets)))]


def _ruled(subject: Subject) -> Iterable[Finding]:
    """What the rules find; too much to list is a reason to deny, for an error may lie behind so many warnings."""
    found = list(islice((finding for rule in RULES for finding in rule(subject)), COLLECTED_LIMIT))
    if len(found) == COLLECTED_LIMIT:
        found.append(_whole("too-complex", "There is too much to find in this program.", "Make it shorter."))
    return found


def _ruling(findings: Iterable[Finding]) -> Ruling:
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Ruling.DENY
    return Ruling.REVIEW if Severity.WARNING in severities else Ruling.ALLOW


def _place(finding: Finding) -> tuple[Any, ...]:
    return finding.line, finding.column, finding.rule, finding.end_line, finding.end_column, finding.message


def _whole(rule: str, message: str, repair: str, line: int = 1) -> Finding:
    """A finding on the program as a whole."""
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        message=message,
        repair=repair,
    )
