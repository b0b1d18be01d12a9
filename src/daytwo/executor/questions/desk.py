"""The desk where a question is checked before it is posted: what of it is data, and may it go all the same?

Compared are the question and the programs that come with it, with the values of columns that name or touch people, and
with all that the session and its forks have shown.  What is not let through leaves no trace but in memory.  Checks are
counted, so that nobody tries a list of names here.  Source: docs/explanation/disclosure.md, section 5.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import anyio.to_thread

from daytwo.executor.catalog import Confidential
from daytwo.executor.gate import Questions
from daytwo.executor.questions.matching import Public, held, held_in_program, shown_values, told_by
from daytwo.executor.questions.replacing import Replaced
from daytwo.executor.questions.values import VALUES_LIMIT, ColumnValues, State, ValueIndex
from daytwo.legible import legible
from daytwo.wire.errors import Invalid, Retryable
from daytwo.wire.principal import Principal
from daytwo.wire.question import SHOWN, CheckedQuestion, Held, Question, SentQuestion
from daytwo.wire.result import PREVIEW_ROWS, StepResult
from daytwo.wire.run import NewRun

CHECKS_PER_MINUTE = 60
TEXT_LIMIT_CHARACTERS = 1_000_000
"""Of a question and its programs together."""
SHOWN_STEPS = 200
"""Of a session and its forks, the newest."""
_MINUTE_SECONDS = 60.0


@dataclass(frozen=True)
class Past:
    """What is known of sessions here."""

    family: Callable[[str], Sequence[str]]
    """A session → it and all that share its budget."""
    shown: Callable[[Sequence[str]], Iterator[StepResult]]
    programs: Callable[[Sequence[str]], Iterable[str]]


class Desk:
    """Checks questions.

    Args:
        confidential: what of a dataset is looked for, by its name.
        index: holds the values.
        past: what the sessions have shown.
        questions: keeps what is let through.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        confidential: Callable[[str], Confidential],
        index: ValueIndex,
        past: Past,
        questions: Questions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._confidential = confidential
        self._index = index
        self._past = past
        self._questions = questions
        self._clock = clock
        self._checks: deque[float] = deque(maxlen=CHECKS_PER_MINUTE)

    async def check(self, question: Question, by: Principal) -> CheckedQuestion:
        """What of a question is data; where nothing is, or its author consents, it is let through and recorded.

        Raises:
            Retryable: `too_many_checks`.
            Invalid: `question_too_long`.
            Missing: `dataset_not_found`.
            Conflict: `data_changed`.
            Unavailable: from the sandbox that reads the values.
        """
        self._admit()
        if sum(map(len, _typed(question.run))) > TEXT_LIMIT_CHARACTERS:
            raise Invalid(
                "question_too_long",
                f"A question and its programs have at most {TEXT_LIMIT_CHARACTERS:,} characters: send fewer.",
            )
        data = [self._confidential(name) for name in question.datasets]
        values, not_compared = await self._values(data)
        found = await anyio.to_thread.run_sync(self._held, question, data, values)
        changed = Replaced.in_question(question.run, found if question.with_stand_ins else (), data)
        left = [one for one in found if one not in changed.held]
        if left and not question.as_typed:
            return CheckedQuestion(held=tuple(left), not_compared=tuple(not_compared))
        check = self._questions.admit(changed.run, sorted({one.source for one in left}), by, changed.values)
        return CheckedQuestion(
            check=check,
            run=changed.run if changed.values else None,
            stand_ins=tuple(value.stand_in for value in changed.values),
            held=tuple(left),
            not_compared=tuple(not_compared),
        )

    def sent(self, run_id: str, sent: SentQuestion, by: Principal) -> None:
        """Notes which run a question became.  Raises what `Questions.sent` raises."""
        self._questions.sent(run_id, sent, by)

    def _admit(self) -> None:
        now = self._clock()
        if len(self._checks) == CHECKS_PER_MINUTE and now - self._checks[0] < _MINUTE_SECONDS:
            raise Retryable(
                "too_many_checks", f"More than {CHECKS_PER_MINUTE} questions in a minute: wait, then ask again."
            )
        self._checks.append(now)

    async def _values(self, data: Iterable[Confidential]) -> tuple[list[ColumnValues], list[str]]:
        """The values that are looked for, and which are not."""
        columns = [column for one in data for column in await self._index.of(one)]
        return columns, [said for column in columns if (said := _said(column)) is not None]

    def _held(self, question: Question, data: Sequence[Confidential], values: Sequence[ColumnValues]) -> list[Held]:
        family = self._past.family(question.session) if question.session else ()
        public = Public(self._known_outside(data, family))
        steps = list(islice(self._past.shown(family), SHOWN_STEPS))
        shown = shown_values(_cells(steps), _prose(steps), public)

        def source(value: str) -> str | None:
            found = next((column.told_as for column in values if column.holds(value)), None)
            return found or (SHOWN if value in shown else None)

        text, *programs = _typed(question.run)
        found = list(held(text, 0, source, public))
        for line, program in enumerate(programs, start=1):
            found += held_in_program(program, line, source, public)
        return found

    def _known_outside(self, data: Sequence[Confidential], family: Sequence[str]) -> Iterator[str]:
        for one in data:
            yield from told_by(one.sheet)
        yield from self._past.programs(family)
        for run in self._questions.of_sessions(family):
            yield from _typed(run)


def _typed(run: NewRun) -> tuple[str, ...]:
    """The question, and the programs that come with it."""
    return (run.question, *(line.code for line in run.replay or ()))


def _said(column: ColumnValues) -> str | None:
    """What a person is told of a column that is not compared as a whole."""
    return {
        State.WHOLE: None,
        State.COUNTER: None,
        State.CUT: f"The values of {column.told_as} beyond the first {VALUES_LIMIT:,}.",
        State.UNREAD: f"The values of {column.told_as}: there are too many to read in time.",
    }[column.state]


def _cells(steps: Iterable[StepResult]) -> Iterator[str]:
    """What tables showed, as it is and as it is drawn."""
    for step in steps:
        for table in step.tables:
            for row in table.rows:
                yield from (str(value) for value in row if value is not None)
            for column in legible(table, PREVIEW_ROWS):
                yield from column.cells


def _prose(steps: Iterable[StepResult]) -> Iterator[str]:
    for step in steps:
        yield from step.says
        yield step.stdout
        yield step.traceback or ""
        yield from (
            text for table in step.tables for text in (table.title, *(one.name for one in table.columns)) if text
        )
        yield from (chart.title for chart in step.charts if chart.title)
