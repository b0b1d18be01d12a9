"""The review of a program: a pure function of its text, of public names and of policy, which never sees data.

Order: size, syntax as Python's own compiler sees it, analysis (ADR 0009), then the rules.  An error denies, a warning
asks for review; whatever goes wrong on the way denies.  Guard is not what keeps data in: the sandbox and the gate do
that, whatever a program does.  Guard spares people and models programs that would fail or ought not to be run.

Runs in a process of its own (`process.py`), for a hostile text may exhaust whatever reads it.
"""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from pydantic import Field

from daytwo.executor.guard.analysis import Analysis, TooComplexError
from daytwo.executor.guard.capability import MEANINGS, Capability
from daytwo.executor.guard.facts import RULES_VERSION, World, load_facts
from daytwo.executor.guard.notebook import Magic, NotebookError, read_notebook
from daytwo.executor.guard.policy import Policy
from daytwo.executor.guard.rules import RULES
from daytwo.executor.guard.rules.magics import magics
from daytwo.executor.guard.shell import commands
from daytwo.executor.guard.subject import SEVERITIES, Subject, quote
from daytwo.wire.canonical import digest
from daytwo.wire.message import Message
from daytwo.wire.sheet import SchemaSheet, callable_names
from daytwo.wire.task import PROGRAM_LIMIT_BYTES
from daytwo.wire.verdict import Finding, Ruling, Severity, Verdict

FINDINGS_LIMIT: Final = 200
COLLECTED_LIMIT: Final = 2_000
NOTEBOOK_LIMIT_BYTES: Final = 8 * 1024 * 1024
LINES_LIMIT: Final = 10_000
WORDS_LIMIT: Final = 70_000
_WORD: Final = re.compile(r"""'[^'\n]*'|"[^"\n]*"|\w+|[^\w\s]""")
_WEIGHT: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Language(StrEnum):
    PYTHON = "python"
    NOTEBOOK = "notebook"
    SHELL = "shell"


class Reviewed(Message):
    """All that a review may depend on, but for the policy."""

    program: str
    language: Language = Language.PYTHON
    known_names: tuple[str, ...] = ()
    """Variables that earlier programs of the session left, as the rehearsal chain knows them."""
    known_modules: tuple[tuple[str, str], ...] = ()
    """Those of them that are modules in that chain, and which: `("o", "os")` after `import os as o`."""
    environment_imports: tuple[str, ...]
    """Top-level modules of the environment it would run in, in order."""
    sheets: tuple[SchemaSheet, ...] = ()
    """The signed sheets of the session's datasets."""
    profile: str = Field(default="small", max_length=64)


def review(reviewed: Reviewed, policy: Policy) -> Verdict:
    """Guard's ruling on a program."""
    try:
        found = list(_findings(reviewed, policy))
    except TooComplexError:
        found = [
            whole(
                "too-complex",
                "The program is nested too deeply, or is too much, to be reviewed.",
                "Make it shorter and flatter.",
            )
        ]
    except Exception:  # noqa: BLE001 -- security fails closed: a review that breaks denies
        found = [unavailable()]
    kept = sorted(set(found), key=lambda one: (_WEIGHT[one.severity], *_place(one)))[:FINDINGS_LIMIT]
    return Verdict(
        verdict=_ruling(kept),
        findings=tuple(sorted(kept, key=_place)),
        rules_version=RULES_VERSION,
        packages=tuple(
            dict.fromkeys(
                one.repair.rpartition(" ")[2].strip(".") for one in kept if one.rule == "package" and one.repair
            )
        ),
        binding=binding(reviewed, policy),
    )


def binding(reviewed: Reviewed, policy: Policy) -> str:
    """The digest of all that a verdict is about: program, names, environment, sheets, policy and rules."""
    return digest(
        {
            "language": reviewed.language.value,
            "program": hashlib.sha256(reviewed.program.encode("utf-8", "surrogatepass")).hexdigest(),
            "known_names": sorted(reviewed.known_names),
            "known_modules": [list(pair) for pair in sorted(reviewed.known_modules)],
            "environment": _environment_digest(reviewed.environment_imports),
            "sheets": [sheet.digest for sheet in reviewed.sheets],
            "profile": reviewed.profile,
            "policy": policy.digest,
            "rules": RULES_VERSION,
        }
    )


@lru_cache(maxsize=8)
def _environment_digest(imports: tuple[str, ...]) -> str:
    return digest(sorted(imports))


def unavailable(message: str = "This program could not be reviewed, so it does not run.") -> Finding:
    """The finding of a review that could not be done."""
    return whole("guard-unavailable", message, "Make the program shorter and flatter.")


def whole(rule: str, message: str, repair: str, line: int = 1, severity: Severity = Severity.ERROR) -> Finding:
    """A finding on a line, or on the program as a whole."""
    return Finding(
        rule=rule,
        severity=severity,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        message=message,
        repair=repair,
    )


