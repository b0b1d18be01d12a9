"""The sandboxes of an executor: each request goes to the backend of its tier, or is refused; never to a weaker one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from daytwo.executor.environments import Environment, Environments
from daytwo.executor.sandbox.check import Backend, Check, check_machine
from daytwo.executor.sandbox.devices import Device, Devices, detect
from daytwo.executor.sandbox.native import NativeBackend
from daytwo.executor.sandbox.request import Cancel, Kind, Profile, SandboxRequest, SandboxResult, Sink, Tier
from daytwo.executor.sandbox.strong import GvisorBackend
from daytwo.executor.sandbox.unavailable import SandboxUnavailable
from daytwo.executor.sandbox.zygotes import Warmth
from daytwo.wire.errors import Bug, Missing


class Sandboxes:
    """Runs modules of the cell in the tier that each request asks for, or in a stronger one.

    Args:
        environment: the interpreter and packages that programs get.
        cell_source: the folder of the package `cell`, shown inside as such.
        warmth: how ready sandboxes of the tier `standard` are kept.
        least: the tier that every request is raised to.
        environments: those that requests may name by their digest.
        devices: GPUs for profiles that have one; None for those of this machine.
        without_landlock: whether a kernel that lacks it will do for the tier `standard`.
    """

    def __init__(
        self,
        environment: Environment,
        cell_source: Path,
        warmth: Warmth = Warmth(),  # noqa: B008 - frozen
        least: Tier = Tier.STANDARD,
        environments: Environments | None = None,
        devices: tuple[Device, ...] | None = None,
        *,
        without_landlock: bool = False,
    ) -> None:
        self._devices = Devices(detect() if devices is None else devices)
        self._environment = environment
        self._environments = environments
        self._native = NativeBackend(self._find_environment, cell_source, warmth, without_landlock=without_landlock)
        self._least = least
        self._backends: dict[Tier, Backend] = {
            Tier.STANDARD: self._native,
            Tier.STRONG: GvisorBackend(self._find_environment, cell_source),
        }

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult:
        """One execution, until its last process has ended, on the devices that it names or on free ones.

        Raises:
            Unavailable: `tier_unavailable`, `sandbox_unavailable`, `data_unreadable`, `profile_unavailable` or
                `gpu_busy`; then nothing has run.
            Missing: `environment_unknown`.
            Bug: `tier_lowered`, where a backend says that it gave less than was asked for.
        """
        tier = Tier.STRONG if self._least is Tier.STRONG else request.tier
        with self._devices.taken(0 if request.devices else request.profile.gpu) as nodes:
            asked = replace(request, tier=tier, devices=request.devices or nodes)
            result = await self._backends[tier].run(asked, sink, cancel)
        if result.tier is not tier:
            raise Bug("tier_lowered", f"A program ran in the tier `{result.tier}`, not in `{tier}`.")
        return result

    @contextmanager
    def holding(self, profile: Profile) -> Iterator[tuple[Path, ...]]:
        """The profile's devices, for several executions that have them one after the other and nobody else between.

        Raises:
            Unavailable: `profile_unavailable` or `gpu_busy`.
        """
        with self._devices.taken(profile.gpu) as nodes:
            yield nodes

    def warm(self, org_id: str, kind: Kind, environment: str | None = None) -> None:
        """Starts ahead of time what the first run of the tier `standard` would have to wait for.

        Raises:
            Missing: `environment_unknown`.
        """
        if self._least is Tier.STANDARD:
            self._native.warm(org_id, kind, environment)

    def check(self) -> list[Check]:
        """What this machine can do, with a hostile self-test.  Blocks: not for the event loop's own thread."""
        return check_machine(self, self._least)

    def require(self) -> None:
        """Fails closed.  Blocks, as `check` does.

        Raises:
            Unavailable: `sandbox_unavailable`, where a program would not be isolated as it should be.
        """
        for check in self.check():
            if not check.ok:
                raise SandboxUnavailable(f"{check.name}: {check.detail}. {check.mend or ''}".strip())

    def environments_in_use(self) -> set[str]:
        """The digests of the environments that sandboxes stand on now."""
        return self._native.environments()

    def _find_environment(self, digest: str | None) -> Environment:
        if digest is None:
            return self._environment
        if self._environments is None:
            raise Missing("environment_unknown", f"There are no environments here but the default: {digest[:12]}.")
        return self._environments.find(digest)

    def close(self) -> None:
        """Ends every sandbox and zygote."""
        self._native.close()
