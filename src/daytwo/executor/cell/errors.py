"""Which of the public error classes an exception belongs to.

The list equals `daytwo.wire.observation.ERROR_CLASSES`, which this room cannot import; a unit test compares the two.
Classes are compared by identity, most specific first: a program can name its classes as it likes.  A class whose
module was never imported cannot have been raised, so nothing is imported here.
"""

from __future__ import annotations

import sys
from typing import Any

CLASSES: tuple[str, ...] = (
    "other",
    "builtins.AssertionError",
    "builtins.AttributeError",
    "builtins.ImportError",
    "builtins.ModuleNotFoundError",
    "builtins.IndexError",
    "builtins.KeyError",
    "builtins.NameError",
    "builtins.NotImplementedError",
    "builtins.OverflowError",
    "builtins.PermissionError",
    "builtins.FileNotFoundError",
    "builtins.OSError",
    "builtins.RecursionError",
    "builtins.RuntimeError",
    "builtins.StopIteration",
    "builtins.SyntaxError",
    "builtins.TypeError",
    "builtins.UnicodeDecodeError",
    "builtins.ValueError",
    "builtins.ZeroDivisionError",
    "duckdb.BinderException",
    "duckdb.CatalogException",
    "duckdb.ConversionException",
    "duckdb.InvalidInputException",
    "duckdb.ParserException",
    "pandas.errors.MergeError",
    "pandas.errors.ParserError",
    "polars.exceptions.ColumnNotFoundError",
    "polars.exceptions.PolarsError",
    "pyarrow.lib.ArrowInvalid",
    "numpy.linalg.LinAlgError",
)

_OUT_OF_MEMORY = ("builtins.MemoryError", "duckdb.OutOfMemoryException")


def imported(path: str) -> Any:
    """The object at `module.name`, or None where its module is not imported yet."""
    module, _, name = path.rpartition(".")
    return getattr(sys.modules.get(module), name, None)


def error_class(error: BaseException) -> int:
    """The index of the error's class, or of its nearest base, in `CLASSES`; 0 where there is none."""
    known = [(found, index) for index, path in enumerate(CLASSES) if (found := imported(path)) is not None]
    for base in type(error).__mro__:
        for found, index in known:
            if base is found:
                return index
    return 0


def is_out_of_memory(error: BaseException) -> bool:
    classes = [imported(path) for path in _OUT_OF_MEMORY]
    return any(base is found for base in type(error).__mro__ for found in classes)
