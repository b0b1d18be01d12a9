"""What a person asks of the control plane: sessions, questions, runs and their events, executors, models.

Nothing here holds data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from daytwo.sdk import events
from daytwo.sdk.answers import at, read
from daytwo.sdk.origin import Origin
from daytwo.sdk.views import Health, ModelTest, ModelUsage, ModelView
from daytwo.wire.run import ExecutorView, NewSession, RunEvent, RunView, SessionView
from daytwo.wire.sheet import SignedSheet


class ControlSide:
    """The half of a client that speaks to the control plane."""

    control: Origin

    def control_health(self) -> Health:
        return read(Health, self.control.request("GET", "/healthz"))

    def create_session(self, datasets: tuple[str, ...]) -> SessionView:
        return read(SessionView, self.control.repeat("POST", "/v1/sessions", body=NewSession(datasets=datasets)))

    def sessions(self) -> list[SessionView]:
        return read(list[SessionView], self.control.request("GET", "/v1/sessions"))

    def session(self, session: str) -> SessionView:
        return read(SessionView, self.control.request("GET", at("session", session)))

    def fork(self, session: str) -> SessionView:
        return read(SessionView, self.control.repeat("POST", at("session", session, "fork")))

    def delete_session(self, session: str) -> None:
        """Takes a session away; its state goes when nothing else names it and the executor's grace is over."""
        self.control.request("DELETE", at("session", session))

    def rewind(self, session: str, run: str) -> SessionView:
        """Sets a session back to where it was after `run`."""
        return read(
            SessionView,
            self.control.repeat("POST", at("session", session, "rewind"), body={"run": run}),
        )

    def runs(self, *, session: str | None = None, limit: int = 50) -> list[RunView]:
        query: dict[str, str | int] = {"limit": limit} | ({"session": session} if session else {})
        return read(list[RunView], self.control.request("GET", "/v1/runs", query=query))

    def run(self, run: str) -> RunView:
        return read(RunView, self.control.repeat("GET", at("run", run)))

    def cancel(self, run: str) -> RunView:
        return read(RunView, self.control.repeat("POST", at("run", run, "cancel")))

    def resume(self, run: str) -> RunView:
        return read(RunView, self.control.repeat("POST", at("run", run, "resume")))

    def events(
        self,
        run: str,
        after: int = 0,
        *,
        outage_limit_seconds: float = events.OUTAGE_LIMIT_SECONDS,
        on_outage: Callable[[float], None] | None = None,
    ) -> Iterator[RunEvent]:
        """A run's events, each once and in order, until it is over; see `daytwo.sdk.events.follow`."""
        at("run", run)  # refuses what is no run's name
        return events.follow(self.control, run, after, outage_limit_seconds=outage_limit_seconds, on_outage=on_outage)

    def events_so_far(self, run: str, after: int = 0) -> Iterator[RunEvent]:
        at("run", run)  # refuses what is no run's name
        return events.so_far(self.control, run, after)

    def wait(self, run: str) -> RunView:
        """The run once it is over, however long that takes."""
        for _ in self.events(run, outage_limit_seconds=math.inf):
            pass
        return self.run(run)

    def released_sheets(self) -> list[SignedSheet]:
        """The schema sheets as the control plane holds them."""
        return read(list[SignedSheet], self.control.request("GET", "/v1/datasets"))

    def executors(self) -> list[ExecutorView]:
        return read(list[ExecutorView], self.control.request("GET", "/v1/executors"))

    def revoke(self, executor: str) -> None:
        """Shuts an executor out, at once and for good."""
        self.control.repeat("POST", at("executor", executor, "revoke"))

    def drain(self, executor: str, *, off: bool = False) -> None:
        """Has an executor take no new task, or (`off`) take them again."""
        self.control.repeat("DELETE" if off else "POST", at("executor", executor, "drain"))

    def enrolment_token(self) -> str:
        """A one-time token with which one executor may introduce itself."""
        answer = read(dict[str, str], self.control.request("POST", "/v1/executors/tokens"))
        return answer["token"]

    def models(self) -> list[ModelView]:
        return read(list[ModelView], self.control.request("GET", "/v1/models"))

    def test_model(self, model: str) -> ModelTest:
        return read(ModelTest, self.control.request("POST", "/v1/models/test", body={"model": model}))

    def model_usage(self) -> list[ModelUsage]:
        return read(list[ModelUsage], self.control.request("GET", "/v1/models/usage"))
