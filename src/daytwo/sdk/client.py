"""The client: typed methods over the two origins.  Synchronous; one instance is used by one thread at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self, TypeVar

import httpx2
from pydantic import TypeAdapter, ValidationError

from daytwo.sdk import events
from daytwo.sdk.origin import (
    EXPORT_SECONDS,
    PROGRESS_SECONDS,
    REGISTER_SECONDS,
    REPLAY_SECONDS,
    Origin,
    OriginSettings,
)
from daytwo.sdk.pins import Pins, named, prove
from daytwo.sdk.question import check, held_in_words, may_stand_in
from daytwo.sdk.views import Health, ModelTest, ModelUsage, ModelView
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Bug, Invalid, Missing
from daytwo.wire.figures import TableFigures
from daytwo.wire.pack import MEDIA_TYPE, SIGNED_BY_HEADER, SessionRecord
from daytwo.wire.question import CheckedQuestion, Question, SentQuestion
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
from daytwo.wire.run import ExecutorView, NewRun, NewSession, RunEvent, RunView, SessionView
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.snapshot import SnapshotView

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PLACES = {
    "session": ("sessions", "sessions"),
    "run": ("runs", "runs"),
    "dataset": ("datasets", "data"),
    "approval": ("approvals", "approvals"),
    "executor": ("executors", "executor"),
}
"""Kind → its folder in the API, and the command that lists it."""


class Client:
    """Both planes, as a person sees them.

    Args:
        control: the control plane's origin.
        executor: the executor's own origin; its token is another one.
    """

    def __init__(
        self,
        control: OriginSettings,
        executor: OriginSettings,
        *,
        control_transport: httpx2.BaseTransport | None = None,
        executor_transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.control = Origin(control, "control", control_transport)
        self.executor = Origin(executor, "executor", executor_transport)

    @classmethod
    def pinned(cls, control: OriginSettings, executor_token: str, pins: Pins, executor: str | None = None) -> Client:
        """A client of a control plane and of an executor that it names, held to its first word; see `daytwo.sdk.pins`.

        Args:
            control: the control plane's origin.
            executor_token: goes to the pinned executor alone.
            pins: what was pinned before.
            executor: its id; None where there is but one.

        Raises:
            Denied: `executor_changed`, `executor_not_proven`; no token was sent to it.
            Missing: `executor_not_found`.
        """
        with Origin(control, "control") as origin:
            views = _read(list[ExecutorView], origin.request("GET", "/v1/executors"))
        pin = pins.settled(named(executor, views))
        prove(pin)
        return cls(control, OriginSettings(pin.url, executor_token))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def another(self) -> Client:
        """A client of the same planes, for another thread."""
        return Client(self.control.settings, self.executor.settings)

    def close(self) -> None:
        self.control.close()
        self.executor.close()

    # The control plane: questions, programs, Observations.

    def control_health(self) -> Health:
        return _read(Health, self.control.request("GET", "/healthz"))

    def create_session(self, datasets: tuple[str, ...]) -> SessionView:
        return _read(SessionView, self.control.repeat("POST", "/v1/sessions", body=NewSession(datasets=datasets)))

    def sessions(self) -> list[SessionView]:
        return _read(list[SessionView], self.control.request("GET", "/v1/sessions"))

    def session(self, session: str) -> SessionView:
        return _read(SessionView, self.control.request("GET", _at("session", session)))

    def fork(self, session: str) -> SessionView:
        return _read(SessionView, self.control.repeat("POST", _at("session", session, "fork")))

    def pack(self, session: str, target: Path) -> str:
        """Writes a session to a file that goes on at another home; `target` is private, and appears when it is whole.

        Returns:
            The key that signed it, by which the other home knows where it comes from.
        """
        record = _read(SessionRecord, self.control.request("GET", _at("session", session, "record")))
        at = _at("session", session, "pack")
        with self.executor.stream(at, posted=record, silence_seconds=EXPORT_SECONDS) as response:
            _keep(response, target, is_private=True)
            return str(response.headers[SIGNED_BY_HEADER])

    def unpack(self, file: Path, signed_by: str | None = None) -> SessionView:
        """Takes in a packed session: its state at the executor, then its record at the control plane.

        Args:
            file: what `pack` wrote.
            signed_by: the key of another home's executor that this trusts; None for this one's own.
        """
        query = {} if signed_by is None else {"signed_by": signed_by}
        answer = self.executor.send_file("/v1/sessions/unpack", file, MEDIA_TYPE, query)
        record = _read(SessionRecord, answer)
        return _read(SessionView, self.control.repeat("POST", "/v1/sessions/records", body=record))

    def delete_session(self, session: str) -> None:
        """Takes a session away; its state goes when nothing else names it and the executor's grace is over."""
        self.control.request("DELETE", _at("session", session))

    def collect(self, *, dry_run: bool = False) -> Collected:
        """Has the executor remove the snapshots that no session has named for its time of grace."""
        answer = self.executor.request(
            "POST", "/v1/sessions/collect", body=Collect(dry_run=dry_run), answer_seconds=EXPORT_SECONDS
        )
        return _read(Collected, answer)

    def rewind(self, session: str, run: str) -> SessionView:
        """Sets a session back to where it was after `run`."""
        return _read(
            SessionView,
            self.control.repeat("POST", _at("session", session, "rewind"), body={"run": run}),
        )

    def start(self, session: str, run: NewRun, *, as_typed: bool = False, with_stand_ins: bool = False) -> RunView:
        """Has a question checked at the executor, then posts it; the run goes on whether or not anybody watches.

        Args:
            session: the session that it is asked in.
            run: the question.
            as_typed: the caller consents: it is sent whatever data it holds, also where nobody can check it.
            with_stand_ins: values that its text holds are replaced; what may not be replaced needs consent.

        Raises:
            Invalid: `question_holds_data`; nothing was posted.
            Unavailable: `question_not_checked`, where the executor cannot be reached; nothing was posted.
        """
        datasets = tuple(dataset.name for dataset in self.session(session).datasets)
        question = Question(
            run=run, datasets=datasets, session=session, as_typed=as_typed, with_stand_ins=with_stand_ins
        )
        checked = self.check(question)
        if checked is not None and checked.check is None:
            found = held_in_words(checked.held)
            ways = "`with_stand_ins`" if may_stand_in(checked.held) else "without it"
            raise Invalid(
                "question_holds_data", f"Not sent, it holds data: {found}. Ask {ways}, or `as_typed` if you consent."
            )
        return self.post(session, run, checked)

    def post(self, session: str, run: NewRun, checked: CheckedQuestion | None) -> RunView:
        """Posts a question as the executor let it through; or, with None, one that its author sends unchecked."""
        path = _at("session", session, "runs")
        run = run if checked is None or checked.run is None else checked.run
        view = _read(RunView, self.control.repeat("POST", path, content=canonical_bytes(run)))
        if checked is not None and checked.check is not None:
            sent = SentQuestion(check=checked.check, session=session)
            self.executor.request("POST", _at("run", view.run, "question"), body=sent)
        return view

    def check(self, question: Question) -> CheckedQuestion | None:
        """What the executor finds in a question before it is posted; see `daytwo.sdk.question`."""
        return check(self.executor, question)

    def runs(self, *, session: str | None = None, limit: int = 50) -> list[RunView]:
        query: dict[str, str | int] = {"limit": limit} | ({"session": session} if session else {})
        return _read(list[RunView], self.control.request("GET", "/v1/runs", query=query))

    def run(self, run: str) -> RunView:
        return _read(RunView, self.control.repeat("GET", _at("run", run)))

    def cancel(self, run: str) -> RunView:
        return _read(RunView, self.control.repeat("POST", _at("run", run, "cancel")))

    def resume(self, run: str) -> RunView:
        return _read(RunView, self.control.repeat("POST", _at("run", run, "resume")))

    def events(
        self,
        run: str,
        after: int = 0,
        *,
        outage_limit_seconds: float = events.OUTAGE_LIMIT_SECONDS,
        on_outage: Callable[[float], None] | None = None,
    ) -> Iterator[RunEvent]:
        """A run's events, each once and in order, until it is over; see `daytwo.sdk.events.follow`."""
        _at("run", run)  # refuses what is no run's name
        return events.follow(self.control, run, after, outage_limit_seconds=outage_limit_seconds, on_outage=on_outage)

    def events_so_far(self, run: str, after: int = 0) -> Iterator[RunEvent]:
        _at("run", run)  # refuses what is no run's name
        return events.so_far(self.control, run, after)

    def wait(self, run: str) -> RunView:
        """The run once it is over, however long that takes."""
        for _ in self.events(run, outage_limit_seconds=math.inf):
            pass
        return self.run(run)

    def released_sheets(self) -> list[SignedSheet]:
        """The schema sheets as the control plane holds them."""
        return _read(list[SignedSheet], self.control.request("GET", "/v1/datasets"))

    def executors(self) -> list[ExecutorView]:
        return _read(list[ExecutorView], self.control.request("GET", "/v1/executors"))

    def revoke(self, executor: str) -> None:
        """Shuts an executor out, at once and for good."""
        self.control.repeat("POST", _at("executor", executor, "revoke"))

    def drain(self, executor: str, *, off: bool = False) -> None:
        """Has an executor take no new task, or (`off`) take them again."""
        self.control.repeat("DELETE" if off else "POST", _at("executor", executor, "drain"))

    def enrolment_token(self) -> str:
        """A one-time token with which one executor may introduce itself."""
        answer = _read(dict[str, str], self.control.request("POST", "/v1/executors/tokens"))
        return answer["token"]

    def models(self) -> list[ModelView]:
        return _read(list[ModelView], self.control.request("GET", "/v1/models"))

    def test_model(self, model: str) -> ModelTest:
        return _read(ModelTest, self.control.request("POST", "/v1/models/test", body={"model": model}))

    def model_usage(self) -> list[ModelUsage]:
        return _read(list[ModelUsage], self.control.request("GET", "/v1/models/usage"))

    # The executor: data, results, approvals.

    def executor_health(self) -> Health:
        return _read(Health, self.executor.request("GET", "/healthz"))

    def register(self, dataset: RegisterDataset) -> DatasetView:
        return _read(
            DatasetView,
            self.executor.request("POST", "/v1/datasets", body=dataset, answer_seconds=REGISTER_SECONDS),
        )

    def building(self, run: str) -> list[Build]:
        """The environment that the executor builds for this run right now, if any; answered at once, or not at all."""
        answer = self.executor.request("GET", _at("run", run, "building"), answer_seconds=PROGRESS_SECONDS)
        return _read(list[Build], answer)

    def snapshot(self, session: str, ordinal: int) -> SnapshotView:
        """What a version of a session's state holds."""
        return _read(
            SnapshotView, self.executor.request("GET", f"{_at('session', session, 'snapshots')}/{int(ordinal)}")
        )

    def readings(self) -> list[Reading]:
        """What the executor is reading right now; answered at once, or not at all."""
        return _read(list[Reading], self.executor.request("GET", "/v1/readings", answer_seconds=PROGRESS_SECONDS))

    def datasets(self) -> list[DatasetView]:
        return _read(list[DatasetView], self.executor.request("GET", "/v1/datasets"))

    def dataset(self, name: str) -> DatasetView:
        return _read(DatasetView, self.executor.request("GET", _at("dataset", name)))

    def sheet_text(self, name: str) -> str:
        """The exact canonical bytes of a dataset's sheet: all that a model learns of it beforehand."""
        return self.executor.request("GET", _at("dataset", name, "sheet")).text

    def figures(self, name: str) -> tuple[TableFigures, ...]:
        """What the executor counted in a dataset, for its owner."""
        return _read(tuple[TableFigures, ...], self.executor.request("GET", _at("dataset", name, "figures")))

    def sign(self, name: str, asked: Release) -> SignedSheet:
        """Releases a dataset's sheet as its owner asks, signed."""
        return _read(
            SignedSheet,
            self.executor.request(
                "POST",
                _at("dataset", name, "sign"),
                body=asked,
                answer_seconds=REGISTER_SECONDS,
            ),
        )

    def results(self, run: str) -> RunResult:
        return _read(RunResult, self.executor.request("GET", _at("run", run, "results")))

    def replay(self, run: str, step: int) -> StepReplay:
        """Has a step run again, from the same state, and compared with what it was."""
        at = _at("run", run, f"steps/{int(step)}/replay")
        return _read(StepReplay, self.executor.request("POST", at, answer_seconds=REPLAY_SECONDS))

    def receipt(self, run: str) -> Receipt:
        return _read(Receipt, self.executor.request("GET", _at("run", run, "receipt")))

    def download(self, run: str, step: int, file: str, target: Path) -> None:
        """Writes an artefact to `target`, which appears only when it is whole."""
        with self.executor.stream(_at("run", run, f"artefacts/{step}/{file}")) as response:
            _keep(response, target)

    def export(self, run: str, step: int, file: str, target: Path) -> tuple[str, ...]:
        """Writes a table to `target` in the format that `file` names, as in `t1.xlsx`.

        Returns:
            What the format could not hold, for the person.
        """
        at = _at("run", run, f"exports/{step}/{file}")
        with self.executor.stream(at, silence_seconds=EXPORT_SECONDS) as response:
            _keep(response, target)
            return TypeAdapter(tuple[str, ...]).validate_json(response.headers.get(NOTES_HEADER, "[]"))

    def report(self, view: RunView) -> str:
        """The report of a run as one HTML page that holds all it shows."""
        return self.executor.request("POST", _at("run", view.run, "report"), body=view).text

    def receipt_page(self, view: RunView) -> str:
        """The receipt of a run as one HTML page: what its person saw beside what the model saw."""
        return self.executor.request("POST", _at("run", view.run, "receipt/page"), body=view).text

    def report_url(self, view: RunView) -> str:
        """An address at the executor that opens the report of a run, once and within two minutes."""
        answer = self.executor.request("POST", _at("run", view.run, "report/link"), body=view)
        return f"{self.executor.url}{_read(ReportLink, answer).path}"

    def approvals(self) -> list[ApprovalView]:
        return _read(list[ApprovalView], self.executor.request("GET", "/v1/approvals"))

    def approval(self, approval: str) -> ApprovalView:
        return _read(ApprovalView, self.executor.request("GET", _at("approval", approval)))

    def decide(self, approval: str, *, approve: bool, reason: str | None = None) -> ApprovalView:
        decision = ApprovalRequestDecision(approve=approve, reason=reason)
        return _read(ApprovalView, self.executor.request("POST", _at("approval", approval), body=decision))

    # Both planes keep a ledger.

    def ledger_export(self, plane: str) -> Iterator[str]:
        """The ledger of `control` or `executor` as JSON lines; see `daytwo.ledger.verifier`."""
        with self._plane(plane).stream("/v1/ledger/export") as response:
            yield from response.iter_lines()

    def ledger_checkpoint(self, plane: str) -> str:
        return self._plane(plane).request("GET", "/v1/ledger/checkpoint").text

    def _plane(self, plane: str) -> Origin:
        return self.control if plane == "control" else self.executor


def _keep(response: httpx2.Response, target: Path, *, is_private: bool = False) -> None:
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(0o600 if is_private else 0o666)
    with part.open("wb") as sink:
        for chunk in response.iter_bytes():
            sink.write(chunk)
    part.replace(target)


def _at(kind: str, name: str, rest: str = "") -> str:
    """The address of what is named, or of something of it.

    Raises:
        Missing: `{kind}_not_found`, where nothing can have this name: it would be another address.
    """
    folder, command = _PLACES[kind]
    if not _NAME.fullmatch(name):
        raise Missing(f"{kind}_not_found", f"There is no {kind} {name}. `daytwo {command} list` shows those there are.")
    return f"/v1/{folder}/{name}/{rest}" if rest else f"/v1/{folder}/{name}"


def _read(kind: type[T], response: httpx2.Response) -> T:
    try:
        return TypeAdapter(kind).validate_json(response.content, extra="ignore")
    except ValidationError as error:
        raise Bug(
            "unexpected_answer",
            f"{response.request.method} {response.request.url.path} gave an answer that this version cannot read. "
            "Are both planes of this version?",
        ) from error
