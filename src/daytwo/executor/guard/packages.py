"""From an import that is missing to a distribution: listed by policy, refused, misspelt, made to deceive, or made up.

Decides by names alone: nothing is asked of any index.  A slip of a person's hand swaps, drops, doubles or misses a
letter; a look-alike uses letters that read the same, or dresses a known name up (`numpy-python`, `python_sqlite`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from daytwo.executor.guard.policy import Packages, shipped_policy
from daytwo.executor.guard.subject import nearest
from daytwo.executor.guard.yaml_text import parse_yaml

NAME_LIMIT_CHARACTERS: Final = 100
_SLIPS_LIMIT: Final = 2
_SHORT_NAME_CHARACTERS: Final = 6
"""Names up to this long are near to too many others: one slip only."""
_SHORTEST_CHARACTERS: Final = 3
"""Shorter names are no slips of anything."""
_AFFIXES: Final = ("python", "py", "lib", "dev", "official", "utils", "tool", "tools", "sdk", "core", "new", "2", "3")
_CONFUSABLE: Final = str.maketrans({"I": "l", "1": "l", "0": "o", "|": "l", "5": "s"})


class Standing(Enum):
    LISTED = "listed"
    """Policy lists it: it can be added."""
    REFUSED = "refused"
    """It is known, but policy does not list it."""
    TYPO = "typo"
    SQUAT = "squat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """What an import that is missing stands for."""

    standing: Standing
    requirement: str | None = None
    """The distribution."""
    meant: str | None = None
    """The module to import instead."""


def standing(module: str, policy: Packages, usable: Collection[str]) -> Asked:
    """How a missing top-level module stands.

    Args:
        module: the name that is imported.
        policy: which distributions may be asked for.
        usable: top-level modules that the environment has, for analysis.
    """
    known = _known()
    requirement = _distribution(module)
    if requirement in policy.deny:
        return Asked(Standing.REFUSED, requirement, known.instead.get(module))
    if requirement in policy.allow:
        return Asked(Standing.LISTED, requirement)
    if requirement in known.names or module in known.instead or module in known.distributions:
        return Asked(Standing.REFUSED, requirement, known.instead.get(module))
    modules = {*usable, *known.distributions, *(name.replace("-", "_") for name in policy.allow), *known.names}
    lookalike = _lookalike(module, modules)
    if lookalike is not None:
        return Asked(Standing.SQUAT, requirement, lookalike)
    slip = _slip(module, modules)
    if slip is not None:
        return Asked(Standing.TYPO, requirement, slip)
    return Asked(Standing.UNKNOWN, requirement, nearest(module, usable, cutoff=0.5))


def is_listed(module: str, policy: Packages) -> bool:
    """Whether policy lists the distribution that brings a top-level module."""
    requirement = _distribution(module)
    return requirement in policy.allow and requirement not in policy.deny


def _distribution(module: str) -> str:
    return _known().distributions.get(module) or normalised(module)


def normalised(name: str) -> str:
    """A distribution's name as PyPI normalises it."""
    return name.lower().replace("_", "-").replace(".", "-")


@dataclass(frozen=True)
class _Known:
    distributions: dict[str, str]
    instead: dict[str, str]
    names: frozenset[str]


@cache
def _known() -> _Known:
    read: dict[str, Any] = parse_yaml(files(__package__).joinpath("packages.yaml").read_text("utf-8"))
    return _Known(
        distributions={str(module): str(name) for module, name in read["distributions"].items()},
        instead={str(module): str(name) for module, name in read["instead"].items()},
        names=frozenset(read["known"]) | shipped_policy().packages.allow,
    )


def _lookalike(module: str, modules: Collection[str]) -> str | None:
    """The name that this one is dressed up as."""
    plain = module.translate(_CONFUSABLE).lower().replace("rn", "m")
    for known in sorted(modules):
        if plain == known.lower().replace("rn", "m") and module.lower() != known.lower():
            return known
    parts = module.lower().replace("-", "_").split("_")
    rest = [part for part in parts if part not in _AFFIXES]
    if len(parts) > 1 and len(rest) == 1 and len(rest[0]) > 2:
        return next((known for known in sorted(modules) if known.lower() == rest[0]), None)
    return None


def _slip(module: str, modules: Collection[str]) -> str | None:
    """The name that was meant, where one or two slips of the hand lead from it to this one."""
    word = module.lower()[:NAME_LIMIT_CHARACTERS]
    limit = 1 if len(word) <= _SHORT_NAME_CHARACTERS else _SLIPS_LIMIT
    if len(word) < _SHORTEST_CHARACTERS:
        return None
    letters = set(word)
    near = [
        (_slips(word, known.lower(), limit), known)
        for known in modules
        if abs(len(known) - len(word)) <= limit
        and len(known) > 2
        and len(letters.symmetric_difference(known.lower())) <= 2 * limit  # a slip changes two letters at most
    ]
    found = min((pair for pair in near if pair[0] <= limit), default=None)
    return None if found is None else found[1]


def _slips(left: str, right: str, limit: int) -> int:
    """Letters dropped, added, changed or swapped (Damerau, optimal string alignment), at most `limit` + 1."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        after = [i]
        for j, b in enumerate(right, 1):
            cost = min(row[j] + 1, after[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            after.append(cost)
        before, row = row, after
        if min(row) > limit:
            return limit + 1
    return row[-1]
