"""Malformed and nasty files: each is read as told here, or refused by the code and words told here.  Never guessed at.

A case goes the way of `daytwo data add` (find, profile, attach) without the sandbox; what needs one stands below.
"""

import bz2
import datetime as dt
import gzip
import io
import json
import lzma
import os
import sqlite3
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from daytwo.executor import cell
from daytwo.executor.catalog import Catalog, files
from daytwo.executor.catalog.profile import Profile
from daytwo.executor.cell.reading import sources
from daytwo.executor.cell.reading.problem import UnreadableError
from daytwo.executor.cell.reading.profile import profile
from daytwo.executor.database import Database
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import Sandboxes
from daytwo.wire.errors import Conflict, DaytwoError, Invalid, Missing
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.result import RegisterDataset
from daytwo.wire.signing import SigningKey

# ruff: noqa: DTZ001 - times as files have them are local
INT, TEXT, FLOAT, DATE, BOOL = "BIGINT", "VARCHAR", "DOUBLE", "DATE", "BOOLEAN"
STAMP, MOMENT = "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"


@dataclass
class Case:
    """A file, and what becomes of it: `types`, `rows` (all, or `count`) and `notes`; or the code it is refused by."""

    name: str
    content: Any
    types: dict[str, str] = field(default_factory=dict)
    rows: list[tuple] | None = None
    count: int | None = None
    notes: tuple[str, ...] = ()
    rejects: list[tuple] = field(default_factory=list)
    code: str | None = None


def refused(name, content, code, *words):
    return Case(name, content, code=code, notes=words)


def text(*lines, end="\n", encoding="utf-8"):
    return (end.join(lines) + end).encode(encoding)


NAMES = text("name,amount", "Müller,1", "Özil,2")
NAMED = [("Müller", 1), ("Özil", 2)]


def named(encoding):
    return NAMES.decode().encode(encoding)


def book(*rows, also=None):
    def make(path):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        if also:
            also(made)
        made.save(path)

    return make


def hidden_and_empty(made):
    made.create_sheet("Nothing")
    other = made.create_sheet("Secret")
    other.sheet_state = "hidden"
    other.append(["x"])
    other.append([7])


def notes(made):
    other = made.create_sheet("Notes")
    other.append(["These figures are provisional."])
    other.append(["Ask before use."])


def merge(made, *ranges):
    for cells in ranges:
        made.active.merge_cells(cells)


def packed(**parts):
    def make(path):
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts.items():
                # OpenDocument asks for this one as it is.
                how = zipfile.ZIP_STORED if part == "mimetype" else zipfile.ZIP_DEFLATED
                archive.writestr(part.replace("__", "/"), content, how)

    return make


def opendocument(*rows):
    """A spreadsheet as LibreOffice writes one (OpenDocument 1.2): numbers, dates and text."""
    cells = {float: 'float" office:value', dt.date: 'date" office:date-value', str: 'string" office:string-value'}
    made = "".join(
        f"""<table:table-row>{
            "".join(f'<table:table-cell office:value-type="{cells[type(value)]}="{value}"/>' for value in row)
        }</table:table-row>"""
        for row in rows
    )
    names = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table"))
    content = (
        f'<office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{made}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    return packed(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        **{"META-INF__manifest.xml": "<manifest/>", "content.xml": content},
    )


def lying_bomb(path):
    packed(**{"[Content_Types].xml": "<x/>", "xl__worksheets__sheet1.xml": b"0" * 80_000_000})(path)
    data = bytearray(path.read_bytes())
    data[(place := data.rfind(b"PK\x01\x02") + 24) : place + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)


def laughing(path):
    """An XML bomb, in the one cell below a header: nine entities, each ten times the one before.  None is expanded."""
    plain = io.BytesIO()
    book(["a"], [1])(plain)
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(8))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "xl/worksheets/sheet1.xml":
                sheet = content.decode().split("?>")[-1].replace("<v>1</v>", "<v>&i;</v>")
                content = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{entities}]>{sheet}'.encode()
            target.writestr(part, content)


def table(columns, cut=0, kind="parquet"):
    def make(path):
        write = pyarrow.parquet.write_table if kind == "parquet" else pyarrow.feather.write_feather
        write(pa.table(columns), path)
        path.write_bytes(path.read_bytes()[: -cut or None])

    return make


def lite(*statements, spoil=None):
    def make(path):
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        if spoil:
            path.write_bytes(spoil(path.read_bytes()))

    return make


