"""Figures to buckets: the only numbers of a dataset that its sheet carries."""

from __future__ import annotations

import re
from decimal import Decimal

from daytwo.executor.cell.reading.headers import fit_names
from daytwo.wire.sheet import ColumnClass, ColumnType, NullShare, Sign, Span, Uniqueness

NEARLY_UNIQUE_SHARE = 0.9
FEW_VALUES = 20
SOME_VALUES = 1_000
STORAGE_CHARACTERS = 2_000


def null_share(nulls: int, rows: int) -> NullShare:
    """No rows count as no nulls."""
    if nulls == 0:
        return NullShare.NONE
    if nulls >= rows:
        return NullShare.ALL
    for limit, bucket in ((0.01, NullShare.FEW), (0.1, NullShare.SOME), (0.5, NullShare.MANY)):
        if nulls <= limit * rows:
            return bucket
    return NullShare.MOST


def uniqueness(distinct: int, present: int, *, exact: bool) -> Uniqueness:
    """Distinct values over the values that are there; only a counted figure can say `unique`."""
    if distinct <= 1:
        return Uniqueness.CONSTANT
    if distinct >= present and exact:
        return Uniqueness.UNIQUE
    if distinct > NEARLY_UNIQUE_SHARE * present:
        return Uniqueness.NEARLY_UNIQUE
    if distinct <= FEW_VALUES:
        return Uniqueness.FEW
    return Uniqueness.SOME if distinct <= SOME_VALUES else Uniqueness.MANY


def magnitude(smallest: float | None, largest: float | None) -> tuple[int, int] | None:
    """(a, b) with 10^a <= smallest and largest < 10^b; None where there is no number but zero."""
    if smallest is None or largest is None:
        return None
    return (Decimal(smallest).adjusted(), Decimal(largest).adjusted() + 1)


def rows_magnitude(rows: int) -> int:
    """N with 10^n <= rows < 10^(n+1); 0 for no rows."""
    return len(str(max(rows, 1))) - 1


def sign(negative: bool | None, zero: bool | None, positive: bool | None) -> Sign | None:
    """Which signs there are; None where there is no number."""
    if negative:
        return Sign.MIXED if positive or zero else Sign.NEGATIVE
    if zero:
        return Sign.NOT_NEGATIVE
    return Sign.POSITIVE if positive else None


def span(first: str | None, last: str | None, column_class: ColumnClass) -> Span | None:
    """From when to when, to the month; to the decade where dates may tell people apart."""
    if first is None or last is None or first > last:
        return None
    if column_class is ColumnClass.ORDINARY:
        return Span(first=first, last=last)
    return Span(first=f"{first[:3]}0-01", last=f"{last[:3]}9-12")


def storage(duckdb_type: str) -> str | None:
    """The type as duckdb has it, where its text can hold no value.

    Not told are types that list the labels of an ENUM, or name fields that look like values.
    """
    if "ENUM" in duckdb_type or len(duckdb_type) > STORAGE_CHARACTERS or re.search(r'[^\w\s"(),\[\]]', duckdb_type):
        return None
    names = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|([A-Za-z_]\w*)', duckdb_type)]
    return duckdb_type if all(fit_names([name])[0] == [name] for name in names) else None


_TYPES = {
    ColumnType.BOOLEAN: ("BOOLEAN",),
    ColumnType.INTEGER: (
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
        "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    ),
    ColumnType.FLOAT: ("FLOAT", "DOUBLE"),
    ColumnType.TEXT: ("VARCHAR", "UUID"),
    ColumnType.DATE: ("DATE",),
    ColumnType.TIME: ("TIME", "TIME WITH TIME ZONE", "TIME_NS"),
    ColumnType.TIMESTAMP: ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    ColumnType.DURATION: ("INTERVAL",),
    ColumnType.BINARY: ("BLOB", "BIT"),
    ColumnType.NESTED: ("JSON", "VARIANT"),
}  # fmt: skip
_BY_NAME = {name: kind for kind, names in _TYPES.items() for name in names}


def column_type(duckdb_type: str) -> ColumnType:
    """The sheet's word for a type of duckdb's."""
    if duckdb_type.endswith("]") or duckdb_type.startswith(("STRUCT", "MAP", "UNION")):
        return ColumnType.NESTED
    if duckdb_type.startswith("DECIMAL"):
        return ColumnType.DECIMAL
    if duckdb_type.startswith("ENUM"):
        return ColumnType.TEXT
    return _BY_NAME.get(duckdb_type, ColumnType.UNKNOWN)
