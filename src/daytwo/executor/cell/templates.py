"""Which of the public sentences a library said when it raised, and what of the failing statement it named.

The sentences are `daytwo.wire.templates.TEMPLATES`, which this room cannot import: the job brings their names, in the
order of the encoding, and what of the program may fill their holes.  A test provokes each of them.

An exception is recognised by the identity of its class (no class of a program's own), by who raised it (the module
whose code ran, by the identity of its namespace, or native code; never a `raise` of the program), and by the form of
its message.  Whatever a program forges here it pays for: the executor takes a number below a bound, and no text.
"""

from __future__ import annotations

import dis
import re
import sys
import types
from dataclasses import dataclass
from functools import cached_property

from .errors import imported
from .job import Sentences

MESSAGE_LIMIT_CHARACTERS = 2_000
_NATIVE = ""
_ANY = "any"
_RAISES = frozenset({dis.opmap["RAISE_VARARGS"], dis.opmap["RERAISE"]})
_QUOTES = "'\"[]() "


@dataclass(frozen=True)
class Form:
    """One form of a sentence: `…` in it stands for any text, `{}` for what fills the hole."""

    template: str
    raised: str
    """The exception's very class."""
    by: str
    """The package whose code raised it; `""` for native code, `any` for either."""
    message: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(r"(…|\{\})", self.message)
        made = {"…": ".*?", "{}": "(?P<hole>.+?)"}
        return re.compile("".join(made.get(part) or re.escape(part) for part in parts), re.DOTALL)


_KEY, _VALUE, _TYPE = "builtins.KeyError", "builtins.ValueError", "builtins.TypeError"
_ATTRIBUTE, _INDEX = "builtins.AttributeError", "builtins.IndexError"
_NOT_FINITE = "pandas.errors.IntCastingNaNError"
_ARROW, _NO_KERNEL = "pyarrow.lib.ArrowInvalid", "pyarrow.lib.ArrowNotImplementedError"
_BINDER, _CATALOG = "duckdb.BinderException", "duckdb.CatalogException"
_CONVERSION, _INPUT = "duckdb.ConversionException", "duckdb.InvalidInputException"
_POLARS = "polars.exceptions"
_MISSING = "statsmodels.tools.sm_exceptions.MissingDataError"
_DATE = "pandas._libs.tslibs.parsing.DateParseError"

