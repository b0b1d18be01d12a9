"""What mock rows are like: keys, order, spans, labels, literals, and the same bytes for the same inputs."""

import datetime as dt

import duckdb
import pytest

from daytwo.executor.catalog.masks import mask
from daytwo.executor.cell.reading import sources
from daytwo.executor.rehearsal import Literal, Use, mock
from daytwo.executor.rehearsal.chance import Chance
from daytwo.executor.rehearsal.text import of_masks
from daytwo.executor.rehearsal.written import has_form, written
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
)

REGION = ColumnSheet(
    name="region",
    type=ColumnType.TEXT,
    column_class=ColumnClass.ORDINARY,
    null_share=NullShare.NONE,
    uniqueness=Uniqueness.FEW,
    masks=("AAAA", "AAAAA"),
    masks_complete=True,
)
DAY = ColumnSheet(
    name="day",
    type=ColumnType.DATE,
    null_share=NullShare.NONE,
    uniqueness=Uniqueness.SOME,
    span=Span(first="2023-01", last="2024-12"),
    grain=Grain.DAY,
    order=Order.ASCENDING,
)
AMOUNT = ColumnSheet(
    name="amount",
    type=ColumnType.FLOAT,
    null_share=NullShare.SOME,
    uniqueness=Uniqueness.MANY,
    magnitude=(0, 3),
    sign=Sign.NOT_NEGATIVE,
)


def sheet(*columns, name="orders", form="csv", **more):
    table = TableSheet(name=name, columns=columns, rows_magnitude=4, **more)
    return SchemaSheet(org_id="local", dataset=name, version=1, level=Level.LABELS, format=form, tables=(table,))


def made(tmp_path, *sheets, program="", seed=0):
    folder = tmp_path / f"{seed}-{abs(hash((program, len(sheets))))}"
    folder.mkdir()
    result = mock(sheets, program, seed, folder)
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{tmp_path / 'duckdb'}'")
    for source in result.sources:
        sources.attach(connection, source["name"], source)
    return connection, result


def column(connection, query):
    return [row[0] for row in connection.execute(query).fetchall()]


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "parquet", "arrow", "sqlite", "excel"])
def test_the_same_inputs_make_the_same_bytes(tmp_path, form):
    program = 'd[d["region"] == "West"]'
    files = []
    for turn in ("a", "b", "c"):
        (tmp_path / turn).mkdir()
        mock([sheet(REGION, DAY, AMOUNT, form=form)], program, 1 if turn == "c" else 0, tmp_path / turn)
        files.append(b"".join(path.read_bytes() for path in sorted((tmp_path / turn).iterdir())))
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_facts_hold(tmp_path):
    connection, _ = made(tmp_path, sheet(REGION, DAY, AMOUNT))
    days = column(connection, "select day from orders")
    assert days == sorted(days)
    assert dt.date(2023, 1, 1) <= days[0]
    assert days[-1] <= dt.date(2024, 12, 31)
    assert {mask(text) for text in column(connection, "select region from orders")} <= set(REGION.masks)
    ((low, high),) = connection.execute("select min(amount), max(amount) from orders").fetchall()
    assert low >= 0
    assert high < 1_000


def test_keys_of_several_columns_tell_rows_apart(tmp_path):
    connection, _ = made(tmp_path, sheet(REGION, DAY, AMOUNT, keys=(("region", "day"),)))
    assert connection.execute("select count(*) = count(distinct (region, day)) from orders").fetchall() == [(True,)]


def test_a_key_of_few_labels_makes_a_table_of_all_their_combinations(tmp_path):
    region = REGION.model_copy(update={"labels": ("East", "North", "West"), "labels_complete": True})
    year = ColumnSheet(
        name="year",
        type=ColumnType.INTEGER,
        null_share=NullShare.NONE,
        uniqueness=Uniqueness.FEW,
        magnitude=(3, 4),
        labels=("1931", "1932"),
        labels_complete=True,
        order=Order.ASCENDING,
    )
    connection, _ = made(tmp_path, sheet(region, year, AMOUNT, keys=(("region", "year"),)))
    found = connection.execute("select region, year, count(*) from orders group by all").fetchall()
    assert sorted(found) == [(place, when, 1) for place in region.labels for when in (1931, 1932)]


def test_unique_columns_are_unique_and_sorted(tmp_path):
    key = ColumnSheet(
        name="id", type=ColumnType.TEXT, null_share=NullShare.NONE, uniqueness=Uniqueness.UNIQUE, masks=("A99999",),
        case=Case.UPPER, order=Order.ASCENDING,
    )  # fmt: skip
    connection, _ = made(tmp_path, sheet(key, AMOUNT))
    ids = column(connection, "select id from orders")
    assert ids == sorted(set(ids))
    assert all(mask(text) == "A99999" for text in ids)


