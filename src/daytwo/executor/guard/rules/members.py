"""Members of modules: `os.path` but not `os.system`, `pandas` but not `pandas.read_pickle`, whatever they are called.

Every mention counts, not only calls, so that `run = os.system` is found where it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.policy import policy
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding, Severity

_GUARDED_AS_VALUES = ("os", "sys", "io")
"""Modules of which only members may be used: as a value they could be taken anywhere."""


def members(subject: Subject) -> Iterator[Finding]:
    program = subject.program
    for node in program.of(ast.ImportFrom):
        if node.module is not None and not node.level:
            for alias in node.names:
                yield from _judge(subject, alias, f"{node.module}.{alias.name}")
    for read in program.nodes:
        if isinstance(read, ast.Attribute) or program.getattr_name(read) is not None:
            for origin in sorted(program.origins(read)):
                yield from _judge(subject, read, origin)
        elif isinstance(read, ast.Name) and isinstance(read.ctx, ast.Load):
            yield from _judge_value(subject, read)
    for call in program.of(ast.Call):
        yield from _judge_getattr(subject, call)


def _judge(subject: Subject, node: ast.AST, dotted: str) -> Iterator[Finding]:
    """Judges a dotted name that stands for a member of a module."""
    known = policy()
    parts = dotted.split(".")
    if parts[0] in {"builtins", "cell"}:
        return
    group = known.denied_group(dotted)
    if group is not None:
        is_import = isinstance(node, ast.alias) or group is known.denied_group(parts[0])
        if not is_import:
            yield subject.finding(node, f"member-{group.name}", f"{quote(dotted)} {group.message}.", group.repair)
        return
    for length in range(1, len(parts)):
        rule = known.members.get(".".join(parts[:length]))
        if rule is not None and not rule.allows(parts[length]) and parts[length] != "*":
            yield _member(subject, node, dotted)
            return
    for part in parts[1:]:
        if part in {"os", "sys"} or part in known.modules_anywhere:
            yield _member(subject, node, dotted)
            return
        if part.startswith("_") and not part.startswith("__"):
            yield subject.finding(
                node,
                "private-member",
                f"{quote(dotted)} is a private part of a library.",
                "Use the library's public functions.",
                Severity.WARNING,
            )
            return


def _member(subject: Subject, node: ast.AST, dotted: str) -> Finding:
    if dotted.startswith(("os.environ", "os.getenv")):
        return subject.finding(
            node,
            "environment",
            f"{quote(dotted)} reads the environment, which holds nothing for programs.",
            "Write the value into the program.",
        )
    return subject.finding(
        node,
        "member-not-allowed",
        f"{quote(dotted)} is not among what a program may use of this module.",
        "Use the session's datasets, `workspace` and ordinary library functions.",
    )


def _judge_value(subject: Subject, node: ast.Name) -> Iterator[Finding]:
    parent = subject.program.parents[node]
    if isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Assign) and parent.value is node):
        return
    if _is_getattr_base(subject, parent, node):
        return
    for origin in sorted(subject.program.origins(node)):
        if origin in _GUARDED_AS_VALUES:
            yield subject.finding(
                node,
                "module-as-value",
                f"The module {quote(origin)} is handed on as a value.",
                "Name the member that you need, such as os.path.",
            )


def _is_getattr_base(subject: Subject, parent: ast.AST, node: ast.Name) -> bool:
    return subject.program.getattr_name(parent) is not None and isinstance(parent, ast.Call) and parent.args[0] is node


def _judge_getattr(subject: Subject, node: ast.Call) -> Iterator[Finding]:
    program = subject.program
    if "builtins.getattr" not in program.origins(node.func) or program.getattr_name(node) is not None:
        return
    yield subject.finding(
        node,
        "dynamic-attribute",
        "This reads an attribute whose name is not written in the program.",
        "Write the attribute's name, or use .agg(name), a dict of functions or df[column].",
        Severity.WARNING,
    )
