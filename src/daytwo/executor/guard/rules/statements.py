"""SQL: queries and tables of one's own; nothing that writes elsewhere, reads files, loads code or changes settings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from daytwo.executor.guard.analysis.values import HOLE, Known, Made, Named, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.rules.files import is_own
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding

if TYPE_CHECKING:
    from daytwo.executor.guard.sql import Statement

_BEGINNINGS = frozenset(
    [
        "select",
        "with",
        "from",
        "create",
        "insert",
        "explain",
        "update",
        "delete",
        "drop",
        "pivot",
        "summarize",
        "describe",
        "copy",
        "attach",
        "install",
        "load",
        "set",
        "pragma",
        "call",
        "export",
        "import",
        "values",
        "show",
        "use",
        "alter",
    ]
)
HOLE_NAME = "_hole_"
"""What stands, in SQL, for a part that is only known when the program runs."""
_ENGINES = frozenset({"duckdb", "sqlite3", "polars", "pandasql", "cell", "pandas"})


def statements(subject: Subject) -> Iterator[Finding]:
    sources = list(_sources(subject))
    if not sources:
        return
    from daytwo.executor.guard.sql import SqlUnreadableError
    from daytwo.executor.guard.sql import statements as split

    own = created_names(subject)
    for node, text, dialect in sources:
        if not text.replace(HOLE, "").strip():
            yield from subject.touches(
                node,
                Capability.UNRESOLVED,
                "",
                "Which SQL this runs is only known when the program runs.",
                "Write the statement where it is run.",
            )
            continue
        try:
            found = split(text.replace(HOLE, f" {HOLE_NAME} "), dialect)
        except SqlUnreadableError:
            yield from subject.touches(node, Capability.UNRESOLVED, "", "This SQL cannot be read.", "Write it plainly.")
            continue
        for statement in found:
            yield from _judge(subject, node, statement, own)


def created_names(subject: Subject) -> frozenset[str]:
    """The tables that the program makes itself, in lower case."""
    return frozenset(name for _, text, _ in _sources(subject) for name in _created(text))


def sql_texts(subject: Subject) -> Iterator[tuple[ast.expr, str, str]]:
    """Every text that the program runs as SQL: where it stands, the text, the dialect."""
    return ((node, text, dialect) for node, text, dialect in _sources(subject) if text.replace(HOLE, "").strip())


def is_of_the_session(subject: Subject, node: ast.expr) -> bool:
    """Whether this SQL goes to the cell's `sql` or `data(…).sql`, which know the session's tables and nothing else."""
    call = subject.layout.parents.get(node)
    return isinstance(call, ast.Call) and any(
        isinstance(value, Named) and value.dotted.startswith("cell.") for value in subject.analysis.of(call.func)
    )


def _sources(subject: Subject) -> Iterator[tuple[ast.expr, str, str]]:
    for call, called in subject.calls.items():
        argument = _argument(subject, call, called)
        if argument is None:
            continue
        values = subject.analysis.of(argument)
        known = texts(values)
        if _is_engine(subject, called) and (not known or any(not isinstance(value, Known) for value in values)):
            yield argument, HOLE, "duckdb"
        for text in known:
            yield argument, text, _dialect(subject, call)


def _argument(subject: Subject, call: ast.Call, called: list[str]) -> ast.expr | None:
    """The argument that is SQL, if this calls something that takes SQL."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = (
        call.args[0] if call.args else next((one.value for one in call.keywords if one.arg in {"query", "sql"}), None)
    )
    if given is None:
        return None
    if _is_engine(subject, called):
        return given
    if not isinstance(call.func, ast.Attribute) or name not in subject.facts.sql.methods:
        return None
    return given if any(_reads_like_sql(text) for text in texts(subject.analysis.of(given))) else None


def _is_engine(subject: Subject, called: list[str]) -> bool:
    """Whether this surely goes to a database engine."""
    for dotted in called:
        head, _, rest = dotted.partition(".")
        last = rest.rpartition(".")[2]
        if head in _ENGINES and last in subject.facts.sql.methods and not (head == "pandas" and last == "query"):
            return True
    return False


def _reads_like_sql(text: str) -> bool:
    words = text.replace("(", " ").split(maxsplit=1)
    return bool(words) and (words[0].lower() in _BEGINNINGS or words[0].startswith(("--", "/*"))) and len(words) > 1


def _dialect(subject: Subject, call: ast.Call) -> str:
    is_sqlite = any(
        isinstance(value, Named | Made) and value.dotted.startswith("sqlite3.")
        for value in subject.analysis.of(call.func)
    )
    return "sqlite" if is_sqlite else "duckdb"


def _created(text: str) -> Iterator[str]:
    from daytwo.executor.guard.sql import SqlUnreadableError
    from daytwo.executor.guard.sql import statements as split

    try:
        found = split(text.replace(HOLE, f" {HOLE_NAME} "))
    except SqlUnreadableError:
        return
    for statement in found:
        if statement.creates is not None:
            yield statement.creates


def _judge(subject: Subject, node: ast.expr, statement: Statement, own: frozenset[str]) -> Iterator[Finding]:
    known = subject.facts.sql
    for length in (2, 1):
        words = " ".join(statement.words[:length])
        capability = known.statements.get(words)
        if capability is not None:
            yield from subject.touches(node, capability, words.upper())
            break
    if "secret" in statement.words[:3] and statement.words[:1] in {("create",), ("drop",)}:
        yield from subject.touches(node, Capability.SQL_SETTINGS, "SECRET")
    may_be_own = statement.words[0] == "insert" and not is_of_the_session(subject, node)
    if statement.changes is not None and statement.changes not in own and not may_be_own:
        yield from subject.touches(
            node,
            Capability.SQL_WRITE,
            statement.changes,
            f"This changes {quote(statement.changes)}, which the program did not make.",
            "Make a table of your own: create table changed as select ….",
        )
    for function in statement.functions:
        if function in known.secrets:
            yield from subject.touches(node, Capability.ENVIRONMENT, function)
        elif function in known.functions:
            yield from subject.touches(node, Capability.SQL_FILE, function)
    for name in statement.files:
        capability = Capability.SQL_FILE if is_own(subject, name) and "://" not in name else Capability.FILES
        yield from subject.touches(node, Capability.NETWORK if "://" in name else capability, name)
