"""Rules in words, for `daytwo guard explain`: what a rule finds, why, what the policy says, what to do instead."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

from daytwo.executor.guard.capability import MEANINGS, Capability
from daytwo.executor.guard.facts import HARMLESS, load_facts
from daytwo.executor.guard.policy import Policy
from daytwo.wire.errors import Missing
from daytwo.wire.verdict import Ruling

EXAMPLES_LIMIT: Final = 12
_SENSE: Final = {
    "check-label": ("a check's label is not written in the program", "Bits are told apart by labels that are public."),
    "guard-unavailable": ("the review came to no end", "What could not be reviewed does not run."),
    "package": ("a package that is not installed, and that policy lists", "It is added; the run goes on."),
    "package-lookalike": ("a name made to be taken for another package", "Such packages are planted to be installed."),
    "package-not-added": ("a listed package of which no wheel fits, or none can be had", "The log has uv's words."),
    "package-refused": ("a package that is known, but that policy does not list", "Only listed packages are built."),
    "package-typo": ("a name that is almost that of a package", "A slip of the hand, most likely."),
    "package-without-module": (
        "a listed package that brings no module of the imported name",
        "It would fail when it runs.",
    ),
    "package-unknown": (
        "a package that nobody here knows",
        "Models make up packages; somebody may have registered them.",
    ),
    "program-too-large": ("a program over the limit", "Data belongs into datasets, not into programs."),
    "relative-import": ("an import relative to a package", "A program has nothing beside it."),
    "sql-syntax": ("SQL that the database's own parser refuses", "It would fail when it runs."),
    "sql-dialect": ("SQL of another database's dialect", "It would fail when it runs."),
    "syntax-error": ("text that is not valid Python", "It would fail when it runs."),
    "too-complex": (
        "a program that is too deep or too large to be understood",
        "What cannot be read cannot be reviewed.",
    ),
    "too-many-checks": ("more checks than an Observation has bits", "Only the first are observed."),
    "undefined-name": ("a name that nothing defines", "It would fail when it runs."),
    "unknown-column": ("a column that the signed sheet does not have", "It would fail when it runs."),
    "unknown-dataset": ("a dataset that the session does not have", "It would fail when it runs."),
    "unknown-table": ("a table that the session does not have", "It would fail when it runs."),
}


class Explanation(BaseModel):
    """What `daytwo guard explain --json` prints for a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    finds: str
    why: str
    ruling: Ruling
    repair: str | None
    examples: tuple[str, ...]
    """Names that the rule knows; it finds more."""


def rules() -> tuple[str, ...]:
    """The ids of all rules."""
    return tuple(sorted([*(one.value for one in Capability), *_SENSE]))


def explain(rule: str, policy: Policy) -> Explanation:
    """A rule in words, with the policy's ruling on it.

    Raises:
        Missing: `rule_not_found`.
    """
    if rule in _SENSE:
        finds, why = _SENSE[rule]
        ruling = Ruling.ALLOW if rule in {"package", "too-many-checks"} else Ruling.DENY
        return Explanation(rule=rule, finds=finds, why=why, ruling=ruling, repair=None, examples=())
    if rule not in set(Capability):
        raise Missing("rule_not_found", f"There is no rule {rule}. There are: {', '.join(rules())}.")
    capability = Capability(rule)
    meaning = MEANINGS[capability]
    return Explanation(
        rule=rule,
        finds=f"what {meaning.does}",
        why=meaning.why,
        ruling=policy.rulings((), "small")[capability],
        repair=meaning.repair,
        examples=_examples(capability),
    )


def _examples(capability: Capability) -> tuple[str, ...]:
    found = []
    for name, entry in load_facts().modules.items():
        if entry.itself == capability:
            found.append(name)
        elif entry.itself == HARMLESS:
            found += [f"{name}.{member}" for member, what in entry.exact.items() if what == capability]
    return tuple(found[:EXAMPLES_LIMIT])
