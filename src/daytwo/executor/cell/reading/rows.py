"""Rows of Python values (from Excel, SQLite) to Arrow: a type for each column that every value fits, then batches."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .forms import MISSING_WORDS

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 10_000
_INT64 = 2**63
MOSTLY_SHARE = 0.8
_NUMBER = re.compile(r"[+-]?(0|[1-9]\d{0,17})([.,]\d+)?")
_MISSING = frozenset(
    {*MISSING_WORDS, "", "#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA"}
)
_ISO_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_ISO_TIMESTAMP = re.compile(_ISO_DATE.pattern + r"[ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?")


class ColumnType:
    """Watches a column's values go by, then names the narrowest duckdb type that holds all of them."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self._numbers_as_text = 0
        self.missing_words = 0

    def observe(self, value: object) -> None:
        if value is not None:
            self._kinds[self._kind(value)] += 1

    def _kind(self, value: object) -> str:  # noqa: C901, PLR0911 - one line a kind
        match value:
            case bool():
                return "BOOLEAN"
            case int():
                return "BIGINT" if -_INT64 <= value < _INT64 else "VARCHAR"
            case float():
                return "DOUBLE"
            case dt.datetime():
                return "DATE" if value.time() == dt.time() else "TIMESTAMP"
            case dt.date():
                return "DATE"
            case dt.time():
                return "TIME"
            case dt.timedelta():
                return "INTERVAL"
            case bytes():
                return "BLOB"
            case str() if value.strip() in _MISSING:
                self.missing_words += 1
                return "missing"
            case str() if _is_iso(value, _ISO_DATE):
                return "text date"
            case str() if _is_iso(value, _ISO_TIMESTAMP):
                return "text timestamp"
            case str() if _NUMBER.fullmatch(value):
                self._numbers_as_text += 1
        return "VARCHAR"

    @property
    def is_empty(self) -> bool:
        return not self._kinds

    def doubt(self, name: str) -> str | None:
        """What the person should know of a column that is read as text."""
        total = self._kinds.total() - self._kinds["missing"]
        if self.type() != "VARCHAR" or not total:
            return None
        odd = total - self._kinds["BIGINT"] - self._kinds["DOUBLE"]
        if self._numbers_as_text == total:
            return f"In doubt: {name!r} holds numbers that are stored as text, and is read as text."
        if odd and odd - self._numbers_as_text <= (1 - MOSTLY_SHARE) * total:
            return f"In doubt: {name!r} is read as text: {odd} value(s) are not numbers as the others."
        return None

    def type(self) -> str:
        kinds = set(self._kinds) - {"missing"}
        if not kinds:
            return "VARCHAR"
        if len(kinds) == 1 and (only := next(iter(kinds))) not in {"text date", "text timestamp"}:
            return only
        if kinds <= {"BIGINT", "DOUBLE"}:
            return "DOUBLE"
        if kinds <= {"DATE", "text date"}:
            return "DATE"
        if kinds <= {"DATE", "TIMESTAMP", "text date", "text timestamp"}:
            return "TIMESTAMP"
        return "VARCHAR"


def _is_iso(text: str, form: re.Pattern[str]) -> bool:
    if form.fullmatch(text) is None:
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def fitted(value: object, kind: str) -> object:  # noqa: PLR0911 - one line a kind
    """The value as its column's type wants it."""
    if value is None:
        return None
    if kind == "VARCHAR":
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else str(value)
    if isinstance(value, str):
        if value.strip() in _MISSING:
            return None
        value = dt.datetime.fromisoformat(value)
    if kind == "DOUBLE":
        return float(value)  # type: ignore[arg-type]  # the type was chosen over all values
    if kind == "DATE":
        return value.date() if isinstance(value, dt.datetime) else value
    if kind == "TIMESTAMP" and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())  # type: ignore[arg-type]  # a date, as above
    return value


def reader(rows: Iterable[Sequence[Any]], columns: Sequence[tuple[str, str]]) -> pa.RecordBatchReader:
    """Rows as a stream of Arrow batches; `columns` are (name, duckdb type), one for each value of a row."""
    import pyarrow as pa

    types = {
        "BOOLEAN": pa.bool_(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "TIME": pa.time64("us"),
        "INTERVAL": pa.duration("us"),
        "BLOB": pa.binary(),
        "VARCHAR": pa.string(),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in columns])

    def batches() -> Iterator[pa.RecordBatch]:
        held: list[Sequence[Any]] = []
        for row in rows:
            held.append(row)
            if len(held) == BATCH_ROWS:
                yield batch(held)
                held.clear()
        if held:
            yield batch(held)

    def batch(held: list[Sequence[Any]]) -> pa.RecordBatch:
        arrays = [
            pa.array([fitted(row[place], kind) for row in held], type=types[kind])
            for place, (_, kind) in enumerate(columns)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())
