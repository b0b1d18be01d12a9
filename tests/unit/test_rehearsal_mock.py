"""Mock rows read back as the sheet tells, through the cell's own readers, for any sheet."""

import tempfile
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daytwo.executor.catalog.buckets import column_type
from daytwo.executor.cell.reading import sources
from daytwo.executor.cell.reading.forms import FORMS
from daytwo.executor.rehearsal import mock
from daytwo.wire.sheet import (
    Case,
    ColumnClass,
    ColumnSheet,
    ColumnType,
    FileStructure,
    Grain,
    Level,
    NullShare,
    Order,
    Reference,
    SchemaSheet,
    Sign,
    Span,
    TableSheet,
    Uniqueness,
    callable_names,
)
from daytwo.wire.structure import Newline

STORAGES = {
    "csv": ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "TIME", "TIMESTAMP WITH TIME ZONE"],
    "jsonl": ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "STRUCT(a BIGINT, b VARCHAR[])"],
    "parquet": ["BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "UBIGINT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(18,3)",
                "DECIMAL(5,4)", "VARCHAR", "DATE",
                "TIME", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "BLOB",
                "STRUCT(a BIGINT, b VARCHAR[])", "MAP(VARCHAR, DOUBLE)", "INTEGER[]"],
    "sqlite": ["BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "BLOB"],
    "excel": ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "TIME", "INTERVAL"],
}  # fmt: skip
STORAGES |= {"tsv": STORAGES["csv"], "json": STORAGES["jsonl"], "arrow": STORAGES["parquet"]}
NAMES = st.sampled_from(
    ["region", "Order ID", "year", 'say "x"', "umsatz, netto", "day", "a;b", "ärger", "amount", "#"]
)
MASK = st.text(alphabet="A9 -./,;#\"'?", min_size=1, max_size=20)
LABEL = st.text(alphabet="abc ä,;\"'#1", min_size=1, max_size=8).map(str.strip).filter(bool)
MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(1700, 2200), st.integers(1, 12))


