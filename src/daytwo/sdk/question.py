"""Having a question checked at the executor before it is posted, and saying what was found."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.sdk.origin import Origin
from daytwo.wire.errors import Retryable, Unavailable
from daytwo.wire.question import SHOWN, CheckedQuestion, Held, Question

CHECK_SECONDS = 90.0
"""The first check of a dataset reads its values, which the executor ends after half a minute."""
UNREACHABLE = "executor_unreachable"


def check(executor: Origin, question: Question) -> CheckedQuestion | None:
    """What the executor finds; None where it cannot be reached and the question is to be sent as typed.

    Raises:
        Unavailable: `question_not_checked`, where it cannot be reached and nobody consented.
    """
    try:
        answer = executor.request("POST", "/v1/questions/check", body=question, answer_seconds=CHECK_SECONDS)
    except Retryable as error:
        if error.code != UNREACHABLE:
            raise
        if question.as_typed:
            return None
        raise Unavailable(
            "question_not_checked",
            "The executor cannot be reached, so the question was not compared with the data and was not sent. "
            "`daytwo status` says what runs; --send-as-typed sends it unchecked.",
        ) from error
    return CheckedQuestion.model_validate_json(answer.content)


def may_stand_in(held: Sequence[Held]) -> bool:
    """Whether stand-ins can be sent in place of all of it."""
    return all(one.may_be_replaced for one in held)


def held_in_words(held: Sequence[Held]) -> str:
    """What a question holds of the data, for the person who typed it."""
    return ", ".join(dict.fromkeys(f"“{one.text}” ({_found(one)})" for one in held))


def _found(held: Held) -> str:
    found = "shown in this session" if held.source == SHOWN else f"a value of {held.source}"
    return f"{found}, in program {held.line}" if held.line else found
