"""A dataset as its owner sees it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from daytwo.executor.catalog.files import Fingerprint, fingerprints
from daytwo.executor.catalog.records import Dataset, PassState
from daytwo.wire.errors import DaytwoError
from daytwo.wire.result import DatasetView, Reject
from daytwo.wire.sheet import Level

LEAST_SHARE_SHOWN = 0.001


def view_of(dataset: Dataset, last_notes: tuple[str, ...] = (), *, read_now: bool = False) -> DatasetView:
    """The dataset, with `last_notes` after those that were taken when it was read."""
    return DatasetView(
        name=dataset.name,
        paths=dataset.paths,
        signed=dataset.signed,
        rows=dataset.profile.rows,
        sampled=dataset.profile.sampled,
        notes=(*_of_the_sample(dataset), *dataset.notes, *last_notes),
        read_now=read_now,
        rejects=tuple(
            Reject(
                path=dataset.files[reject.file][0],
                line=reject.line,
                column=reject.column or None,
                reason=reject.reason,
                text=reject.text,
            )
            for reject in dataset.profile.rejects
        ),
        registered_at=dataset.registered_at,
        changed=has_changed(dataset),
    )


def released(level: Level) -> str:
    """What a person is told when a dataset is registered for the first time."""
    return (
        f"Models are told its columns at level {level}: names, types, forms, no value. "
        "`daytwo data sheet` shows every word."
    )


def _of_the_sample(dataset: Dataset) -> tuple[str, ...]:
    share = dataset.profile.sampled
    if share is None:
        return ()
    taken = f"Profiled from a sample of {max(share, LEAST_SHARE_SHOWN):.1%}; the number of rows is estimated."
    if dataset.full_pass is not None and dataset.full_pass.state is PassState.FAILED:
        return (f"{taken} The full pass failed: {dataset.full_pass.reason} Adding the data again starts it anew.",)
    rest = "until it is done, a value that does not fit the sample makes a program fail."
    return (f"{taken} The full pass goes on while daytwo runs (`daytwo up`); {rest}",)


def has_changed(dataset: Dataset) -> bool:
    """Whether the files are not those that the sheet describes."""
    return present(dataset.paths) != dataset.fingerprints


def present(paths: Sequence[str]) -> dict[str, Fingerprint] | None:
    """What lies at the paths now; None where it cannot be read."""
    try:
        return fingerprints([Path(path) for path in paths])
    except DaytwoError:
        return None
