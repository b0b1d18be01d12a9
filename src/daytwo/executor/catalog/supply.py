"""What a cell needs to read datasets: the `sources` of its job, and the files to mount.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from daytwo.executor.catalog.records import Dataset
from daytwo.executor.sandbox.request import Mount
from daytwo.wire.sheet import callable_names

Jobs = list[dict[str, Any]]
"""The `sources` of a cell's job."""


def supply(datasets: Mapping[str, Dataset]) -> tuple[Jobs, tuple[Mount, ...]]:
    """One source for each table, under the name that a program calls it by; each file is mounted once."""
    return supply_as(callable_names([dataset.signed.sheet for dataset in datasets.values()]), datasets)


def supply_as(names: Mapping[str, tuple[str, str]], datasets: Mapping[str, Dataset]) -> tuple[Jobs, tuple[Mount, ...]]:
    """The same of these tables: name → dataset and table."""
    jobs: Jobs = []
    mounted: dict[str, Mount] = {}
    for callable_name, (dataset_name, table_name) in names.items():
        dataset = datasets[dataset_name]
        table = next(table for table in dataset.profile.tables if table.name == table_name)
        mounts = [_mount(dataset, index) for index in table.files]
        mounted |= {mount.target: mount for mount in mounts}
        jobs.append(
            {
                "dataset": dataset_name,
                "table": table_name,
                "name": callable_name,
                "format": str(table.format),
                "files": [mount.target for mount in mounts],
                "options": table.options,
            }
        )
    return jobs, tuple(mounted.values())


def _mount(dataset: Dataset, index: int) -> Mount:
    path, suffix = dataset.files[index]
    return Mount(Path(path), f"/data/{dataset.name}/{index}{suffix}")
