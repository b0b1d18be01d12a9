"""SQL text from Python values: identifiers and literals of duckdb's dialect."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    return "[" + ", ".join(literal(text) for text in texts) + "]"
