"""Before a question is posted: the executor says what data it holds, and its author decides.

On a terminal the author is asked; elsewhere nothing that holds data is sent, unless `--stand-ins` has values replaced
or `--send-as-typed` consents.
"""

from __future__ import annotations

import sys

from daytwo.cli import terminal
from daytwo.cli.stages import Stages
from daytwo.cli.usage import Usage
from daytwo.sdk import Client, held_in_words, may_stand_in
from daytwo.wire.question import CheckedQuestion, Question

_STAND_INS = "Add --stand-ins: then a stand-in goes in its place, which only programs beside the data can read"
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
    if checked.check is None and not quiet and (decided := _asked(checked, stage)):
        return let_through(client, question.model_copy(update=decided), stage, quiet=quiet)
    if checked.check is None:
        raise Usage(
            "question_holds_data",
            f"The question was not sent. It holds data that no model has seen: {held_in_words(checked.held)}. "
            f"{_STAND_INS if may_stand_in(checked.held) else 'Ask without it'}, or add --send-as-typed: then the model "
            "gets it as typed, and the receipt says so.",
        )
    if not quiet:
        for one in checked.stand_ins:
            terminal.note(f'Instead of “{one.text}” the model gets typed("{one.token}").')
        for said in checked.not_compared:
            terminal.note(f"Not compared with the question: {said}")
    return checked


def _asked(checked: CheckedQuestion, stage: Stages) -> dict[str, bool]:
    """What the author, asked on a terminal, decides; nothing, where it is not to be sent."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return {}
    with stage.aside():
        terminal.note(f"The question holds data that no model has seen: {held_in_words(checked.held)}.")
        if may_stand_in(checked.held):
            terminal.prompt("Send a stand-in, which only programs beside the data can read? [Y/n] ")
            if sys.stdin.readline().strip(" ").casefold() in {"\n", "y\n", "yes\n"}:
                return {"with_stand_ins": True}
        terminal.prompt("Send it to the model as you typed it? [y/N] ")
        return {"as_typed": True} if sys.stdin.readline().strip().casefold() in {"y", "yes"} else {}
