"""An executor in a process of its own around the simulated sandbox: `chain_executor.py FOLDER`, until it is killed.

FOLDER holds `executor.json` (token, seed, control_url) and gets `executed`: a line for each execution on real data, its
effect that nobody can take back.
"""

import json
import sys
from pathlib import Path

import anyio

from daytwo.executor.sandbox.request import Kind
from daytwo.wire.signing import SigningKey
from tests.faults.simulation.planes import Executor
from tests.faults.simulation.sandbox import ChainSandbox


class NotedSandbox(ChainSandbox):
    def __init__(self, file):
        super().__init__()
        self._file = file

    async def run(self, request, sink, cancel):
        if request.kind is Kind.REAL:
            with self._file.open("a") as file:
                file.write(json.loads(request.job)["program"] + "\n")
        return await super().run(request, sink, cancel)


def main(folder):
    known = json.loads((folder / "executor.json").read_text())
    sandbox = NotedSandbox(folder / "executed")
    key = SigningKey(bytes.fromhex(known["seed"]))
    executor = Executor(folder, known["token"], sandbox, key, control_url=known["control_url"])
    anyio.run(executor.worker.run)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
