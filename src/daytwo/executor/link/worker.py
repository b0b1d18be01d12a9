"""The worker: claims tasks by long-poll, runs them, answers for each exactly once, and publishes sheets and decisions.

Invariants: no execution starts before the journal says STARTED; no answer leaves before the journal has it; a task
of another organisation is refused; heartbeats carry nothing but the claim.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Awaitable, Callable

import anyio
import structlog
from anyio.abc import TaskGroup
from pydantic import ValidationError

from daytwo.executor.gate import Outbox
from daytwo.executor.guard import Approvals
from daytwo.executor.link.client import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, LinkClient
from daytwo.executor.link.journal import Entry, Journal
from daytwo.executor.sandbox.request import Cancel
from daytwo.wire.errors import Conflict, DaytwoError, Denied, Missing, Unauthenticated
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.task import Claim, Completion, Departure, Heartbeat, HeartbeatReply, Offer, Task, TaskRequest

CONCURRENT_TASKS = 2
HEARTBEAT_SECONDS = 1.0
NOT_OPEN = "not_open"
"""Data stopped being open before the output of a program on it was heard: the rest is answered without it."""
DECISION_POLL_SECONDS = 30.0
DEPARTURE_SECONDS = 5.0

log = structlog.get_logger(__name__)

RunTask = Callable[[TaskRequest, str, int, Cancel], Awaitable[Completion]]
"""Runs one execution: request, root session, execution number, cancel flag.  Answers with epoch 1; the link sets it."""
DebitedBits = Callable[[str], float]
"""The bits debited so far for a task."""


class Worker:
    """One executor's side of the link."""

    def __init__(
        self,
        client: LinkClient,
        outbox: Outbox,
        journal: Journal,
        org_id: str,
        run_task: RunTask,
        debited_bits: DebitedBits,
        approvals: Approvals,
        offer: Callable[[], Offer],
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._journal = journal
        self._org_id = org_id
        self._run_task = run_task
        self._debited_bits = debited_bits
        self._approvals = approvals
        self._offer = offer
        self._instance = secrets.token_hex(16)
        self._slots = anyio.CapacityLimiter(CONCURRENT_TASKS)
        self._decided = anyio.Event()
        self._epochs: dict[str, int] = {}
        self._ended = anyio.Event()
        self._claims: anyio.CancelScope | None = None

    async def run(self) -> None:
        """Works until cancelled."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._deliver_decisions)
            with anyio.CancelScope() as self._claims:
                await self._claim_on(group)
            await anyio.sleep_forever()

    async def _claim_on(self, group: TaskGroup) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._slots.acquire_on_behalf_of(slot := object())
            try:
                task = await self._claim()
                pause = FIRST_PAUSE_SECONDS
            except DaytwoError as error:
                log.warning("link.claim_failed", code=error.code, message=error.message)
                task = None
                await anyio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            if task is None:
                self._slots.release_on_behalf_of(slot)
            else:
                group.start_soon(self._handle, task, slot)

    async def drain(self, seconds: float) -> None:
        """Claims no more and lets what is under way end; what has not ended in time is handed back."""
        if self._claims is not None:
            self._claims.cancel()
        await self._depart(gone=False)
        with anyio.move_on_after(seconds):
            while self._epochs:
                self._ended = anyio.Event()
                await self._ended.wait()
        await self._depart(gone=True)

    async def _depart(self, *, gone: bool) -> None:
        """Told once and not waited for long: who does not hear it finds out by the lease."""
        departure = self._outbox.departure(Departure(instance=self._instance, gone=gone))
        try:
            with anyio.move_on_after(DEPARTURE_SECONDS):
                await self._client.send(departure)
        except DaytwoError as error:
            log.info("link.departure_unheard", code=error.code)

    async def publish(self, signed: SignedSheet) -> None:
        """Sends a sheet.  Raises what the control plane answers, or `Retryable` (`control_unreachable`)."""
        await self._client.send(self._outbox.sheet(signed))

    async def publish_until_heard(self, signed: SignedSheet) -> None:
        """Sends a sheet, again and again while the control plane does not answer.  Raises what it answers."""
        await self._client.send_until_heard(self._outbox.sheet(signed))

    def deliver_decisions(self) -> None:
        """Has people's decisions delivered, now or when the control plane is back."""
        self._decided.set()

    async def _claim(self) -> Task | None:
        offer = await anyio.to_thread.run_sync(self._offer) if self._client.protocol > 1 else None
        answer = await self._client.send(self._outbox.claim(Claim(instance=self._instance, offer=offer)))
        if answer is None:
            return None
        try:
            task = Task.model_validate(answer)
        except ValidationError as error:
            raise Denied("bad_task", "The control plane sent something that is not a task.") from error
        if task.request.org_id != self._org_id:
            raise Denied("wrong_organisation", "The control plane sent a task of another organisation.")
        return task

    async def _handle(self, task: Task, slot: object) -> None:
        try:
            if task.task_id in self._epochs:
                # Our own claim expired while we could not be heard; it is ours again, under a new epoch.
                self._epochs[task.task_id] = task.epoch
                return
            self._epochs[task.task_id] = task.epoch
            try:
                await self._answer(task)
            finally:
                del self._epochs[task.task_id]
                self._ended.set()
        except Exception:  # a task boundary: one task's fault must not end the executor
            log.exception("link.task_failed", task=task.task_id)
        finally:
            self._slots.release_on_behalf_of(slot)

    async def _answer(self, task: Task) -> None:
        entry = self._journal.accept(task)
        completion = entry.completion or await self._execute(task, entry)
        while True:
            epoch = self._epochs[task.task_id]
            answer = completion.model_copy(update={"epoch": epoch})
            try:
                outgoing = self._outbox.completion(answer, task.request, self._debited_bits(task.task_id))
                await self._client.send_until_heard(outgoing)
            except Denied as error:
                if error.code != NOT_OPEN or completion.opened is None:
                    raise
                completion = completion.model_copy(update={"opened": None})
                continue
            except (Conflict, Missing) as error:
                if epoch != self._epochs[task.task_id]:
                    continue
                # Another epoch has the task, or the run was withdrawn: if it is ours, it comes again and is answered.
                log.warning("link.completion_refused", task=task.task_id, code=error.code)
                return
            self._journal.acknowledge(task.task_id)
            return

    async def _execute(self, task: Task, entry: Entry) -> Completion:
        cancel = Cancel()
        if entry.execution:
            log.warning("link.execution_repeated", task=task.task_id, earlier=entry.execution)
        root_session = self._journal.root_session(task.request)
        execution = self._journal.start(task.task_id)
        async with anyio.create_task_group() as group:
            group.start_soon(self._beat, task, cancel)
            completion = await self._run_task(task.request, root_session, execution, cancel)
            group.cancel_scope.cancel()
        self._journal.result(completion)
        return completion

    async def _beat(self, task: Task, cancel: Cancel) -> None:
        refused = 0
        while True:
            await anyio.sleep(HEARTBEAT_SECONDS)
            epoch = self._epochs[task.task_id]
            try:
                beat = self._outbox.heartbeat(Heartbeat(task_id=task.task_id, epoch=epoch))
                reply = HeartbeatReply.model_validate(await self._client.send(beat))
            except (Conflict, Missing):
                # Refused once, the claim may have expired and its renewal be on its way to us; twice, it is not ours.
                if epoch != refused:
                    refused = epoch
                    continue
                cancel.request()
                return
            except (DaytwoError, ValidationError) as error:
                log.info("link.heartbeat_missed", task=task.task_id, error=type(error).__name__)
                continue
            if reply.cancel:
                cancel.request()
                return

    async def _deliver_decisions(self) -> None:
        while True:
            for approval_id in self._approvals.undelivered():
                await self._deliver_decision(approval_id)
            with anyio.move_on_after(DECISION_POLL_SECONDS):
                await self._decided.wait()
            self._decided = anyio.Event()

    async def _deliver_decision(self, approval_id: str) -> None:
        run = self._approvals.get(approval_id).run
        try:
            await self._client.send_until_heard(self._outbox.decision(self._approvals.decision(approval_id), run))
        except Unauthenticated as error:
            log.warning("link.decision_not_let_in", approval=approval_id, code=error.code)
            return  # it is owed still, to whoever lets this executor in again
        except DaytwoError as error:
            log.warning("link.decision_refused", approval=approval_id, code=error.code)
        self._approvals.delivered(approval_id)
