"""What the analyst says instead of guessing: why it cannot plan, what it can, and how to get a model."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.request import Step

_SHOWN_CHARACTERS = 80
_CONFIGURE = "For anything else, give daytwo a model: set OPENAI_API_KEY and add `--model openai:NAME`."


class Refusal(Exception):
    """The question cannot be planned; `reason` says why to the person.

    Args:
        reason: one sentence, without the full stop.
        understood: how many words were understood before; the refusal that got furthest is the one shown.
    """

    def __init__(self, reason: str, understood: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.understood = understood


def shown(text: str) -> str:
    """The person's own words in a message: on one line, cut, quoted."""
    line = " ".join(text.split())
    return f"“{line[:_SHOWN_CHARACTERS]}…”" if len(line) > _SHOWN_CHARACTERS else f"“{line}”"


def either(names: Sequence[str]) -> str:
    """`a or b`, `a, b or c`."""
    few = [*names[:6], "others"] if len(names) > 7 else list(names)
    return few[0] if len(few) == 1 else ", ".join(few[:-1]) + " or " + few[-1]


def refuse(reason: str, nearest: Sequence[str]) -> Step:
    """The step that ends a run without a program."""
    lines = [f"I can't plan this offline: {reason}."]
    if nearest:
        lines.append("I can answer, for example:")
        lines.extend(f"  - {question}" for question in nearest)
    lines.append(_CONFIGURE)
    return Step(intent="No plan: the offline analyst could not plan this.", final=True, question="\n".join(lines))
