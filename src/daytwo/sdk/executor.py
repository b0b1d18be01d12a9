"""What a person asks of the executor, at its own origin: data, results, receipts, approvals.

Its answers go to the caller alone.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from daytwo.sdk.answers import at, keep, read
from daytwo.sdk.origin import EXPORT_SECONDS, PROGRESS_SECONDS, REGISTER_SECONDS, REPLAY_SECONDS, Origin
from daytwo.sdk.question import check
from daytwo.sdk.views import Health
from daytwo.wire.figures import TableFigures
from daytwo.wire.question import CheckedQuestion, Question
from daytwo.wire.release import Release
from daytwo.wire.replay import StepReplay
from daytwo.wire.result import (
    NOTES_HEADER,
    ApprovalRequestDecision,
    ApprovalView,
    Build,
    DatasetView,
    Reading,
    Receipt,
    RegisterDataset,
    ReportLink,
    RunResult,
)
from daytwo.wire.retention import Collect, Collected
from daytwo.wire.run import RunView
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.snapshot import ReplicaView, SnapshotView


class ExecutorSide:
    """The half of a client that speaks to the executor."""

    executor: Origin

    def collect(self, *, dry_run: bool = False) -> Collected:
        """Has the executor remove the snapshots that no session has named for its time of grace."""
        answer = self.executor.request(
            "POST", "/v1/sessions/collect", body=Collect(dry_run=dry_run), answer_seconds=EXPORT_SECONDS
        )
        return read(Collected, answer)

    def check(self, question: Question) -> CheckedQuestion | None:
        """What the executor finds in a question before it is posted; see `daytwo.sdk.question`."""
        return check(self.executor, question)

    def executor_health(self) -> Health:
        return read(Health, self.executor.request("GET", "/healthz"))

    def register(self, dataset: RegisterDataset) -> DatasetView:
        return read(
            DatasetView,
            self.executor.request("POST", "/v1/datasets", body=dataset, answer_seconds=REGISTER_SECONDS),
        )

    def building(self, run: str) -> list[Build]:
        """The environment that the executor builds for this run right now, if any; answered at once, or not at all."""
        answer = self.executor.request("GET", at("run", run, "building"), answer_seconds=PROGRESS_SECONDS)
        return read(list[Build], answer)

    def replica(self, session: str) -> ReplicaView:
        """How far the executor's second copy of a session has come."""
        return read(ReplicaView, self.executor.request("GET", at("session", session, "replica")))

    def snapshot(self, session: str, ordinal: int) -> SnapshotView:
        """What a version of a session's state holds."""
        return read(SnapshotView, self.executor.request("GET", f"{at('session', session, 'snapshots')}/{int(ordinal)}"))

    def readings(self) -> list[Reading]:
        """What the executor is reading right now; answered at once, or not at all."""
        return read(list[Reading], self.executor.request("GET", "/v1/readings", answer_seconds=PROGRESS_SECONDS))

    def datasets(self) -> list[DatasetView]:
        return read(list[DatasetView], self.executor.request("GET", "/v1/datasets"))

    def dataset(self, name: str) -> DatasetView:
        return read(DatasetView, self.executor.request("GET", at("dataset", name)))

    def sheet_text(self, name: str) -> str:
        """The exact canonical bytes of a dataset's sheet: all that a model learns of it beforehand."""
        return self.executor.request("GET", at("dataset", name, "sheet")).text

    def figures(self, name: str) -> tuple[TableFigures, ...]:
        """What the executor counted in a dataset, for its owner."""
        return read(tuple[TableFigures, ...], self.executor.request("GET", at("dataset", name, "figures")))

    def sign(self, name: str, asked: Release) -> SignedSheet:
        """Releases a dataset's sheet as its owner asks, signed."""
        return read(
            SignedSheet,
            self.executor.request(
                "POST",
                at("dataset", name, "sign"),
                body=asked,
                answer_seconds=REGISTER_SECONDS,
            ),
        )

    def results(self, run: str) -> RunResult:
        return read(RunResult, self.executor.request("GET", at("run", run, "results")))

    def replay(self, run: str, step: int) -> StepReplay:
        """Has a step run again, from the same state, and compared with what it was."""
        place = at("run", run, f"steps/{int(step)}/replay")
        return read(StepReplay, self.executor.request("POST", place, answer_seconds=REPLAY_SECONDS))

    def receipt(self, run: str) -> Receipt:
        return read(Receipt, self.executor.request("GET", at("run", run, "receipt")))

    def download(self, run: str, step: int, file: str, target: Path) -> None:
        """Writes an artefact to `target`, which appears only when it is whole."""
        with self.executor.stream(at("run", run, f"artefacts/{step}/{file}")) as response:
            keep(response, target)

    def export(self, run: str, step: int, file: str, target: Path) -> tuple[str, ...]:
        """Writes a table to `target` in the format that `file` names, as in `t1.xlsx`.

        Returns:
            What the format could not hold, for the person.
        """
        place = at("run", run, f"exports/{step}/{file}")
        with self.executor.stream(place, silence_seconds=EXPORT_SECONDS) as response:
            keep(response, target)
            return TypeAdapter(tuple[str, ...]).validate_json(response.headers.get(NOTES_HEADER, "[]"))

    def report(self, view: RunView) -> str:
        """The report of a run as one HTML page that holds all it shows."""
        return self.executor.request("POST", at("run", view.run, "report"), body=view).text

    def receipt_page(self, view: RunView) -> str:
        """The receipt of a run as one HTML page: what its person saw beside what the model saw."""
        return self.executor.request("POST", at("run", view.run, "receipt/page"), body=view).text

    def report_url(self, view: RunView) -> str:
        """An address at the executor that opens the report of a run, once and within two minutes."""
        answer = self.executor.request("POST", at("run", view.run, "report/link"), body=view)
        return f"{self.executor.url}{read(ReportLink, answer).path}"

    def approvals(self) -> list[ApprovalView]:
        return read(list[ApprovalView], self.executor.request("GET", "/v1/approvals"))

    def approval(self, approval: str) -> ApprovalView:
        return read(ApprovalView, self.executor.request("GET", at("approval", approval)))

    def decide(self, approval: str, *, approve: bool, reason: str | None = None) -> ApprovalView:
        decision = ApprovalRequestDecision(approve=approve, reason=reason)
        return read(ApprovalView, self.executor.request("POST", at("approval", approval), body=decision))
