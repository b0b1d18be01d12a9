"""Nothing that holds data is posted unless its author consents; without an executor nothing is, either."""

from __future__ import annotations

import json

import httpx2
import pytest

from daytwo.cli import consent
from daytwo.cli.stages import stages
from daytwo.cli.usage import Usage
from daytwo.sdk import Client, OriginSettings, may_stand_in
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Invalid, Retryable, Unavailable
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.question import SHOWN, Held, Question
from daytwo.wire.run import NewRun, RunStatus, RunView, SessionView

RUN = NewRun(question="What did Maria Lopez pay?")
SESSION, CHECK = new_id("session"), new_id("check")
HELD = {"line": 0, "start": 9, "end": 20, "text": "Maria Lopez", "source": "people.name"}
STAND_IN = {"token": "0123456789", "text": "Maria Lopez", "source": "people.name"}
REPLACED = NewRun(question='What did typed("0123456789") pay?')
VIEW = RunView(
    run=new_id("run"), session=SESSION, status=RunStatus.QUEUED, question="q", model="m", profile="small",
    created_at=now(), updated_at=now(),
)  # fmt: skip


class Planes:
    """Both origins, at the transport; `posted` holds what reached the control plane."""

    def __init__(self, *, executor: bool = True) -> None:
        self.posted: list[bytes] = []
        self.asked: list[dict[str, object]] = []
        self.sent: list[str] = []
        self._executor = executor
        self.client = Client(
            OriginSettings("http://control.test", "t"),
            OriginSettings("http://executor.test", "t"),
            control_transport=httpx2.MockTransport(self._control),
            executor_transport=httpx2.MockTransport(self._check),
        )

    def _control(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            view = SessionView(session=SESSION, datasets=(), created_at=now())
            return httpx2.Response(200, content=view.model_dump_json())
        self.posted.append(request.content)
        return httpx2.Response(202, content=VIEW.model_dump_json())

    def _check(self, request: httpx2.Request) -> httpx2.Response:
        if not self._executor:
            raise httpx2.ConnectError("refused")
        if not request.url.path.endswith("/check"):
            self.sent.append(f"{request.url.path} {json.loads(request.content)['check']}")
            return httpx2.Response(204)
        self.asked.append(json.loads(request.content))
        answer: dict[str, object] = {"check": None, "held": [HELD], "not_compared": ["The values of a.b."]}
        if self.asked[-1]["with_stand_ins"]:
            answer |= {"check": CHECK, "held": [], "run": REPLACED.model_dump(), "stand_ins": [STAND_IN]}
        elif self.asked[-1]["as_typed"]:
            answer["check"] = CHECK
        return httpx2.Response(200, json=answer)


def _ask(planes: Planes, *, as_typed: bool = False, with_stand_ins: bool = False) -> None:
    question = Question(run=RUN, session=SESSION, as_typed=as_typed, with_stand_ins=with_stand_ins)
    with stages(quiet=True) as stage:
        checked = consent.let_through(planes.client, question, stage, quiet=False)
    planes.client.post(SESSION, RUN, checked)


def test_a_question_that_holds_data_is_not_posted() -> None:
    planes = Planes()
    with pytest.raises(Usage, match=r"“Maria Lopez” \(a value of people.name\).*--send-as-typed") as refused:
        _ask(planes)
    assert refused.value.code == "question_holds_data"
    with pytest.raises(Invalid) as refused_by_sdk:
        planes.client.start(SESSION, RUN)
    assert refused_by_sdk.value.code == "question_holds_data"
    assert (planes.posted, planes.sent) == ([], [])


def test_with_consent_these_very_bytes_are_posted_and_the_check_told_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    planes = Planes()
    _ask(planes, as_typed=True)
    planes.client.start(SESSION, RUN, as_typed=True)
    assert planes.posted == [canonical_bytes(RUN)] * 2
    assert planes.sent == [f"/v1/runs/{VIEW.run}/question {CHECK}"] * 2
    assert "Not compared with the question: The values of a.b." in capsys.readouterr().err


def test_with_stand_ins_what_the_executor_made_of_the_question_is_posted(capsys: pytest.CaptureFixture[str]) -> None:
    planes = Planes()
    _ask(planes, with_stand_ins=True)
    planes.client.start(SESSION, RUN, with_stand_ins=True)
    assert planes.posted == [canonical_bytes(REPLACED)] * 2
    assert planes.sent == [f"/v1/runs/{VIEW.run}/question {CHECK}"] * 2
    assert 'Instead of “Maria Lopez” the model gets typed("0123456789").' in capsys.readouterr().err


def test_where_no_stand_in_is_possible_none_is_offered() -> None:
    shown = [Held.model_validate(HELD | changed) for changed in ({"source": SHOWN}, {"line": 1})]
    assert not any(may_stand_in([one]) for one in shown)
    assert may_stand_in([Held.model_validate(HELD)])


@pytest.mark.parametrize(
    ("lines", "posted"),
    [
        (["y\n"], [REPLACED]),
        (["\n"], [REPLACED]),
        (["n\n", "y\n"], [RUN]),
        (["no\n", "YES\n"], [RUN]),
        (["n\n", "\n"], []),
        (["", ""], []),
        (["n\n", ""], []),
    ],
)
def test_on_a_terminal_the_author_is_asked(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], posted: list[NewRun]
) -> None:
    answers = iter(lines)

    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return next(answers)

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    planes = Planes()
    if posted:
        _ask(planes)
    else:
        with pytest.raises(Usage):
            _ask(planes)
    assert planes.posted == [canonical_bytes(run) for run in posted]


def test_without_an_executor_nothing_is_posted_but_with_consent_and_a_word_about_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    planes = Planes(executor=False)
    with pytest.raises(Unavailable) as refused:
        _ask(planes)
    assert refused.value.code == "question_not_checked"
    assert planes.posted == []
    _ask(planes, as_typed=True)
    assert planes.posted == [canonical_bytes(RUN)]
    assert consent.UNCHECKED in capsys.readouterr().err


def test_what_the_executor_refuses_is_not_taken_for_its_absence() -> None:
    def refuse(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(503, json={"code": "too_many_checks", "message": "Wait."})

    client = Client(
        OriginSettings("http://control.test", "t"),
        OriginSettings("http://executor.test", "t"),
        executor_transport=httpx2.MockTransport(refuse),
    )
    with pytest.raises(Retryable) as refused:
        client.check(Question(run=RUN, as_typed=True))
    assert refused.value.code == "too_many_checks"
