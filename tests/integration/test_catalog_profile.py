"""Files of every kind are profiled as they are, and what `attach` reads back is what was written."""

import datetime as dt
import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from daytwo.executor.catalog.profile import Profile
from daytwo.executor.cell.frames import FrameReader
from daytwo.executor.cell.reading import sources
from daytwo.executor.cell.reading.problem import UnreadableError
from daytwo.executor.cell.reading.profile import profile

ROWS = [(n, f"Müller {n % 7}", round(n * 1.25, 2), dt.date(2024, 1 + n % 12, 1 + n % 28)) for n in range(300)]
AT = dt.datetime(2024, 1, 1, 10, 30)  # noqa: DTZ001 - Excel has no time zones
HEADER = ("id", "name", "amount", "day")


def read(folder, *names, kind="csv"):
    files = [{"path": str(folder / name), "kind": kind, "table": Path(name).stem} for name in names]
    made = profile({"dataset": "shop", "files": files, "k": 10, "directories": [str(folder)]})
    Profile.model_validate_json(json.dumps(made))
    return made


def attached(folder, made, *names, table=0):
    """The table's columns and rows, read as a cell reads them: from a locked connection."""
    described = made["tables"][table]
    connection = duckdb.connect()
    connection.execute(f"set allowed_directories = ['{folder}']")
    connection.execute(f"set temp_directory = '{folder}-temporary'")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    files = [str(folder / names[index]) for index in described["files"]]
    source = {"dataset": "shop", "table": described["name"], "name": "t", **described, "files": files}
    sources.attach(connection, "t", json.loads(json.dumps(source)))
    answer = connection.execute("from t")
    return [column[0] for column in answer.description], answer.fetchall()


def csv_text(delimiter=",", decimal="."):
    lines = [delimiter.join(HEADER)]
    lines += [
        delimiter.join((str(number), name, str(amount).replace(".", decimal), str(day)))
        for number, name, amount, day in ROWS
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("name", "delimiter", "decimal", "encoding"),
    [
        ("a.csv", ",", ".", "utf-8"),
        ("a.csv", ",", ".", "utf-8-sig"),
        ("a.csv", ";", ",", "latin-1"),
        ("a.csv", ";", ",", "cp1252"),
        ("a.csv", "|", ".", "utf-16"),
        ("a.csv", ";", ",", "utf-16-be"),
        ("a.tsv", "\t", ",", "utf-8"),
        ("a.txt", ";", ".", "utf-8"),
    ],
)
def test_delimited_text_reads_back_as_written(tmp_path, name, delimiter, decimal, encoding):
    (tmp_path / name).write_bytes(csv_text(delimiter, decimal).encode(encoding))
    made = read(tmp_path, name, kind="tsv" if name.endswith("tsv") else "csv")
    assert attached(tmp_path, made, name) == (list(HEADER), ROWS)
    number, text, amount, day = made["tables"][0]["columns"]
    assert (number["type"], text["type"], amount["type"], day["type"]) == ("BIGINT", "VARCHAR", "DOUBLE", "DATE")
    assert (number["distinct"], number["smallest"], number["largest"]) == (300, 1.0, 299.0)
    assert text["masks"] == [["AAAAAA 9", 300]]
    assert any(encoding in note for note in made["notes"]) == (encoding in {"latin-1", "utf-16", "utf-16-be"})


def test_windows_text_keeps_its_quotes_and_euros(tmp_path):
    (tmp_path / "a.csv").write_bytes("item;price\n“Süß” – 5 €;1,50\nplain;2,25\n".encode("cp1252"))
    made = read(tmp_path, "a.csv")
    assert attached(tmp_path, made, "a.csv")[1] == [("“Süß” – 5 €", 1.5), ("plain", 2.25)]
    assert any("cp1252" in note for note in made["notes"])


def test_gzipped_text_is_read_in_place(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(csv_text().encode()))
    assert attached(tmp_path, read(tmp_path, "a.csv.gz"), "a.csv.gz") == (list(HEADER), ROWS)


def test_numbers_with_thousands_missing_words_and_codes(tmp_path):
    rows = ["code,big,share,country", '007,"1,234,567",0.5,NA', '010,"12,000",NA,DE', '100,"999",n/a,NA']
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n")
    made = read(tmp_path, "a.csv")
    assert attached(tmp_path, made, "a.csv")[1] == [
        ("007", 1_234_567, 0.5, "NA"),
        ("010", 12_000, None, "DE"),
        ("100", 999, None, "NA"),
    ]


