"""A JSON document as an outline that a person can read: all of it, but for fields that hold nothing.  Pure.

A field is a line; what holds fields is indented below its name, or on one line where it is flat and in a list; a `name`
comes first.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from daytwo.cli.terminal import printable

INDENT = "  "
LEAST_CHARACTERS = 40
"""Of a line, however deep it is indented."""


def outline(document: Any, width: int, indent: str = "") -> Iterator[str]:
    """Lines of at most `width` characters, where words allow it."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            if not _is_empty(value):
                yield from _field(printable(str(key), one_line=True), value, width, indent)
    elif _is_list(document):
        for item in document:
            yield from _item(item, width, indent)
    else:
        yield from _wrapped(_word(document), width, indent)


def _field(key: str, value: Any, width: int, indent: str) -> Iterator[str]:
    line = _line(value)
    if line is not None:
        yield from _wrapped(f"{key}: {line}", width, indent)
        return
    yield f"{indent}{key}:"
    yield from outline(value, width, indent + INDENT)


def _item(item: Any, width: int, indent: str) -> Iterator[str]:
    if isinstance(item, Mapping):
        name, rest = item.get("name"), {key: value for key, value in item.items() if key != "name"}
        lead = "-" if _is_empty(name) else f"- {_word(name)}:"
        if all(_line(value) is not None for value in rest.values()):
            fields = "; ".join(f"{key} {_line(value)}" for key, value in rest.items() if not _is_empty(value))
            yield from _wrapped(f"{lead} {fields}", width, indent)
            return
        yield f"{indent}{lead}"
        yield from outline(rest, width, indent + INDENT)
        return
    line = _line(item)
    if line is None:
        yield f"{indent}-"
        yield from outline(item, width, indent + INDENT)
    else:
        yield from _wrapped(f"- {line}", width, indent)


def _line(value: Any) -> str | None:
    """The value on one line; None where it is no plain value and no list or object of such."""
    if isinstance(value, Mapping):
        held = {key: part for key, part in value.items() if not _is_empty(part)}
        if any(isinstance(part, Mapping) or _is_list(part) for part in held.values()):
            return None
        return ", ".join(f"{printable(str(key), one_line=True)} {_word(part)}" for key, part in held.items())
    if _is_list(value):
        if any(isinstance(part, Mapping) or _is_list(part) for part in value):
            return None
        return ", ".join(_quoted(part) if isinstance(part, str) else _word(part) for part in value)
    return _word(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | Mapping | Sequence) and not value)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and not any(map(str.isalnum, value)):
        return _quoted(value)
    return printable(str(value), one_line=True)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    room = max(width, len(indent) + LEAST_CHARACTERS)
    return textwrap.wrap(
        printable(text, one_line=True),
        room,
        initial_indent=indent,
        subsequent_indent=indent + 2 * INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
