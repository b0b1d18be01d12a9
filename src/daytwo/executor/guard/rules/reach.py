"""What the program lays hold of: imports, members of modules, built-ins, whatever they are called.

Every mention counts, not only calls, so that `run = os.system` is found where it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from daytwo.executor.guard.analysis.values import HOLE, Named, Own, Space, texts
from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.facts import HARMLESS
from daytwo.executor.guard.subject import Subject, quote
from daytwo.wire.verdict import Finding

_CONDITIONS = frozenset({HARMLESS, "file_paths", "code_text", "deserialise_flag"})


def reach(subject: Subject) -> Iterator[Finding]:
    told: set[tuple[int, str]] = set()
    for node, names in sorted(subject.analysis.reached.items(), key=_place):
        for dotted in sorted(names):
            what = subject.facts.what(dotted)
            place = getattr(node, "lineno", 0), what
            if what in _CONDITIONS or place in told or _is_excused(subject, node, dotted):
                continue
            told.add(place)
            yield from subject.touches(node, Capability(what), dotted.removeprefix("builtins."))
    for statement in subject.layout.of(ast.ImportFrom):
        yield from _import_from(subject, statement)
    for assignment in subject.layout.of(ast.Assign, ast.AugAssign):
        yield from _stores(subject, assignment)
    for call, called in subject.calls.items():
        yield from _set(subject, call, called)


def _place(reached: tuple[ast.AST, set[str]]) -> tuple[int, int, int]:
    """In the order of the text, what is larger before its parts."""
    node, _ = reached
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0), -(getattr(node, "end_col_offset", None) or 0)


def _is_excused(subject: Subject, node: ast.AST, dotted: str) -> bool:
    """Settings of libraries that programs make by the environment; files that the program itself made."""
    parents = subject.layout.parents
    parent = parents.get(node)
    if dotted == "os.environ":
        keys: list[str] = []
        if isinstance(parent, ast.Subscript) and parent.value is node:
            keys = texts(subject.analysis.of(parent.slice))
        elif isinstance(parent, ast.Attribute) and isinstance(call := parents.get(parent), ast.Call) and call.args:
            is_keyed = parent.attr in {"get", "setdefault", "pop"}
            keys = texts(subject.analysis.of(call.args[0])) if is_keyed else []
        return bool(keys) and subject.facts.environment_harmless.issuperset(keys)
    if subject.facts.what(dotted) == Capability.DESTRUCTIVE and isinstance(parent, ast.Call) and parent.func is node:
        named = list(parent.args)
        if isinstance(node, ast.Attribute) and dotted.startswith("pathlib."):
            named.append(node.value)
        paths = [path for argument in named for path in texts(subject.analysis.of(argument))]
        return bool(paths) and all(path in _made(subject) for path in paths)
    return False


def _made(subject: Subject) -> frozenset[str]:
    """The paths that the program writes to, or gets for temporary use."""
    found = {f"/tmp/{HOLE}"}  # noqa: S108 -- what `tempfile` gives, in the sandbox
    for call in subject.calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        mode = call.args[1] if len(call.args) > 1 else None
        is_write = name.startswith(("to_", "write", "save", "sink_", "make", "mk", "imsave", "touch", "dump"))
        if name == "open" and mode is not None:
            is_write = any(set(text) & set("wax") for text in texts(subject.analysis.of(mode)))
        if is_write:
            for argument in call.args:
                found.update(texts(subject.analysis.of(argument)))
    return frozenset(found)


def _import_from(subject: Subject, node: ast.ImportFrom) -> Iterator[Finding]:
    if node.level or node.module is None:
        yield subject.finding(
            node, "relative-import", "A program is no package: it has nothing beside it.", "Import by the full name."
        )
        return
    top = node.module.partition(".")[0]
    is_weighty = node.module in subject.facts.gateways and top not in subject.facts.analysis
    if is_weighty and any(alias.name == "*" for alias in node.names):
        yield from subject.touches(
            node,
            Capability.UNRESOLVED,
            node.module,
            f"A star import from {quote(node.module)} hides which names the program uses.",
            f"Import what is used by name: from {node.module[:60]} import …",
        )


def _stores(subject: Subject, node: ast.Assign | ast.AugAssign) -> Iterator[Finding]:
    values = subject.analysis.of(node.value)
    is_thing = any(isinstance(value, Own | Named) for value in values)
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Attribute):
            for value in subject.analysis.of(target.value):
                if isinstance(value, Named) and (is_thing or value.dotted == "sys"):
                    yield from _changed(subject, target, f"{value.dotted}.{target.attr}")
        elif isinstance(target, ast.Subscript):
            for value in subject.analysis.of(target.value):
                dotted = value.dotted if isinstance(value, Space | Named) else None
                if dotted == "sys.modules" or isinstance(value, Space):
                    yield from _changed(subject, target, dotted or "globals()")


def _set(subject: Subject, call: ast.Call, called: list[str]) -> Iterator[Finding]:
    if "builtins.setattr" in called and call.args:
        for value in subject.analysis.of(call.args[0]):
            if isinstance(value, Named):
                yield from _changed(subject, call, value.dotted)
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"append", "insert", "extend"}:
        held = subject.analysis.of(call.func.value)
        for dotted in ("sys.path", "sys.meta_path", "sys.path_hooks"):
            if Named(dotted) in held:
                yield from subject.touches(call, Capability.CODE, dotted)


def _changed(subject: Subject, node: ast.AST, dotted: str) -> Iterator[Finding]:
    yield from subject.touches(node, Capability.MONKEYPATCH, dotted.removeprefix("builtins."))
