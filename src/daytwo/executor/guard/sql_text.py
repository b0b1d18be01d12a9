"""SQL read lightly: enough to tell statements, functions and file names apart, not to understand them.

Comments vanish, quoted text stays one token, so that no keyword can hide in or behind a string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<text>[eE]?'(?:[^']|'')*(?:'|\Z)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))
      | (?P<name>"(?:[^"]|"")*(?:"|\Z))
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>[;(),.]|\S)""",
    re.VERBOSE | re.DOTALL,
)


_FILE_ENDING = re.compile(r"\.(csv|tsv|parquet|json|jsonl|ndjson|xlsx|db|gz|arrow)$", re.IGNORECASE)


class Kind(StrEnum):
    TEXT = "text"
    NAME = "name"
    WORD = "word"
    SIGN = "sign"


@dataclass(frozen=True)
class Token:
    """A token; words in lower case, texts and names without their quotes."""

    kind: Kind
    value: str


def statements(sql: str) -> list[list[Token]]:
    """The tokens of each statement, without empty ones."""
    found: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup if match.lastgroup != "tag" else "text"
        value = match.group()
        if kind == "comment" or kind is None:
            continue
        if value == ";":
            found.append([])
        else:
            found[-1].append(_token(Kind(kind), value))
    return [tokens for tokens in found if tokens]


def _token(kind: Kind, value: str) -> Token:
    if kind is Kind.WORD:
        return Token(kind, value.lower())
    if kind is Kind.NAME:
        return Token(kind, value.strip('"').replace('""', '"'))
    if kind is Kind.TEXT and value[:1] != "$":
        return Token(kind, value.lstrip("eE").strip("'").replace("''", "'"))
    return Token(kind, value)


def called_functions(tokens: list[Token]) -> list[str]:
    """Names that stand before an opening bracket, in lower case."""
    pairs = pairwise(tokens)
    return [
        token.value.lower()
        for token, after in pairs
        if token.kind in {Kind.WORD, Kind.NAME} and after == Token(Kind.SIGN, "(")
    ]


def file_names(tokens: list[Token]) -> list[str]:
    """Quoted text or names that stand where a table is expected and look like a file."""
    found = []
    for before, token in pairwise(tokens):
        is_table = before.kind is Kind.WORD and before.value in {"from", "join"}
        if is_table and (token.kind is Kind.TEXT or (token.kind is Kind.NAME and _looks_like_file(token.value))):
            found.append(token.value)
    return found


def _looks_like_file(name: str) -> bool:
    return (
        "/" in name
        or "\\" in name
        or re.search(r"\.(csv|tsv|parquet|json|jsonl|ndjson|xlsx|db|gz|arrow)$", name) is not None
    )
