"""A `PlanRequest` as messages: what every model of the network is sent, and no more.

The system message (the page `system.md` and the schema sheets) comes first and does not change within a session, so
that providers can cache it.  The one user message grows at its end: variables, earlier runs, steps, question.  Two
messages only, since minimal servers and chat templates refuse other orders.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib.resources import files

from daytwo.control.models.request import ChatMessage, PastRun, PastStep, PlanRequest
from daytwo.control.planner.prompt.rehearsal import (
    opened_in_words,
    outcome_in_words,
    rehearsal_in_words,
    shapes_in_words,
)
from daytwo.control.planner.prompt.words import observation_in_words, sheets_in_words, verdict_in_words

BYTES_PER_TOKEN = 4
"""A rough estimate: tables of real tokens would have to be downloaded."""
CONTEXT_LIMIT_TOKENS = 32_000
"""Over it, the oldest runs go first, then the programs of the oldest steps."""
VARIABLES_LIMIT = 500
EARLIER = "# Earlier questions of this session, oldest first"
SO_FAR = "# Steps of this run so far"
STEPS_KEPT_WHOLE = 2
"""The last steps keep their programs whatever the limit: they are what is being repaired."""
_FENCE = "```"


@functools.cache
def system_page() -> str:
    """THE prompt: `system.md`, as people read it."""
    return files("daytwo.control.planner.prompt").joinpath("system.md").read_text(encoding="utf-8")


def render(request: PlanRequest) -> tuple[ChatMessage, ...]:
    """The messages of one model turn."""
    system = f"{system_page()}\n# The schema sheets\n\n{sheets_in_words(request.sheets)}\n"
    history, steps = _fitted(request, CONTEXT_LIMIT_TOKENS * BYTES_PER_TOKEN - len(system.encode()))
    parts = (*_session(request), *history, *steps, _question(request))
    return ChatMessage(role="system", text=system), ChatMessage(role="user", text="\n\n".join(parts) + "\n")


def _fitted(request: PlanRequest, limit_bytes: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Earlier runs and steps in words, as many as the limit allows."""
    limit_bytes -= _bytes((*_session(request), EARLIER, SO_FAR, _question(request)))
    runs = [_past_run(run) for run in request.history]
    steps = [_past_step(step, whole=True) for step in request.steps]
    while runs and _bytes(runs) + _bytes(steps) > limit_bytes:
        del runs[0]
    for number in range(len(steps) - STEPS_KEPT_WHOLE):
        if _bytes(steps) > limit_bytes:
            steps[number] = _past_step(request.steps[number], whole=False)
    history = (EARLIER, *runs) if runs else ()
    return history, (SO_FAR, *steps) if steps else ()


def _bytes(parts: Sequence[str]) -> int:
    return sum(len(part.encode()) + 2 for part in parts)


def _session(request: PlanRequest) -> tuple[str, ...]:
    """The variables: with their shapes where a rehearsal has seen them, else by name."""
    seen = {shape.name for shape in request.shapes}
    unseen = ", ".join(f"`{name}`" for name in request.variables[-VARIABLES_LIMIT:] if name not in seen)
    parts = [shapes_in_words(request.shapes)] if request.shapes else []
    parts += [unseen] if unseen else []
    return ("\n\n".join(("# Variables that earlier programs of this session left", *parts)),) if parts else ()


def _past_run(run: PastRun) -> str:
    ending = "Answered with:" if run.succeeded else "Not answered; these programs ran:"
    programs = "\n".join(_fenced(program) for program in run.programs) or "(no program)"
    return f"Question: {run.question}\n{ending}\n{programs}"


def _past_step(step: PastStep, *, whole: bool) -> str:
    lines = [f"## Step {step.step}: {step.intent}"]
    if step.program:
        lines.append(_fenced(step.program) if whole else "(its program is left out here)")
    if step.verdict is not None and (step.verdict.findings or step.observation is None):
        lines.append(verdict_in_words(step.verdict))
    if step.rehearsal is not None:
        lines.append(rehearsal_in_words(step.rehearsal, step.program) if whole else outcome_in_words(step.rehearsal))
    if step.observation is not None:
        lines.append(f"Observation: {observation_in_words(step.observation, step.program)}")
    if step.opened is not None:
        lines.append(opened_in_words(step.opened) if whole else "(its output on the data is left out here)")
    if step.note:
        lines.append(f"Note: {step.note}")
    return "\n".join(lines)


def _fenced(program: str) -> str:
    return f"{_FENCE}python\n{program.rstrip()}\n{_FENCE}"


def _question(request: PlanRequest) -> str:
    left = f"Steps that you may hand in after this one: {request.turns_left}."
    if request.turns_left == 0:
        left = "This is the last step of the run: make it final."
    return f"# The question\n\n{request.question}\n\n{left}"
