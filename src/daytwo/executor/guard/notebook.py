"""Notebooks as what they are: the code of their cells, one below the other, and the lines that are not Python.

Magics and shell lines become `pass` in the Python text, at their places, and are judged by `rules/magics.py`.  Outputs
and text cells run nothing and are not looked at (nbformat 4).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

CELLS_LIMIT: Final = 2_000
_ASSIGNED: Final = re.compile(r"^([\w., \t]{1,200}=\s{0,20})([!%].*)$")
_LINE: Final = re.compile(r"^(\s*)((?:!|%|\?).*)$")
_PYTHON_CELLS: Final = frozenset({"time", "timeit", "capture", "prun"})


class NotebookError(ValueError):
    """This is no notebook."""


@dataclass(frozen=True)
class Magic:
    """A line that is not Python: `!ls`, `%run x.py`, or a whole cell under `%%bash`."""

    line: int
    text: str
    body: str = ""


@dataclass(frozen=True)
class Notebook:
    source: str
    magics: tuple[Magic, ...]


def read_notebook(text: str) -> Notebook:
    """The Python of a notebook, and the rest of its lines.

    Raises:
        NotebookError: where the text is no notebook, or is one of another language.
    """
    try:
        read: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookError from error
    cells = read.get("cells") if isinstance(read, dict) else None
    if not isinstance(cells, list) or len(cells) > CELLS_LIMIT:
        raise NotebookError
    sources = [_source(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return python_of(sources)


def python_of(cells: list[str]) -> Notebook:
    """Cells joined into one program, without what is not Python."""
    lines: list[str] = []
    magics: list[Magic] = []
    for cell in cells:
        mine = cell.split("\n")
        head = next((line.strip() for line in mine if line.strip()), "")
        if head.startswith("%%"):
            name = head[2:].split(maxsplit=1)[0] if head[2:].split() else ""
            magics.append(Magic(len(lines) + 1, head, "" if name in _PYTHON_CELLS else cell))
            if name not in _PYTHON_CELLS:
                lines += ["pass", *[""] * len(mine)]
                continue
            mine = ["" if line.strip() == head else line for line in mine]
        for line in mine:
            lines.append(_plain(line, len(lines) + 1, magics))
        lines.append("")
    return Notebook("\n".join(lines) + "\n", tuple(magics))


def _plain(line: str, number: int, magics: list[Magic]) -> str:
    assigned = _ASSIGNED.match(line)
    if assigned is not None and "==" not in assigned.group(1):
        magics.append(Magic(number, assigned.group(2)))
        return f"{assigned.group(1)}None"
    own = _LINE.match(line)
    if own is not None:
        magics.append(Magic(number, own.group(2)))
        timed = re.match(r"%(?:timeit|time|prun)\s+(?:-\S+\s+(?:\d+\s+)?)*(.*)$", own.group(2))
        return own.group(1) + (timed.group(1) if timed is not None and timed.group(1) else "pass")
    return line[:-1] if line.rstrip().endswith("?") and not line.lstrip().startswith("#") else line


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(piece for piece in source if isinstance(piece, str))
    return source if isinstance(source, str) else ""