def test_a_value_that_does_not_fit_costs_the_type_not_the_row(tmp_path):
    (tmp_path / "a.csv").write_text("n,x\n" + "".join(f"{n},{n}\n" for n in range(30_000)) + "30000,many\n")
    made = read(tmp_path, "a.csv")
    assert (made["tables"][0]["rows"], [c["type"] for c in made["tables"][0]["columns"]]) == (
        30_001,
        ["BIGINT", "VARCHAR"],
    )
    assert any("'x' is read as text: 1 value(s)" in note for note in made["notes"])


def test_lines_of_another_width_are_counted_and_left_out(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n" + "1,2\n" * 50 + "1,2,3\n4\n")
    made = read(tmp_path, "a.csv")
    assert made["tables"][0]["rows"] == 50
    assert any(note.startswith("2 line(s) are left out") for note in made["notes"])
    assert len(attached(tmp_path, made, "a.csv")[1]) == 50


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("".join(f"{n},{n * 2},abc{n}\n" for n in range(50)), ["c1", "c2", "c3"]),
        ("Alice,Paris\nBob,Rome\nCarol,Paris\n", ["c1", "c2"]),
        ("alice@example.org,x\nbob@example.org,y\n", ["c1", "c2"]),
        ("a,a,,b\n1,2,3,4\n", ["a", "a_1", "c3", "b"]),
        ("region,2023,12.5\nNorth,1,2\nSouth,3,4\n", ["region", "2023", "c3"]),
    ],
)
def test_headers_that_are_missing_or_values_become_handles(tmp_path, text, names):
    (tmp_path / "a.csv").write_text(text)
    made = read(tmp_path, "a.csv")
    assert [column["name"] for column in made["tables"][0]["columns"]] == names
    assert attached(tmp_path, made, "a.csv")[0] == names
    if names[-1].startswith("c"):
        assert any("c1, c2" in note for note in made["notes"])


def arrow_table():
    columns = [pa.array(values) for values in zip(*ROWS, strict=True)]
    return pa.table(dict(zip(HEADER, columns, strict=True)))


def test_parquet_and_arrow_read_back_as_written(tmp_path):
    pyarrow.parquet.write_table(arrow_table(), tmp_path / "a.parquet")
    pyarrow.feather.write_feather(arrow_table(), tmp_path / "a.arrow")
    for name, kind in (("a.parquet", "parquet"), ("a.arrow", "arrow")):
        assert attached(tmp_path, read(tmp_path, name, kind=kind), name) == (list(HEADER), ROWS)


def test_strange_column_names_of_a_parquet_file_are_renamed_in_the_view(tmp_path):
    table = pa.table({'x"; drop table t; --': [1], "a\x1b[2J": [2], "bob@example.org": [3]})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    made = read(tmp_path, "a.parquet", kind="parquet")
    assert attached(tmp_path, made, "a.parquet") == (['x"; drop table t; --', "c2", "c3"], [(1, 2, 3)])


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_json_reads_back_as_written(tmp_path, kind):
    records = [{"id": n, "name": f"n{n}", "tags": {"a": n}, "day": f"2024-01-{1 + n % 28:02}"} for n in range(40)]
    text = json.dumps(records) if kind == "json" else "\n".join(map(json.dumps, records))
    (tmp_path / "a.json").write_text(text)
    made = read(tmp_path, "a.json", kind=kind)
    names, rows = attached(tmp_path, made, "a.json")
    assert names == ["id", "name", "tags_a", "day"]
    assert rows[3] == (3, "n3", 3, dt.date(2024, 1, 4))


def test_workbooks_give_a_table_a_sheet_without_its_name(tmp_path):
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Secret plan"
    for row in (["Report for Ms Smith"], [], list(HEADER), *ROWS):
        first.append(row)
    second = book.create_sheet("Other")
    for row in (["flag", "at", "mixed"], [True, AT, 1], [False, None, "x"]):
        second.append(row)
    book.create_sheet("Empty")
    book.save(tmp_path / "a.xlsx")
    made = read(tmp_path, "a.xlsx", kind="excel")
    assert [table["name"] for table in made["tables"]] == ["sheet1", "sheet2"]
    assert attached(tmp_path, made, "a.xlsx") == (list(HEADER), ROWS)
    assert attached(tmp_path, made, "a.xlsx", table=1)[1] == [
        (True, AT, "1"),
        (False, None, "x"),
    ]
    assert any("Secret plan" in note for note in made["notes"])


