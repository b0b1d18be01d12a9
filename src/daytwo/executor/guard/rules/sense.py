"""SQL that would fail: what the database's parser refuses, other dialects, tables and columns that are not there.

sqlglot is loaded where a program holds SQL, for whoever reviews outside of guard's process, which has it already.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from daytwo.executor.guard.analysis.values import HOLE
from daytwo.executor.guard.rules.statements import HOLE_NAME, created_names, is_of_the_session, sql_texts
from daytwo.executor.guard.subject import Subject, nearest, quote
from daytwo.wire.verdict import Finding

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

_ARROW: Final = re.compile(r"[\w)]\s{0,20}->(?!>)\s{0,20}[^'\s]")
TEXT_LIMIT_CHARACTERS: Final = 40_000
BRACKETS_LIMIT: Final = 500
"""Longer and deeper texts are judged by their tokens alone (`statements.py`): their tree takes too much memory."""
_TOP: Final = re.compile(r"\bselect\s+top\s+\(?\d+", re.IGNORECASE)
_LIMIT_PAIR: Final = re.compile(r"\blimit\s+\d+\s*,\s*\d+", re.IGNORECASE)
_HABITS: Final = (
    (_TOP, "`SELECT TOP n` is another database's SQL.", "End the query with LIMIT n."),
    (_LIMIT_PAIR, "`LIMIT a, b` is another database's SQL.", "Write LIMIT b OFFSET a."),
)


def sense(subject: Subject) -> Iterator[Finding]:
    found = list(sql_texts(subject))
    if found:
        yield from _read(subject, found)


def _read(subject: Subject, texts: list[tuple[ast.expr, str, str]]) -> Iterator[Finding]:
    from daytwo.executor.guard.sql import parser_refuses, trees

    own = created_names(subject)
    for node, text, dialect in texts:
        if dialect != "duckdb" or len(text) > TEXT_LIMIT_CHARACTERS or text.count("(") > BRACKETS_LIMIT:
            continue
        found = list(_dialect(subject, node, text))
        yield from found
        parsed = trees(text.replace(HOLE, f" {HOLE_NAME} "))
        if parsed is None:
            refusal = None if HOLE in text or found else parser_refuses(text)
            if refusal is not None:
                yield subject.finding(
                    node, "sql-syntax", f"This is not valid SQL: {quote(refusal).strip('`')}.", "Correct the statement."
                )
            continue
        if is_of_the_session(subject, node):
            for tree in parsed:
                yield from _names(subject, node, tree, own)


def _dialect(subject: Subject, node: ast.expr, text: str) -> Iterator[Finding]:
    for pattern, message, repair in _HABITS:
        if pattern.search(text):
            yield subject.finding(node, "sql-dialect", message, repair)
    for function, instead in subject.facts.sql.foreign.items():
        if re.search(rf"\b{function}\s*\(", text, re.IGNORECASE):
            yield subject.finding(node, "sql-dialect", f"duckdb has no function {quote(function)}.", f"Use {instead}.")
    if _ARROW.search(text) and re.search(r"\b(?:list|array)_\w+\s*\(", text, re.IGNORECASE):
        yield subject.finding(
            node, "sql-dialect", "duckdb 2 has no arrow functions `x -> …`.", "Write them as lambda x: …."
        )


def _names(subject: Subject, node: ast.expr, tree: Expression, own: frozenset[str]) -> Iterator[Finding]:
    from daytwo.executor.guard.sql_names import absent

    known = {name.lower(): {column.lower() for column in columns} for name, columns in subject.columns.items()}
    if not known:
        return
    variables = {name.lower() for name in (*subject.layout.module.bound, *subject.known_names)}
    for missing in absent(tree, known, own | variables | {HOLE_NAME}):
        meant = nearest(missing.name, missing.there)
        is_column = bool(missing.tables)
        yield subject.finding(
            node,
            "unknown-column" if is_column else "unknown-table",
            f"There is no column {quote(missing.name)} in {', '.join(missing.tables)}."
            if is_column
            else f"This session has no table {quote(missing.name)}.",
            f"Did you mean {meant}?" if meant else f"There are: {', '.join(missing.there[:20])}.",
        )
