"""The text itself: characters that show a reader another program than Python reads (CVE-2021-42574)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from daytwo.executor.guard.capability import Capability
from daytwo.executor.guard.subject import Subject
from daytwo.wire.verdict import Finding

_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_STYLED = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u2460-\u24ff]")
_WORD = re.compile(r"[^\W\d]\w*")


def text(subject: Subject) -> Iterator[Finding]:
    lines = subject.source.split("\n") if _BIDIRECTIONAL.search(subject.source) else ()
    for number, line in enumerate(lines, 1):
        if _BIDIRECTIONAL.search(line):
            yield from subject.touches(
                ast.Pass(lineno=number, col_offset=0),
                Capability.OBFUSCATION,
                "",
                "This line holds controls that turn the direction of text round: it is not what it looks like.",
                "Remove the invisible characters.",
            )
    if _STYLED.search(subject.source):
        for node in subject.layout.of(ast.Name, ast.Attribute):
            yield from _styled(subject, node)


def _styled(subject: Subject, node: ast.AST) -> Iterator[Finding]:
    """Names written in look-alike letters, which Python reads as plain ones."""
    line = subject.lines[getattr(node, "lineno", 1) - 1]
    written = line[getattr(node, "col_offset", 0) : getattr(node, "end_col_offset", 0)].decode("utf-8", "ignore")
    if getattr(node, "lineno", 1) == getattr(node, "end_lineno", 1) and _STYLED.search(written):
        yield from subject.touches(node, Capability.OBFUSCATION, written, None, "Write names in plain letters.")
