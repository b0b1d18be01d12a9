"""How datasets and their tables are called, after their files only under the policy `personal`.  Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from daytwo.executor.catalog.profiling import free_name
from daytwo.wire.errors import Invalid
from daytwo.wire.sheet import slug

PERSONAL = "personal"
"""The policy under which a dataset may be called after its file."""

_PACKED = re.compile(r"(?<=.)\.(gz|bz2|xz|zst|zip)$", re.IGNORECASE)
_FORMAT = re.compile(r"(?<=.)\.[A-Za-z]\w*$")

Known = Mapping[str, tuple[str, ...]]
"""The paths of each registered dataset, by name."""


def name_of(paths: Sequence[Path], known: Known, policy: str) -> str:
    """What a dataset is called where its owner does not say.

    Raises:
        Invalid: `dataset_name_missing`.
    """
    if policy != PERSONAL:
        texts = tuple(map(str, paths))
        numbers = (f"t{number}" for number in itertools.count(1))
        return next((name for name, own in known.items() if own == texts), None) or next(
            name for name in numbers if name not in known
        )
    if len(paths) > 1:
        raise Invalid(
            "dataset_name_missing",
            "Several paths make one dataset only under a name: add --name NAME, or register them one by one.",
        )
    return slug(_stem(paths[0]))


def free_dataset_name(called: str, paths: tuple[str, ...], known: Known) -> str:
    """The name under which these paths are known, or the first free one: `orders`, `orders_2`, …"""
    names = (called if number == 1 else f"{called}_{number}" for number in itertools.count(1))
    return next(name for name in names if known.get(name, paths) == paths)


def table_names(files: Sequence[Path], policy: str) -> tuple[str, ...]:
    """For each file, the name of its table where a folder holds several."""
    taken: set[str] = set()
    return tuple(
        free_name(slug(_stem(file)) if policy == PERSONAL else f"t{number}", taken)
        for number, file in enumerate(files, start=1)
    )


def _stem(path: Path) -> str:
    """A file's name without what tells its format, as in `v0.7.1.csv.gz` → `v0.7.1`; a folder's whole name.

    Never empty: `.csv` is `csv`.
    """
    if path.is_dir():
        return path.name
    stem = path.name.lstrip(".")
    for ending in (_PACKED, _FORMAT):
        stem = ending.sub("", stem)
    return stem