FORMS: tuple[Form, ...] = tuple(
    Form(*row)
    for row in (
        ("not-in-index", _KEY, "pandas", '"None of […[{}]…'),
        ("not-in-index", _KEY, "pandas", '"None of [{}] are in the …'),
        ("not-in-index", _KEY, "pandas", '"[{}] not in index"'),
        ("not-in-index", _KEY, "pandas", '"[{}] not found in axis"'),
        ("not-in-index", _KEY, "pandas", '"Label(s) [{}] do not exist"'),
        ("not-in-index", _KEY, "pandas", "…labels are not columns of the DataFrame: [{}]…"),
        ("not-in-index", _KEY, "pandas", "…are not present in the DataFrame: [{}]…"),
        ("no-column", _KEY, "pandas", "'Column not found: {}'"),
        ("no-column", _KEY, "pandas", "Index([{}], dtype=…"),
        ("no-column", _KEY, "pandas", "…in a dtype mappings argument. '{}' not found…"),
        ("no-column", _KEY, "pandas", "{}"),
        ("no-column", _VALUE, "plotly", "Value of '…' is not the name of a column in …but received: {}"),
        ("dt-accessor", _ATTRIBUTE, "pandas", "Can only use .dt accessor…"),
        ("str-accessor", _ATTRIBUTE, "pandas", "Can only use .str accessor…"),
        ("no-reduction", _TYPE, "pandas", "Cannot perform reduction '{}' with …"),
        ("no-reduction", _TYPE, "pandas", "…does not support operation '{}'"),
        ("no-reduction", _TYPE, "pandas", "Column '…' has dtype …, cannot use method '{}' with this dtype"),
        ("no-reduction", _TYPE, _NATIVE, "the resolved dtypes are not compatible with …"),
        ("no-operation", _TYPE, "pandas", "operation '…' not supported for dtype…"),
        ("no-operation", _TYPE, "pandas", "cannot add …"),
        ("no-operation", _TYPE, "pandas", "cannot subtract …"),
        ("no-operation", _TYPE, "pandas", "Addition/subtraction of integers…"),
        ("no-operation", _TYPE, _NATIVE, "ufunc '…' not supported for the input types…"),
        ("invalid-comparison", _TYPE, "pandas", "Invalid comparison between …"),
        ("merge-types", _VALUE, "pandas", "You are trying to merge on … columns for key '{}'…"),
        ("merge-not-unique", "pandas.errors.MergeError", "pandas", "Merge keys are not unique…"),
        ("duplicate-entries", _VALUE, "pandas", "Index contains duplicate entries, cannot reshape"),
        ("duplicate-labels", _VALUE, "pandas", "cannot reindex on an axis with duplicate labels"),
        ("ambiguous-truth", _VALUE, "pandas", "The truth value of a … is ambiguous…"),
        ("ambiguous-truth", _VALUE, _NATIVE, "The truth value of an array with more than one element is ambiguous…"),
        ("ambiguous-truth", _TYPE, "polars", "the truth value of a… is ambiguous…"),
        ("position-out-of-bounds", _INDEX, "pandas", "…out-of-bounds…"),
        ("position-out-of-bounds", _INDEX, "polars", "index … is out of bounds…"),
        ("position-out-of-bounds", "polars.exceptions.OutOfBoundsError", "polars", "…"),
        ("length-mismatch", _VALUE, "pandas", "Length of values … does not match length of index…"),
        ("length-mismatch", _VALUE, "pandas", "Length mismatch: …"),
        ("length-mismatch", _VALUE, "pandas", "All arrays must be of the same length"),
        ("length-mismatch", _VALUE, "pandas", "Item wrong length …"),
        ("length-mismatch", "pandas.errors.IndexingError", "pandas", "Unalignable boolean Series…"),
        ("length-mismatch", _VALUE, "matplotlib", "x and y must have same first dimension…"),
        ("missing-to-integer", _NOT_FINITE, "pandas", "Cannot convert non-finite values…"),
        ("missing-to-integer", _VALUE, _ANY, "cannot convert float NaN to integer"),
        ("missing-to-integer", _VALUE, "pandas", "cannot convert NA to integer"),
        ("missing-to-integer", _TYPE, "pandas", "cannot safely cast non-equivalent …"),
        ("unknown-date", _DATE, "pandas", "…"),
        ("unknown-date", _VALUE, _NATIVE, "Invalid isoformat string: …"),
        ("unknown-date", _VALUE, _NATIVE, "month must be in 1..12…"),
        ("unknown-date", _VALUE, _NATIVE, "day is out of range for month…"),
        ("date-format", _VALUE, "pandas", "time data … doesn't match format \"{}\"…"),
        ("date-format", _VALUE, "pandas", 'unconverted data remains when parsing with format "{}"…'),
        ("date-format", _VALUE, "_strptime", "time data … does not match format '{}'"),
        ("date-format", _VALUE, "_strptime", "unconverted data remains: …"),
        ("nothing-to-concatenate", _VALUE, "pandas", "No objects to concatenate"),
        ("nothing-to-concatenate", _VALUE, _NATIVE, "need at least one array to concatenate"),
        ("unreadable-number", _VALUE, "pandas", "Unable to parse string …"),
        ("unknown-query-name", "pandas.errors.UndefinedVariableError", "pandas", "name '{}' is not defined"),
        ("time-zones", _TYPE, "pandas", "…tz-naive…"),
        ("time-zones", _TYPE, "pandas", "…tz-aware…"),
        ("bad-bins", _VALUE, "pandas", "Bin edges must be unique…"),
        ("bad-bins", _VALUE, "pandas", "bins must increase monotonically."),
        ("bad-bins", _VALUE, "pandas", "Bin labels must be one fewer…"),
        ("overlapping-columns", _VALUE, "pandas", "columns overlap but no suffix specified…"),
        ("no-datetime-index", _TYPE, "pandas", "Only valid with DatetimeIndex…"),
        ("unknown-aggregation", _ATTRIBUTE, "pandas", "'{}' is not a valid function for …"),
        ("unknown-aggregation", _ATTRIBUTE, "pandas", "'…GroupBy' object has no attribute '{}'"),
        ("invalid-frequency", _VALUE, "pandas", "Invalid frequency: {}. …"),
        ("invalid-frequency", _VALUE, "pandas", "Invalid frequency: {}"),
        ("shapes-differ", _VALUE, _NATIVE, "operands could not be broadcast together…"),
        ("shapes-differ", _VALUE, _NATIVE, "shapes … not aligned…"),
        ("shapes-differ", _VALUE, _NATIVE, "cannot reshape array…"),
        ("shapes-differ", _VALUE, _NATIVE, "all the input array dimensions …must match exactly…"),
        ("axis-out-of-bounds", _INDEX, _NATIVE, "index … is out of bounds for axis …"),
        ("empty-array", _VALUE, _NATIVE, "zero-size array to reduction operation…"),
        ("empty-array", _VALUE, _NATIVE, "attempt to get arg… of an empty sequence"),
        ("empty-array", _TYPE, "numpy", "expected non-empty vector for x"),
        ("empty-array", _VALUE, "numpy", "'a' cannot be empty unless no samples are taken"),
        ("singular-matrix", "numpy.linalg.LinAlgError", "numpy", "…"),
        ("input-missing", _VALUE, "sklearn", "Input … contains NaN…"),
        ("input-missing", _VALUE, "sklearn", "Input … contains infinity…"),
        ("input-missing", _MISSING, "statsmodels", "exog contains inf or nans"),
        ("input-empty", _VALUE, "sklearn", "Found array with 0 …"),
        ("input-empty", _VALUE, "sklearn", "…n_samples=…"),
        ("input-not-flat", _VALUE, "sklearn", "Expected 2D array, got …"),
        ("input-lengths", _VALUE, "sklearn", "Found input variables with inconsistent numbers of samples…"),
        ("one-class", _VALUE, "sklearn", "…at least 2 classes in the data…"),
        ("one-class", _VALUE, "sklearn", "The least populated class…"),
        ("not-fitted", "sklearn.exceptions.NotFittedError", "sklearn", "…"),
        ("polars-no-column", f"{_POLARS}.ColumnNotFoundError", _NATIVE, 'unable to find column "{}"; …'),
        ("polars-no-column", f"{_POLARS}.ColumnNotFoundError", _NATIVE, '"{}" not found…'),
        ("polars-conversion", f"{_POLARS}.InvalidOperationError", _NATIVE, "conversion from …failed…"),
        ("polars-conversion", f"{_POLARS}.ComputeError", _NATIVE, "could not find an appropriate format…"),
        ("polars-types", f"{_POLARS}.InvalidOperationError", _NATIVE, "…"),
        ("polars-types", f"{_POLARS}.SchemaError", _NATIVE, "…"),
        ("polars-types", f"{_POLARS}.ComputeError", _NATIVE, "cannot compare …"),
        ("polars-lengths", f"{_POLARS}.ShapeError", _NATIVE, "…"),
        ("sql-no-column", _BINDER, "duckdb", '…Referenced column "{}" not found…'),
        ("sql-no-column", _BINDER, "duckdb", '…does not have a column named "{}"…'),
        ("sql-no-column", _BINDER, "duckdb", '…Column "{}" does not exist on …'),
        ("sql-no-table", _CATALOG, "duckdb", "…Table with name {} does not exist…"),
        ("sql-no-table", _BINDER, "duckdb", '…Referenced table "{}" not found…'),
        ("sql-no-function", _BINDER, "duckdb", "…No function matches the given name and argument types '{}(…"),
        ("sql-no-function", _CATALOG, "duckdb", "…Function with name {} does not exist…"),
        ("sql-not-grouped", _BINDER, "duckdb", '…column "{}" must appear in the GROUP BY clause…'),
        ("sql-comparison", _BINDER, "duckdb", "…Cannot compare values of type …"),
        ("sql-ambiguous", _BINDER, "duckdb", '…Ambiguous reference to column name "{}"…'),
        ("sql-conversion", _CONVERSION, "duckdb", "…"),
        ("sql-conversion", _INPUT, "duckdb", "…Could not parse string …"),
        ("sql-syntax", "duckdb.ParserException", "duckdb", '…syntax error at or near "{}"…'),
        ("sql-syntax", "duckdb.ParserException", "duckdb", "…"),
        ("sql-many-rows", _INPUT, "duckdb", "…More than one row returned by a subquery…"),
        ("arrow-no-field", _KEY, "pyarrow", "'Field \"{}\" does not exist in schema'"),
        ("arrow-no-field", _KEY, "pyarrow", "'Column {} does not exist in schema'"),
        ("arrow-no-field", _ARROW, "pyarrow", "No match for FieldRef.Name({}) in …"),
        ("arrow-conversion", _ARROW, "pyarrow", "Could not convert …"),
        ("arrow-conversion", _ARROW, "pyarrow", "Failed to parse string: …"),
        ("arrow-no-kernel", _NO_KERNEL, "pyarrow", "Function '…' has no kernel…"),
        ("no-key", _KEY, _NATIVE, "{}"),
        ("no-name", "builtins.NameError", _NATIVE, "name '{}' is not defined…"),
        ("no-name", "builtins.UnboundLocalError", _NATIVE, "cannot access local variable '{}' …"),
        ("no-name", "builtins.ModuleNotFoundError", _ANY, "No module named '{}'"),
        ("no-name", "builtins.ImportError", _NATIVE, "cannot import name '{}' from …"),
        ("none-attribute", _ATTRIBUTE, _NATIVE, "'NoneType' object has no attribute '{}'"),
        ("no-attribute", _ATTRIBUTE, _ANY, "…has no attribute '{}'"),
        ("operand-types", _TYPE, _NATIVE, "unsupported operand type(s) for …"),
        ("operand-types", _TYPE, _NATIVE, "can only concatenate …"),
        ("operand-types", _TYPE, _NATIVE, "can't multiply sequence by non-int…"),
        ("operand-types", _TYPE, _NATIVE, "bad operand type for …"),
        ("operand-types", _TYPE, _NATIVE, "'…' not supported between instances of …"),
        ("no-such-use", _TYPE, _NATIVE, "'…' object is not …"),
        ("no-such-use", _TYPE, _NATIVE, "object of type '…' has no len()"),
        ("no-such-use", _TYPE, _NATIVE, "… indices must be integers…"),
        ("no-such-use", _TYPE, _NATIVE, "unhashable type: …"),
        ("no-such-use", _TYPE, _NATIVE, "'…' object cannot be interpreted as an integer"),
        ("arguments", _TYPE, _NATIVE, "… got an unexpected keyword argument '{}'"),
        ("arguments", _TYPE, _NATIVE, "…missing … required …argument…: '{}'"),
        ("arguments", _TYPE, _NATIVE, "…missing … required …"),
        ("arguments", _TYPE, _NATIVE, "…takes … positional argument…"),
        ("format-code", _VALUE, _NATIVE, "Unknown format code …"),
        ("format-code", _TYPE, _NATIVE, "unsupported format string passed to …"),
        ("format-code", _TYPE, _NATIVE, "%… format: …"),
        ("text-to-number", _VALUE, _NATIVE, "invalid literal for int()…"),
        ("text-to-number", _VALUE, _ANY, "could not convert string to float: …"),
        ("text-to-number", _TYPE, _NATIVE, "…() argument must be a string…"),
        ("list-index", _INDEX, _NATIVE, "…index out of range"),
        ("list-index", _INDEX, "pyarrow", "index out of bounds"),
        ("empty-sequence", _VALUE, _NATIVE, "…() …is an empty sequence"),
        ("empty-sequence", _VALUE, _NATIVE, "…() …is empty"),
        ("empty-sequence", _VALUE, _NATIVE, "not enough values to unpack …"),
        ("empty-sequence", _INDEX, _NATIVE, "pop from …"),
        ("empty-sequence", "builtins.StopIteration", _NATIVE, ""),
    )
)  # fmt: skip
"""The first that fits counts."""


