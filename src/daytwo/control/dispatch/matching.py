"""Whether an executor can take a task, and what to tell a person where it cannot: pure decisions.

A task goes to the executor that holds its session's data and state, and to no other.  That one takes it only while it
is there, is not draining, offers the task's profile and, where the session has variables, the packages that they were
made with.  What it does not say (protocol 1 says nothing) is taken for given: it reviews each task itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daytwo.wire.errors import Invalid

DIGEST_CHARACTERS = 12
"""Of an environment's digest, for people."""


@dataclass(frozen=True)
class Needs:
    """What a task needs of its executor."""

    profile: str
    environment: str | None = None
    """The packages that the session's variables were made with; None where there are none yet."""
    begun: bool = False
    """The executor had it before: one that drains takes it up again, to end it."""


@dataclass(frozen=True)
class Standing:
    """What is known of an executor."""

    executor_id: str
    name: str
    is_present: bool
    is_draining: bool = False
    is_revoked: bool = False
    profiles: tuple[str, ...] | None = None
    environment: str | None = None


@dataclass(frozen=True)
class Wait:
    """Why a run waits: a stable reason, and what to do about it."""

    reason: str
    message: str


REASONS = frozenset(
    {
        "executor_absent",
        "executor_draining",
        "executor_revoked",
        "environment_not_offered",
        "profile_not_offered",
    }
)


def unmet(needs: Needs, standing: Standing) -> Wait | None:
    """What a task waits for; None where its executor can take it."""
    if standing.is_revoked:
        return Wait(
            "executor_revoked",
            f"The executor {standing.name}, which holds the data, was revoked. Register the data at another one and "
            "ask again, in a new session.",
        )
    if not standing.is_present:
        return Wait(
            "executor_absent",
            "The executor that holds the data is not connected. The run goes on by itself when it comes back: "
            "`daytwo up`.",
        )
    if standing.is_draining and not needs.begun:
        return Wait(
            "executor_draining",
            f"The executor {standing.name} is draining: it takes no new work. The run goes on when it is started anew, "
            f"or after `daytwo executor drain {standing.executor_id} --off`.",
        )
    if not _offers(needs.profile, standing):
        return Wait(
            "profile_not_offered",
            f"The run waits for an executor with the profile `{needs.profile}`: {standing.name}, which holds the data, "
            f"offers {_listed(standing)}.",
        )
    if None not in {needs.environment, standing.environment} and needs.environment != standing.environment:
        return Wait(
            "environment_not_offered",
            f"The run waits for an executor with the environment {_short(needs.environment)}, in which this session's "
            f"variables were made: {standing.name} now has {_short(standing.environment)}. Set the earlier lock again, "
            "or ask in a new session.",
        )
    return None


def first_that_offers(profile: str, standings: Sequence[Standing]) -> Standing:
    """The first of these executors that offers a profile.

    Raises:
        Invalid: `profile_not_offered`, before a run is made that would wait for what is not there.
    """
    for standing in standings:
        if _offers(profile, standing):
            return standing
    offers = "; ".join(dict.fromkeys(f"{standing.name} offers {_listed(standing)}" for standing in standings))
    raise Invalid("profile_not_offered", f"No executor that could take this run has the profile `{profile}`: {offers}.")


def _offers(profile: str, standing: Standing) -> bool:
    return standing.profiles is None or profile in standing.profiles


def _listed(standing: Standing) -> str:
    return ", ".join(standing.profiles or ()) or "none"


def _short(environment: str | None) -> str:
    return (environment or "")[:DIGEST_CHARACTERS]