def test_tables_share_keys_by_reference_and_by_name(tmp_path):
    own = ColumnSheet(name="id", type=ColumnType.INTEGER, null_share=NullShare.NONE, uniqueness=Uniqueness.UNIQUE,
                      magnitude=(0, 4))  # fmt: skip
    foreign = own.model_copy(update={"name": "customer", "uniqueness": Uniqueness.MANY})
    code = REGION.model_copy(update={"name": "code", "uniqueness": Uniqueness.SOME, "masks": ("AA-99",)})
    tables = (
        TableSheet(name="customers", columns=(own, code.model_copy(update={"uniqueness": Uniqueness.UNIQUE}))),
        TableSheet(
            name="sales",
            columns=(foreign, AMOUNT, code),
            references=(Reference(column="customer", to_table="customers", to_column="id"),),
        ),
    )
    shop = SchemaSheet(org_id="local", dataset="shop", version=1, level=Level.SHAPE, format="sqlite", tables=tables)
    connection, _ = made(tmp_path, shop)
    for test in ("customer not in (select id from customers)", "code not in (select code from customers)"):
        assert connection.execute(f"select count(*) from sales where {test}").fetchall() == [(0,)]


def test_a_literal_fills_what_the_sheet_leaves_open_and_is_told(tmp_path):
    connection, result = made(tmp_path, sheet(REGION, DAY), program='d[d["region"] == "West"]')
    assert "West" in column(connection, "select distinct region from orders")
    assert result.unverified == (Literal("region", "West", Use.EQUAL),)


@pytest.mark.parametrize("wrong", ["west end", "W", "WEST-1"])
def test_a_literal_against_the_masks_is_left_out(tmp_path, wrong):
    connection, result = made(tmp_path, sheet(REGION, DAY), program=f'd[d["region"] == "{wrong}"]')
    assert wrong not in column(connection, "select distinct region from orders")
    assert result.unverified == ()


def test_a_complete_list_of_labels_is_all_there_is(tmp_path):
    told = REGION.model_copy(update={"labels": ("East", "North"), "labels_complete": True})
    connection, result = made(tmp_path, sheet(told, DAY), program='d[d["region"] == "West"]')
    assert set(column(connection, "select distinct region from orders")) == {"East", "North"}
    assert result.unverified == ()
    part = told.model_copy(update={"labels_complete": None})
    connection, result = made(tmp_path, sheet(part, DAY), program='d[d["region"] == "West"]', seed=1)
    assert {"East", "North", "West"} <= set(column(connection, "select distinct region from orders"))


def test_numbers_that_rows_are_compared_with_have_neighbours(tmp_path):
    connection, _ = made(tmp_path, sheet(AMOUNT, DAY), program='d[d["amount"] > 500]')
    ((above, below),) = connection.execute(
        "select count(*) filter (amount > 500), count(*) filter (amount < 500) from orders"
    ).fetchall()
    assert above
    assert below
    connection, _ = made(tmp_path, sheet(AMOUNT, DAY), program='d[d["amount"] > 5000]', seed=1)
    assert connection.execute("select count(*) from orders where amount >= 1000").fetchall() == [(0,)]


def test_an_untold_span_is_widened_to_the_program_s_dates(tmp_path):
    bare = ColumnSheet(name="day", type=ColumnType.DATE)
    connection, _ = made(tmp_path, sheet(bare, AMOUNT), program='d[d["day"] >= "1987-05-01"]')
    assert connection.execute("select min(day) < date '1987-05-01' from orders").fetchall() == [(True,)]


def test_a_text_of_masks_looks_like_them():
    texts = of_masks(("AA-9999", "A99", "AAAAA AAA", "9.99"), 200, Chance(1, "x"), None)
    assert len(set(texts)) == 200
    assert {mask(text) for text in texts} == {"AA-9999", "A99", "AAAAA AAA", "9.99"}
    assert all(text[:2].isupper() for text in texts if mask(text) == "AA-9999")


@pytest.mark.parametrize("form", ["comma_decimal", "comma_thousands", "percent", "currency", "currency_comma",
                                  "dmy_dot", "mdy", "mdy_dash", "d_mon_y", "d_mon_y_short",
                                  "compact_day", "ymd_slash_time", "spaced"])  # fmt: skip
def test_what_is_written_has_its_form(form):
    text = written(form, 12345.5, dt.datetime(2024, 3, 9, 7, 5))  # noqa: DTZ001 - any moment
    assert text is not None
    assert has_form(form, text)


def test_preamble_footer_and_gzip_are_written_and_read_over(tmp_path):
    structure = FileStructure(format="csv", delimiter=";", compressed=True, rows_before=3, rows_left_out=True)
    connection, result = made(tmp_path, sheet(REGION, DAY, structure=structure))
    assert result.sources[0]["files"][0].endswith(".csv.gz")
    assert connection.execute("select count(*) from orders").fetchall() == [(1_000,)]
