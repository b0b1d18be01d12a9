"""Figures become buckets, masks and classes; at no level does a cell value reach the sheet."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daytwo.executor.catalog import sheet as sheets
from daytwo.executor.catalog.buckets import column_type, magnitude, null_share, rows_magnitude, uniqueness
from daytwo.executor.catalog.classes import classify
from daytwo.executor.catalog.masks import MASK_CHARACTERS, PUNCTUATION, frequent, mask
from daytwo.executor.catalog.profile import ColumnProfile, Profile, TableProfile
from daytwo.executor.cell.reading.headers import fit_names, is_value_like
from daytwo.executor.cell.reading.looks import is_card, is_iban, looks
from daytwo.wire.release import Release
from daytwo.wire.sheet import ColumnClass, ColumnType, Level, NullShare, Uniqueness


def column(name="x", type="VARCHAR", **figures):  # noqa: A002 - as the model calls it
    return ColumnProfile(name=name, type=type, **({"nulls": 0, "distinct": 5, "exact": True} | figures))


def profile(*columns, rows=1_000):
    table = TableProfile(name="orders", format="parquet", files=(0,), options={}, rows=rows, columns=columns)
    return Profile(tables=(table,))


def build(made, level=Level.SHAPE):
    return sheets.build(made, org_id="local", dataset="orders", version=1, release=Release(level=level), form="csv")


@given(st.text(max_size=60))
def test_a_mask_holds_only_what_its_allow_list_has(text):
    made = mask(text)
    assert len(made) == min(len(text), MASK_CHARACTERS)
    assert set(made) <= PUNCTUATION | {"A", "9", " ", "?"}


@given(st.text(max_size=30), st.randoms(use_true_random=False))
def test_a_mask_does_not_depend_on_which_letters_and_digits_a_value_has(text, random):
    def other(character):
        kind = unicodedata.category(character)[0]
        return random.choice("bÜжط漢") if kind in "LM" else random.choice("0٣7") if kind == "N" else character

    assert mask("".join(map(other, text))) == mask(text)


@given(st.text(alphabet=st.characters(categories=["L"], exclude_characters="A"), min_size=2, max_size=20))
def test_no_word_survives_in_a_mask(word):
    assert word not in mask(f"{word}-1{word}")


def test_masks_of_an_untrusted_profile_are_masked_again_and_need_k():
    assert frequent([("Müller-7", 10), ("AAAAAA-9", 5), ("rare", 9)], k=10) == ("AAAAAA-9",)
    assert frequent([("A" * n, 100 - n) for n in range(1, 9)], k=10) == ("A", "AA", "AAA", "AAAA")
    assert mask("AB-1234 ü\tx\x00€") == "AA-9999 A A?€"


@pytest.mark.parametrize(
    ("nulls", "rows", "bucket"),
    [
        (0, 0, NullShare.NONE),
        (1, 100, NullShare.FEW),
        (2, 100, NullShare.SOME),
        (50, 100, NullShare.MANY),
        (51, 100, NullShare.MOST),
        (100, 100, NullShare.ALL),
    ],
)
def test_null_shares(nulls, rows, bucket):
    assert null_share(nulls, rows) is bucket


@pytest.mark.parametrize(
    ("distinct", "present", "exact", "bucket"),
    [
        (0, 0, True, Uniqueness.CONSTANT),
        (1, 1, True, Uniqueness.CONSTANT),
        (2, 2, True, Uniqueness.UNIQUE),
        (100, 100, False, Uniqueness.NEARLY_UNIQUE),
        (95, 100, True, Uniqueness.NEARLY_UNIQUE),
        (20, 100, True, Uniqueness.FEW),
        (21, 100, True, Uniqueness.SOME),
        (1_001, 10_000, True, Uniqueness.MANY),
    ],
)
def test_uniqueness(distinct, present, exact, bucket):
    assert uniqueness(distinct, present, exact=exact) is bucket


@given(st.floats(min_value=1e-300, max_value=1e300), st.floats(min_value=1, max_value=1e5))
def test_magnitudes_bound_what_they_stand_for(smallest, factor):
    low, high = magnitude(smallest, smallest * factor)
    # Exactly: the float nearest to a power of ten may lie on its other side.
    assert Decimal(10) ** low <= Decimal(smallest)
    assert Decimal(smallest * factor) < Decimal(10) ** high


def test_magnitudes_are_exact_at_powers_of_ten():
    assert magnitude(1000.0, 1000.0) == (3, 4)
    assert magnitude(999.999, 1e15) == (2, 16)
    assert magnitude(None, None) is None
    assert [rows_magnitude(rows) for rows in (0, 1, 9, 10, 999, 1000)] == [0, 0, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("duckdb_type", "expected"),
    [
        ("BIGINT", ColumnType.INTEGER),
        ("DECIMAL(18,3)", ColumnType.DECIMAL),
        ("DOUBLE", ColumnType.FLOAT),
        ("VARCHAR", ColumnType.TEXT),
        ("ENUM('a')", ColumnType.TEXT),
        ("VARCHAR[]", ColumnType.NESTED),
        ("INTEGER[3]", ColumnType.NESTED),
        ('STRUCT("secret" BIGINT)', ColumnType.NESTED),
        ("TIMESTAMP WITH TIME ZONE", ColumnType.TIMESTAMP),
        ("INTERVAL", ColumnType.DURATION),
        ("GEOMETRY", ColumnType.UNKNOWN),
    ],
)
def test_types_become_words_of_the_sheet(duckdb_type, expected):
    assert column_type(duckdb_type) is expected


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"name": "order_id", "type": "BIGINT", "distinct": 1_000}, ColumnClass.IDENTIFIER),
        ({"name": "customerId", "distinct": 300}, ColumnClass.IDENTIFIER),
        ({"name": "contact", "looks": {"email": 0.9}, "distinct": 900}, ColumnClass.IDENTIFIER),
        ({"name": "c3", "looks": {"iban": 1.0}, "distinct": 900}, ColumnClass.IDENTIFIER),
        ({"name": "customer", "distinct": 120}, ColumnClass.IDENTIFIER),
        ({"name": "first_name", "distinct": 200}, ColumnClass.IDENTIFIER),
        ({"name": "Nachname", "distinct": 200}, ColumnClass.IDENTIFIER),
        ({"name": "invoice nr", "type": "BIGINT", "distinct": 1_000}, ColumnClass.IDENTIFIER),
        ({"name": "birth date", "type": "DATE", "distinct": 900}, ColumnClass.QUASI),
        ({"name": "zip", "distinct": 400}, ColumnClass.QUASI),
        ({"name": "Age", "type": "BIGINT", "distinct": 60}, ColumnClass.QUASI),
        ({"name": "salary", "type": "DOUBLE", "distinct": 900}, ColumnClass.SENSITIVE),
        ({"name": "comment", "distinct": 990, "mean_length": 80.0, "longest": 300}, ColumnClass.FREE_TEXT),
        ({"name": "region", "distinct": 5}, ColumnClass.ORDINARY),
        ({"name": "revenue", "type": "DOUBLE", "distinct": 1_000}, ColumnClass.ORDINARY),
        ({"name": "quantity", "type": "BIGINT", "distinct": 12}, ColumnClass.ORDINARY),
        ({"name": "order_date", "type": "DATE", "distinct": 300}, ColumnClass.ORDINARY),
        ({"name": "thing", "type": "BIGINT", "distinct": 1_000}, ColumnClass.UNKNOWN),
        ({"name": "label", "distinct": 999}, ColumnClass.UNKNOWN),
        ({"name": "blob", "type": "BLOB"}, ColumnClass.UNKNOWN),
    ],
)
def test_classes(figures, expected):
    assert classify(column(**figures), rows=1_000) is expected


def test_levels_release_what_they_say():
    made = profile(
        column("region", distinct=5, masks=(("North", 600),)), column("n", "DOUBLE", smallest=0.5, largest=9)
    )
    assert build(made, Level.SEALED).tables == ()
    region, _ = build(made, Level.SCHEMA).tables[0].columns
    assert region.model_dump(exclude_defaults=True) == {"name": "region", "type": "text", "storage": "VARCHAR"}
    assert build(made, Level.SCHEMA).tables[0].rows_magnitude is None
    region, number = build(made).tables[0].columns
    assert (region.masks, region.column_class, region.uniqueness) == (("AAAAA",), "ordinary", "up to 20 values")
    assert (number.magnitude, number.masks) == ((-1, 1), ())


def test_constants_and_free_text_have_no_mask():
    same = column("unit", distinct=1, masks=(("Kilogram", 1_000),))
    prose = column("note", distinct=900, mean_length=90.0, longest=500, masks=(("Dear sir or madam", 20),))
    assert [made.masks for made in build(profile(same, prose)).tables[0].columns] == [(), ()]


@given(st.lists(st.text(max_size=140), max_size=8))
def test_names_are_fitted_once_and_for_all(raw):
    names, replaced = fit_names(raw)
    assert len(names) == len(raw) == len({name.casefold() for name in names})
    assert fit_names(names) == (names, 0)
    assert replaced == sum(name.strip() != fitted for name, fitted in zip(raw, names, strict=True))


@pytest.mark.parametrize("text", ["12.5", "2024-01-31", "alice@example.org", "+49 30 1234567", "N/A", "true", "10:30"])
def test_values_are_no_names(text):
    assert is_value_like(text)
    assert fit_names(["region", text]) == (["region", "c2"], 1)


def test_strange_names_become_handles_and_years_stay():
    raw = ["Umsatz (€)", "a\x1b[31m", "x" * 129, "", None, "2023", "\u202eevil", "umsatz (€)"]
    assert fit_names(raw)[0] == ["Umsatz (€)", "c2", "c3", "c4", "c5", "2023", "c7", "c8"]


def test_a_profile_with_names_that_should_not_leave_is_refused():
    with pytest.raises(ValidationError):
        profile(column("alice@example.org"))


def test_looks_go_by_checksum():
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE89 3704 0044 0532 0130 01")
    assert is_card("4539 1488 0343 6467")
    assert not is_card("4539 1488 0343 6468")
    assert looks(["a@b.org", "x"]) == {"email": 0.5}
    assert looks(["31/12/2024", "03.04.2024"]) == {}
