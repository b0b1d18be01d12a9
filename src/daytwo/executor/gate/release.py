"""When an Observation is released: on a grid of three moments, so that latency tells nothing that was not debited.

The moments count from the end of the rehearsal, the last instant that depends on no data: 0.5 s, 5 s, and the profile's
limit with a grace for saving.  A slot that an Observation names is the moment at which it leaves; an alphabet or an
outcome that names none leaves at the last.  What is refused in between, after a look at the session's state, leaves at
the second moment: a look takes as long as there is state.  The
claim is held as long, so that the executor's capacity tells no more.  People's results do not wait: they never pass
here.  An executor that needs longer than the last moment releases late and logs it: that is not bounded.
Source: docs/explanation/disclosure.md, section 3.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import anyio
import structlog

from daytwo.wire.observation import DURATION_SLOTS, Alphabet, Observation, Outcome

SLOT_SECONDS = (0.5, 5.0)
MARGIN_SECONDS = 0.03
"""Between minting an Observation and its moment: room for keeping it."""
GRACE_SECONDS = 5.0
"""Beyond the profile's limit, for ending a program and saving what it left."""

log = structlog.get_logger(__name__)


def slot_of(elapsed_seconds: float) -> int:
    """The first slot whose moment has not come."""
    for slot, seconds in enumerate(SLOT_SECONDS):
        if 0 <= elapsed_seconds <= seconds - MARGIN_SECONDS:
            return slot
    return DURATION_SLOTS - 1


def moment_of(observation: Observation, profile_seconds: float) -> float:
    """Seconds after its rehearsal at which an Observation leaves."""
    last = profile_seconds + GRACE_SECONDS
    if observation.alphabet is Alphabet.VERDICT or observation.outcome is Outcome.TIMEOUT:
        return last
    return (*SLOT_SECONDS, last)[observation.duration_slot]


class Stopwatch:
    """Runs from the end of a rehearsal to the release of what comes after it."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._began = release.clock()

    @property
    def elapsed_seconds(self) -> float:
        return self._release.clock() - self._began

    async def wait_for(self, observation: Observation, profile_seconds: float) -> None:
        """Returns at the Observation's moment."""
        await self._wait_until(moment_of(observation, profile_seconds))

    async def wait_for_refusal(self) -> None:
        """Returns at the moment of what is refused and has no Observation."""
        await self._wait_until(SLOT_SECONDS[-1])

    async def _wait_until(self, moment_seconds: float) -> None:
        left = moment_seconds - self.elapsed_seconds
        if left < 0:
            log.warning("gate.released_late", seconds=round(-left, 3))
            return
        await self._release.sleep(left)


class Release:
    """The grid's clock.

    Args:
        clock: seconds that only grow.
        sleep: waits so many seconds.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        self.clock = clock
        self.sleep = sleep

    @classmethod
    def at_once(cls) -> Release:
        """No grid: an owner's decision that latency may tell more than the symbol."""

        async def sleep(_seconds: float) -> None:
            return

        return cls(sleep=sleep)

    def start(self) -> Stopwatch:
        return Stopwatch(self)
