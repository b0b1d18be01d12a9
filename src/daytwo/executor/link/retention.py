"""Keeping what is named and collecting the rest: asks the control plane what its sessions name, at bounded intervals.

The control plane is believed in one direction alone: what it names stays.  What it no longer names stays for a time of
grace, and with it all that this executor itself has use for: tasks that are not answered for, approvals that wait.  The
question is the same bytes every time, so it tells nothing.
Source: docs/adr/0020-retention.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import anyio.to_thread
import structlog
from pydantic import ValidationError

from daytwo.executor.gate import Outbox
from daytwo.executor.link.client import LinkClient
from daytwo.executor.state import Fate, Garbage, StateStore
from daytwo.wire.errors import DaytwoError, Unavailable
from daytwo.wire.retention import Collected, NamedSnapshots

FIRST_LOOK_SECONDS = 600.0
"""After the start, when what a person waits for is done."""

log = structlog.get_logger(__name__)

Name = tuple[str, int]


@dataclass(frozen=True)
class Terms:
    """How long things are kept."""

    every: timedelta = timedelta(hours=24)
    grace: timedelta = timedelta(days=7)
    turned_away: timedelta = timedelta(days=30)
    """How long versions stay that a rewind has turned away from."""


class Retention:
    """Collects the garbage of both chains.

    Args:
        client: the link.
        outbox: mints the question.
        stores: of snapshots.
        needed: the snapshots that this executor has use for, whatever the control plane says.
        terms: how long things are kept.
        clock: the present.
    """

    def __init__(
        self,
        client: LinkClient,
        outbox: Outbox,
        stores: Sequence[StateStore],
        needed: Callable[[], Collection[Name]],
        terms: Terms,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._garbage: list[Garbage] = [store.garbage(terms.grace, clock) for store in stores]
        self._needed = needed
        self._terms = terms
        self._clock = clock
        self._one_at_a_time = anyio.Lock()

    async def run(self) -> None:
        """Collects at intervals, until cancelled."""
        await anyio.sleep(FIRST_LOOK_SECONDS)
        while True:
            try:
                done = await self.collect()
                log.info("state.collected", **done.model_dump())
            except (DaytwoError, OSError) as error:
                log.warning("state.not_collected", error=type(error).__name__)
            await anyio.sleep(self._terms.every.total_seconds())

    async def collect(self, *, dry_run: bool = False) -> Collected:
        """One look at everything.

        Raises:
            DaytwoError: where the control plane does not say what is named; then nothing is touched.
        """
        async with self._one_at_a_time:
            told = await self._ask()
            # Asked for after the control plane's answer: a task that was claimed meanwhile is among these.
            named = still_named(told, self._clock() - self._terms.turned_away) | set(self._needed())
            tallies = [
                await anyio.to_thread.run_sync(partial(one.collect, named, dry_run=dry_run)) for one in self._garbage
            ]
        counts = {fate: sum(tally.count(fate) for tally in tallies) for fate in Fate}
        return Collected(
            dry_run=dry_run,
            snapshots=sum(counts.values()),
            named=counts[Fate.NAMED],
            waiting=counts[Fate.WAITING],
            removed=counts[Fate.REMOVED],
            freed_bytes=sum(tally.freed_bytes for tally in tallies),
        )

    async def _ask(self) -> NamedSnapshots:
        answer = await self._client.send(self._outbox.retention())
        try:
            return NamedSnapshots.model_validate(answer)
        except ValidationError as error:
            raise Unavailable("bad_answer", "The control plane does not say which snapshots it names.") from error


def still_named(told: NamedSnapshots, turned_away_before: datetime) -> set[Name]:
    """What stays: all on a line, and what was turned away from since a time."""
    return {(one.session, ordinal) for one in told.sessions for ordinal in one.on_a_line} | {
        (one.session, ordinal)
        for one in told.sessions
        for ordinal, at in one.turned_away
        if datetime.fromisoformat(at) > turned_away_before
    }
