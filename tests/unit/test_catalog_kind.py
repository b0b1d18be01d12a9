"""Kinds of files by their first bytes: what is read, and what a newcomer is told about the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.catalog.kind import MAGIC_BYTES, Kind, is_prose, kind_of
from daytwo.wire.errors import Invalid


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.csv", b"a,b\n1,2\n", Kind.CSV),
        ("a.txt", b"a;b\n1;2\n", Kind.CSV),
        ("a.csv.gz", b"\x1f\x8b\x08\x00", Kind.CSV),
        ("A.TSV", b"a\tb\n", Kind.TSV),
        ("a.json", b"[1]", Kind.JSON),
        ("a.ndjson", b"{}\n{}\n", Kind.JSONL),
        ("export", b'{"a": 1}\n{"a": 2}\n', Kind.JSONL),
        ("export", b"a\tb\n1\t2\n", Kind.TSV),
        ("a.csv", b"PAR1\x15\x04", Kind.PARQUET),
        ("a.db", b"SQLite format 3\x00", Kind.SQLITE),
        ("a.feather", b"ARROW1\x00\x00", Kind.ARROW),
        ("a.xlsx", b"PK\x03\x04rest", Kind.EXCEL),
        ("a.csv", b"PK\x03\x04....[Content_Types].xml", Kind.EXCEL),
        ("a.csv", b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet", Kind.EXCEL),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.EXCEL),
        ("a.csv", "a;b\n1;2\n".encode("utf-16"), Kind.CSV),
    ],
)
def test_bytes_weigh_more_than_names(name, head, kind):
    assert kind_of(name, head) is kind


@pytest.mark.parametrize(
    ("name", "head", "code", "words"),
    [
        ("a.csv", b"", "file_empty", "empty"),
        ("a.odt", b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.text", "not_a_table", "without sheets"),
        ("a.csv", b"%PDF-1.7", "not_a_table", "PDF"),
        ("a.zip", b"PK\x03\x04data.csv", "not_a_table", "unpack"),
        ("a.bin", bytes(range(256)), "not_a_table", "binary"),
        ("a.parquet", b"a,b\n1,2\n", "not_a_table", "text"),
        ("a.csv", b"<!DOCTYPE html><html>", "not_a_table", "web page"),
        ("a.gz", b"\x1f\x8b\x08\x00", "not_a_table", "gzip"),
    ],
)
def test_what_is_no_table_is_named(name, head, code, words):
    with pytest.raises(Invalid) as refused:
        kind_of(name, head)
    assert refused.value.code == code
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("name", "head", "prose"),
    [
        ("note.txt", b"Ask Bob, who knows, about March.\nThe rest is fine.\n", True),
        ("README", b"# Trips\n\nOne file a month.\nFares are in dollars; distances in miles.\n", True),
        ("one.txt", b"just a line", True),
        ("fixed.txt", b"name   amount\nAnn        10\n", True),
        ("a.txt", b"a;b\n1;2\n3;4\n", False),
        ("a.txt", b"a,b\n1,2\n3,4\n" * 1_000, False),
        ("a.txt", (b"a,b\n" * MAGIC_BYTES)[:MAGIC_BYTES], False),
        ("words.csv", b"Ask Bob.\nThe rest, I think, is fine.\n", False),
    ],
)
def test_prose_is_text_of_no_promise_without_a_regular_separator(name, head, prose):
    assert is_prose(name, head[:MAGIC_BYTES]) is prose


@given(st.text(max_size=20), st.binary(max_size=200))
def test_any_bytes_have_a_kind_or_an_error_with_a_code(name, head):
    try:
        kind = kind_of(name, head)
    except Invalid as refused:
        kind = refused.code
    assert kind in {*Kind, "file_empty", "not_a_table"}
