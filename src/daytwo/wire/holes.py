"""What of a statement may fill the hole of a template: a function of the program's source alone.

The executor hands these lists to the cell, which tells the place of what the message named; the control plane looks
the place up again.  So a hole says `"regionn"` to the model that wrote it, and costs three bits whatever it says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from daytwo.wire.names import parse_program
from daytwo.wire.observation import HOLES, STATEMENTS
from daytwo.wire.templates import TEMPLATES, Hole

FILLER_LIMIT_CHARACTERS = 200

_SQL = (
    "all and any as asc avg between by case cast count cross date day desc distinct else end exists extract false "
    "filter first from full group having ilike in inner integer interval is join last left like limit max min month "
    "not null nulls offset on or order outer over partition right round select sum table then timestamp true try_cast "
    "union using values varchar when where window with year"
)
"""Words of SQL that are seldom what a message complains of; they would take the few places."""
_SQL_WORDS = frozenset(_SQL.split())


def fillers(program: str) -> tuple[dict[Hole, tuple[str, ...]], ...]:
    """For each statement that an Observation can name, what may fill a hole of each kind, place 1 first.

    The last stands for all statements from there on.  Empty where the program does not parse.
    """
    tree = parse_program(program)
    if tree is None:
        return ()
    groups = [[statement] for statement in tree.body[: STATEMENTS - 1]]
    groups += [tree.body[STATEMENTS - 1 :]] if len(tree.body) >= STATEMENTS else []
    return tuple(_of(group) for group in groups)


def sentences(program: str) -> dict[str, Any]:
    """The templates with the kinds of their holes, and the program's fillers, as a cell's job holds them."""
    return {"holes": {one.id: one.hole or "" for one in TEMPLATES}, "fillers": list(fillers(program))}


def filler(program: str, statement: int, kind: Hole, hole: int) -> str | None:
    """What a hole says: the text at this place (from 1) of this statement, or None where none is told."""
    known = fillers(program)
    if hole == 0 or statement >= len(known):
        return None
    texts = known[statement][kind]
    return texts[hole - 1] if hole <= len(texts) else None


def _of(statements: list[ast.stmt]) -> dict[Hole, tuple[str, ...]]:
    nodes = [node for statement in statements for node in _in_order(statement)]
    literals = [str(node.value) for node in nodes if isinstance(node, ast.Constant) and _is_short(node.value)]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    words = [word for text in texts for word in re.findall(r"\w+", text) if word.casefold() not in _SQL_WORDS]
    names = [name for node in nodes for name in _names(node)]
    return {Hole.LITERAL: _first(literals), Hole.NAME: _first(names), Hole.WORD: _first(words)}


def _is_short(value: object) -> bool:
    """Whether Python writes it out: it refuses integers of thousands of digits."""
    return not isinstance(value, int) or value.bit_length() <= FILLER_LIMIT_CHARACTERS


def _first(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if 0 < len(text) <= FILLER_LIMIT_CHARACTERS))[: HOLES - 1]


def _in_order(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement as they are written.  A stack, since programs nest deeper than Python."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            yield name
        case ast.alias(name=name):
            yield from (name, *name.split("."))
