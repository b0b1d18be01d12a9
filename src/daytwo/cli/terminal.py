"""What may reach a terminal: text of data, made harmless, and the two output channels of every command.

Text that comes from data may hold control sequences that rewrite a terminal or reorder what is read (CWE-150); every
such character is shown as its escape.
"""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from daytwo.legible import count as count  # noqa: PLC0414 -- one of the words of this room, too

if TYPE_CHECKING:
    from rich.console import Console

_KEPT = frozenset("\n\t")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories of what has an effect and no shape; joiners that emoji need are lost, which harms nobody."""


def ready_streams() -> None:
    """Makes standard output and standard error fit for any text, and there at all.

    A character that the locale cannot show becomes its escape.  Where a stream was closed (`>&-`), what is printed
    goes nowhere: its descriptor must not be given to the next file that is opened.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            mode = "r" if name == "stdin" else "w"
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def printable(text: str, *, one_line: bool = False) -> str:
    r"""`text` with every control, format and surrogate character as its escape, e.g. `\x1b`.

    Line ends and tabs stay, unless `one_line` asks for the escapes of these too.
    """
    if text.isprintable():
        return text
    kept = frozenset() if one_line else _KEPT
    return "".join(
        character if character in kept or unicodedata.category(character) not in _HIDDEN else _escape(character)
        for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def line(text: str = "") -> None:
    """A line for the person, on standard output."""
    print(printable(text))


def note(text: str) -> None:
    """A line beside the answer, on standard error."""
    print(printable(text), file=sys.stderr, flush=True)


def prompt(text: str) -> None:
    """What a person is asked, on standard error; the answer is typed behind it."""
    print(printable(text), end="", file=sys.stderr, flush=True)


def alarm(text: str) -> None:
    """A line that nobody should overlook, on standard error: red where a terminal shows colours."""
    red = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    print(f"\x1b[1;31m{printable(text)}\x1b[0m" if red else printable(text), file=sys.stderr, flush=True)


def listing(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Lines of columns under their names, as wide as they are; the last column of a line keeps to its line."""
    lines = [heading, *(tuple(printable(text, one_line=True) for text in row) for row in rows)]
    widths = [max(len(row[place]) for row in lines) for place in range(len(heading))]
    for row in lines:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def moment(timestamp: str) -> str:
    """A time of ours to the minute: `2026-01-02T03:04:05.678Z` → `2026-01-02 03:04 UTC`."""
    return f"{timestamp[:10]} {timestamp[11:16]} UTC"


def document(value: BaseModel | Any) -> None:
    """The one JSON document of a command with `--json`."""
    print(json.dumps(_plain(value), ensure_ascii=True, indent=2))


def record(value: BaseModel | Any) -> None:
    """One of a command's JSON lines."""
    print(json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":")), flush=True)


def _plain(value: BaseModel | Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def console(*, stderr: bool = False) -> Console:
    """A rich console; nothing of what is printed is taken for markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=False)
