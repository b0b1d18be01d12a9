"""The client: typed methods over the two origins.  Synchronous; one instance is used by one thread at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import httpx2

from daytwo.sdk.answers import at, keep, read
from daytwo.sdk.control import ControlSide
from daytwo.sdk.executor import ExecutorSide
from daytwo.sdk.origin import EXPORT_SECONDS, Origin, OriginSettings
from daytwo.sdk.pins import Pins, named
from daytwo.sdk.question import held_in_words, may_stand_in
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Invalid
from daytwo.wire.pack import MEDIA_TYPE, SIGNED_BY_HEADER, SessionRecord
from daytwo.wire.question import CheckedQuestion, Question, SentQuestion
from daytwo.wire.run import ExecutorView, NewRun, RunView, SessionView


class Client(ControlSide, ExecutorSide):
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
            views = read(list[ExecutorView], origin.request("GET", "/v1/executors"))
        pin = pins.settled(named(executor, views))
        client = cls(control, OriginSettings(pin.url, executor_token, pin.public_key))
        try:
            client.executor_health()
        except BaseException:
            client.close()
            raise
        return client

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

    def pack(self, session: str, target: Path) -> str:
        """Writes a session to a file that goes on at another home; `target` is private, and appears when it is whole.

        Returns:
            The key that signed it, by which the other home knows where it comes from.
        """
        record = read(SessionRecord, self.control.request("GET", at("session", session, "record")))
        place = at("session", session, "pack")
        with self.executor.stream(place, posted=record, silence_seconds=EXPORT_SECONDS) as response:
            keep(response, target, is_private=True)
            return str(response.headers[SIGNED_BY_HEADER])

    def unpack(self, content: Iterable[bytes], signed_by: str | None = None) -> SessionView:
        """Takes in a packed session: its state at the executor, then its record at the control plane.

        Args:
            content: the bytes that `pack` wrote; an open file will do.
            signed_by: the key of another home's executor that this trusts; None for this one's own.
        """
        query = {} if signed_by is None else {"signed_by": signed_by}
        answer = self.executor.send_file("/v1/sessions/unpack", content, MEDIA_TYPE, query)
        record = read(SessionRecord, answer)
        return read(SessionView, self.control.repeat("POST", "/v1/sessions/records", body=record))

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
        place = at("session", session, "runs")
        run = run if checked is None or checked.run is None else checked.run
        view = read(RunView, self.control.repeat("POST", place, content=canonical_bytes(run)))
        if checked is not None and checked.check is not None:
            sent = SentQuestion(check=checked.check, session=session)
            self.executor.request("POST", at("run", view.run, "question"), body=sent)
        return view

    def ledger_export(self, plane: str) -> Iterator[str]:
        """The ledger of `control` or `executor` as JSON lines; see `daytwo.ledger.verifier`."""
        with self._plane(plane).stream("/v1/ledger/export") as response:
            yield from response.iter_lines()

    def ledger_checkpoint(self, plane: str) -> str:
        return self._plane(plane).request("GET", "/v1/ledger/checkpoint").text

    def _plane(self, plane: str) -> Origin:
        return self.control if plane == "control" else self.executor
