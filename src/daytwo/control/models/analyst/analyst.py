"""`builtin:analyst`: a question and its sheets to a program, or a refusal that helps.  Pure, no data."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from daytwo.control.models.analyst.explain import explain
from daytwo.control.models.analyst.following import follow, opens
from daytwo.control.models.analyst.intent import read
from daytwo.control.models.analyst.nearest import nearest
from daytwo.control.models.analyst.program.compiler import compile_question
from daytwo.control.models.analyst.question import Question, ValueFilter
from daytwo.control.models.analyst.refusal import Refusal, either, refuse
from daytwo.control.models.analyst.standins import called, quoted
from daytwo.control.models.analyst.table.joining import joined
from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Aggregate
from daytwo.control.models.analyst.words.lexing import Token, TokenKind, lex
from daytwo.control.models.analyst.words.typos import mended
from daytwo.control.models.analyst.words.ways import rephrase
from daytwo.control.models.request import PlanRequest, Step
from daytwo.wire.sheet import SchemaSheet, callable_names

INTENT_LIMIT_CHARACTERS = 2_000
TABLES_OFFERED_LIMIT = 5
HISTORY_LIMIT_QUESTIONS = 5


def plan(request: PlanRequest) -> Step:
    """The step that answers the request's question, always final.

    Never raises.  A question is planned whole or not at all; after a step of this run that did not succeed there is
    nothing else to try, since the same question gives the same program.
    """
    vocabularies = _vocabularies(request.sheets)
    tokens: tuple[Token, ...] = ()
    if request.steps:
        return refuse("the program that I planned did not run to its end, and I know no other", ())
    try:
        own = {word for vocabulary in vocabularies for column in vocabulary.columns for word in column.words}
        text, typos = mended(quoted(request.question), own)
        tokens = lex(rephrase(text))
        history = [quoted(run.question) for run in request.history if run.succeeded][-HISTORY_LIMIT_QUESTIONS:]
        question = _choose(text, vocabularies, history)
        question = replace(question, typos=(*typos, *question.typos))
    except Refusal as refusal:
        return refuse(
            refusal.reason,
            nearest(tokens, vocabularies[:TABLES_OFFERED_LIMIT], lambda text: _can_plan(text, vocabularies)),
        )
    step = Step(intent=explain(question)[:INTENT_LIMIT_CHARACTERS], program=compile_question(question), final=True)
    return called(step, request.question)


def _vocabularies(sheets: Sequence[SchemaSheet]) -> tuple[Vocabulary, ...]:
    tables = {(sheet.dataset, table.name): table for sheet in sheets for table in sheet.tables}
    return tuple(Vocabulary(name, tables[place]) for name, place in callable_names(sheets).items())


def _can_plan(text: str, vocabularies: Sequence[Vocabulary]) -> bool:
    try:
        _choose(text, vocabularies)
    except Refusal:
        return False
    return True


def _choose(text: str, vocabularies: Sequence[Vocabulary], history: Sequence[str] = ()) -> Question:
    """The question over the one table that fits it, or over two that belong together.

    Raises:
        Refusal: no table fits, or several do.
    """
    tokens = lex(rephrase(text))
    if not any(token.kind is not TokenKind.STOP for token in tokens):
        raise Refusal("the question is empty")
    if not vocabularies:
        raise Refusal("there is no dataset with columns to ask about")
    if history and opens(text):
        return _followed(text, vocabularies, history)
    together = tuple(joined(vocabularies))
    try:
        return _wider(_named_first(_only(tokens, vocabularies), tokens, vocabularies, together), tokens, together)
    except Refusal as refusal:
        for others, by_values in ((together, False), (vocabularies, True), (together, True)):
            with suppress(Refusal):
                return _only(tokens, others, by_values=by_values)
        raise refusal from None


def _named_first(
    question: Question, tokens: tuple[Token, ...], vocabularies: Sequence[Vocabulary], together: Sequence[Vocabulary]
) -> Question:
    """`which country has the most patients`: of the table that is named, rather than a column of another one."""
    named = [v.name for v in vocabularies if _names_table(tokens, v)]
    doubtful = any(measure.aggregate is Aggregate.ONLY for measure in question.measures)
    if doubtful and len(named) == 1 and named[0] != question.table:
        with suppress(Refusal):
            return _only(tokens, [vocabulary for vocabulary in together if vocabulary.name == named[0]])
    return question


def _wider(question: Question, tokens: tuple[Token, ...], together: Sequence[Vocabulary]) -> Question:
    """The same question over two tables, where a value may stand in the second: `patients from Japan`."""
    beside = [vocabulary for vocabulary in together if vocabulary.name == question.table]
    if len(beside) == 1 and _looked_up(question):
        with suppress(Refusal):
            return _only(tokens, beside)
    return question


def _followed(text: str, vocabularies: Sequence[Vocabulary], history: Sequence[str]) -> Question:
    """A question that changes the one before it, which may itself follow another."""
    before = _choose(history[-1], vocabularies, history[:-1])
    every = (*vocabularies, *joined(vocabularies))
    return follow(text, before, next(v for v in every if (v.name, v.joins) == (before.table, before.joins)))


def _only(tokens: tuple[Token, ...], vocabularies: Sequence[Vocabulary], *, by_values: bool = False) -> Question:
    """The question over the one of these that fits."""
    questions: list[tuple[Vocabulary, Question]] = []
    refusals: list[Refusal] = [] if vocabularies else [Refusal("no two tables belong together")]
    for vocabulary in vocabularies:
        try:
            questions.append((vocabulary, read(tokens, vocabulary, by_values=by_values)))
        except Refusal as refusal:
            refusals.append(refusal)
    if not questions:
        raise max(refusals, key=lambda refusal: refusal.understood)
    fewest = min(_looked_up(question) for _, question in questions)
    questions = [pair for pair in questions if _looked_up(pair[1]) == fewest]
    named = [pair for pair in questions if _names_table(tokens, pair[0])]
    fitting = named if len(named) == 1 else questions
    if len(fitting) > 1:
        raise Refusal(f"it could be asked of {either([vocabulary.name for vocabulary, _ in fitting])}; name the table")
    return fitting[0][1]


def _looked_up(question: Question) -> int:
    """How many values the program has to find a column for."""
    return sum(isinstance(one, ValueFilter) and not one.is_named for one in (*question.filters, *question.part))


def _names_table(tokens: Sequence[Token], vocabulary: Vocabulary) -> bool:
    words = [token.text for token in tokens]
    return any(vocabulary.is_table(tuple(words[at : at + count])) for at in range(len(words)) for count in (1, 2, 3))