def test_sqlite_gives_a_table_a_table(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("create table orders (id integer, name text, amount real, day date)")
        connection.executemany("insert into orders values (?, ?, ?, ?)", [(*row[:3], str(row[3])) for row in ROWS])
        connection.execute("create table \"odd 'name'\" (v numeric, w blob, e int)")
        connection.execute("insert into \"odd 'name'\" values (1, x'00ff', null), ('two', null, null)")
    connection.close()
    made = read(tmp_path, "a.db", kind="sqlite")
    tables = {table["name"]: index for index, table in enumerate(made["tables"])}
    assert attached(tmp_path, made, "a.db", table=tables["orders"]) == (list(HEADER), ROWS)
    odd = tables["odd 'name'"]
    assert attached(tmp_path, made, "a.db", table=odd)[1] == [("1", b"\x00\xff", None), ("two", None, None)]
    assert made["tables"][odd]["columns"][2]["type"] == "BIGINT"


def test_files_with_the_same_columns_are_one_table_others_several(tmp_path):
    (tmp_path / "a.csv").write_text(csv_text())
    (tmp_path / "b.csv").write_text(csv_text())
    (tmp_path / "c.csv").write_text("x;y\n1;2\n")
    one = read(tmp_path, "a.csv", "b.csv")
    assert [(table["name"], table["files"], table["rows"]) for table in one["tables"]] == [("shop", [0, 1], 600)]
    assert attached(tmp_path, one, "a.csv", "b.csv")[1] == ROWS + ROWS
    several = read(tmp_path, "a.csv", "c.csv")
    assert [(table["name"], table["files"]) for table in several["tables"]] == [("a", [0]), ("c", [1])]
    assert attached(tmp_path, several, "a.csv", "c.csv", table=1) == (["x", "y"], [(1, 2)])


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("csv", b"\n \n", "file_empty"),
        ("csv", b"\x00\x01\x02" * 50, "not_a_table"),
        ("csv", b"This is prose, it has commas.\nAnd lines;\n\nNo table, at all, here.\n" * 9, "not_a_table"),
        ("json", b'[{"a": 1}, {"a":', "not_a_table"),
        ("json", b"[]", "file_empty"),
        ("parquet", b"PAR1 cut short", "not_a_table"),
        ("excel", b"PK\x03\x04 cut short", "not_a_table"),
        ("sqlite", b"SQLite format 3\x00 cut short", "not_a_table"),
        ("arrow", b"ARROW1 cut short", "not_a_table"),
    ],
)
def test_broken_files_are_told_by_code(tmp_path, kind, content, code):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnreadableError) as refused:
        read(tmp_path, "a", kind=kind)
    assert refused.value.code == code


class Frames:
    def __init__(self):
        self.headers, self.payload = [], b""

    def begin(self, header, payload_bytes):
        self.headers.append(header)

    def chunk(self, data):
        self.payload += data

    def end(self):
        pass


def run_as_module(job):
    """`python -m cell.reading.profile` as a sandbox starts it, its channel read to the end."""
    cell = Path(sources.__file__).parents[2]
    receiving, sending = os.pipe()
    start = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3); "
        "os.execv(sys.executable, [sys.executable, '-m', 'cell.reading.profile'])"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", start, str(sending)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[sending],
        env={"PYTHONPATH": str(cell), "PATH": os.defpath},
    )
    os.close(sending)
    frames = Frames()
    _, stderr = child.communicate(json.dumps(job).encode())
    with os.fdopen(receiving, "rb") as channel:
        FrameReader(frames).feed(channel.read())
    return child.returncode, frames, stderr


def test_the_module_speaks_in_frames(tmp_path):
    (tmp_path / "a.csv").write_text(csv_text())
    job = {"dataset": "shop", "kind": "csv", "k": 10, "directories": [str(tmp_path)]}
    code, frames, stderr = run_as_module(
        job | {"files": [{"path": str(tmp_path / "a.csv"), "kind": "csv", "table": "a"}]}
    )
    assert (code, stderr) == (0, b"")
    headers = [header for header in frames.headers if header["kind"] != "progress"]
    assert headers == [{"kind": "profile"}, {"kind": "end", "outcome": "ok"}]
    assert Profile.model_validate_json(frames.payload).rows == 300
    (tmp_path / "b.csv").write_text("")
    code, frames, _ = run_as_module(job | {"files": [{"path": str(tmp_path / "b.csv"), "kind": "csv", "table": "b"}]})
    assert (code, frames.headers[-1]["kind"], frames.headers[-1]["code"]) == (1, "problem", "file_empty")
