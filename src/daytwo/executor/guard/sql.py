"""SQL read with sqlglot: statements apart, what each begins with, which functions, files and tables it names.

Tokens decide what is dangerous, since they are sound also where sqlglot does not know a statement; the syntax tree
decides what is nonsense.  Comments vanish, quoted text stays one token, so that no keyword hides in or behind a string.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

if TYPE_CHECKING:
    import duckdb

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its fallback to "Command" is expected here

TEXT_LIMIT_CHARACTERS: Final = 150_000
_FILLER: Final = frozenset({"explain", "analyze", "or", "replace", "force", "temp", "temporary", "persistent"})
_CHANGING: Final = frozenset({"delete", "drop", "update", "alter", "truncate", "merge", "insert"})
_NESTED_COMMENT: Final = re.compile(r"/\*(?:(?!\*/).)*/\*", re.DOTALL)
_FILE: Final = re.compile(
    r"[/\\]|://|\.(csv|tsv|txt|parquet|json|jsonl|ndjson|xlsx|db|duckdb|sqlite|gz|zst|arrow|feather)$", re.IGNORECASE
)
_BEFORE_TABLES: Final = frozenset({"from", "join", "to", "database"})
_COMMANDS: Final = frozenset({TokenType.COMMAND, TokenType.EXECUTE, TokenType.SHOW, TokenType.FETCH})
_QUOTED: Final = frozenset({TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING})


class SqlUnreadableError(ValueError):
    """The text cannot even be split into words."""


@dataclass(frozen=True)
class Statement:
    """One statement of a text."""

    words: tuple[str, ...]
    """What it begins with, in lower case, without `explain` and the like."""
    functions: tuple[str, ...]
    files: tuple[str, ...]
    """Quoted texts or names that stand where a table is expected, or as a function's first argument."""
    changes: str | None
    """The table that it deletes, drops or changes, if it does."""
    creates: str | None


@lru_cache(maxsize=512)
def statements(sql: str, dialect: str = "duckdb") -> tuple[Statement, ...]:
    """The statements of a text.

    Raises:
        SqlUnreadableError: where words cannot be told apart, or comments hold comments.
    """
    if len(sql) > TEXT_LIMIT_CHARACTERS or _NESTED_COMMENT.search(sql):
        raise SqlUnreadableError
    tokens = _tokens(sql, dialect)
    found: list[list[Token]] = [[]]
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            found.append([])
        else:
            found[-1].append(token)
    return tuple(_statement(tokens) for tokens in found if tokens)


def trees(sql: str, dialect: str = "duckdb") -> list[exp.Expression] | None:
    """The syntax trees of a text's statements; None where sqlglot cannot parse it."""
    try:
        parsed = sqlglot.parse(sql, read=dialect)
    except (SqlglotError, RecursionError):
        return None
    return [tree for tree in parsed if isinstance(tree, exp.Expression)]


def _tokens(sql: str, dialect: str) -> list[Token]:
    """The words of a text; what sqlglot leaves whole behind a word such as `explain` is split, too."""
    try:
        tokens = sqlglot.tokenize(sql, read=dialect)
    except SqlglotError as error:
        raise SqlUnreadableError from error
    found: list[Token] = []
    for before, token in pairwise([None, *tokens]):
        if token is None:
            continue
        is_rest = before is not None and before.token_type in _COMMANDS and token.token_type is TokenType.STRING
        found += _tokens(token.text, dialect) if is_rest and len(token.text) < len(sql) else [token]
    return found


def parser_refuses(sql: str) -> str | None:
    """What duckdb's own parser says against a text; None where it has no objection."""
    import duckdb  # where sqlglot cannot parse it, only: its import takes longer than a review

    try:
        _parser().extract_statements(sql)
    except duckdb.Error as error:
        return str(error).partition("\n")[0].removeprefix("Parser Error: ")
    return None


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A database that only reads statements; it takes longer to open than a review."""
    import duckdb

    return duckdb.connect(config={"threads": 1, "memory_limit": "64MB", "enable_external_access": False})


def _statement(tokens: list[Token]) -> Statement:
    words: list[str] = []
    for token in tokens:
        if token.token_type in _QUOTED or len(words) > 5:
            break
        words += [word for word in token.text.lower().split() if word not in _FILLER]
    changing = words[0] if words else ""
    changes = _table_after(tokens, changing) if changing in _CHANGING else None
    return Statement(
        words=tuple(words),
        functions=tuple(_functions(tokens)),
        files=tuple(_files(tokens)),
        changes=changes,
        creates=_table_after(tokens, "create") if changing == "create" else None,
    )


def _functions(tokens: list[Token]) -> list[str]:
    """Names that stand before an opening bracket, in lower case."""
    return [
        token.text.lower()
        for token, after in pairwise(tokens)
        if after.token_type is TokenType.L_PAREN and token.token_type not in _QUOTED
    ]


def _files(tokens: list[Token]) -> list[str]:
    """Quoted text or names that stand where a table is expected and look like a file."""
    found = []
    for before, token in pairwise(tokens):
        is_name = token.token_type is TokenType.IDENTIFIER and _FILE.search(token.text) is not None
        is_text = token.token_type in _QUOTED
        word = before.text.lower().split()[-1:]
        if (is_name and before.text == ",") or ((is_text or is_name) and _BEFORE_TABLES.intersection(word)):
            found.append(token.text)
    return found


def _table_after(tokens: list[Token], verb: str) -> str | None:
    """The name of the table that a changing statement is about, in lower case."""
    skipped = {*_FILLER, verb, "table", "view", "from", "into", "if", "exists", "not", "schema", "macro", "function"}
    for token in tokens:
        words = token.text.lower().split()
        if words and all(word in skipped for word in words):
            continue
        return token.text.lower()
    return None
