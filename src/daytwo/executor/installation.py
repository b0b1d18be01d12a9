"""What an executor finds where it is installed: its sandboxes, the environments of programs, guard and its policy."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import structlog

from daytwo.executor import cell
from daytwo.executor.environments import Environment, Environments, Source, default_environment, find_uv
from daytwo.executor.guard import Guard, read_policy
from daytwo.executor.rehearsal import Rehearser
from daytwo.executor.sandbox import Device, Sandboxes, Tier, Warmth
from daytwo.executor.settings import ExecutorSettings
from daytwo.executor.state import StateStore
from daytwo.wire.errors import Missing, Unavailable

log = structlog.get_logger(__name__)


def local_sandboxes(
    environment: Environment,
    warmth: Warmth = Warmth(),  # noqa: B008 - frozen
    least: Tier = Tier.STANDARD,
    environments: Environments | None = None,
    devices: tuple[Device, ...] | None = None,
    *,
    without_landlock: bool = False,
) -> Sandboxes:
    """The sandboxes of this machine, over the cell that this distribution brings."""
    cell_source = Path(cell.__file__).parent
    return Sandboxes(environment, cell_source, warmth, least, environments, devices, without_landlock=without_landlock)


def _none_yet() -> tuple[str, ...]:
    return ()


def open_environments(settings: ExecutorSettings, in_use: Callable[[], Collection[str]] = _none_yet) -> Environments:
    """The environments that this executor has built; those in use are not thrown away."""
    given = settings.environments
    source = Source(given.index, given.wheelhouse, given.offline, given.exclude_newer)
    return Environments(settings.directory / "environments", source, in_use=in_use)


def choose_environment(settings: ExecutorSettings, environments: Environments) -> Environment:
    """What programs run in: the environment of the lock in the settings, built unless it is there, or the default.

    Raises:
        Missing: `lock_not_found`.
        Invalid: `environment_not_locked`, `environment_incomplete`.
        Unavailable: `uv_missing`, `environment_build_failed`.
    """
    lock = settings.environments.lock
    if lock is None:
        return default_environment()
    try:
        text = lock.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Missing(
            "lock_not_found", f"The lock {lock} cannot be read. Set `lock` in `[environments]` of daytwo.toml anew."
        ) from error
    environment = environments.build(text, lambda line: log.info("environment.building", uv=line))
    environment.require_for_cell()
    return environment


def rehearser(backend: Sandboxes, directory: Path) -> Rehearser:
    """Rehearsals share no folder with what is real."""
    folder = directory / "rehearsal"
    return Rehearser(backend, rehearsed_state(directory), folder / "mocks")


def rehearsed_state(directory: Path) -> StateStore:
    return StateStore(directory / "rehearsal" / "state")


def guarded_by(policy_file: Path | None) -> Guard:
    """Guard under an organisation's policy; without uv nothing can be added to environments, so it lists nothing."""
    policy = read_policy(policy_file)
    try:
        find_uv()
    except Unavailable:
        policy = policy.without_packages()
    return Guard(policy)
