"""Data that is registered by a sample of it: what the sample says, what a program may do meanwhile, the full pass."""

import gzip
import json
import random
import sqlite3
from contextlib import asynccontextmanager, closing
from pathlib import Path

import anyio
import duckdb
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from daytwo.executor import cell
from daytwo.executor.catalog import Catalog, FullPasses
from daytwo.executor.cell.reading import encoding, jsonfile, sampling, sources
from daytwo.executor.cell.reading.problem import UnreadableError
from daytwo.executor.cell.reading.profile import profile
from daytwo.executor.cell.reading.sampling import Size
from daytwo.executor.database import Database
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import Sandboxes
from daytwo.wire.errors import Conflict, DaytwoError, Retryable
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.release import Release
from daytwo.wire.result import RegisterDataset
from daytwo.wire.sheet import DatasetRef, Level
from daytwo.wire.signing import SigningKey

ROWS = 20_000
SMALL = {"above_bytes": 200_000, "sample_bytes": 131_072, "block_bytes": 8_192}
LIMIT_SECONDS = 60


def line(number):
    note = '"said ""so"",\nthen left"' if number % 7 == 0 else "a longer note without quotes"
    return f"{number},{number % 4},{number / 4},{note}\n"


TEXT = "id,kind,amount,note\n" + "".join(map(line, range(ROWS)))


def profiled(path, kind, sample=SMALL):
    folder = path.parent
    file = {"path": str(path), "kind": kind, "table": "t"}
    job = {"dataset": "t", "files": [file], "directories": [str(folder), "/tmp"], "sample": sample}
    return profile(job)


def rows_of(path, found):
    """What a program reads with the options that were found."""
    (table,) = found["tables"]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set temp_directory = '{path.parent / 'temporary'}'")
        source = {"format": table["format"], "files": [str(path)], "options": table["options"]}
        sources.attach(connection, "t", source)
        return connection.execute("from t").fetchall()


def near(number, expected):
    return abs(number - expected) < 0.1 * expected


@pytest.mark.parametrize("written", ["utf-8", "utf-16", "cp1252"])
def test_a_sample_of_text_estimates_the_whole_and_programs_read_the_whole(tmp_path, written):
    path = tmp_path / "0.csv"
    # The umlaut stands where only evenly spread blocks find it.
    path.write_bytes((TEXT + "9,9,9,M\u00fcller \u2013\n" * 2_000).encode(written))
    found = profiled(path, "csv")
    (table,) = found["tables"]
    assert 0 < found["sampled"] < 0.5
    assert near(table["rows"], ROWS + 2_000)
    types = {column["name"]: column["type"] for column in table["columns"]}
    assert types == {"id": "BIGINT", "kind": "BIGINT", "amount": "DOUBLE", "note": "VARCHAR"}
    assert not any(column["exact"] for column in table["columns"])
    assert len(rows_of(path, found)) == ROWS + 2_000


def test_a_sample_takes_no_part_of_a_record_for_one(tmp_path):
    path = tmp_path / "0.csv"
    path.write_text(TEXT)
    (table,) = profiled(path, "csv")["tables"]
    note = table["columns"][3]
    assert note["longest"] == len("a longer note without quotes")
    assert note["distinct"] == 2
    assert table["columns"][1]["distinct"] == 4
    assert near(table["columns"][0]["distinct"], table["rows"])


def test_a_value_that_does_not_fit_the_sample_fails_and_is_never_left_out(tmp_path):
    path = tmp_path / "0.csv"
    lines = TEXT.splitlines(keepends=True)
    path.write_text(TEXT)
    found = profiled(path, "csv")
    path.write_text("".join([*lines[:9_000], "oops,1,2,x\n", *lines[9_000:]]))
    with pytest.raises(duckdb.ConversionException, match="oops"):
        rows_of(path, found)
    path.write_text("".join([*lines[:9_000], "NA,1,2,x\n", "1,too,many,fields,here\n", *lines[9_000:]]))
    assert len(rows_of(path, found)) == ROWS + 1


