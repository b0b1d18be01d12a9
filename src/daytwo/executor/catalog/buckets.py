"""Figures to buckets: the only numbers of a dataset that its sheet carries."""

from __future__ import annotations

from decimal import Decimal

from daytwo.wire.sheet import ColumnType, NullShare, Uniqueness

NEARLY_UNIQUE_SHARE = 0.9
FEW_VALUES = 20
SOME_VALUES = 1_000


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
