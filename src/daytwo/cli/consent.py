"""Before a question is posted: the executor says what data it holds, and its author decides.

On a terminal the author is asked; elsewhere nothing that holds data is sent, unless `--send-as-typed` said so.
"""

from __future__ import annotations

import sys

from daytwo.cli import terminal
from daytwo.cli.stages import Stages
from daytwo.cli.usage import Usage
from daytwo.sdk import Client, held_in_words
from daytwo.wire.question import CheckedQuestion, Question

UNCHECKED = "The executor cannot be reached: the question is sent as you typed it, unchecked."


def let_through(client: Client, question: Question, stage: Stages, *, quiet: bool) -> CheckedQuestion | None:
    """The check under which a question may be posted; None where nobody could check it and its author sends it.

    Raises:
        Usage: `question_holds_data`, where it does and its author does not consent.
        Unavailable: `question_not_checked`.
    """
    stage("comparing the question with the data, at the executor")
    checked = client.check(question)
    if checked is None:
        terminal.note(UNCHECKED)
        return None
    if checked.check is None and not quiet and _asks(checked, stage):
        return let_through(client, question.model_copy(update={"as_typed": True}), stage, quiet=quiet)
    if checked.check is None:
        raise Usage(
            "question_holds_data",
            f"The question was not sent. It holds data that no model has seen: {held_in_words(checked.held)}. "
            "Ask without it, or add --send-as-typed: then the model gets it as typed, and the receipt says so.",
        )
    if not quiet:
        for said in checked.not_compared:
            terminal.note(f"Not compared with the question: {said}")
    return checked


def _asks(checked: CheckedQuestion, stage: Stages) -> bool:
    """Whether the author, asked on a terminal, consents."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    with stage.aside():
        terminal.note(f"The question holds data that no model has seen: {held_in_words(checked.held)}.")
        terminal.prompt("Send it to the model as you typed it? [y/N] ")
        return sys.stdin.readline().strip().casefold() in {"y", "yes"}
