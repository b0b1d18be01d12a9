"""The words of `daytwo ask`: which of them are data, which is the question.  Checked before anything is started."""

from __future__ import annotations

import difflib
import glob
import os
import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from daytwo.cli.usage import Usage
from daytwo.wire.result import DateOrder, RegisterDataset
from daytwo.wire.run import QUESTION_LIMIT_CHARACTERS

_WILDCARDS = frozenset("*?[")
DATA_LIMIT = 64
NAMES_LIMIT = 10_000
"""Of a folder, searched for the name that was meant."""


@dataclass(frozen=True)
class Ask:
    """What was asked, of which files (absolute, all of them there when this was made)."""

    data: tuple[Path, ...]
    question: str


def parse(words: list[str], *, in_session: bool) -> Ask:
    """The last word is the question, the others are data.

    Raises:
        Usage: `question_missing`, `question_too_long`, `question_not_last`, `data_missing`, `file_not_found`,
            `file_unreadable`, `bad_file_name`, `question_not_text`, `too_much_data`.
    """
    if not words or not words[-1].strip():
        raise Usage("question_missing", 'The last word is the question: daytwo ask data.csv "What is the total?"')
    *data, question = words
    if not _is_text(question):
        raise Usage("question_not_text", "The question is not in the terminal's encoding: write it in UTF-8.")
    if len(question) > QUESTION_LIMIT_CHARACTERS:
        raise Usage(
            "question_too_long",
            f"A question has at most {QUESTION_LIMIT_CHARACTERS} characters: shorten it; data goes into a file.",
        )
    if not data and not in_session:
        if _is_there(Path(question)):
            raise Usage("question_missing", f'{question} is data; what is the question?  daytwo ask {question} "…"')
        raise Usage(
            "data_missing",
            f'Name the data before the question: daytwo ask data.csv "{question}", or go on with --session last.',
        )
    _refuse_order(data, question, in_session=in_session)
    paths = tuple(dict.fromkeys(path for word in data for path in expand(word)))
    if len(paths) > DATA_LIMIT:
        raise Usage(
            "too_much_data", f"{len(paths)} files at once; name the folder that holds them, or at most {DATA_LIMIT}."
        )
    return Ask(data=paths, question=question.strip())


def _refuse_order(data: Sequence[str], question: str, *, in_session: bool) -> None:
    """Words that are no data because the question came first, or came without quotes: told with the line to type.

    Raises:
        Usage: `question_not_last`, `question_not_quoted`.
    """
    found = [word for word in data if _is_data(word)]
    apart = [word for word in data if not _is_data(word)]
    start = ["daytwo", "ask", *(["--session", "last"] if in_session else [])]
    if len(apart) == 1 and _is_data(question):
        line = shlex.join([*start, *found, question, *apart])
        raise Usage("question_not_last", f"The question comes last, after the data: {line}")
    if apart and (found or in_session) and not any(_is_like_a_path(word) for word in (*apart, question)):
        line = shlex.join([*start, *found, " ".join((*apart, question))])
        raise Usage("question_not_quoted", f"There is no file {apart[0]}. A question stands in quotes: {line}")


def _is_data(word: str) -> bool:
    return _is_there(Path(word).expanduser()) or bool(_WILDCARDS.intersection(word) and _matches(word))


def _is_like_a_path(word: str) -> bool:
    """Whether a word that names no file may have been meant to: a whole question holds spaces, a file a dot."""
    return " " in word or "." in word.rstrip(".") or "/" in word


def registrations(
    paths: Sequence[Path], name: str | None, date_order: DateOrder | None = None
) -> list[RegisterDataset]:
    """Each path as a dataset of its own; all of them as one dataset where it is given a name.

    Raises:
        Usage: `bad_name`.
    """
    if name is None:
        return [RegisterDataset(paths=(str(path),), date_order=date_order) for path in paths]
    try:
        return [RegisterDataset(paths=tuple(map(str, paths)), name=name, date_order=date_order)] if paths else []
    except ValidationError:
        raise Usage(
            "bad_name",
            f"--name {name}: a dataset's name has at most 63 of a-z, 0-9 and _, and begins with none of 0-9.",
        ) from None


def expand(word: str) -> tuple[Path, ...]:
    """The absolute paths that a word stands for: one, or what its wildcards match."""
    path = Path(word).expanduser().absolute()
    if _is_there(path) or not _WILDCARDS.intersection(word):
        return (_readable(path, word),)
    found = _matches(word)
    if not found:
        raise Usage(
            "file_not_found", f"Nothing matches {word} in {Path.cwd()}. `ls {word}` lists what a pattern matches."
        )
    return tuple(_readable(Path(each), each) for each in found)


def _matches(word: str) -> list[str]:
    """The files that a pattern matches, in order."""
    path = Path(word).expanduser().absolute()
    return sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207  # an absolute pattern; pathlib wants a root


def _nearest(path: Path) -> str:
    """What to do about a path where nothing is."""
    with suppress(OSError, ValueError):
        names = [each.name for each in islice(path.parent.iterdir(), NAMES_LIMIT)]
        near = difflib.get_close_matches(path.name, names, n=1)
        return f"Did you mean {path.with_name(near[0])}?" if near else f"`ls {path.parent}` shows what is there."
    return f"There is no folder {path.parent} either."


def _readable(path: Path, word: str) -> Path:
    if not _is_there(path):
        raise Usage("file_not_found", f"There is no {word} (looked for {path}). {_nearest(path)}")
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise Usage("file_unreadable", f"{path} cannot be read by this user. `ls -l` shows whose it is.")
    if not _is_text(str(path)):
        raise Usage("bad_file_name", f"The name of {path} is not UTF-8 text: rename it, or link to it by another name.")
    return path


def _is_text(word: str) -> bool:
    """Whether the bytes of a word were text; those that were not are surrogates in it (PEP 383)."""
    return not any("\ud800" <= character <= "\udfff" for character in word)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        # A name that no file can have: too long, or with a NUL in it.
        return False
