"""An executor that only speaks the link: it answers tasks, at once or in a while, or parks them, and runs nothing."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import anyio
import httpx2

from bench.durable_set.process import ANSWER_SECONDS, ControlProcess
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Observation, Outcome, Symbol
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import ApprovalDecision, Completion, Enrolled, Task
from daytwo.wire.verdict import Ruling, Verdict

PROTOCOL = {"daytwo-protocol": "1"}


class FarExecutor:
    """Enrolled with a control process; `work` until cancelled.

    Args:
        program_seconds: how long each program seems to take; any number of them at once.
    """

    def __init__(self, control: ControlProcess, program_seconds: float = 0.0) -> None:
        self._control = control
        self._program_seconds = program_seconds
        self.parks = False
        self.parked: list[tuple[Task, str]] = []

    async def __aenter__(self) -> Self:
        async with self._control.client() as person:
            invited = (await person.post("/v1/executors/tokens")).json()["token"]
        self._link = httpx2.AsyncClient(
            base_url=self._control.url, headers=PROTOCOL, timeout=ANSWER_SECONDS, trust_env=False
        )
        enrolment = {
            "name": "bench",
            "public_key": SigningKey.generate().public.text(),
            "results_url": "http://127.0.0.1:1",
        }
        answer = await self._link.post("/link/v1/enrol", json=enrolment, headers={"authorization": f"Bearer {invited}"})
        self.enrolled = Enrolled.model_validate(answer.json())
        self._link.headers["authorization"] = f"Bearer {self.enrolled.token}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._link.aclose()

    async def work(self) -> None:
        async with anyio.create_task_group() as programs:
            while True:
                answer = await self._link.post("/link/v1/claim", json={"instance": "bench-instance"})
                if answer.status_code == httpx2.codes.OK:
                    programs.start_soon(self._answer, Task.model_validate(answer.json()))

    async def _answer(self, task: Task) -> None:
        await anyio.sleep(self._program_seconds)
        approval = new_id("approval") if self.parks else None
        completion = completion_of(task, approval)
        await self._link.post("/link/v1/complete", json=completion.model_dump(mode="json"))
        if approval:
            self.parked.append((task, approval))

    async def approve(self, task: Task, approval: str) -> None:
        decision = ApprovalDecision(approval_id=approval, task_id=task.task_id, approved=True)
        await self._link.post("/link/v1/approvals", json=decision.model_dump(mode="json"))


def completion_of(task: Task, approval: str | None = None) -> Completion:
    """That its program went well; or that it waits for this approval."""
    symbol = None if approval else Symbol.of(Observation(alphabet=task.request.alphabet, outcome=Outcome.OK))
    return Completion(
        task_id=task.task_id,
        epoch=task.epoch,
        verdict=Verdict(verdict=Ruling.REVIEW if approval else Ruling.ALLOW, rules_version="bench"),
        symbol=symbol,
        approval_id=approval,
        bits_spent=0,
        bits_budget=512,
    )
