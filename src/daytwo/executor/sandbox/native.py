"""The native backend: the tier `standard`, from nothing but Python and the kernel.

One execution is a child of a zygote (see `zygote`), six pipes and a task group that lasts as long as it does.  Whatever
happens here, also being cancelled, the sandbox is dead when `run` returns.
"""

from __future__ import annotations

import json
from pathlib import Path

from daytwo.executor.sandbox.execution import Execution
from daytwo.executor.sandbox.plan import make_run
from daytwo.executor.sandbox.request import Cancel, Kind, SandboxRequest, SandboxResult, Sink, Tier
from daytwo.executor.sandbox.unavailable import SandboxUnavailable
from daytwo.executor.sandbox.zygotes import FindEnvironment, Key, Warmth, Zygotes
from daytwo.wire.errors import Bug

BACKEND = "native"

_KEEPERS_LIMIT = 2
"""That a run is offered to: the first may have died since it was last used."""


class NativeBackend:
    """Runs modules of the cell in sandboxes of this machine's kernel.

    Args:
        find_environment: the interpreter and packages of a digest; of None, this installation's own.
        cell_source: the folder of the package `cell`, shown inside as such.
        warmth: how ready sandboxes are kept.
        without_landlock: whether a kernel that lacks it will do.
    """

    def __init__(
        self, find_environment: FindEnvironment, cell_source: Path, warmth: Warmth, *, without_landlock: bool
    ) -> None:
        self._zygotes = Zygotes(find_environment, cell_source, warmth, without_landlock=without_landlock)

    async def run(self, request: SandboxRequest, sink: Sink, cancel: Cancel) -> SandboxResult:
        """One execution, until its last process has ended.

        Raises:
            Unavailable: `sandbox_unavailable` or `data_unreadable`; then nothing has run.
        """
        if request.tier is not Tier.STANDARD:
            raise Bug("wrong_backend", f"The native backend gives the tier `standard`, not `{request.tier}`.")
        order = json.dumps(make_run(request)).encode("ascii") + b"\n"
        key = Key(request.org_id, request.kind, request.environment, request.devices)
        for _ in range(_KEEPERS_LIMIT):
            zygote = self._zygotes.find(key)
            zygote.in_flight += 1
            try:
                return await Execution(zygote.ask, request, sink, cancel, Tier.STANDARD, BACKEND).run(order)
            except ConnectionError:
                self._zygotes.discard(zygote)
            except SandboxUnavailable:
                self._zygotes.discard(zygote)
                raise
            finally:
                zygote.in_flight -= 1
                self._zygotes.sweep()
        raise SandboxUnavailable("The keepers of the sandboxes end as soon as they start. See `daytwo doctor`.")

    def warm(self, org_id: str, kind: Kind, environment: str | None = None) -> None:
        """Starts ahead of time what the first run would have to wait for."""
        self._zygotes.find(Key(org_id, kind, environment))

    def environments(self) -> set[str]:
        """The digests of the environments that sandboxes stand on now."""
        return self._zygotes.environments()

    def close(self) -> None:
        """Ends every sandbox and zygote."""
        self._zygotes.close()
