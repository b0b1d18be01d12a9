"""Files on disk as programs: which of them are any, in which language, and their reviews."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pydantic import Field

from daytwo.executor.guard.process import Guard
from daytwo.executor.guard.review import Language, Reviewed, limit_bytes
from daytwo.wire.errors import Invalid, Missing
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


def review_file(guard: Guard, path: Path, environment_imports: tuple[str, ...]) -> FileReview:
    """Reviews a program, notebook or shell script; the environment's modules come in order.

    Raises:
        Missing: `file_not_found`.
        Invalid: `file_unreadable`.
    """
    language = _LANGUAGES.get(path.suffix, Language.PYTHON)
    try:
        with path.open("rb") as stream:
            data = stream.read(limit_bytes(language) + 1)
    except FileNotFoundError as error:
        raise Missing("file_not_found", f"There is no file {path}.") from error
    except OSError as error:
        raise Invalid("file_unreadable", f"{path} cannot be read: {error.strerror}.") from error
    if _SHELL_LINE.match(data):
        language = Language.SHELL
    began = time.perf_counter()
    verdict = guard.review(Reviewed(program=_text(data), language=language, environment_imports=environment_imports))
    elapsed_ms = round((time.perf_counter() - began) * 1000, 1)
    return FileReview(path=str(path), verdict=verdict.verdict, findings=verdict.findings, ms=elapsed_ms)


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