def template_of(error: BaseException, sentences: Sentences, statement: int) -> tuple[int, int]:
    """The template that an exception fits, and which filler of the failing statement its hole is (from 1; 0: none)."""
    by = _raiser(error)
    message = _message(error)
    if message is None:
        return 0, 0
    for form in FORMS:
        if type(error) is imported(form.raised) and _is_by(form.by, by) and (fits := form.pattern.fullmatch(message)):
            named = (fits.groupdict().get("hole") or "").strip(_QUOTES)
            return sentences.place(form.template), sentences.hole(form.template, statement, named)
    return 0, 0


def _message(error: BaseException) -> str | None:
    try:
        return str(error)[:MESSAGE_LIMIT_CHARACTERS]
    except Exception:  # noqa: BLE001 -- what an error was made of may be a program's own
        return None


@dataclass(frozen=True)
class _Raiser:
    package: str
    """The package of the innermost Python code; empty where it is no module's."""
    natively: bool
    """No `raise` of Python code, but what it called."""


def _is_by(wanted: str, raiser: _Raiser) -> bool:
    if wanted == _NATIVE:
        return raiser.natively
    if wanted == _ANY:
        return raiser.natively or raiser.package != ""
    return raiser.package == wanted


def _raiser(error: BaseException) -> _Raiser:
    trace = error.__traceback__
    if trace is None:
        return _Raiser("", natively=False)
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code.co_code
    natively = not (0 <= trace.tb_lasti < len(code) and code[trace.tb_lasti] in _RAISES)
    return _Raiser(_package(trace.tb_frame), natively)


def _package(frame: types.FrameType) -> str:
    """The package of the module whose namespace the frame runs in; the program's own is none."""
    name = frame.f_globals.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None or vars(module) is not frame.f_globals or name == "__main__":
        return ""
    return str(name).partition(".")[0]
