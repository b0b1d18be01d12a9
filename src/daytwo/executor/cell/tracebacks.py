"""A traceback as the person reads it: the program's own lines, then what went wrong.

Frames of libraries and of this room are left out.  The text goes to the person only, so it may hold values.
"""

from __future__ import annotations

import linecache
import traceback
import types
from collections.abc import Iterator

from .compiled import FILE_NAME, Compiled

CHAIN_LIMIT = 5
"""Causes that are followed."""
FRAMES_LIMIT = 40
"""Of the program's own; a deep recursion keeps its two ends."""
TEXT_LIMIT = 64 * 1024
"""Characters."""


def person_traceback(error: BaseException, program: Compiled | None) -> str:
    parts: list[str] = []
    for link in _chain(error):
        frames = [_frame_text(trace, program) for trace in _own_frames(link)]
        if len(frames) > FRAMES_LIMIT:
            half = FRAMES_LIMIT // 2
            frames = [*frames[:half], f"  … {len(frames) - FRAMES_LIMIT} more …\n", *frames[-half:]]
        parts.append("".join(frames) + _error_text(link))
    text = "\nand then:\n\n".join(parts)
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…\n"


def _chain(error: BaseException) -> list[BaseException]:
    """The error after what led to it, oldest first."""
    chain = [error]
    while len(chain) < CHAIN_LIMIT:
        last = chain[-1]
        before = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if before is None or any(before is link for link in chain):
            break
        # what a library caught and turned into this error says nothing about the program
        if last.__cause__ is None and not any(_own_frames(before)):
            break
        chain.append(before)
    return chain[::-1]


def _own_frames(error: BaseException) -> Iterator[types.TracebackType]:
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE_NAME:
            yield trace
        trace = trace.tb_next


def _frame_text(trace: types.TracebackType, program: Compiled | None) -> str:
    code = trace.tb_frame.f_code
    place = FILE_NAME if code.co_name == "<module>" else code.co_name
    if program is None or not program.owns(code):
        return f"  line {trace.tb_lineno}, in {place}, defined in an earlier step\n"
    line = linecache.getline(FILE_NAME, trace.tb_lineno).strip()
    return f"  line {trace.tb_lineno}, in {place}\n" + (f"    {line}\n" if line else "")


def _error_text(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception_only(error))
    except Exception:  # noqa: BLE001 -- a program's own `__str__` may raise anything
        return f"{type(error).__name__}\n"
