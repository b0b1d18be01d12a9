"""`ask --json`: the document that scripts rely on, and the answer in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daytwo.cli.answer import Answer, receipt_lines, show
from daytwo.cli.document import AskDocument
from daytwo.seen import answering
from daytwo.wire.observation import Alphabet, Observation, Outcome
from daytwo.wire.rehearsal import Rehearsal, RehearsalOutcome
from daytwo.wire.result import Outbound, Receipt, ResultChart, ResultColumn, ResultTable, StepResult
from daytwo.wire.run import RunStatus, RunView, StepView
from daytwo.wire.verdict import Finding, Ruling, Severity, Verdict

GOLDEN = Path(__file__).parent / "golden" / "ask_document.json"
AT = "2026-01-02T03:04:05.678Z"
RUN = "run_01k00000000000000000000000"
TABLE = ResultTable(
    name="t1",
    title="Revenue by region",
    columns=(ResultColumn(name="region", type="string"), ResultColumn(name="revenue", type="double")),
    rows=(("West", 1234.5), ("East\x1b[31m", None)),
    row_count=2,
    file="t1.arrow",
)


def _view(status: RunStatus = RunStatus.SUCCEEDED, **changes: object) -> RunView:
    step = StepView(
        step=1,
        intent="total of revenue by region",
        program="show(data('orders').sql('select 1'))",
        final=True,
        verdict=Verdict(verdict=Ruling.ALLOW, rules_version="1"),
        rehearsal=Rehearsal(outcome=RehearsalOutcome.PASSED, stdout="told elsewhere"),
        observation=Observation(alphabet=Alphabet.STANDARD, outcome=Outcome.OK, rows_bucket=1),
        tier="standard",
    )
    return RunView(
        run=RUN,
        session="session_01k00000000000000000000000",
        status=status,
        question="revenue by region?",
        model="builtin:analyst",
        profile="small",
        created_at=AT,
        updated_at=AT,
        steps=(step,),
    ).model_copy(update=changes)


def _receipt() -> Receipt:
    return Receipt(
        run=RUN,
        session="session_01k00000000000000000000000",
        bits=19.6,
        bits_spent=39.2,
        budget_bits=512,
        bytes_out=1234,
        outbound=(Outbound(channel="observation", at=AT, body='{"symbol":5}', bits=19.6),),
        ledger_size=7,
        ledger_root="ab" * 32,
    )


def _answer(**changes: object) -> Answer:
    steps = (
        StepResult(step=1, outcome="error", says=("half of it",), traceback="KeyError: 'x'"),
        StepResult(
            step=2,
            outcome="ok",
            says=("West leads.",),
            tables=(TABLE,),
            charts=(ResultChart(name="c1", media_type="image/png", file="c1.png"),),
        ),
    )
    folder = Path("/home/answers") / RUN
    given: dict[str, object] = {
        "view": _view(),
        "steps": steps,
        "receipt": _receipt(),
        "folder": folder,
        "files": {(2, "t1.arrow"): folder / "t1.arrow", (2, "c1.png"): folder / "c1.png"},
    }
    return Answer(**(given | changes))  # type: ignore[arg-type]


def test_the_document_is_the_golden_one() -> None:
    made = json.dumps(_answer().document().model_dump(mode="json"), indent=2) + "\n"
    assert made == GOLDEN.read_text("utf-8"), "a contract with scripts has changed"
    assert AskDocument.model_validate_json(made) == _answer().document()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (RunStatus.FAILED, "failed"),
        (RunStatus.CANCELLED, "cancelled"),
        (RunStatus.WAITING, "waiting"),
        (RunStatus.EXECUTING, "waiting"),
    ],
)
def test_every_status_has_a_word(status: RunStatus, said: str) -> None:
    document = _answer(view=_view(status, reason="r"), steps=(), files={}, receipt=None).document()
    assert (document.status, document.reason, document.receipt) == (said, "r", None)


def test_the_answer_is_of_the_steps_that_ended_well_else_of_the_last() -> None:
    good, bad = StepResult(step=1, outcome="ok"), StepResult(step=2, outcome="error")
    assert answering([good, bad]) == (good,)
    assert answering([bad, bad.model_copy(update={"step": 3})])[0].step == 3
    assert answering([]) == ()


def test_what_is_shown_says_all_parts(capsys: pytest.CaptureFixture[str]) -> None:
    show(_answer())
    out = capsys.readouterr().out
    assert (
        out.index("West leads.")
        < out.index("Revenue by region")
        < out.index("Files: ")
        < out.index("Receipt: 19.6 bits")
    )
    assert "half of it" not in out


def test_a_failure_shows_traceback_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    failed = StepResult(step=1, outcome="error", traceback="line 3, in <program>\nKeyError: 'x'")
    show(_answer(view=_view(RunStatus.FAILED, reason="out_of_turns", message="Ask again."), steps=(failed,), files={}))
    out = capsys.readouterr().out
    assert "KeyError: 'x'" in out
    assert "The run failed (out_of_turns): Ask again." in out


def test_a_denied_program_shows_why(capsys: pytest.CaptureFixture[str]) -> None:
    finding = Finding(
        rule="import-denied", severity=Severity.ERROR, line=2, column=1, end_line=2, end_column=9, message="No sockets."
    )
    verdict = Verdict(verdict=Ruling.DENY, findings=(finding,), rules_version="1")
    step = _view().steps[0].model_copy(update={"verdict": verdict, "observation": None})
    show(_answer(view=_view(RunStatus.FAILED, reason="denied", steps=(step,)), steps=(), files={}))
    assert "line 2: No sockets. [import-denied]" in capsys.readouterr().out


def test_the_receipt_takes_two_lines() -> None:
    assert all("\n" not in line for line in receipt_lines(_receipt()))


def test_what_a_program_printed_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show(_answer(steps=(StepResult(step=1, outcome="ok", stdout="counted: 7\n"),)))
    assert capsys.readouterr().out.startswith("counted: 7\n")


def test_a_run_that_waits_for_a_person_shows_why(capsys: pytest.CaptureFixture[str]) -> None:
    finding = Finding(
        rule="dynamic-path",
        severity=Severity.WARNING,
        line=2,
        column=1,
        end_line=2,
        end_column=9,
        message="Which file?",
    )
    verdict = Verdict(verdict=Ruling.REVIEW, findings=(finding,), rules_version="1")
    step = _view().steps[0].model_copy(update={"verdict": verdict, "observation": None})
    waiting = _view(RunStatus.WAITING, approval="approval_01k00000000000000000000000", steps=(step,))
    show(_answer(view=waiting, steps=(), files={}))
    assert "line 2: Which file? [dynamic-path]" in capsys.readouterr().out