def test_gzipped_text_is_sampled_from_its_head(tmp_path):
    path = tmp_path / "0.csv.gz"
    draw = random.Random(1)
    path.write_bytes(gzip.compress("".join(["id,n\n", *(f"{n},{draw.random()}\n" for n in range(120_000))]).encode()))
    found = profiled(path, "csv", SMALL | {"sample_bytes": 1_000_000})
    assert 0 < found["sampled"] < 1
    assert near(found["tables"][0]["rows"], 120_000)
    assert len(rows_of(path, found)) == 120_000


def test_json_lines_are_sampled(tmp_path):
    path = tmp_path / "0.jsonl"
    path.write_text("".join(json.dumps({"id": n, "note": f"note {n}"}) + "\n" for n in range(ROWS)))
    found = profiled(path, "jsonl")
    assert near(found["tables"][0]["rows"], ROWS)
    assert found["sampled"] < 0.5
    assert len(rows_of(path, found)) == ROWS


@pytest.mark.parametrize("form", ["[{}]", '{{"made": {{"by": 1}}, "notes": [], "data": [{}]}}', "\ufeff [{}\n]"])
def test_a_json_document_is_sampled_from_its_head(tmp_path, form):
    path = tmp_path / "0.json"
    note = 'a \u00fc ]} \\" '
    records = [json.dumps({"id": n, "note": f"{note}{n}", "at": {"x": n / 2}}, ensure_ascii=False) for n in range(ROWS)]
    path.write_text(form.format(",\n ".join(records)), "utf-8")
    found = profiled(path, "json", SMALL | {"sample_bytes": 300_000})
    assert 0 < found["sampled"] < 0.5
    (table,) = found["tables"]
    assert near(table["rows"], ROWS)
    assert [column["name"] for column in table["columns"]] == ["id", "note", "at_x"]
    assert rows_of(path, found)[-1] == (ROWS - 1, f"{note}{ROWS - 1}", (ROWS - 1) / 2)


def test_records_that_are_called_a_document_are_sampled_as_lines(tmp_path):
    path = tmp_path / "0.json"
    path.write_text("".join(json.dumps({"id": n, "note": f"note {n}"}) + "\n" for n in range(ROWS)))
    assert 0 < profiled(path, "json")["sampled"] < 0.5


def test_tables_of_sqlite_are_sampled_each_by_its_rows(tmp_path):
    path = tmp_path / "0.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table sales (id integer primary key, amount real, note text)")
        connection.execute("create table shops (code text primary key, city text) without rowid")
        connection.execute('create table "no; rows" (a "double precision", "b c" int)')
        numbers = (n * 3 if n < 150_000 else n * 3 + 1_000_000 for n in range(200_000))
        connection.executemany("insert into sales values (?, ?, ?)", ((n, n / 4, f"note {n}") for n in numbers))
        connection.executemany("insert into shops values (?, ?)", [(f"s{n}", f"city {n % 7}") for n in range(40)])
        connection.commit()
    found = profiled(path, "sqlite")
    tables = {table["name"]: table for table in found["tables"]}
    assert near(tables["sales"]["rows"], 200_000)
    assert (tables["shops"]["rows"], tables["no; rows"]["rows"]) == (40, 0)
    types = [column["type"] for table in ("sales", "no; rows") for column in tables[table]["columns"]]
    assert types == ["BIGINT", "DOUBLE", "VARCHAR", "DOUBLE", "BIGINT"]
    assert 0 < found["sampled"] < 0.5


def columnar():
    draw = random.Random(2)
    return pa.table(
        {
            "id": list(range(ROWS)),
            "price": [draw.random() for _ in range(ROWS)],
            "name": [f"name {draw.random()}" for _ in range(ROWS)],
        }
    )


def test_parquet_rows_are_told_by_the_footer_and_the_rest_from_slices(tmp_path):
    path = tmp_path / "0.parquet"
    pyarrow.parquet.write_table(columnar(), path, row_group_size=1_000)
    found = profiled(path, "parquet")
    assert 0 < found["sampled"] < 0.5
    assert found["tables"][0]["rows"] == ROWS
    assert [column["type"] for column in found["tables"][0]["columns"]] == ["BIGINT", "DOUBLE", "VARCHAR"]
    assert found["tables"][0]["columns"][0]["largest"] > 19_000