def _findings(reviewed: Reviewed, policy: Policy) -> Iterable[Finding]:
    refusal = _refusal(reviewed.program, limit_bytes(reviewed.language))
    if refusal is not None:
        return [refusal]
    rulings = policy.rulings(reviewed.sheets, reviewed.profile)
    if reviewed.language is Language.SHELL:
        return _shell(reviewed.program, rulings)
    source = reviewed.program
    lines: tuple[Magic, ...] = ()
    if reviewed.language is Language.NOTEBOOK:
        try:
            notebook = read_notebook(source)
        except NotebookError:
            return [whole("syntax-error", "This is no notebook of format 4.", "Save it as a notebook again.")]
        source, lines = notebook.source, notebook.magics
    return _python(reviewed, policy, rulings, source, lines)


def limit_bytes(language: Language) -> int:
    """How large a text may be: outputs make notebooks large."""
    return NOTEBOOK_LIMIT_BYTES if language is Language.NOTEBOOK else PROGRAM_LIMIT_BYTES


def _refusal(source: str, limit: int) -> Finding | None:
    """What can be said of a text without reading it."""
    try:
        size = len(source.encode("utf-8"))
    except UnicodeEncodeError:
        return whole("syntax-error", "The program is no UTF-8 text.", "Send it as UTF-8.")
    if size > limit:
        return whole(
            "program-too-large",
            f"The program is larger than {limit // 1024} KiB.",
            "Compute with data from the session's datasets instead of writing it into the program.",
        )
    return None


def _refuse_bulk(source: str) -> None:
    """Refuses what is too much before a parser makes a tree of it, which takes a hundred times the memory."""
    is_long = len(source) > PROGRAM_LIMIT_BYTES or source.count("\n") > LINES_LIMIT
    if is_long or (len(source) > WORDS_LIMIT and sum(1 for _ in _WORD.finditer(source)) > WORDS_LIMIT):
        raise TooComplexError


def _python(
    reviewed: Reviewed,
    policy: Policy,
    rulings: dict[Capability, Ruling],
    source: str,
    lines: tuple[Magic, ...],
) -> Iterable[Finding]:
    _refuse_bulk(source)
    try:
        tree = _parse(source)
    except (SyntaxError, ValueError) as error:
        return [_syntax(error)]
    except (RecursionError, MemoryError) as error:
        raise TooComplexError from error
    facts = load_facts()
    known = frozenset(reviewed.known_names)
    subject = Subject(
        source=source,
        analysis=Analysis(tree, World(facts, known, dict(reviewed.known_modules))),
        facts=facts,
        rulings=rulings,
        environment_imports=frozenset(reviewed.environment_imports),
        datasets=frozenset(callable_names(reviewed.sheets)),
        packages=policy.packages,
        sheets=reviewed.sheets,
        known_names=known,
        is_notebook=reviewed.language is Language.NOTEBOOK,
    )
    found = list(islice((finding for rule in RULES for finding in rule(subject)), COLLECTED_LIMIT))
    if len(found) == COLLECTED_LIMIT:  # an error may lie behind so many warnings
        found.append(whole("too-complex", "There is too much to find in this program.", "Make it shorter."))
    return [*found, *magics(subject, lines)]


def _parse(source: str) -> ast.Module:
    """The syntax tree, once Python's compiler has no objection either (`return` outside of a function)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parser warns of "\d" in strings, which is the author's matter
        tree = ast.parse(source)
        compile(source, "program.py", "exec", dont_inherit=True, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return tree


def _syntax(error: SyntaxError | ValueError) -> Finding:
    said = error.msg if isinstance(error, SyntaxError) else "it holds a NUL character"
    line = max(getattr(error, "lineno", None) or 1, 1)
    return Finding(
        rule="syntax-error",
        severity=Severity.ERROR,
        line=line,
        column=max(getattr(error, "offset", None) or 1, 1),
        end_line=max(getattr(error, "end_lineno", None) or line, line),
        end_column=max(getattr(error, "end_offset", None) or getattr(error, "offset", None) or 1, 1),
        message=f"This is not valid Python: {quote(str(said)).strip('`')}.",
        repair="Correct the syntax.",
    )


def _shell(script: str, rulings: dict[Capability, Ruling]) -> Iterable[Finding]:
    for command in commands(script):
        if command.capability is not None and (severity := SEVERITIES.get(rulings[command.capability])) is not None:
            meaning = MEANINGS[command.capability]
            message = f"{quote(' '.join(command.words))} {meaning.does}."
            yield whole(command.capability.value, message, meaning.repair, command.line, severity)


def _ruling(findings: Iterable[Finding]) -> Ruling:
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Ruling.DENY
    return Ruling.REVIEW if Severity.WARNING in severities else Ruling.ALLOW


def _place(finding: Finding) -> tuple[Any, ...]:
    return finding.line, finding.column, finding.rule, finding.end_line, finding.end_column, finding.message