@st.composite
def columns(draw, form, name):
    storage = draw(st.sampled_from(STORAGES[form]))
    kind = column_type(storage)
    base = {"name": name, "type": kind, "storage": draw(st.sampled_from([storage, storage, None]))}
    if base["storage"] is None and storage not in {"VARCHAR", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP"}:
        base["storage"] = storage
    if draw(st.integers(0, 5)) == 0:
        return ColumnSheet(**base)
    base |= {
        "column_class": draw(st.sampled_from(ColumnClass)),
        "null_share": draw(st.sampled_from(NullShare)),
        "uniqueness": draw(st.sampled_from(Uniqueness)),
        "order": draw(st.none() | st.sampled_from(Order)),
    }
    if kind.is_number:
        low = draw(st.integers(-8, 15))
        magnitude = draw(st.none() | st.just((low, low + draw(st.integers(1, 6)))))
        if kind is ColumnType.INTEGER and magnitude:
            magnitude = (max(0, magnitude[0]), max(1, magnitude[1]))
        base |= {
            "magnitude": magnitude,
            "sign": draw(st.none() | st.sampled_from(Sign)),
            "whole": draw(st.none() | st.booleans()),
        }
    if kind.is_temporal:
        first, last = sorted([draw(MONTHS), draw(MONTHS)])
        base |= {
            "span": draw(st.none() | st.just(Span(first=first, last=last))),
            "grain": draw(st.none() | st.sampled_from(Grain)),
        }
    if kind is ColumnType.TEXT:
        labels = draw(st.none() | st.lists(LABEL, min_size=1, max_size=12, unique=True))
        base |= {
            "masks": tuple(draw(st.lists(MASK.filter(lambda text: text == text.strip()), max_size=4, unique=True))),
            "masks_complete": draw(st.none() | st.just(True)),
            "case": draw(st.none() | st.sampled_from(Case)),
            "untidy": draw(st.none() | st.just(True)),
            "form": draw(st.none() | st.sampled_from([one.key for one in FORMS])),
            "labels": tuple(labels) if labels else None,
            "labels_complete": draw(st.none() | st.just(True)) if labels else None,
        }
    elif kind.is_number or kind.is_temporal:
        base["form"] = draw(st.none() | st.sampled_from([one.key for one in FORMS]))
    return ColumnSheet(**base)


@st.composite
def structures(draw, form):
    if form in {"csv", "tsv"}:
        delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
        return FileStructure(
            format=form,
            encoding=draw(st.sampled_from(["utf-8", "utf-16", "utf-16-be", "latin-1", "cp1252", "utf-32-le"])),
            compressed=draw(st.booleans()),
            newline=draw(st.sampled_from(Newline)),
            delimiter=delimiter,
            quote=draw(st.sampled_from(['"', "'"])),
            header=draw(st.booleans()),
            rows_before=draw(st.integers(0, 3)),
            rows_left_out=draw(st.booleans()),
        )
    if form in {"json", "jsonl"}:
        return FileStructure(
            format=form, encoding="utf-8", wrapped=draw(st.booleans()), rows_left_out=draw(st.booleans())
        )
    return FileStructure(format=form, rows_before=draw(st.integers(0, 3)))


def _reference(column, table):
    return Reference(column=column, to_table=table.name, to_column=table.columns[0].name)


@st.composite
def sheets(draw):
    form = draw(st.sampled_from(sorted(STORAGES)))
    tables = []
    for number in range(draw(st.integers(1, 2))):
        names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
        made = [draw(columns(form, name)) for name in names]
        structure = draw(st.none() | structures(form))
        leaves_out = form == "excel" or (form == "jsonl" and structure is not None and structure.rows_left_out)
        if leaves_out and (len(made) == 1 or all(column.null_share is NullShare.ALL for column in made)):
            # Where a row without any value is none, something has to stand in each.
            made[0] = made[0].model_copy(update={"null_share": NullShare.NONE})
        key = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True)) if len(names) > 1 else []
        refers = draw(st.booleans()) and number == 1
        tables.append(
            TableSheet(
                name=f"t{number}",
                columns=tuple(made),
                rows_magnitude=draw(st.none() | st.integers(0, 6)),
                structure=structure,
                keys=(tuple(key),) if key else None,
                references=(Reference(column=names[0], to_table="t0", to_column=tables[0].columns[0].name),)
                if refers
                else None,
            )
        )
    return SchemaSheet(org_id="local", dataset="shop", version=1, level=Level.LABELS, format=form, tables=tuple(tables))


def read(made):
    """Each table as cells read it: name → (columns, types, rows)."""
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set temp_directory = '{tempfile.mkdtemp()}'")
    found = {}
    for source in made.sources:
        sources.attach(connection, source["name"], source)
        relation = connection.table(source["name"])
        found[source["name"]] = (relation.columns, [str(kind) for kind in relation.types], relation.fetchall())
    return found


@given(sheets(), st.integers(0, 3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_sheet_s_types_and_nulls_are_read_back(sheet, seed):
    with tempfile.TemporaryDirectory() as folder:
        found = read(mock([sheet], "", seed, Path(folder)))
    for name, (_, table_name) in callable_names([sheet]).items():
        table = next(table for table in sheet.tables if table.name == table_name)
        names, types, rows = found[name]
        assert names == [column.name for column in table.columns]
        assert rows
        for place, column in enumerate(table.columns):
            values = [row[place] for row in rows]
            kind = types[place]
            assert column_type(kind) is column.type
            assert column.storage in {None, kind}
            nulls = sum(value is None for value in values)
            in_key = any(column.name in key for key in table.keys or ())
            if column.null_share is NullShare.ALL and not in_key:
                assert nulls == len(values)
            elif column.null_share in {None, NullShare.NONE}:
                assert nulls == 0
            elif not in_key:
                assert 0 < nulls < len(values)
