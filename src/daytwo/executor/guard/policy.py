"""Policy as data: which capability is allowed, reviewed or denied, for whose data and on which profile.

A policy is a YAML file of one typed form (`policy.yaml` is the one that daytwo ships).  An organisation's own is laid
over it.  The strictest ruling over all datasets of a session holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.yaml_text import parse_yaml
from daytwo.wire.canonical import digest
from daytwo.wire.errors import Invalid, Missing
from daytwo.wire.sheet import ColumnClass, Level, SchemaSheet
from daytwo.wire.verdict import Ruling

POLICY_LIMIT_BYTES: Final = 256 * 1024
_STRICTER: Final = (Ruling.ALLOW, Ruling.REVIEW, Ruling.DENY)
_CLASSES: Final = (
    ColumnClass.ORDINARY,
    ColumnClass.QUASI,
    ColumnClass.FREE_TEXT,
    ColumnClass.IDENTIFIER,
    ColumnClass.SENSITIVE,
    ColumnClass.UNKNOWN,
)
"""The mildest first: a dataset is of the strictest class of its columns."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Override(_Part):
    """Rulings for some data or some profile; every condition that is given must hold."""

    column_class: ColumnClass | None = Field(default=None, alias="class")
    level: Level | None = None
    profile: str | None = None
    capabilities: dict[Capability, Ruling]

    def holds(self, sheet: SchemaSheet | None, profile: str) -> bool:
        if self.profile is not None and self.profile != profile:
            return False
        if sheet is None:
            return self.column_class is None and self.level is None
        return self.level in {None, sheet.level} and self.column_class in {None, _class_of(sheet)}


class Packages(_Part):
    """Distributions that a program may ask for, and those that it may not."""

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()


class Policy(_Part):
    """A policy.  What it leaves out is as in the one that daytwo ships."""

    version: Literal[1]
    name: str = Field(min_length=1, max_length=100)
    capabilities: dict[Capability, Ruling] = Field(default_factory=dict)
    overrides: tuple[Override, ...] = Field(default=(), max_length=100)
    packages: Packages = Packages()

    def rulings(self, sheets: Sequence[SchemaSheet], profile: str) -> dict[Capability, Ruling]:
        """The ruling on every capability for a program over these datasets, the strictest of all."""
        first, *others = [self._rulings(sheet, profile) for sheet in sheets] or [self._rulings(None, profile)]
        for rulings in others:
            first = {one: strictest((ruling, rulings[one])) for one, ruling in first.items()}
        return first

    def _rulings(self, sheet: SchemaSheet | None, profile: str) -> dict[Capability, Ruling]:
        rulings = dict(self.capabilities)
        for override in self.overrides:
            if override.holds(sheet, profile):
                rulings.update(override.capabilities)
        return rulings

    def without_packages(self) -> Policy:
        """The same for an executor that cannot build environments: what is missing is refused."""
        return self.over(Policy(version=1, name=self.name, packages=Packages()))

    def over(self, other: Policy) -> Policy:
        """This policy with another laid over it: what the other leaves out is as here."""
        return Policy(
            version=1,
            name=other.name,
            capabilities=self.capabilities | other.capabilities,
            overrides=other.overrides if "overrides" in other.model_fields_set else self.overrides,
            packages=other.packages if "packages" in other.model_fields_set else self.packages,
        )

    @cached_property
    def digest(self) -> str:
        """Over all that the policy says, whatever the order in which it says it."""
        said = self.model_dump(mode="json", exclude={"packages"})
        return digest({**said, "allow": sorted(self.packages.allow), "deny": sorted(self.packages.deny)})


def shipped_policy() -> Policy:
    """The policy that holds where an organisation has none of its own."""
    return _parse(files(__package__).joinpath("policy.yaml").read_text("utf-8"), "policy.yaml")


def read_policy(path: Path | None) -> Policy:
    """An organisation's policy, laid over the shipped one; the shipped one without a path.

    Raises:
        Missing: `policy_not_found`.
        Invalid: `policy_invalid`, with the place in the file.
    """
    shipped = shipped_policy()
    if path is None:
        return shipped
    try:
        text = path.read_bytes()[: POLICY_LIMIT_BYTES + 1]
    except OSError as error:
        raise Missing("policy_not_found", f"The policy {path} cannot be read: {error.strerror}.") from error
    if len(text) > POLICY_LIMIT_BYTES:
        raise Invalid("policy_invalid", f"{path} is larger than {POLICY_LIMIT_BYTES // 1024} KiB.")
    return shipped.over(_parse(text, str(path)))


def strictest(rulings: Collection[Ruling]) -> Ruling:
    return max(rulings, key=_STRICTER.index, default=Ruling.ALLOW)


def _parse(text: str | bytes, name: str) -> Policy:
    try:
        read: Any = parse_yaml(text)
        return Policy.model_validate(read)
    except yaml.YAMLError as error:
        raise Invalid("policy_invalid", f"{name} is no YAML: {str(error)[:300]}") from error
    except (ValidationError, RecursionError) as error:
        places = error.errors()[:3] if isinstance(error, ValidationError) else []
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in places)
        raise Invalid("policy_invalid", f"{name} is no policy: {said or 'it is nested too deeply'}.") from error


def _class_of(sheet: SchemaSheet) -> ColumnClass:
    classes = [column.column_class for table in sheet.tables for column in table.columns]
    return max(classes, key=_CLASSES.index, default=ColumnClass.UNKNOWN)
