"""Pinned executors: the address and key that the control plane named the first time are the ones ever after.

Results and approvals lie at the executor's origin, so its token goes there.  A control plane that later names another
address or key, for whatever reason, is refused before a token is sent; and the origin has to prove each time that it
holds the key (`daytwo.sdk.bearer`).  What is trusted is the first answer alone (as SSH trusts a host's key), unless a
pin was brought there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from daytwo.secretfile import replace_secret
from daytwo.wire.errors import Denied, Missing, Unavailable
from daytwo.wire.run import ExecutorView


class Pin(BaseModel):
    """Where an executor is reached, and the key that it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    public_key: str

    @classmethod
    def of(cls, view: ExecutorView) -> Self:
        """What the control plane names.  Raises `Unavailable` (`executor_key_unknown`)."""
        if view.public_key is None:
            raise Unavailable(
                "executor_key_unknown",
                "The control plane does not tell its executors' keys (protocol 1): upgrade it, then connect again.",
            )
        return cls(url=view.results_url.rstrip("/"), public_key=view.public_key)


_File = TypeAdapter(dict[str, Pin])


class Pins:
    """The pins of one person, in a file of theirs.

    Args:
        file: made on first use, mode 0600.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def settled(self, view: ExecutorView) -> Pin:
        """The pin of an executor, which is what the control plane names now, or is set to it the first time.

        Raises:
            Denied: `executor_changed`.
            Unavailable: `pins_damaged`; `executor_key_unknown`.
        """
        named, pins = Pin.of(view), self._read()
        pinned = pins.setdefault(view.executor, named)
        if pinned != named:
            what = "address" if pinned.public_key == named.public_key else "key"
            raise Denied(
                "executor_changed",
                f"The control plane names another {what} for {view.executor} than the one pinned in {self._file}. "
                "Nothing was sent there. Ask the executor's operator: if it moved, remove its entry from that file "
                "and connect again; if not, do not trust that control plane.",
            )
        self._write(pins)
        return pinned

    def _read(self) -> dict[str, Pin]:
        try:
            return _File.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            raise Unavailable(
                "pins_damaged",
                f"{self._file} holds no pins: restore it; without it, executors are trusted anew.",
            ) from error

    def _write(self, pins: dict[str, Pin]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_secret(self._file, json.dumps({name: pin.model_dump() for name, pin in sorted(pins.items())}))


def named(executor: str | None, views: list[ExecutorView]) -> ExecutorView:
    """The executor of this id; the only one, where none is named.

    Raises:
        Missing: `executor_not_found`.
    """
    there = [view for view in views if view.revoked_at is None and executor in {None, view.executor}]
    if len(there) != 1:
        ids = ", ".join(view.executor for view in there) or "none"
        raise Missing("executor_not_found", f"Name one executor by its id; there are: {ids}.")
    return there[0]
