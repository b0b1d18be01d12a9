"""Small files, mostly of /proc, read and written whole.  Not by `pathlib`: importing it would cost each start 5 ms."""

from __future__ import annotations

import os


def read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - see above
        return file.read()


def read_if_there(path: str) -> bytes:
    """A file's content, empty where it cannot be read: a process has just ended, a kernel does not offer it."""
    try:
        return read(path)
    except OSError:
        return b""


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - see above
        file.write(text)


def names_if_there(path: str) -> list[str]:
    """What a folder holds, nothing where it cannot be read."""
    try:
        return os.listdir(path)  # noqa: PTH208 - see above
    except OSError:
        return []
