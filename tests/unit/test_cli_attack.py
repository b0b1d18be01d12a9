"""What `daytwo demo` says of its attack: that it got nothing only where that is so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from daytwo.cli import attack
from daytwo.cli.answer import Answer
from daytwo.cli.attack import AttackReport, Secrets, judge
from daytwo.executor.environments import default_environment
from daytwo.executor.guard import Reviewed, shipped_policy
from daytwo.executor.guard.review import review
from daytwo.wire.observation import Alphabet, Observation, Outcome
from daytwo.wire.rehearsal import NOT_REHEARSED
from daytwo.wire.result import Outbound, Receipt, StepResult
from daytwo.wire.run import RunStatus, RunView, StepView
from daytwo.wire.verdict import Ruling

NOW = "2024-01-01T00:00:00.000Z"
RUN, SESSION = "run_01m800000000000000000000aa", "session_01m800000000000000000000aa"
SECRETS = Secrets(email="ada@mail.example", accounts=frozenset({"root:x:0:0:root:/root:/bin/sh"}))
SAYS = (
    "tried to read /etc/passwd: sandbox:x:1000:1000:sandbox:/workspace:/bin/false\n",
    "tried to send an e-mail address over the network: refused: Operation not permitted",
    "tried to write it to /usr/lib/left.txt: refused: Read-only file system",
)


def _rulings() -> list[Any]:
    imports = tuple(sorted(default_environment().import_names))
    policy = shipped_policy()
    assert attack.RUN.replay is not None
    return [review(Reviewed(program=line.code, environment_imports=imports), policy) for line in attack.RUN.replay]


def _judged(
    says: tuple[str, ...] = SAYS,
    *,
    body: str = '{"symbol":4}',
    traceback: str = "ValueError: ada@mail.example",
    receipt: bool = True,
    denied: bool = True,
) -> AttackReport:
    openly, disguised = _rulings()
    observation = Observation(alphabet=Alphabet.BRIEF, outcome=Outcome.ERROR)
    part: dict[str, Any] = {"intent": "", "program": "", "final": True, "rehearsal": NOT_REHEARSED}
    view = RunView(
        run=RUN,
        session=SESSION,
        status=RunStatus.FAILED,
        question="?",
        model="replay:attack",
        profile="small",
        created_at=NOW,
        updated_at=NOW,
        steps=(
            StepView(step=1, verdict=openly if denied else disguised, **part),
            StepView(step=2, verdict=disguised, observation=observation, **part),
        ),
    )
    kept = Receipt(
        run=RUN,
        session=SESSION,
        bits=3.7,
        bits_spent=3.7,
        budget_bits=512,
        bytes_out=len(body),
        outbound=(Outbound(channel="observation", at=NOW, body=body),),
        ledger_size=1,
        ledger_root="0",
    )
    steps = (StepResult(step=2, outcome="error", says=says, traceback=traceback),)
    found = Answer(view=view, steps=steps, receipt=kept if receipt else None, folder=Path(), files={})
    return judge(found, SECRETS)


def test_guard_refuses_the_open_form_and_lets_the_disguised_one_through() -> None:
    openly, disguised = _rulings()
    assert openly.verdict is Ruling.DENY
    assert {finding.line for finding in openly.findings} == {1, 4, 5, 6}
    assert disguised.verdict is Ruling.ALLOW


def test_an_attack_that_got_nothing() -> None:
    report = _judged()
    assert report.repelled
    assert [attempt.got for attempt in report.attempts] == [False] * 4
    assert (report.learnt, report.symbols, report.left) == (Outcome.ERROR, 16, False)
    assert report.bytes_searched == len('{"symbol":4}')


@pytest.mark.parametrize(
    "changed",
    [
        {"says": ("tried to read /etc/passwd: root:x:0:0:root:/root:/bin/sh\n", *SAYS[1:])},
        {"says": (SAYS[0], "tried to send an e-mail address over the network: <html>", SAYS[2])},
        {"says": (*SAYS[:2], "tried to write it to /usr/lib/left.txt: 23")},
        {"body": '{"symbol":"ada@mail.example"}'},
        {"says": SAYS[:2]},
        {"traceback": "MemoryError"},
        {"receipt": False},
        {"denied": False},
    ],
)
def test_what_is_not_repelled_is_not_called_so(changed: dict[str, Any]) -> None:
    assert not _judged(**changed).repelled
