"""What notebooks hold besides Python: magics and shell lines."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.notebook import Magic
from daytwo.executor.guard.shell import commands
from daytwo.executor.guard.subject import Subject
from daytwo.wire.verdict import Finding


def magics(subject: Subject, lines: Iterable[Magic]) -> Iterator[Finding]:
    for magic in lines:
        text = magic.text.lstrip()
        place = ast.Pass(lineno=magic.line, col_offset=0)
        if text.startswith("!"):
            yield from _shell(subject, place, text.lstrip("!"))
        elif text.startswith("%"):
            yield from _magic(subject, place, text.lstrip("%"))


def _shell(subject: Subject, place: ast.AST, line: str) -> Iterator[Finding]:
    yield from subject.touches(place, Capability.SHELL, line)
    for command in commands(line):
        if command.capability is not None and command.capability is not Capability.SHELL:
            yield from subject.touches(place, command.capability, " ".join(command.words))


def _magic(subject: Subject, place: ast.AST, line: str) -> Iterator[Finding]:
    words = line.split()
    name = words[0] if words else ""
    known = subject.facts.magics
    if name in known.harmless or (name in {"load_ext", "reload_ext"} and known.extensions.issuperset(words[1:])):
        return
    yield from subject.touches(place, known.commands.get(name, Capability.UNRESOLVED), f"%{name}")