MANY_ROWS = (
    "create table t (a, b)",
    (
        "insert into t with recursive r(n) as (select 1 union all select n + 1 from r where n < 500) "
        "select n, hex(randomblob(200)) from r"
    ),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
OLD_WORKBOOK = (Path(__file__).parent / "workbooks" / "old.xls").read_bytes()
"""Of Excel 97: a title, an empty row, five names, six rows; and a sheet of one sentence."""
ORDERS = {"order_id": TEXT, "region": TEXT, "amount": FLOAT, "day": DATE, "paid": BOOL}
AMOUNT = {"name": TEXT, "amount": INT}
AB = {"a": INT, "b": TEXT}

ODS = (["Ann", 1.0, dt.date(2024, 1, 2)], ["Bob", 2.5, dt.date(2024, 2, 3)])

CASES = [
    # Encodings
    Case("bom8.csv", named("utf-8-sig"), AMOUNT, NAMED, notes=("Read as text in UTF-8, columns separated by commas",)),
    Case("utf16le.csv", named("utf-16-le"), AMOUNT, NAMED, notes=("utf-16",)),
    Case("utf16be.csv", named("utf-16-be"), AMOUNT, NAMED, notes=("utf-16-be",)),
    Case("utf16bom.csv", named("utf-16"), AMOUNT, NAMED, notes=("utf-16",)),
    Case("utf32.csv", named("utf-32"), AMOUNT, NAMED, notes=("utf-32-le",)),
    Case("latin1.csv", named("latin-1"), AMOUNT, NAMED, notes=("latin-1",)),
    Case("cp1252.csv", "a,b\n1,“Süß” – €\n".encode("cp1252"), AB, [(1, "“Süß” – €")], notes=("cp1252",)),
    Case("broken_utf8.csv", NAMES * 1 + b"Bj\xf6rn,3\n" + NAMES[12:] * 3, AMOUNT, count=9, notes=("became \ufffd",)),
    refused("sjis.csv", "名前,値段\n東京,100\n大阪,200\n".encode("shift-jis"), "not_a_table", "iconv -f SHIFT-JIS"),
    refused("gbk.csv", "姓名,价格\n北京,100\n上海,200\n".encode("gbk"), "not_a_table", "iconv -f GB18030"),
    refused("cp1251.csv", "имя,цена\nМосква,100\n".encode("cp1251"), "not_a_table", "iconv -f CP1251"),
    # Bytes
    refused("zero.csv", b"", "file_empty", "zero.csv is empty"),
    refused("only_bom.csv", b"\xef\xbb\xbf", "file_empty"),
    refused("blank.csv", b"\n \r\n", "file_empty"),
    refused("nul.csv", b"a,b\n1,x\x00y\n", "not_a_table", "binary"),
    refused("nul_tail.csv", b"a,b\n1,x\n" + b"\0" * 500, "not_a_table", "binary"),
    Case("nul_late.csv", b"a,b\n" + b"1,xxxxxxxxxxxxxx\n" * 5_000 + b"2,q\x00r\n", AB, count=5_001),
    refused("noise.csv", bytes(range(256)) * 20, "not_a_table", "binary"),
    refused("page.csv", b"<!doctype html><p>404", "not_a_table", "web page"),
    # Lines
    Case("cr.csv", b"a,b\r1,x\r2,y\r", AB, [(1, "x"), (2, "y")]),
    Case("crlf.csv", b"a,b\r\n1,x\r\n2,y\r\n", AB, [(1, "x"), (2, "y")]),
    Case("mixed_ends.csv", b"a,b\n1,x\r\n2,y\n3,z\r\n", AB, [(1, "x"), (2, "y"), (3, "z")]),
    Case(
        "ragged.csv", text("a,b,c", *["1,2,3"] * 20, "1,2", "1,2,3,4", "5"), {"a": INT, "b": INT, "c": INT}, count=20,
        notes=("3 line(s) are left out",),
        rejects=[(22, "too few columns", "1,2"), (23, "too many columns", "1,2,3,4"), (24, "too few columns", "5")],
    ),
    refused("ragged_most.csv", text("a,b", *["1,2,3"] * 20, "1,2"), "not_a_table", "20 of 21 lines"),
    Case("trailing.csv", text("a,b", "1,2,", "3,4,"), {"a": INT, "b": INT}, [(1, 2), (3, 4)]),
    Case(
        "preamble.csv", text("Report of sales", "Made 2024-01-01", "", "a,b", "1,x", "2,y", "3,z"), AB, count=3,
        notes=("3 line(s) before the table",),
    ),
    Case("padded.csv", text("Report of sales;;", "Made 2024-01-01;;", ";;", "a;b;c", "1;x;2", "2;y;", "3;z;4"),
         {"a": INT, "b": TEXT, "c": INT}, count=3, notes=("3 line(s) before the table", "names in line 4")),
    Case("sparse.csv", text("a;b;c", "1;;", "2;;", "3;x;4"), {"a": INT, "b": TEXT, "c": INT}, count=3),
    Case("sparse_values.csv", text("1;;;", "2;;;", "3;x;4;5", "4;y;6;7"), dict.fromkeys(("c1", "c3", "c4"), INT)
         | {"c2": TEXT}, count=4),
    Case("footer.csv", text("a,b", "1,x", "2,y", "3,z", "", "Total: 6 rows"), AB, count=3,
         rejects=[(6, "too few columns", "Total: 6 rows")]),
    Case("sep.csv", text("sep=;", "a;b", "1;x", "2;y"), AB, [(1, "x"), (2, "y")]),
    Case("comment.csv", text("# made by x", "a,b", "1,x", "# more", "2,y"), AB, [(1, "x"), (2, "y")], notes=("'#'",)),
    Case("tilde.txt", text("a~b", "1~x", "2~y"), AB, [(1, "x"), (2, "y")]),
    Case("spaces.txt", text("a b c", "1 2 3", "4 5 6"), {"a": INT, "b": INT, "c": INT}, [(1, 2, 3), (4, 5, 6)]),
    Case("fixed.txt", text("name      amount", "alice         10", "bob           20"), AMOUNT,
         [("alice", 10), ("bob", 20)], notes=("columns of fixed width, names in line 1",)),
    Case("fixed.dat", text("Item  Full name     Stock    Price", 'A1    New "York        7     1.50', "",
         "B2                    120    22.00", "C3    Oslo             9"),
         {"Item": TEXT, "Full name": TEXT, "Stock": INT, "Price": FLOAT},
         [("A1", 'New "York', 7, 1.5), ("B2", None, 120, 22.0), ("C3", "Oslo", 9, None)]),
    Case("fixed_late.txt", text("id      name", *["1       Ann"] * 9_000, "2       Bo"), {"id": INT, "name": TEXT},
         count=9_001),
    refused("fixed_broken.txt", text("id      name", *["1       Ann"] * 9_000, "12345678901 x"), "not_a_table",
            "1 line(s) further down"),
    refused("lines.txt", text("Dear all", "thank you", "see you soon"), "not_a_table", "two blanks"),
    # Quotes
    Case("quoted.csv", text("a,b", '1,"x, y"', '2,"he said ""hi"""'), AB, [(1, "x, y"), (2, 'he said "hi"')]),
    Case("open_quote.csv", text("a,b", "1,x", "2,y", '3,"open', "4,z"), AB, [(1, "x"), (2, "y")],
         rejects=[(4, "a quote that is not closed, or text after one", '3,"open\n4,z')]),
    Case("backslash.csv", text("a,b", r'1,"x\"y"', '2,"z, q"'), AB, [(1, 'x"y'), (2, "z, q")]),
    Case("single.csv", text("a,b", "1,'x, y'", "2,'z, w'"), AB, [(1, "x, y"), (2, "z, w")]),
    Case("newline.csv", text("a,b", '1,"two\nlines"', '2,"z"'), AB, [(1, "two\nlines"), (2, "z")]),
    Case("inner.csv", text("a;b", '"1";"x"', '2;y "big" z', '3;"w"'), AB, [(1, "x"), (2, 'y "big" z'), (3, "w")]),
    # Headers
    Case("only_header.csv", text("a,b"), {"a": TEXT, "b": TEXT}, []),
    Case("one_column.csv", text("city", "Rome", "Oslo"), {"city": TEXT}, [("Rome",), ("Oslo",)]),
    Case("one_value.csv", b"5", {"c1": INT}, [(5,)], notes=("No header",)),
    Case("values.csv", text("2024-01-01,5,N", "2024-01-02,6,S"), {"c1": DATE, "c2": INT, "c3": TEXT}, count=2),
    Case("same.csv", text("a,a,A,,", "1,2,3,4,5"), dict.fromkeys(("a", "a_1", "A_2", "c4", "c5"), INT), count=1),
    Case("long.csv", text("a," + "x" * 10_240, "1,2"), {"a": INT, "c2": INT}, [(1, 2)], notes=("1 column name(s)",)),
    Case("emoji.csv", text("😀,💰 money", "1,2"), {"😀": INT, "💰 money": INT}, [(1, 2)]),
    Case("sql.csv", text('"x""; drop table t; --",select,\'; --', "1,2,3"),
         dict.fromkeys(('x"; drop table t; --', "select", "'; --"), INT), [(1, 2, 3)]),
    Case("escapes.csv", text("a\x1b[2J,b\u202e,c\u200b", "1,2,3"), {"c1": INT, "c2": INT, "c3": INT}, [(1, 2, 3)]),
    Case("row_names.csv", text("mpg,cyl", "Mazda RX4,21.0,6", "Datsun 710,22.8,4"),
         {"c1": TEXT, "mpg": FLOAT, "cyl": INT}, [("Mazda RX4", 21.0, 6), ("Datsun 710", 22.8, 4)],
         notes=("names in line 1", "the rows' own names")),
    Case("row_names.txt", text('"mpg" "cyl"', '"Mazda RX4" 21 6', '"Datsun 710" 22.8 4'),
         {"c1": TEXT, "mpg": FLOAT, "cyl": INT}, count=2, notes=("the rows' own names",)),
    # Numbers
    Case("decimals.csv", text("a;b", "1,5;1.234,5", "2,25;1.000"), {"a": FLOAT, "b": FLOAT},
         [(1.5, 1234.5), (2.25, 1000.0)], notes=("'a' are read with decimal commas",)),
    Case("thousands.csv", text("a,b", '"1,234.5",1', '"12,000",2'), {"a": FLOAT, "b": INT}, [(1234.5, 1),
         (12000.0, 2)]),
    Case("quoted_thousands.csv", text("a,b", '"12,345",1', "523,2"), {"a": INT, "b": INT}, [(12345, 1), (523, 2)]),
    Case("dots.csv", text("a;b;c", "1.234;5,50;1.5", "523;1.006,00;2.25"), {"a": INT, "b": FLOAT, "c": FLOAT},
         [(1234, 5.5, 1.5), (523, 1006.0, 2.25)], notes=("'a' are read with dots between thousands",)),
    Case("no_dots.csv", text("a;b", "1.234;x", "5.230;y"), {"a": FLOAT, "b": TEXT}, [(1.234, "x"), (5.23, "y")]),
    Case("swiss.csv", text("a;b", "1'234.50;1 234,50", "2'000.00;2\u00a0000,00"), {"a": FLOAT, "b": FLOAT},
         [(1234.5, 1234.5), (2000.0, 2000.0)], notes=("apostrophes",)),
    Case("lakhs.csv", text("a,b", '"12,34,567",1', '"1,00,000",2'), {"a": FLOAT, "b": INT},
         [(1234567.0, 1), (100000.0, 2)]),
    Case("dollars.csv", text("a,b", '"$1,234.50",10%', "-$7,12.5%", "($4.00),5%"), {"a": FLOAT, "b": FLOAT},
         [(1234.5, 10.0), (-7.0, 12.5), (-4.0, 5.0)], notes=("currency sign", "10% is 10")),
    Case("euros.csv", text("a;b", "5,50 €;1.234,50 €", "6,00 €;2.000,00 €"), {"a": FLOAT, "b": FLOAT},
         [(5.5, 1234.5), (6.0, 2000.0)]),
    Case("scientific.csv", text("a", "1e3", "2.5E-5"), {"a": FLOAT}, [(1000.0,), (2.5e-5,)]),
    Case("infinite.csv", text("a,b", "1e400,x", "1,y"), {"a": FLOAT, "b": TEXT},
         count=2, notes=("In doubt: infinite",)),
    Case("huge.csv", text("a,b", f"12345678901234567890,{'9' * 42}", "1,2"), {"a": TEXT, "b": TEXT},
         [("12345678901234567890", "9" * 42), ("1", "2")], notes=("more than 64 bits: 'a', 'b'",)),
    Case("codes.csv", text("zip,id", "01234,007", "90210,100"), {"zip": TEXT, "id": TEXT},
         [("01234", "007"), ("90210", "100")]),
    Case("late_code.csv", text("zip,n", *["10115,1"] * 3_000, "01234,2"), {"zip": TEXT, "n": INT}, count=3_001,
         notes=("'zip' is read as text: 1 value(s)",)),
    Case("words.csv", text("a,b,c", "yes,TRUE,1", "no,FALSE,0"), {"a": BOOL, "b": BOOL, "c": INT},
         [(True, True, 1), (False, False, 0)]),
    Case("missing.csv", text("a,b,c,d", "1,NA,N.A.,null", "2,2,3,4", "3,-,#N/A,None"), dict.fromkeys("abcd", INT),
         [(1, None, None, None), (2, 2, 3, 4), (3, None, None, None)], notes=("'b', 2 value(s) such as NA",)),
    Case("letters.csv", text("a,b,c,d", "Y,n,Yes,N", "N,y,no,", ",Y,YES,N"),
         {"a": BOOL, "b": BOOL, "c": BOOL, "d": TEXT},
         [(True, False, True, "N"), (False, True, False, None), (None, True, True, "N")],
         notes=("'a' are read as true and false",)),
    Case("compass.csv", text("a,b", "N,Y", "S,M", "Y,N"), {"a": TEXT, "b": TEXT}, count=3),
    Case("hexadecimal.csv", text("a,b", "0x004b4716,1", "0x007b2490,2"), {"a": TEXT, "b": INT}, count=2),
    Case("mixed.csv", text("a,b", "1,1", "x,2", "2024-01-01,3", "true,4"), {"a": TEXT, "b": INT}, count=4),
    Case("total.csv", text("day,n,price,note", "2024-01-05,1,2.5,a", "2024-01-06,2,1.25,", "Total,3,3.75,"),
         {"day": DATE, "n": INT, "price": FLOAT, "note": TEXT},
         [(dt.date(2024, 1, 5), 1, 2.5, "a"), (dt.date(2024, 1, 6), 2, 1.25, None)],
         notes=("The last line ('Total') adds up those above",)),
    Case("grand_total.csv", text("a;b", "x;1.234,50", "y;2.000,00", "Grand total:;3.234,50", ""),
         {"a": TEXT, "b": FLOAT}, [("x", 1234.5), ("y", 2000.0)], notes=("'Grand total:'",)),
    Case("no_total.csv", text("a,b", "x,1", "y,2", "Total,4"), {"a": TEXT, "b": INT}, count=3),
    Case("total_with_words.csv", text("a,b,c", "x,1,p", "y,2,q", "Total,3,r"),
         {"a": TEXT, "b": INT, "c": TEXT}, count=3),
    Case("totals_among_rows.csv", text("a,b", "x,1", "Total,1", "y,1", "Total,3"), {"a": TEXT, "b": INT}, count=4),
    Case("all_total.csv", text("a,b", "Total,1"), {"a": TEXT, "b": INT}, count=1),
    # Dates and times
    Case("german.csv", text("a,b", "31.12.2024,1", "01.02.2024,2"), {"a": DATE, "b": INT},
         [(dt.date(2024, 12, 31), 1), (dt.date(2024, 2, 1), 2)], notes=("day.month.year",)),
    Case("american.csv", text("a,b", "12/31/24,12/31/2024", "01/02/24,1/2/2024"), {"a": DATE, "b": DATE},
         [(dt.date(2024, 12, 31),) * 2, (dt.date(2024, 1, 2),) * 2], notes=("month/day/year",)),
    Case("doubtful.csv", text("a,b", "01/02/2024,1", "03/04/2024,2"), {"a": DATE, "b": INT}, count=2,
         notes=("In doubt: the dates in 'a'",)),
    Case("words_in_dates.csv", text("a,b", "Jan 5 2024,05-Feb-2024", "Feb 6 2024,06 Mar 2024"), {"a": DATE, "b": DATE},
         [(dt.date(2024, 1, 5), dt.date(2024, 2, 5)), (dt.date(2024, 2, 6), dt.date(2024, 3, 6))]),
    Case("words_in_dates_at_length.csv",
         text("a;b;c", "19-Sep-03;January 5, 2024;1 March 2024", "03-JAN-04;Sept. 6, 2024;2 december 2024"),
         {"a": DATE, "b": DATE, "c": DATE},
         [(dt.date(2003, 9, 19), dt.date(2024, 1, 5), dt.date(2024, 3, 1)),
          (dt.date(2004, 1, 3), dt.date(2024, 9, 6), dt.date(2024, 12, 2))]),
    Case("no_month.csv", text("a;b", "Marching 5, 2024;Decade 1 2024", "May 6, 2024;Dec 2 2024"),
         {"a": TEXT, "b": TEXT}, count=2),
    Case("compact_days.csv", text("a,b,c", "20240131,20241301,20240131", "20240229,20240229,19990203", "NA,1,7"),
         {"a": DATE, "b": INT, "c": INT},
         [(dt.date(2024, 1, 31), 20241301, 20240131), (dt.date(2024, 2, 29), 20240229, 19990203), (None, 1, 7)],
         notes=("31 January 2024",)),
    Case("whole_compact_days.csv", text("a,b", "20240131,20240131", "20240229,20240230"), {"a": DATE, "b": INT},
         [(dt.date(2024, 1, 31), 20240131), (dt.date(2024, 2, 29), 20240230)]),
    Case("dashes.csv", text("a,b,c", "01-31-2024,05-06-2024,2024.01.31", "12-30-2024,07-08-2024,2024.12.01"),
         {"a": DATE, "b": DATE, "c": DATE},
         [(dt.date(2024, 1, 31), dt.date(2024, 6, 5), dt.date(2024, 1, 31)),
          (dt.date(2024, 12, 30), dt.date(2024, 8, 7), dt.date(2024, 12, 1))],
         notes=("In doubt: the dates in 'b' would also fit month/day/year",)),
    Case("clocks.csv", text("a,b,c", "2024/01/05 10:30,1/2/2024 3:05 PM,31.12.2024 23:59:58",
                            "2024/01/06 00:00,1/31/2024 3:05 AM,01.01.2024 00:00:00"),
         {"a": STAMP, "b": STAMP, "c": STAMP},
         [(dt.datetime(2024, 1, 5, 10, 30), dt.datetime(2024, 1, 2, 15, 5), dt.datetime(2024, 12, 31, 23, 59, 58)),
          (dt.datetime(2024, 1, 6), dt.datetime(2024, 1, 31, 3, 5), dt.datetime(2024, 1, 1))]),
    Case("no_day.csv", text("a,b", "2024-02-30,1", "2024-02-28,2"), {"a": TEXT, "b": INT}, count=2),
    Case("weeks.csv", text("a,b,c,d", "2024-W05,2024Q1,2024-01,1704067200"),
         {"a": TEXT, "b": TEXT, "c": TEXT, "d": INT}, [("2024-W05", "2024Q1", "2024-01", 1704067200)]),
    Case("numbers_are_no_dates.csv", text("a;b", "1 2 3;x", "4 5 6;y"), {"a": TEXT, "b": TEXT},
         [("1 2 3", "x"), ("4 5 6", "y")]),
    Case("zones.csv", text("a,b", "2024-01-01T10:00:00Z,2024-01-01T10:00:00+0200",
                           "2024-06-01T10:00:00Z,2024-06-01T10:00:00-0500"), {"a": MOMENT, "b": MOMENT},
         [(dt.datetime(2024, 1, 1, 10, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, 8, tzinfo=dt.UTC)),
          (dt.datetime(2024, 6, 1, 10, tzinfo=dt.UTC), dt.datetime(2024, 6, 1, 15, tzinfo=dt.UTC))]),
    Case("universal.csv", text("a,b", "2024-01-01 10:00:00 UTC,2024-01-01 10:00:00.5 GMT"),
         {"a": MOMENT, "b": MOMENT},
         [(dt.datetime(2024, 1, 1, 10, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, 10, 0, 0, 500_000, tzinfo=dt.UTC))]),
    Case("summer.csv", text("a,b", "2024-03-31 02:30:00,1", "2024-10-27 02:30:00,2"), {"a": STAMP, "b": INT},
         [(dt.datetime(2024, 3, 31, 2, 30), 1), (dt.datetime(2024, 10, 27, 2, 30), 2)]),
    # Packed
    Case("packed.csv.gz", gzip.compress(b"a,b\n1,x\n"), AB, [(1, "x")], notes=("gzipped",)),
    Case("unpacked.csv.gz", b"a,b\n1,x\n", AB, [(1, "x")]),
    Case("secretly_packed.csv", gzip.compress(b"a,b\n1,x\n"), AB, [(1, "x")]),
    refused("cut.csv.gz", gzip.compress(b"a,b\n" + bytes(range(48, 90)) * 900)[:-30], "not_a_table", "cut short"),
    refused("bomb.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 18_000_000, 9), "not_a_table", "refused as a bomb"),
    refused("data.csv.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 99, "not_a_table", "unzstd"),
    refused("data.csv.bz2", bz2.compress(b"a,b\n1,2\n"), "not_a_table", "bunzip2"),
    refused("data.csv.xz", lzma.compress(b"a,b\n1,2\n"), "not_a_table", "unxz"),
    refused("data.zip", packed(**{"data.csv": "a,b\n1,2\n"}), "not_a_table", "unzip"),
    refused("text.odt", packed(mimetype="application/vnd.oasis.opendocument.text"), "not_a_table", "without sheets"),
    # JSON
    Case("columns.json", json.dumps({"a": [1, 2], "b": ["x", None]}).encode(), AB, [(1, "x"), (2, None)],
         notes=("each list is a column",)),
    Case("uneven.json", json.dumps({"a": [1, 2], "b": ["x"]}).encode(), {"a": "BIGINT[]", "b": "VARCHAR[]"}, count=1),
    Case("shapes.json", json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}).encode(),
        {"type": TEXT, "properties_n": INT, "geometry_type": TEXT, "geometry_coordinates": "BIGINT[]"},
        count=1, notes=("It is GeoJSON",)),
    refused("borders.json", json.dumps({"type": "Topology", "objects": {}, "arcs": [[[1, 2]]]}).encode(), "not_a_table",
            "TopoJSON"),
    refused("twice.json", b'[{"a": 1, "a": 2}]', "not_a_table", "same key twice"),
    Case("nested.json", json.dumps([{"a": 1, "b": {"c": [1, 2], "d e": {"f'": "x"}}}, {"a": 2}]).encode(),
         {"a": INT, "b_c": "BIGINT[]", "b_d e_f'": TEXT}, [(1, [1, 2], "x"), (2, None, None)], notes=("as 'b_c'",)),
    Case("nested.jsonl", b'{"a": {"b": 1}, "a_b": 2}\nno\n{"a": {"b": 3}}\n', {"a_b": INT, "c2": INT},
         [(1, 2), (3, None)], rejects=[(2, "no JSON", "no")]),
    Case("described.json", json.dumps({"meta": {"made": "2024"}, "data": [{"a": 1}, {"a": 2}]}).encode(), {"a": INT},
         [(1,), (2,)], notes=("left out: 'meta'",)),
    Case("wrapped.json", json.dumps({"data": [{"a": 1}, {"a": 2}], "count": 2}).encode(), {"a": INT}, [(1,), (2,)],
         notes=("the records in 'data' are the rows", "left out: 'count'")),
    Case("bom.json", b'\xef\xbb\xbf[{"a":1}]', {"a": INT}, [(1,)]),
    Case("utf16.json", '[{"a":"ü"}]'.encode("utf-16"), {"a": TEXT}, [("ü",)]),
    Case("long_number.json", b'[{"a":123456789012345678901},{"a":1}]', {"a": TEXT},
         [("123456789012345678901",), ("1",)], notes=("'a' is kept as text",)),
    Case("types.json", b'[{"a":1},{"a":"x"},{"a":[1]},{}]', {"a": "JSON"}, [("1",), ('"x"',), ("[1]",), (None,)]),
    Case("one_record.json", b'{"a":1,"b":"x"}', AB, [(1, "x")]),
    Case("broken.jsonl", b'{"a":1}\nnot json\n{"a":2}\n{"a":', {"a": INT}, [(1,), (2,)],
         rejects=[(2, "no JSON", "not json"), (4, "no JSON", '{"a":')]),
    refused("cut.json", b'[{"a": 1}, {"a": 2}, {"a":', "not_a_table", "cut short"),
    refused("prose.json", b"hello world", "not_a_table", "JSON"),
    refused("empty.json", b"[]", "file_empty"),
    refused("empty_records.json", b"[{},{}]", "file_empty"),
    refused("deep.json", b'{"a":' * 3_000 + b"1" + b"}" * 3_000, "not_a_table", "depth"),
    refused("same_key.json", b'[{"a":1,"a":2},{"A":3}]', "not_a_table", "same key twice"),
    # Parquet and Arrow
    refused("cut.parquet", table({"a": list(range(1_000))}, cut=20), "not_a_table", "cut short"),
    Case("empty.parquet", table({"a": pa.array([], pa.int64())}), {"a": INT}, []),
    refused("text.parquet", b"a,b\n1,2\n", "not_a_table", "holds text"),
    refused("cut.arrow", table({"a": list(range(100_000))}, cut=2_000, kind="arrow"), "not_a_table"),
    Case("rare.arrow", table({"h": pa.array([1.5], pa.float16()), "n": pa.nulls(1)}, kind="arrow"),
         {"h": "FLOAT", "n": TEXT}, [(1.5, None)]),
    # Excel
    Case("mixed.xlsx", book(["a", "b"], [1, "01"], ["two", "02"]), {"a": TEXT, "b": TEXT}, [("1", "01"), ("two",
         "02")]),
    Case("numbers_as_text.xlsx", book(["n", "m"], ["1", 1], ["2", 2]), {"n": TEXT, "m": INT}, [("1", 1), ("2", 2)],
         notes=("stored as text",)),
    Case("total.xlsx", book(["Report"], [None], ["a", "b"], *[[1, 2]] * 9, ["Total", 18]), {"a": INT, "b": INT},
         count=9, notes=("2 row(s) before", "the last row ('Total') adds up those above")),
    Case("no_total.xlsx", book(["a", "b"], *[["x", 2]] * 9, ["Total", 19]), {"a": TEXT, "b": INT}, count=10),
    Case("shares.xlsx", book(["a", "b", "c"], ["x", 2, 0.4], ["y", 3, 0.6], ["Grand total:", 5, 1]),
         {"a": TEXT, "b": INT, "c": FLOAT}, count=2, notes=("'Grand total:'",)),
    Case("groups.xlsx", book(["Sales", None], [None, "Q1", None, "Q2"], ["shop", "units", "price", "units", "price"],
         ["West", 1, 2.5, 3, 4.5], ["East", 2, 2.5, 1, 5.5], also=lambda made: merge(made, "B2:C2", "D2:E2")),
         {"shop": TEXT, "Q1 units": INT, "Q1 price": FLOAT, "Q2 units": INT, "Q2 price": FLOAT},
         [("West", 1, 2.5, 3, 4.5), ("East", 2, 2.5, 1, 5.5)], notes=("1 row(s) before", "as 'Q1 units'")),
    Case("tall.xlsx", book(["shop", 2023, None, 2024, None], [None, "units", "price", "units", "price"],
         ["West", 1, 2.5, 3, 4.5]), {"shop": TEXT, "2023 units": INT, "2023 price": FLOAT, "2024 units": INT,
         "2024 price": FLOAT}, count=1),
    Case("units.xlsx", book(["name", "weight", "height"], [None, "kg", "cm"], ["Ann", 60, 170], ["Bob", 80, 180]),
         {"name": TEXT, "weight kg": INT, "height cm": INT}, count=2, notes=("names stand in two rows",)),
    Case("titled.xlsx", book(["Sales of the year"], ["name", "weight"], ["Ann", 60], ["Bob", 80],
         also=lambda made: merge(made, "A1:B1")), {"name": TEXT, "weight": INT}, count=2, notes=("1 row(s) before",)),
    Case("no_units.xlsx", book(["name", "age"], ["Ann", "unknown"], ["Bob", 80]), {"name": TEXT, "age": TEXT}, count=2),
    Case("places.xlsx", book(["name", None, "city"], ["Ann", "Lee", "Rome"], ["Bob", "Ray", "Oslo"],
         also=lambda made: merge(made, "A1:B1")), {"name": TEXT, "c2": TEXT, "city": TEXT}, count=2),
    Case("groups_aside.xlsx", book([], [None, "Q1", None, "Q2"], [None, *["units", "price"] * 2],
         [None, 1, 2.5, 3, 4.5], also=lambda made: merge(made, "B2:C2", "D2:E2")),
         {"Q1 units": INT, "Q1 price": FLOAT, "Q2 units": INT, "Q2 price": FLOAT}, count=1),
    Case("aside.xlsx", book([], [None, None, "n", "t"], [None, None, 1, "x"]), {"n": INT, "t": TEXT}, [(1, "x")],
         notes=("1 row(s) before",)),
    Case("formulas.xlsx", book(["n", "f"], [1, "=A2*2"]), {"n": INT, "f": TEXT}, [(1, None)], notes=("'f' is empty",)),
    Case("sheets.xlsx", book(["a"], [1], also=hidden_and_empty), {"a": INT}, [(1,)], notes=("which is hidden",
         "1 sheet(s)")),
    Case("notes.xlsx", book(["a"], [1], also=notes), {"a": INT}, [(1,)], notes=("no table: 'Notes'",)),
    refused("empty.xlsx", book(), "file_empty"),
    refused("bomb.xlsx", packed(**{"[Content_Types].xml": "", "xl__a.xml": b"0" * 80_000_000}), "not_a_table", "bomb"),
    refused("lying.xlsx", lying_bomb, "not_a_table"),
    Case("laughs.xlsx", laughing, {"a": TEXT}, []),
    Case("sheet.ods", opendocument(["name", "n", "day"], *ODS), {"name": TEXT, "n": FLOAT, "day": DATE},
         [*map(tuple, ODS)]),
    refused("empty.ods", packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "not_a_table", "damaged"),
    Case("old.xls", OLD_WORKBOOK, ORDERS, count=6,
         notes=("2 row(s) before the table", "no table: 'Notes'")),
    Case("old.dat", OLD_WORKBOOK, ORDERS, count=6),
    refused("password.xlsx", LOCKED, "workbook_locked", "without one"),
    refused("letter.xls", OLE, "not_a_table", "no workbook"),
    # SQLite
    Case("shop.db", lite("create table t (a, b)", "insert into t values (1, 'x'), (2, null)",
         "create view v as select 1"),
         AB, [(1, "x"), (2, None)], notes=("1 view(s)",)),
    Case("search.db", lite("create virtual table f using fts5(x)", "insert into f values ('hello')"), {"x": TEXT},
         [("hello",)]),
    refused("cut.db", lite(*MANY_ROWS, spoil=lambda data: data[:20_000]), "not_a_table", "SQLite"),
    refused("damaged.db", lite(*MANY_ROWS, spoil=lambda data: data[:8192] + b"\xff" * 8192 + data[16384:]),
         "not_a_table"),
    refused("encrypted.db", bytes(range(1, 256)) * 30, "not_a_table", "binary"),
]  # fmt: skip


def told(tmp_path, case):
    """The profile of the case's file, and a table read back as a cell reads it."""
    path = tmp_path / case.name
    if callable(case.content):
        case.content(path)
    else:
        path.write_bytes(case.content)
    found = files.find([path])
    held = tmp_path / f"0{found.files[0].suffix}"
    held.symlink_to(path)
    job = {"dataset": "shop", "files": [{"path": str(held), "kind": str(found.files[0].kind), "table": "t"}]}
    made = profile(job | {"directories": [str(tmp_path)]})
    Profile.model_validate_json(json.dumps(made))
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{tmp_path}/temporary'")
    connection.execute("set timezone = 'UTC'")
    sources.attach(connection, "t", json.loads(json.dumps(made["tables"][0])) | {"files": [str(held)]})
    columns = connection.sql("from t").to_arrow_table().to_pydict().values()
    return made, list(zip(*columns, strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_nasty_file_is_read_as_told_or_refused_as_told(tmp_path, case):
    if case.code:
        with pytest.raises((UnreadableError, DaytwoError)) as raised:
            told(tmp_path, case)
        assert raised.value.code == case.code
        assert all(word in str(raised.value) for word in case.notes), str(raised.value)
        assert str(tmp_path) not in str(raised.value)
        return
    made, rows = told(tmp_path, case)
    described = made["tables"][0]
    assert {column["name"]: column["type"] for column in described["columns"]} == case.types
    assert described["rows"] == len(rows) == (len(case.rows) if case.rows is not None else case.count)
    assert case.rows is None or rows == case.rows
    for note in case.notes:
        assert any(note in one for one in made["notes"]), made["notes"]
    assert [(line["line"], line["reason"], line["text"]) for line in made["rejects"]] == case.rejects


def test_there_are_at_least_sixty():
    assert len({case.name for case in CASES}) == len(CASES) >= 60


def test_no_left_out_line_is_in_what_programs_read_or_models_see(tmp_path):
    made, _ = told(tmp_path, Case("a.csv", text("a,b", *["1,2"] * 9, "Zanzibar")))
    assert [line["text"] for line in made.pop("rejects")] == ["Zanzibar"]
    assert "Zanzibar" not in json.dumps(made)


def test_thousands_of_columns_are_profiled_in_few_queries(tmp_path):
    header = ",".join(f"col{n}" for n in range(1_500))
    made, rows = told(tmp_path, Case("wide.csv", text(header, *[",".join(["7"] * 1_500)] * 3)))
    assert len(made["tables"][0]["columns"]) == len(rows[0]) == 1_500


# What lies on the disk, and the whole way of a registration.


class Shop:
    def __init__(self, folder):
        self.folder = folder / "data"
        self.folder.mkdir()
        self.backend = Sandboxes(default_environment(), Path(cell.__file__).parent)
        self.database = Database(folder / "home" / "executor.db")
        self.catalog = Catalog(self.database, self, SigningKey.generate(), "local")
        self.while_reading = lambda: None

    async def run(self, request, sink, cancel):
        self.while_reading()
        return await self.backend.run(request, sink, cancel)

    def add(self, name, content=None):
        path = self.folder / name
        if content is not None:
            path.write_bytes(content)
        return anyio.run(self.catalog.register, RegisterDataset(paths=(str(path),)), LOCAL_OWNER)


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.database.close()


def test_a_message_names_the_file_as_its_owner_does(shop):
    with pytest.raises(Invalid) as raised:
        shop.add("bad.json", b'[{"a":')
    assert str(raised.value).startswith(f"{shop.folder}/bad.json: The JSON cannot be read")
    assert "/data/bad/0" not in str(raised.value)


def test_a_folder_s_bad_file_is_named(shop):
    (shop.folder / "both").mkdir()
    (shop.folder / "both" / "good.csv").write_bytes(b"a,b\n1,2\n")
    (shop.folder / "both" / "worse.csv").write_bytes("имя,цена\nМосква,100\n".encode("cp1251"))
    with pytest.raises(Invalid, match=r"both/worse\.csv: The text is in an encoding"):
        shop.add("both")


def test_left_out_lines_are_shown_to_the_owner_with_their_place(shop):
    view = shop.add("a.csv", text("a,b", *["1,2"] * 9, "1,2,3"))
    shown = shop.catalog.get("a").rejects
    assert view.rejects == shown
    assert [(line.path, line.line, line.reason, line.text) for line in shown] == [
        (f"{shop.folder}/a.csv", 11, "too many columns", "1,2,3")
    ]
    assert "1,2,3" not in view.signed.model_dump_json()


def test_a_file_that_changes_while_it_is_read_is_not_registered(shop):
    path = shop.folder / "a.csv"
    shop.while_reading = lambda: path.write_bytes(b"a,b\n1,2\n3,4\n")
    with pytest.raises(Conflict, match="changed while it was read"):
        shop.add("a.csv", b"a,b\n1,2\n")
    assert shop.catalog.list("local") == []


def test_what_sqlite_keeps_beside_its_file_is_told_where_the_file_seems_empty(shop):
    connection = sqlite3.connect(shop.folder / "a.db")
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table t (a)")
    connection.commit()
    with pytest.raises(Invalid, match=r"holds no table.*wal_checkpoint"):
        shop.add("a.db")
    connection.close()


def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for path in (tmp_path / "pipe.csv", Path("/dev/zero")):
        with pytest.raises(Invalid, match="no ordinary file"):
            files.find([path])
    with pytest.raises(Missing, match="no file or folder"):
        files.absolute([str(tmp_path / "loop.csv")])
    (tmp_path / "good.csv").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "link").symlink_to(tmp_path)
    assert [file.path.name for file in files.find([tmp_path]).files] == ["good.csv"]


@pytest.fixture
def locked(tmp_path):
    """A folder that this process may not enter, root or not."""
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"a,b\n1,2\n")
    folder.chmod(0)
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(uid)
    folder.chmod(0o700)


def test_what_may_not_be_read_is_told_so(locked):
    with pytest.raises(Invalid, match="cannot be read"):
        files.find([locked / "a.csv"])
