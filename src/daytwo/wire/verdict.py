"""Guard's ruling on a program."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from daytwo.wire.identifiers import Digest
from daytwo.wire.message import Message


class Ruling(StrEnum):
    ALLOW = "allow"
    REVIEW = "review"
    DENY = "deny"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Finding(Message):
    """One thing that guard found, as a span in the program (lines and columns count from 1)."""

    rule: str
    severity: Severity
    line: int = Field(ge=1)
    column: int = Field(ge=1)
    end_line: int = Field(ge=1)
    end_column: int = Field(ge=1)
    message: str
    repair: str | None = None


class Verdict(Message):
    """The ruling with its reasons: a pure function of program, known names, environment and policy."""

    verdict: Ruling
    findings: tuple[Finding, ...] = Field(default=(), max_length=200)
    rules_version: str
    packages: tuple[str, ...] = Field(default=(), max_length=100)
    """Distributions that the program imports, its environment lacks and policy lists: added before it runs."""
    binding: Digest | None = None
    """The digest of all that the verdict is about: program, names, environment, sheets, policy and rules."""
