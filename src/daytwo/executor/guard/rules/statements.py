"""SQL statements: queries and tables of one's own, but nothing that reads files, loads code or changes settings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.policy import policy
from daytwo.executor.guard.sql_text import Kind, Token, called_functions, file_names
from daytwo.executor.guard.sql_text import statements as split
from daytwo.executor.guard.subject import Subject, quote
from daytwo.executor.guard.text import HOLE, text_of
from daytwo.wire.verdict import Finding, Severity

_FILLER = frozenset({"explain", "analyze"})


def statements(subject: Subject) -> Iterator[Finding]:
    for call in subject.program.of(ast.Call):
        argument = _sql_argument(subject, call)
        if argument is not None:
            yield from _judge(subject, argument)


def _sql_argument(subject: Subject, call: ast.Call) -> ast.expr | None:
    """The argument that is SQL, if this calls something that takes SQL."""
    origins = subject.program.origins(call.func)
    if isinstance(call.func, ast.Attribute):
        is_sql = call.func.attr in policy().sql_methods
        if is_sql and call.func.attr == "query" and not _reads_like_sql(subject, call):
            return None  # pandas' DataFrame.query
    else:
        is_sql = "cell.sql" in origins or any(
            origin.split(".")[0] in {"duckdb", "sqlite3"} and origin.split(".")[-1] in policy().sql_methods
            for origin in origins
        )
    if not is_sql:
        return None
    named = next((word.value for word in call.keywords if word.arg in {"query", "sql", "statement"}), None)
    return call.args[0] if call.args else named


def _reads_like_sql(subject: Subject, call: ast.Call) -> bool:
    if any(origin.startswith("duckdb.") for origin in subject.program.origins(call.func)):
        return True
    if not call.args:
        return False
    tokens = [token for tokens in split(text_of(subject.program, call.args[0]).value) for token in tokens[:1]]
    known = {words[0] for words in policy().sql_denied} | {"select", "with", "from", "create", "insert", "explain"}
    return any(token.kind is Kind.WORD and token.value in known for token in tokens)


def _judge(subject: Subject, node: ast.expr) -> Iterator[Finding]:
    text = text_of(subject.program, node)
    if text.is_unknown:
        yield subject.finding(
            node,
            "dynamic-sql",
            "Which SQL this runs is only known when the program runs.",
            "Write the statement where it is run.",
            Severity.WARNING,
        )
        return
    for tokens in split(text.value.replace(HOLE, " _ ")):
        yield from _statement(subject, node, tokens)


def _statement(subject: Subject, node: ast.expr, tokens: list[Token]) -> Iterator[Finding]:
    known = policy()
    words = [token.value for token in tokens if token.kind is not Kind.SIGN and token.value not in _FILLER][:4]
    words = [word for word in words if word not in {"or", "replace"}]
    for denied in known.sql_denied:
        if tuple(words[: len(denied)]) == denied:
            yield subject.finding(
                node,
                "sql-statement",
                f"The SQL statement {quote(' '.join(denied).upper())} is not for programs.",
                "Query the session's datasets; keep files with `workspace`.",
            )
            return
    for function in called_functions(tokens):
        if function in known.sql_secrets:
            yield subject.finding(
                node, "sql-environment", f"{quote(function)} reads settings, which hold nothing for programs."
            )
        elif function in known.sql_functions:
            yield _file(subject, node, f"{quote(function)} reads a file or hides what is read.")
    for name in file_names(tokens):
        yield _file(subject, node, f"{quote(name)} is read as a file.")


def _file(subject: Subject, node: ast.expr, message: str) -> Finding:
    return subject.finding(
        node,
        "sql-file",
        message,
        "Name the dataset instead: from orders.",
        Severity.WARNING,
    )
