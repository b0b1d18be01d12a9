"""Shell scripts, and shell lines of notebooks, read far enough to tell what their commands touch.

Words are split as a shell splits them; what is substituted, expanded or piped is looked at as a command of its own.
A command that is not known here is the capability `shell`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.facts import load_facts

WORDS_LIMIT: Final = 20_000
_SEPARATORS: Final = frozenset({";", "&", "&&", "|", "||", "|&", ";;", "(", ")", "{", "}", "\n"})
_KEYWORDS: Final = frozenset(
    ["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "time", "in", "esac", "function"]
)
_WRAPPERS: Final = frozenset(
    ["sudo", "env", "nohup", "xargs", "exec", "command", "nice", "timeout", "stdbuf", "setsid", "builtin", "watch"]
)
_BOMB: Final = re.compile(r"\b(\w{1,40})\s{0,9}\(\)\s{0,9}\{[^}]{0,200}\b\1\b")
_SUBSTITUTION: Final = re.compile(r"\$\(([^()]*)\)|`([^`]*)`|<\(([^()]*)\)")
_OUTSIDE: Final = re.compile(r"(?:^|[=<>\s\"'])(/(?!dev/null|tmp\b|data\b|workspace\b)\w|~|\$HOME|\.\./)")


@dataclass(frozen=True)
class Command:
    """One command of a script, and what it touches; None where it touches nothing that matters."""

    line: int
    words: tuple[str, ...]
    capability: Capability | None


def commands(script: str) -> Iterator[Command]:
    """The commands of a script, in order."""
    if ":(){" in script.replace(" ", "") or _BOMB.search(script):
        yield Command(1, (script[:40],), Capability.RESOURCES)
    for number, line in enumerate(script.split("\n"), 1):
        for match in _SUBSTITUTION.finditer(line):
            yield from _line(number, next(group for group in match.groups() if group is not None))
        yield from _line(number, line)


def _line(number: int, line: str) -> Iterator[Command]:
    if line.lstrip().startswith("#"):
        return
    if "/dev/tcp/" in line or "/dev/udp/" in line:
        yield Command(number, (line.strip(),), Capability.NETWORK)
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|(){}<>")
        lexer.whitespace_split = True
        words = list(lexer)[:WORDS_LIMIT]
    except ValueError:
        yield Command(number, (line.strip()[:80],), Capability.SHELL)
        return
    present: list[str] = []
    for word in [*words, ";"]:
        if word in _SEPARATORS or set(word) <= set(";&|(){}"):
            if present:
                yield _command(number, present)
            present = []
        else:
            present.append(word)


def _command(number: int, words: list[str]) -> Command:
    rest = list(words)
    capability: Capability | None = None
    while rest and (rest[0] in _KEYWORDS or rest[0] in _WRAPPERS or re.match(r"^\w+=", rest[0])):
        word = rest.pop(0)
        if word == "sudo":
            capability = Capability.CREDENTIALS
        while word in _WRAPPERS and rest and (rest[0].startswith("-") or rest[0].isdigit()):
            rest.pop(0)
    if not rest:
        is_environment = words == ["env"]
        return Command(number, tuple(words), Capability.ENVIRONMENT if is_environment else capability)
    name = rest[0].rpartition("/")[2]
    known = load_facts().shell
    found = known.commands.get(name)
    if found is None and name not in known.harmless:
        found = Capability.SHELL
    if found is None and _OUTSIDE.search(" ".join(rest)):
        found = Capability.FILES
    return Command(number, tuple(words), found or capability)
