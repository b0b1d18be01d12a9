"""Files on disk as programs: which of them are any, in which language, what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pydantic import Field

from daytwo.executor.guard.review import Language, limit_bytes
from daytwo.wire.errors import Missing
from daytwo.wire.message import Message
from daytwo.wire.verdict import Finding, Ruling

_LANGUAGES: Final = {
    ".py": Language.PYTHON,
    ".ipynb": Language.NOTEBOOK,
    ".sh": Language.SHELL,
    ".bash": Language.SHELL,
    ".zsh": Language.SHELL,
    ".ksh": Language.SHELL,
}
_SHELL_LINE: Final = re.compile(rb"#!.*\b(?:ba|da|z|k|a)?sh\b")
_ENCODING: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class FileReview(Message):
    """The review of a file, as `daytwo guard review --json` prints it, a line a file."""

    path: str
    verdict: Ruling
    findings: tuple[Finding, ...]
    ms: float = Field(ge=0)


def programs(paths: Iterable[Path]) -> Iterator[Path]:
    """The programs among files and in folders, in order.

    Raises:
        Missing: `file_not_found`.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.suffix in _LANGUAGES and one.is_file())
        elif path.exists():
            yield path
        else:
            raise Missing("file_not_found", f"There is no {path}.")


def read_program(path: Path) -> tuple[Language, str]:
    """The language and the text of a program, notebook or shell script; of a huge one, enough to refuse it.

    Raises:
        OSError: where it cannot be read.
    """
    language = _LANGUAGES.get(path.suffix, Language.PYTHON)
    with path.open("rb") as stream:
        data = stream.read(limit_bytes(language) + 1)
    return Language.SHELL if _SHELL_LINE.match(data) else language, _text(data)


def _text(data: bytes) -> str:
    """The text of a file: UTF-8, or what it declares (PEP 263); for other bytes a NUL, which no program may hold."""
    for line in data.split(b"\n", 2)[:2]:
        declared = _ENCODING.match(line)
        if declared is not None:
            try:
                return data.decode(declared.group(1).decode("ascii"))
            except (LookupError, UnicodeDecodeError):
                break
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "\0"
