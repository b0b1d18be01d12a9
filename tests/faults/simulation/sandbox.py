"""A sandbox whose programs are words: each leaves a variable that depends on the state it found and on the word.

Programs: any text keeps going; `fail` ends in an error; what holds `ask` needs a person's approval.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from contextlib import contextmanager

from daytwo.executor.sandbox.request import Ending, Kind, SandboxResult, Tier
from daytwo.executor.state.manifest import Group, Proposal, decoded
from daytwo.wire.verdict import Finding, Ruling, Severity, Verdict

ALLOW = Verdict(verdict=Ruling.ALLOW, rules_version="simulation")
REVIEW = Verdict(
    verdict=Ruling.REVIEW,
    findings=(
        Finding(rule="simulated", severity=Severity.WARNING, line=1, column=1, end_line=1, end_column=1, message="m"),
    ),
    rules_version="simulation",
)


def review(request, *_):
    return REVIEW if "ask" in request.program else ALLOW


def state_after(before: bytes, program: str) -> bytes:
    return hashlib.sha256(before + program.encode()).hexdigest().encode()


class ChainSandbox:
    """Counts each execution of each program: the effect that nobody can take back."""

    def __init__(self) -> None:
        self.executed: Counter[tuple[Kind, str]] = Counter()

    @contextmanager
    def holding(self, _profile):
        """No profile here has devices."""
        yield ()

    async def run(self, request, sink, _cancel):
        job = json.loads(request.job)
        program = job["program"]
        assert job["data_only"] == ("ask" in program), "what was approved starts from data alone"
        self.executed[request.kind, program] += 1
        for header, payload in self._frames(request, program):
            head = json.dumps(header).encode()
            sink(len(head).to_bytes(4, "big") + head + len(payload).to_bytes(8, "big") + payload)
        ending = Ending.ERROR if program == "fail" else Ending.OK
        return SandboxResult(
            ending=ending,
            exit_code=0 if ending is Ending.OK else 1,
            stdout=b"",
            stderr=b"",
            wall_ms=1,
            peak_rss_bytes=0,
            tier=Tier.STANDARD,
            backend="simulated",
        )

    @staticmethod
    def _frames(request, program):
        if program == "fail":
            return [({"kind": "end", "outcome": "error"}, b"")]
        found = {mount.target: mount.source for mount in request.mounts}
        before, earlier = b"", ()
        if "/state/manifest.json" in found:
            kept = decoded(found["/state/manifest.json"].read_bytes())
            earlier = kept.blobs
            blob = earlier[kept.groups[0].stream[0]]
            before = (found["/state/blobs"] / blob.name).read_bytes()[blob.skip :]
        after = state_after(before, program)
        said = Proposal(groups=(Group(("chain",), (len(earlier), 0, len(after)), ()),))
        manifest = said.model_dump_json().encode()
        return [
            ({"kind": "blob", "number": 0}, after),
            ({"kind": "manifest"}, manifest),
            ({"kind": "end", "outcome": "ok"}, b""),
        ]
