"""Stand-ins in a question: read like values in quotation marks, and called by the program that is planned.

`typed("4f0k2m9x1c")` stands for a value that the analyst is not shown; a note at the question's end says of which
column (`executor.questions.replacing`).  Pure.
"""

from __future__ import annotations

import re

from daytwo.control.models.request import Step
from daytwo.wire.question import TOKEN_CHARACTERS

_TOKEN = rf"[0-9a-z]{{{TOKEN_CHARACTERS}}}"
_CALL = re.compile(rf'typed\("({_TOKEN})"\)')
_NOTE = re.compile(rf'^typed\("{_TOKEN}"\) stands for a value\b.*$', re.MULTILINE)
SHOWN_AS = "what you typed"


def quoted(question: str) -> str:
    """The question with each stand-in as a value in quotation marks, without the notes."""
    return _CALL.sub(r'"\1"', _NOTE.sub("", question)).strip() if _CALL.search(question) else question


def called(step: Step, question: str) -> Step:
    """The step with a call where its program holds the name of a stand-in; in texts it is not named."""
    program = step.program
    for token in dict.fromkeys(_CALL.findall(question)) if program else ():
        program = str(program).replace(repr(token), f"typed({token!r})").replace(f"“{token}”", SHOWN_AS)
    return step.model_copy(update={"program": program})
