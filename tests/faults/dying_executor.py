"""An executor that is killed at a moment of one step: `dying_executor.py FOLDER TASK KIND`.

It dies, with SIGKILL and nothing closed, as soon as its sandbox is asked for an execution of that kind: `rehearsal`,
which nothing was paid for, or `real`, which stands between the debit and its Observation.
"""

import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

from bench.gate_set.executor import Executor
from daytwo.executor.sandbox.request import Ending, SandboxResult, Tier
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import TaskRequest


class Deadly:
    """A sandbox in which nothing happens but the death of its executor."""

    def __init__(self, kind):
        self.kind = kind

    async def run(self, request, _sink, _cancel):
        if request.kind == self.kind:
            os.kill(os.getpid(), signal.SIGKILL)
        return SandboxResult(
            ending=Ending.KILLED,
            exit_code=None,
            stdout=b"",
            stderr=b"",
            wall_ms=1,
            peak_rss_bytes=0,
            tier=Tier.STANDARD,
            backend="scripted",
        )

    def holding(self, _profile):
        return nullcontext(())


def executor(folder, kind=None):
    sandbox = Deadly(kind)
    return Executor(folder, SigningKey.generate(), sandbox, sandbox)


if __name__ == "__main__":
    place, task, deadly = sys.argv[1:]
    executor(Path(place), deadly).answer(TaskRequest.model_validate_json(task))