def test_arrow_batches_are_sampled(tmp_path):
    path = tmp_path / "0.arrow"
    pyarrow.feather.write_feather(columnar(), path, compression="uncompressed", chunksize=1_000)
    found = profiled(path, "arrow")
    assert 0 < found["sampled"] < 0.5
    assert found["tables"][0]["rows"] == ROWS


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "one line that is long " * 20_000, "a,b\r" + "1,2\r" * 80_000])
def test_what_is_small_or_has_no_records_to_take_is_read_whole(tmp_path, content):
    path = tmp_path / "0.csv"
    path.write_bytes(content.encode())
    assert profiled(path, "csv")["sampled"] is None


def test_an_object_that_no_program_could_read_is_refused_with_the_command(tmp_path, monkeypatch):
    path = tmp_path / "0.json"
    path.write_text(json.dumps({"data": [{"id": n, "note": "x" * 900} for n in range(ROWS)]}))
    for module in (jsonfile, sampling):
        monkeypatch.setattr(module, "OBJECT_LIMIT_BYTES", 1024**2)
    with pytest.raises(UnreadableError, match=r"more than 1 MiB.*JSON lines.*jq") as refused:
        profiled(path, "json")
    assert refused.value.code == "not_a_table"


def test_a_long_list_takes_no_more_memory_than_its_records_need(tmp_path):
    path = tmp_path / "0.json"
    path.write_text("[" + ",".join(json.dumps({"id": n, "note": "x" * 900}) for n in range(ROWS)) + "]")
    assert len(rows_of(path, profiled(path, "json"))) == ROWS
    # Duckdb takes any record of a file that its buffer, twice the limit, holds whole.
    path.write_text(json.dumps([{"id": 1, "note": "x" * (2 * jsonfile.RECORD_LIMIT_BYTES + 1)}]))
    with pytest.raises(UnreadableError, match="more than 16 MiB"):
        profiled(path, "json", None)


def test_what_would_have_to_be_written_anew_is_refused_with_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(encoding, "TRANSCODED_LIMIT_BYTES", 500_000)
    path = tmp_path / "0.csv"
    path.write_bytes(TEXT.replace("longer", "l\u00f6nger \u2013").encode("cp1252"))
    for sample in (SMALL, None):
        with pytest.raises(UnreadableError, match="iconv -f CP1252 -t UTF-8 in > out"):
            profiled(path, "csv", sample)


class Control:
    """The control plane's end of publishing."""

    def __init__(self, *, refuses=False):
        self.published = []
        self.heard = anyio.Event()
        self._refuses = refuses

    async def publish(self, signed):
        self.published.append(signed)
        self.heard.set()
        if self._refuses:
            raise Retryable("control_unreachable", "It is not there.")


class Peeking:
    """The sandbox; notes what is told of a reading at its end."""

    def __init__(self, backend, shop):
        self._backend = backend
        self._shop = shop

    async def run(self, request, sink, cancel):
        result = await self._backend.run(request, sink, cancel)
        self._shop.seen += self._shop.catalog.readings()
        return result


