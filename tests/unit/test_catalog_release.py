"""What an owner decides: exceptions for columns, classes, ticked labels, keys; what a sheet may say after that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.catalog import sheet as sheets
from daytwo.executor.catalog.buckets import sign, span, storage
from daytwo.executor.catalog.profile import ColumnProfile, Profile, TableProfile
from daytwo.executor.catalog.release import decided
from daytwo.executor.cell.reading.looks import looks
from daytwo.executor.cell.reading.national import is_national
from daytwo.wire.errors import Invalid
from daytwo.wire.release import Release
from daytwo.wire.sheet import ColumnClass, Level, Reference, Sign, Span, withheld_columns

NOW = "2026-01-01T00:00:00.000Z"
SECRET = "Zanzibar"


def column(name="x", type="VARCHAR", **figures):  # noqa: A002 - as the model calls it
    return ColumnProfile(name=name, type=type, **({"nulls": 0, "distinct": 5, "exact": True} | figures))


def table(name, *columns, **more):
    return TableProfile(name=name, format="sqlite", files=(0,), options={}, rows=1_000, columns=columns, **more)


REGION = column("region", labels=((SECRET, 600), ("North", 391), ("Rare", 9)), masks=(("AAAAA", 500),), upper=True)
SHOP = Profile(
    tables=(
        table("orders", column("id", "BIGINT", distinct=1_000), REGION, column("customer", distinct=90)),
        table(
            "customers",
            column("id", "BIGINT", distinct=1_000),
            column("since", "DATE", first="2019-03", last="2024-11", grain="day"),
            keys=(("id", "since"),),
            references=(("id", "orders", "id"),),
        ),
    )
)


def build(release):
    return sheets.build(SHOP, org_id="local", dataset="shop", version=1, release=release, form="sqlite")


def refused(**asked):
    with pytest.raises(Invalid) as error:
        decided(Release(level=Level.SHAPE), Release(**asked), SHOP, NOW)
    return error.value.code


def test_columns_go_by_their_names_or_their_tables():
    made = decided(Release(), Release(classes={"region": "quasi"}, columns={"customers.id": "sealed"}), SHOP, NOW)
    assert made.classes == {"orders.region": ColumnClass.QUASI}
    assert made.columns == {"customers.id": Level.SEALED}
    assert refused(columns={"id": "sealed"}) == "column_ambiguous"
    assert refused(classes={"ID": "quasi"}) == "column_not_found"


def test_a_request_leaves_what_it_does_not_name():
    first = decided(Release(), Release(level="labels", labels=("region",), classes={"customer": "quasi"}), SHOP, NOW)
    second = decided(first, Release(keys=(("orders.id", "region"),)), SHOP, NOW)
    assert second.model_copy(update={"keys": ()}) == first
    assert second.keys == (("orders.id", "orders.region"),)


def test_only_columns_that_name_nobody_are_ticked():
    assert refused(labels=("customer",)) == "labels_not_told"
    assert refused(labels=("since",)) == "labels_not_told"
    assert refused(labels=("region",), classes={"region": "sensitive"}) == "labels_not_told"
    ticked = decided(Release(), Release(labels=("region",)), SHOP, NOW)
    assert decided(ticked, Release(classes={"region": "sensitive"}), SHOP, NOW).labels == ()


def test_values_that_name_people_are_looked_up_only_where_the_owner_allows_it():
    allowed = decided(Release(), Release(lookups=("customer",)), SHOP, NOW)
    again = decided(allowed, Release(lookups=("region",)), SHOP, NOW)
    assert again.lookups == ("orders.customer", "orders.region")
    sheet = build(Release(classes={"orders.region": "ordinary", "orders.customer": "identifier"}))
    assert "customer" in withheld_columns([sheet])
    assert "region" not in withheld_columns([sheet])
    sheet = build(Release(classes={"orders.customer": "identifier"}, lookups=allowed.lookups))
    assert "customer" not in withheld_columns([sheet])
    assert "customer" in withheld_columns([build(Release(level=Level.SCHEMA))])
    assert "customer" in withheld_columns([sheet, build(Release())])  # one strict column of a name stands for all


def test_labels_are_told_at_their_level_of_ticked_columns_and_need_k():
    ticked = Release(level=Level.LABELS, labels=("orders.region",))
    assert build(ticked).tables[0].columns[1].labels == ("North", SECRET)
    assert build(Release(level=Level.LABELS)).tables[0].columns[1].labels is None
    stricter = ticked.model_copy(update={"columns": {"orders.region": Level.SHAPE}})
    made = build(stricter).tables[0].columns[1]
    assert (made.labels, made.level, made.masks) == (None, Level.SHAPE, ("AAAAA",))


def test_a_column_at_a_laxer_level_follows_the_dataset():
    made = build(Release(level=Level.SCHEMA, columns={"orders.region": Level.LABELS}, labels=("orders.region",)))
    region = made.tables[0].columns[1]
    assert (region.labels, region.masks, region.level, region.null_share) == (None, (), None, None)


def test_what_holds_of_several_columns_needs_all_of_them():
    whole = build(Release(level=Level.SHAPE)).tables[1]
    assert whole.keys == (("id", "since"),)
    assert whole.references == (Reference(column="id", to_table="orders", to_column="id"),)
    for hidden in ("customers.id", "orders.id"):
        part = build(Release(level=Level.SHAPE, columns={hidden: Level.SCHEMA})).tables[1]
        assert part.references is None
    assert build(Release(level=Level.SHAPE, columns={"customers.since": Level.SCHEMA})).tables[1].keys is None


@given(st.builds(Release, level=st.sampled_from([Level.SEALED, Level.SCHEMA, Level.SHAPE]), columns=st.dictionaries(
    st.sampled_from(["orders.region", "orders.id"]), st.sampled_from(list(Level)))))  # fmt: skip
def test_below_level_labels_no_value_is_told_whatever_is_ticked(release):
    ticked = release.model_copy(update={"labels": ("orders.region",)})
    assert SECRET not in build(ticked).model_dump_json()


def test_dates_are_told_to_the_month_and_those_of_people_to_the_decade():
    assert span("2019-03", "2024-11", ColumnClass.ORDINARY) == Span(first="2019-03", last="2024-11")
    assert span("1949-03", "2004-11", ColumnClass.QUASI) == Span(first="1940-01", last="2009-12")
    assert span(None, "2024-11", ColumnClass.ORDINARY) is None


@pytest.mark.parametrize(
    ("negative", "zero", "positive", "expected"),
    [
        (True, False, False, Sign.NEGATIVE),
        (True, True, False, Sign.MIXED),
        (False, True, True, Sign.NOT_NEGATIVE),
        (False, False, True, Sign.POSITIVE),
        (None, None, None, None),
    ],
)
def test_signs(negative, zero, positive, expected):
    assert sign(negative, zero, positive) is expected


def test_types_that_hold_values_are_not_told():
    assert storage("DECIMAL(18,3)") == "DECIMAL(18,3)"
    assert storage('STRUCT("name" VARCHAR, points BIGINT[])') == 'STRUCT("name" VARCHAR, points BIGINT[])'
    for hostile in ("ENUM('Zanzibar', 'North')", 'STRUCT("a@b.org" BIGINT)', 'STRUCT("x\x00" BIGINT)'):
        assert storage(hostile) is None


@pytest.mark.parametrize(
    "text",
    ["943 476 5919", "12345678Z", "X1234567L", "2 55 08 14 168 025 38", "86095742719", "44051401359",
     "529.982.247-25", "RSSMRA85T10A562S", "AB123456C"],
)  # fmt: skip
def test_national_numbers_go_by_check_digits(text):
    assert is_national(text)
    assert looks([text])["national"] == 1
    wrong = {"AB123456C": "BG123456C"}.get(text) or text[:-1] + ("1" if text[-1] != "1" else "2")
    assert not is_national(wrong)
