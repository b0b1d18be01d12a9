"""Why a rehearsal proves little: what mock rows cannot tell, read off the exception and the program's own objects.

A missing column is told from a label that the program made out of values by comparing the frame with the sheet, at
the exception, never by a message's text.  `None` means that there is no doubt: the program itself is wrong.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .compiled import Compiled, words
from .lookup import NotFoundError
from .tables import is_kind

EMPTY_SELECTION = "empty selection"
MADE_LABEL = "made label"
KEY_OR_ORDER = "key or order"
TOO_FEW_ROWS = "too few rows"
STATE = "state"

FEW_ROWS = 50
"""Estimators that fail on fewer may well do on real data."""

_FRAMES = ("pandas.DataFrame", "polars.DataFrame", "pyarrow.Table")
_COLUMNS_OF_ROWS = ("pandas.Series", "polars.Series", "numpy.ndarray", "pandas.Index")
_ORDER_SENSITIVE = frozenset(
    {
        "_make_selectors",
        "_maybe_check_unique",
        "_reindex_with_indexers",
        "_validate_can_reindex",
        "_validate_specification",
        "_validate_validate_kwd",
        "merge_asof",
        "pivot",
        "reindex",
        "set_index",
        "unstack",
    }
)
"""Functions of pandas that fail on keys that repeat or are not in order."""
_ESTIMATORS = ("sklearn", "statsmodels", "scipy", "numpy.linalg", "numpy.lib")


@dataclass(frozen=True)
class Scene:
    """Where an exception arose: the program, its names, the columns that the sheets name."""

    program: Compiled
    namespace: dict[str, Any]
    before: frozenset[str]
    """Names bound before the program began."""
    sheet_columns: frozenset[str]
    known_names: frozenset[str]
    """Variables of earlier steps that should be there."""


def doubt_of(error: BaseException, scene: Scene) -> str | None:
    """The doubt that an exception leaves, if any."""
    if isinstance(error, NameError):
        return STATE if error.name in scene.known_names else None
    if isinstance(error, KeyError) or is_kind(error, "polars.exceptions.ColumnNotFoundError"):
        return _of_lookup(error, scene)
    if isinstance(error, NotFoundError):
        return None if error.text in _texts(scene.program.code) else MADE_LABEL
    return None if isinstance(error, SyntaxError) else _of_rows(error, scene)


def doubt_of_success(scene: Scene, *, shown_nothing: bool) -> str | None:
    """A program that ran to its end, but over nothing."""
    return EMPTY_SELECTION if shown_nothing or _has_empty(scene) else None


def _of_rows(error: BaseException, scene: Scene) -> str | None:
    """Rows that repeat, that are none, or that are too few."""
    frames = list(_frames(error))
    if is_kind(error, "pandas.errors.MergeError") or (
        isinstance(error, ValueError) and any(_is_order_sensitive(frame) for frame in frames)
    ):
        return KEY_OR_ORDER
    if _has_empty(scene):
        return EMPTY_SELECTION
    out_of_bounds = isinstance(error, IndexError) and any(_module(frame).startswith("pandas") for frame in frames)
    cannot_fit = isinstance(error, ValueError | ArithmeticError) and any(
        _module(frame).startswith(_ESTIMATORS) for frame in frames
    )
    return TOO_FEW_ROWS if out_of_bounds or (cannot_fit and _has_few(scene)) else None


def _of_lookup(error: BaseException, scene: Scene) -> str | None:
    """A name that was looked up and is not there: a column that no sheet has, or a label made out of values?"""
    # The outermost call into a library is the one that the program made.
    for frame in _frames(error):
        table = frame.f_locals.get("self")
        if table is not None and is_kind(table, "pandas.DataFrame", "polars.DataFrame"):
            return _of_columns([str(name) for name in table.columns], scene)
        if table is not None and is_kind(table, "pandas.core.indexing._LocIndexer"):
            return _of_label(frame, table, scene)
        if is_kind(table, "pandas.Series"):
            return MADE_LABEL
    if is_kind(error, "polars.exceptions.ColumnNotFoundError"):
        tables = [value for value in _bound(scene) if is_kind(value, "polars.DataFrame")]
        made = any(_of_columns(list(table.columns), scene) for table in tables)
        return MADE_LABEL if made else None
    # A dictionary of the program's own: its keys may well be values.
    raised_in = [frame.f_code for frame in _frames(error)][-1:]
    return MADE_LABEL if any(map(scene.program.owns, raised_in)) else None


def _of_label(frame: types.FrameType, indexer: Any, scene: Scene) -> str | None:
    axis = frame.f_locals.get("axis")
    columns = getattr(indexer.obj, "columns", None)
    if axis == 1 and columns is not None:
        return _of_columns([str(name) for name in columns], scene)
    return MADE_LABEL


def _of_columns(columns: list[str], scene: Scene) -> str | None:
    """A frame with a column that neither a sheet nor the program names holds columns made out of values."""
    named = scene.sheet_columns | words(scene.program.code) | _texts(scene.program.code)
    plain = all(column in named or set(column.split("_")) <= named for column in columns)
    return None if plain else MADE_LABEL


def _texts(code: types.CodeType) -> set[str]:
    found = {constant for constant in code.co_consts if isinstance(constant, str)}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _texts(constant)
        elif isinstance(constant, tuple | frozenset):
            found |= {part for part in constant if isinstance(part, str)}
    return found


def _bound(scene: Scene) -> Iterator[Any]:
    """What the program itself has bound so far."""
    return (
        value
        for name, value in list(scene.namespace.items())
        if name not in scene.before and not isinstance(value, types.ModuleType)
    )


def _has_empty(scene: Scene) -> bool:
    return any(is_kind(value, *_FRAMES, *_COLUMNS_OF_ROWS) and _rows(value) == 0 for value in _bound(scene))


def _has_few(scene: Scene) -> bool:
    return any(
        is_kind(value, *_FRAMES, "pandas.Series", "polars.Series", "numpy.ndarray") and _rows(value) < FEW_ROWS
        for value in _bound(scene)
    )


def _rows(table: Any) -> int:
    try:
        return int(table.num_rows) if is_kind(table, "pyarrow.Table") else len(table)
    except TypeError:  # an array of no dimension
        return 1


def _frames(error: BaseException) -> Iterator[types.FrameType]:
    """Outermost first."""
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _module(frame: types.FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_order_sensitive(frame: types.FrameType) -> bool:
    return frame.f_code.co_name in _ORDER_SENSITIVE and _module(frame).startswith("pandas")
