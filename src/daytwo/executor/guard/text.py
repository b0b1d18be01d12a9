"""The text that an expression is, as far as the program's own source says it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from daytwo.executor.guard.program import Program

HOLE = "\ufffc"
"""Stands for a part that is only known when the program runs."""
_STEPS_LIMIT = 200


@dataclass(frozen=True)
class Text:
    """Literal text with holes."""

    value: str

    @property
    def is_literal(self) -> bool:
        return HOLE not in self.value

    @property
    def is_unknown(self) -> bool:
        return not self.value.replace(HOLE, "").strip()

    @property
    def starts_known(self) -> bool:
        return bool(self.value) and not self.value.startswith(HOLE)


def text_of(program: Program, node: ast.expr) -> Text:
    """Follows constants, f-strings, `+`, `%`, `/` of paths, `.format`, `.strip` and names that are assigned once."""
    pieces: list[str] = []
    stack: list[ast.expr | str] = [node]
    steps = 0
    while stack:
        one = stack.pop()
        steps += 1
        if isinstance(one, str) or steps > _STEPS_LIMIT:
            pieces.append(one if isinstance(one, str) else HOLE)
            continue
        parts = _parts(program, one)
        if isinstance(parts, str):
            pieces.append(parts)
        else:
            stack.extend(reversed(parts))
    return Text("".join(pieces))


def _parts(program: Program, node: ast.expr) -> str | list[ast.expr | str]:
    """The text of a node, or what to look at instead."""
    found: str | list[ast.expr | str] = HOLE
    match node:
        case ast.Constant(value=str(value)):
            found = value
        case ast.JoinedStr(values=values):
            found = list(values)
        case ast.FormattedValue(value=ast.Constant() | ast.Name() | ast.JoinedStr() as inner):
            found = [inner]
        case ast.BinOp(left=left, op=operator, right=right):
            found = _joined(left, operator, right)
        case ast.Call():
            found = _call_parts(program, node)
        case ast.Name():
            assigned = program.assigned_value(node)
            if assigned is not None:
                found = [assigned]
            elif "cell.workspace" in program.origins(node):
                found = "/workspace"
    return found


def _joined(left: ast.expr, operator: ast.operator, right: ast.expr) -> str | list[ast.expr | str]:
    """`+` of texts, `/` of paths, `%` of a template."""
    match operator:
        case ast.Add():
            return [left, right]
        case ast.Div():
            return [left, "/", right]
        case ast.Mod():
            return [left]
    return HOLE


def _call_parts(program: Program, node: ast.Call) -> str | list[ast.expr | str]:
    match node:
        case ast.Call(func=ast.Attribute(attr="format" | "strip" | "lower" | "upper", value=inner)):
            return [inner]
        case ast.Call(args=[inner]) if _is_path_like(program, node.func):
            return [inner]
    return HOLE


def _is_path_like(program: Program, function: ast.expr) -> bool:
    return bool(
        program.origins(function) & {"builtins.str", "pathlib.Path", "pathlib.PurePath", "os.fspath", "textwrap.dedent"}
    )
