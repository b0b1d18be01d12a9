"""The first records of a JSON document that is too long to be read while a person waits.  Pure.

Where a record begins is known from the start of a document alone, so a sample of one is its head: a shorter document of
the same form, a list or an object around one, with the records that lie in the head as a whole.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_SPACE = re.compile(r"\s*")
_COMMA = re.compile(r"\s*,\s*")
_COLON = re.compile(r"\s*:\s*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Head:
    document: str
    taken: int
    """The characters of the original, up to the last record that is in it."""
    is_wrapped: bool
    """Whether the records are in a list within an object."""


def head_of(text: str) -> Head | None:
    """A shorter document; None where `text` begins with no such list, or holds none of its records."""
    try:
        start = _space(text, 0)
        if text.startswith("[", start):
            opening, closing = start + 1, "]"
        elif text.startswith("{", start):
            opening, closing = _list_within(text, start + 1), "]}"
        else:
            return None
        end = _records(text, opening)
    except (ValueError, RecursionError):
        return None
    if end == opening:
        return None
    return Head(text[:end] + closing, end, closing == "]}")


def _list_within(text: str, place: int) -> int:
    """Where the records of the list begin that an object holds and `text` is too short for.

    Raises:
        ValueError: where all of the object is there, or something else is cut short.
    """
    while True:
        _, place = _DECODER.raw_decode(text, _space(text, place))
        place = _after(_COLON, text, place)
        try:
            _, place = _DECODER.raw_decode(text, place)
        except ValueError:
            if not text.startswith("[", place):
                raise
            return place + 1
        place = _after(_COMMA, text, place)


def _records(text: str, place: int) -> int:
    """Where the last whole record of a list ends."""
    end = place
    while True:
        try:
            _, end = _DECODER.raw_decode(text, _space(text, place))
            place = _after(_COMMA, text, end)
        except ValueError:
            return end


def _space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _after(separator: re.Pattern[str], text: str, place: int) -> int:
    found = separator.match(text, place)
    if found is None:
        raise ValueError("cut short")
    return found.end()
