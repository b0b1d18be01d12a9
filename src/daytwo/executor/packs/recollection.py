"""A session as its executor remembers it: from the journal alone, where no control plane can be asked.

It knows each program, what that came to, and the state that it left; not the questions, nor who answered them.  A
rewind that no step followed it has not heard of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from daytwo.wire.observation import Alphabet
from daytwo.wire.pack import RecordedRun, RecordedSession, RecordedStep, RecordedVersion, SessionRecord
from daytwo.wire.run import RunStatus
from daytwo.wire.task import Completion, TaskRequest

QUESTION = "(not known: the session came back from a replica)"
_UNKNOWN = "unknown"

Name = tuple[str, int]
"""A session and the ordinal of its snapshot."""


@dataclass(frozen=True)
class Committed:
    """A step that left a snapshot."""

    request: TaskRequest
    completion: Completion
    at: str
    """RFC 3339."""

    @property
    def name(self) -> Name:
        return self.request.session_id, self.request.next_snapshot

    @property
    def base(self) -> Name:
        return self.request.base_session, self.request.base_snapshot


def recollected(session: str, committed: Callable[[str], Iterable[Committed]]) -> SessionRecord | None:
    """The record of a session; None where part of its line was not made here.

    Args:
        session: one that has left a snapshot here.
        committed: the steps of a session that left snapshots, in the order of their end.
    """
    own = list(committed(session))
    if not own:
        return None
    known = {step.name: step for step in own}
    line = [own[-1]]
    while line[-1].request.base_snapshot:
        base = line[-1].base
        if base not in known:
            known |= {step.name: step for step in committed(base[0])}
        if base not in known:
            return None
        line.append(known[base])
    line.reverse()
    return SessionRecord(
        session=session,
        sessions=tuple(_session(name, line) for name in dict.fromkeys(step.request.session_id for step in line)),
        runs=tuple(_run(list(steps)) for _, steps in groupby(line, lambda step: step.request.run_id)),
        versions=tuple(_version(step.request) for step in line),
    )


def _session(session: str, line: list[Committed]) -> RecordedSession:
    own = [step for step in line if step.request.session_id == session]
    return RecordedSession(
        session=session,
        datasets=tuple(ref.name for ref in own[-1].request.datasets),
        head_session=session,
        head_snapshot=own[-1].request.next_snapshot,
        next_snapshot=own[-1].request.next_snapshot + 1,
        created_at=own[0].at,
    )


def _run(steps: list[Committed]) -> RecordedRun:
    last = steps[-1]
    return RecordedRun(
        run=last.request.run_id,
        session=last.request.session_id,
        question=QUESTION,
        model=_UNKNOWN,
        profile=last.request.profile,
        status=RunStatus.SUCCEEDED,
        reason=None,
        message=None,
        bits_spent=last.completion.bits_spent,
        bits_budget=last.completion.bits_budget,
        created_at=steps[0].at,
        updated_at=last.at,
        steps=tuple(_step(step, is_last=step is last) for step in steps),
    )


def _step(step: Committed, *, is_last: bool) -> RecordedStep:
    return RecordedStep(
        step=step.request.step,
        intent="",
        program=step.request.program,
        final=is_last,
        insist=step.request.insist,
        detail=step.request.alphabet is not Alphabet.BRIEF,
        verdict=step.completion.verdict,
        rehearsal=step.completion.rehearsal,
        symbol=step.completion.symbol,
        tier=step.completion.tier,
        snapshot=step.request.next_snapshot,
    )


def _version(request: TaskRequest) -> RecordedVersion:
    return RecordedVersion(
        session=request.session_id,
        ordinal=request.next_snapshot,
        base_session=request.base_session,
        base_ordinal=request.base_snapshot,
        run=request.run_id,
        step=request.step,
    )