class Shop:
    """A catalog over the real sandbox that samples what has more than 200,000 bytes."""

    def __init__(self, folder):
        self.file = folder / "orders.csv"
        self._database = Database(folder / "home" / "executor.db")
        self._backend = Sandboxes(default_environment(), Path(cell.__file__).parent)
        self._key = SigningKey.generate()
        self.seen = []
        self.open()

    def open(self):
        """As a new process would."""
        self.catalog = Catalog(self._database, Peeking(self._backend, self), self._key, "local", size=Size(**SMALL))

    async def add(self):
        return await self.catalog.register(RegisterDataset(paths=(str(self.file),)), LOCAL_OWNER)

    def ref(self):
        return DatasetRef(name="orders", sheet_digest=self.catalog.signed("orders").digest)

    @asynccontextmanager
    async def passing(self, control):
        """The full passes under way, until one was published."""
        with anyio.fail_after(LIMIT_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(FullPasses(self.catalog, control.publish).run)
                yield
                await control.heard.wait()
                group.cancel_scope.cancel()

    def close(self):
        self._database.close()
        self._backend.close()


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.close()


def test_a_full_pass_makes_sure_and_leaves_sessions_that_are_under_way_alone(shop):
    shop.file.write_text(TEXT)

    async def go():
        view = await shop.add()
        assert 0 < view.sampled < 1
        assert view.rows != ROWS
        assert "The full pass goes on" in " ".join(view.notes)
        ref, control = shop.ref(), Control()
        async with shop.passing(control):
            pass
        after = shop.catalog.get("orders")
        assert (after.sampled, after.rows, after.signed.sheet.version) == (None, ROWS, 2)
        assert control.published == [after.signed]
        assert ref.sheet_digest != after.signed.digest
        assert shop.catalog.planned_with(ref).digest == ref.sheet_digest
        assert shop.catalog.sources([ref]) == shop.catalog.sources([shop.ref()])
        assert await shop.add() == after
        await shop.catalog.sign("orders", Release(level=Level.SCHEMA), LOCAL_OWNER)
        with pytest.raises(Conflict) as withdrawn:
            shop.catalog.planned_with(ref)
        assert withdrawn.value.code == "sheet_changed"

    anyio.run(go)


def test_a_full_pass_tells_what_the_sample_had_not_and_lines_that_are_left_out(shop):
    lines = TEXT.splitlines(keepends=True)
    # Between two blocks of the sample, which begin every 40 kB or so.
    shop.file.write_text("".join([*lines[:9_200], "oops,1,2,x\n", "1,2\n", *lines[9_200:]]))

    async def go():
        before = await shop.add()
        ref = shop.ref()
        async with shop.passing(Control()):
            pass
        after = shop.catalog.get("orders")
        assert not before.rejects
        assert [reject.text for reject in after.rejects] == ["1,2"]
        assert any("id is text, not integer" in note for note in after.notes)
        with pytest.raises(Conflict):
            shop.catalog.planned_with(ref)

    anyio.run(go)


def test_a_full_pass_that_was_owed_is_made_after_a_restart(shop):
    shop.file.write_text(TEXT)

    async def go():
        await shop.add()
        shop.open()
        async with shop.passing(Control()):
            pass
        assert shop.catalog.get("orders").rows == ROWS

    anyio.run(go)


def test_a_sheet_that_was_not_published_is_after_a_restart(shop):
    shop.file.write_text(TEXT)

    async def go():
        await shop.add()
        await shop.catalog.complete("orders")
        shop.open()
        control = Control()
        async with shop.passing(control):
            pass
        assert control.published == [shop.catalog.signed("orders")]

    anyio.run(go)


def test_a_full_pass_that_fails_is_told_and_owed_again_when_the_data_is_added_again(shop):
    shop.file.write_text(TEXT)

    async def go():
        await shop.add()
        away = shop.file.rename(shop.file.with_name("away"))
        await shop.catalog.complete("orders")
        (note,) = [note for note in shop.catalog.get("orders").notes if "full pass" in note]
        assert "The full pass failed: There is no file" in note
        away.rename(shop.file)
        assert "The full pass goes on" in " ".join((await shop.add()).notes)

    anyio.run(go)


def test_data_that_changed_since_its_sample_is_left_to_be_registered_again(shop):
    shop.file.write_text(TEXT)

    async def go():
        await shop.add()
        shop.file.write_text(TEXT + "1,2,3,x\n")
        await shop.catalog.complete("orders")
        view = shop.catalog.get("orders")
        assert view.changed
        assert view.sampled is not None

    anyio.run(go)


def test_what_is_being_read_is_told_while_it_is(shop):
    shop.file.write_text(TEXT)
    assert shop.catalog.readings() == []

    async def go():
        await shop.add()
        await shop.catalog.complete("orders")
        assert shop.catalog.readings() == []
        assert [(each.dataset, each.paths, each.whole) for each in shop.seen] == [
            ("orders", (str(shop.file),), whole) for whole in (False, True)
        ]

    anyio.run(go)


def test_a_refused_sheet_does_not_stop_the_passes(shop):
    shop.file.write_text(TEXT)

    async def go():
        await shop.add()
        async with shop.passing(Control(refuses=True)):
            pass
        with pytest.raises(DaytwoError):
            await shop.catalog.complete("nothing")

    anyio.run(go)
