"""Registering data: profiled in the real sandbox, signed, listed, handed to a cell, and refused where it must be."""

import json
from functools import partial
from pathlib import Path

import anyio
import pytest

from daytwo.executor import cell
from daytwo.executor.catalog import Catalog
from daytwo.executor.database import Database
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import Sandboxes
from daytwo.executor.sandbox.request import Ending, SandboxResult, Tier
from daytwo.wire.errors import Bug, Conflict, DaytwoError, Denied, Invalid, Missing
from daytwo.wire.principal import LOCAL_OWNER, Principal
from daytwo.wire.release import Release
from daytwo.wire.result import RegisterDataset
from daytwo.wire.sheet import ColumnClass, DatasetRef, Level, callable_names
from daytwo.wire.signing import SigningKey

SECRETS = ("Zanzibar", "Quetzal")
TEXT = "region,revenue\n" + "".join(f"{SECRETS[n % 2]},{n}\n" for n in range(40))


class Counting:
    """The sandbox, and how often it was asked."""

    def __init__(self):
        self._backend = Sandboxes(default_environment(), Path(cell.__file__).parent)
        self.runs = 0

    async def run(self, request, sink, cancel):
        self.runs += 1
        return await self._backend.run(request, sink, cancel)


class Shop:
    def __init__(self, folder, backend=None, policy="personal"):
        self.folder = folder / "data"
        self.folder.mkdir(exist_ok=True)
        self.backend = backend or Counting()
        self.key = SigningKey.generate()
        self.database = Database(folder / "home" / "executor.db")
        self.catalog = Catalog(self.database, self.backend, self.key, "local", policy)

    def write(self, name="orders.csv", text=TEXT):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return str(path)

    def register(self, *paths, name=None, by=LOCAL_OWNER):
        return anyio.run(self.catalog.register, RegisterDataset(paths=paths, name=name), by)

    def sign(self, name, level):
        return self.release(name, level=level)

    def release(self, name, **asked):
        return anyio.run(self.catalog.sign, name, Release(**asked), LOCAL_OWNER)

    def ref(self, name="orders"):
        return DatasetRef(name=name, sheet_digest=self.catalog.signed(name).digest)


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.database.close()


def refusal(kind, act, *arguments, **named):
    with pytest.raises(DaytwoError) as refused:
        act(*arguments, **named)
    assert type(refused.value) is kind
    return refused.value.code


def test_a_file_becomes_a_signed_sheet_without_values(shop):
    path = shop.write()
    view = shop.register(path)
    assert (view.name, view.rows, view.changed, view.signed.sheet.format) == ("orders", 40, False, "csv")
    assert view.signed.sheet.level is Level.SHAPE
    view.signed.verify(shop.key.public)
    assert [column.name for column in view.signed.sheet.tables[0].columns] == ["region", "revenue"]
    assert not any(secret.lower() in view.model_dump_json().lower() for secret in SECRETS)
    assert view.read_now
    assert "level shape" in view.notes[-1]
    assert shop.catalog.get("orders").notes == view.notes[:-1]
    assert not shop.register(path).read_now
    assert [each.name for each in shop.catalog.list("local")] == ["orders"]
    assert shop.catalog.list("another") == []


@pytest.mark.parametrize("path", ["", "/etc/passwd\0", "\ud800", "~nobody-of-this-name/x"])
def test_what_can_be_no_path_is_no_file(shop, path):
    with pytest.raises(Missing) as caught:
        shop.register(path)
    assert caught.value.code == "file_not_found"
    assert caught.value.body().model_dump_json().isascii()


def test_registering_again_reads_only_what_changed_and_keeps_a_sheet_that_says_the_same(shop):
    path = shop.write()
    first = shop.register(path)
    assert shop.register(path).signed == first.signed
    assert shop.backend.runs == 1
    shop.write(text=TEXT.replace("39", "41"))
    assert shop.catalog.get("orders").changed
    assert shop.register(path).signed == first.signed
    assert shop.backend.runs == 2
    shop.write(text=TEXT + "North,1000000\n")
    wider = shop.register(path)
    assert (wider.signed.sheet.version, wider.changed) == (2, False)


def test_what_a_cell_gets_is_the_signed_version_of_unchanged_files(shop):
    path = shop.write("My Orders 2024.csv")
    shop.register(path, name="orders")
    (source,), (mount,) = shop.catalog.sources([shop.ref()])
    assert {key: source[key] for key in ("dataset", "table", "name", "format", "files")} == {
        "dataset": "orders",
        "table": "orders",
        "name": "orders",
        "format": "csv",
        "files": ["/data/orders/0.csv"],
    }
    assert (str(mount.source), mount.target) == (path, "/data/orders/0.csv")
    json.dumps(source)
    old = shop.ref()
    shop.sign("orders", Level.SCHEMA)
    assert refusal(Conflict, shop.catalog.sources, [old]) == "sheet_changed"
    shop.write("My Orders 2024.csv", TEXT + "x,1\n")
    assert refusal(Conflict, shop.catalog.sources, [shop.ref()]) == "data_changed"
    Path(path).unlink()
    assert refusal(Conflict, shop.catalog.sources, [shop.ref()]) == "data_changed"
    assert refusal(Missing, shop.catalog.sources, [DatasetRef(name="other", sheet_digest=old.sheet_digest)]) == (
        "dataset_not_found"
    )


def test_a_sheet_that_was_tampered_with_hands_out_nothing(shop):
    shop.register(shop.write())
    with shop.database.transaction() as connection:
        connection.execute("update sheets set signed = replace(signed, '\"revenue\"', '\"revenues\"')")
    assert refusal(Denied, shop.catalog.sources, [shop.ref()]) == "bad_signature"


def test_levels_down_and_up_make_versions_and_survive_registering_again(shop):
    path = shop.write()
    shop.register(path)
    sealed = shop.sign("orders", Level.SEALED)
    assert (sealed.sheet.version, sealed.sheet.tables) == (2, ())
    assert shop.catalog.sources([shop.ref()]) == ([], ())
    assert shop.sign("orders", Level.SEALED) == sealed
    shop.write(text=TEXT + "y,10000000\n")
    assert shop.register(path).signed == sealed
    assert shop.sign("orders", Level.SHAPE).sheet.version == 3
    assert refusal(Missing, shop.sign, "nothing", Level.SCHEMA) == "dataset_not_found"


def test_what_an_owner_decided_survives_sealing_and_registering_again(shop):
    path = shop.write()
    shop.register(path)
    shop.release("orders", level=Level.LABELS, labels=("region",), columns={"revenue": Level.SEALED})
    shop.sign("orders", Level.SEALED)
    shop.write(text=TEXT + "Zanzibar,10000000\n")
    shop.register(path)
    region, revenue = shop.sign("orders", Level.LABELS).sheet.tables[0].columns
    assert (region.labels, region.labels_complete) == (("Quetzal", "Zanzibar"), True)
    assert revenue.model_dump(exclude_none=True, exclude_defaults=True) == {
        "name": "revenue",
        "type": "unknown",
        "level": "sealed",
    }
    assert shop.sign("orders", Level.SHAPE).sheet.tables[0].columns[0].labels is None


def test_open_needs_an_end_that_is_ahead(shop):
    shop.register(shop.write())
    assert refusal(Invalid, shop.sign, "orders", Level.OPEN) == "expiry_missing"
    past = partial(shop.release, "orders", level=Level.OPEN, expires="2020-01-01T00:00:00.000Z")
    assert refusal(Invalid, past) == "expiry_past"
    made = shop.release("orders", level=Level.OPEN, expires="2999-01-01T00:00:00.000Z").sheet
    assert (made.level_at("2998-12-31T00:00:00.000Z"), made.level_at(made.expires)) == (Level.OPEN, Level.LABELS)
    assert shop.release("orders", classes={"region": ColumnClass.QUASI}).sheet.expires == made.expires
    assert shop.sign("orders", Level.SHAPE).sheet.expires is None


def test_a_home_of_an_earlier_version_keeps_its_level(shop):
    shop.register(shop.write())
    shop.sign("orders", Level.SCHEMA)
    with shop.database.transaction() as connection:
        connection.execute("delete from releases")
    assert shop.release("orders", classes={"region": ColumnClass.QUASI}).sheet.level is Level.SCHEMA


def test_a_dataset_of_another_version_is_registered_anew_as_its_owner_decided(shop):
    path = shop.write()
    shop.register(path)
    shop.sign("orders", Level.SCHEMA)
    with shop.database.transaction() as connection:
        connection.execute("update sheets set signed = replace(signed, '\"org_id\"', '\"organisation\"')")
    assert shop.catalog.datasets() == []
    with pytest.raises(Conflict) as refused:
        shop.catalog.get("orders")
    assert refused.value.code == "dataset_outdated"
    assert f"daytwo data add {path}" in refused.value.message
    other = shop.register(shop.write("elsewhere/orders.csv"))
    assert (other.name, other.signed.sheet.version) == ("orders_2", 1)
    again = shop.register(path).signed.sheet
    assert (again.dataset, again.version, again.level) == ("orders", 3, Level.SCHEMA)
    assert shop.catalog.get("orders").signed.sheet == again


def test_what_cannot_be_read_of_a_decision_releases_nothing(shop):
    path = shop.write()
    shop.register(path)
    with shop.database.transaction() as connection:
        connection.execute("update sheets set signed = '{}'")
        connection.execute("update releases set release = '{}x'")
    assert shop.register(path).signed.sheet.level is Level.SEALED


def test_its_owner_sees_what_stays(shop):
    shop.register(shop.write())
    (table,) = shop.catalog.figures("orders")
    region, revenue = table.columns
    assert (table.rows, region.labels) == (40, (("Quetzal", 20), ("Zanzibar", 20)))
    assert (revenue.distinct, revenue.smallest, revenue.largest) == (40, 1, 39)


def test_folders_of_one_table_and_of_several(shop):
    shop.write("sales/a.csv")
    shop.write("sales/b.csv")
    shop.write("sales/readme.md", "<html>no table</html>")
    one = shop.register(str(shop.folder / "sales"))
    assert (one.name, one.rows, len(one.signed.sheet.tables), one.signed.sheet.format) == ("sales", 80, 1, "folder")
    assert any("readme.md" in note for note in one.notes)
    shop.write("sales/customers.csv", "customer;city\n1;Rome\n")
    assert shop.catalog.get("sales").changed
    several = shop.register(str(shop.folder / "sales"))
    assert [table.name for table in several.signed.sheet.tables] == ["a", "b", "customers"]
    jobs, mounts = shop.catalog.sources([shop.ref("sales")])
    assert [(job["name"], job["files"]) for job in jobs][2] == ("customers", ["/data/sales/2.csv"])
    assert len(mounts) == 3


def test_a_folder_of_several_kinds_is_a_table_or_more_of_each(shop):
    shop.write("mixed/a.csv")
    shop.write("mixed/b.csv")
    shop.write("mixed/more.jsonl", '{"k": 1}\n' * 9 + "Quetzal\n")
    shop.write("mixed/page.html", "<html>no table</html>")
    view = shop.register(str(shop.folder / "mixed"))
    assert [(table.name, len(table.columns)) for table in view.signed.sheet.tables] == [("mixed_csv", 2), ("more", 1)]
    assert view.rows == 89
    assert any("page.html" in note for note in view.notes)
    assert [(reject.path, reject.text) for reject in view.rejects] == [
        (str(shop.folder / "mixed" / "more.jsonl"), "Quetzal")
    ]
    jobs, mounts = shop.catalog.sources([shop.ref("mixed")])
    assert [(job["name"], job["format"], len(job["files"])) for job in jobs] == [
        ("mixed_csv", "csv", 2),
        ("more", "jsonl", 1),
    ]
    assert len(mounts) == 3


def test_prose_beside_data_is_left_out_and_read_alone(shop):
    shop.write("taxi/a.csv")
    shop.write("taxi/note.txt", "Ask Bob, who knows, about March.\nThe rest is fine, I think.\n")
    shop.write("taxi/README", "Trips.\nOne file a month.\n")
    view = shop.register(str(shop.folder / "taxi"))
    assert [table.name for table in view.signed.sheet.tables] == ["taxi"]
    assert any("README, note.txt" in note for note in view.notes)
    shop.write("texts/a.txt", "a b\n1 2\n3 4\n")
    assert shop.register(str(shop.folder / "texts")).rows == 2


def test_the_owner_says_which_order_dates_have_and_is_heard_again(shop):
    path = shop.write("dates.csv", "day,n\n01/02/2024,1\n03/04/2024,2\n")
    assert any("--date-order dmy" in note for note in shop.register(path).notes)

    def notes(date_order=None):
        request = RegisterDataset(paths=(path,), date_order=date_order)
        return " ".join(anyio.run(shop.catalog.register, request, LOCAL_OWNER).notes)

    assert "read as day/month/year" in notes("dmy")
    shop.write("dates.csv", "day,n\n01/02/2024,1\n03/04/2024,2\n05/06/2024,3\n")
    assert "read as day/month/year" in notes()
    assert "read as month/day/year" in notes("mdy")
    assert "In doubt" not in notes()


def test_several_paths_need_a_name(shop):
    paths = [shop.write("a.csv"), shop.write("b.csv")]
    assert refusal(Invalid, shop.register, *paths) == "dataset_name_missing"
    assert shop.register(*paths, name="both").rows == 80


def test_names_of_files_stay_inside_under_other_policies(tmp_path):
    shop = Shop(tmp_path, policy="team")
    assert shop.register(shop.write("Ms Smith.csv")).name == "t1"
    assert shop.register(shop.write("Ms Jones.csv")).name == "t2"
    assert shop.register(shop.write("Ms Smith.csv", TEXT + "x,1\n")).name == "t1"
    shop.database.close()


def test_a_second_file_of_one_name_gets_a_name_of_its_own_and_is_called_by_the_first(shop):
    assert shop.register(shop.write()).signed.sheet.called is None
    other = shop.write("elsewhere/orders.csv")
    second = shop.register(other)
    assert (second.name, second.signed.sheet.called) == ("orders_2", "orders")
    assert shop.register(other).name == "orders_2"
    sheets = [shop.catalog.signed(name).sheet for name in ("orders", "orders_2")]
    assert set(callable_names(sheets[1:])) == {"orders"}
    assert set(callable_names(sheets)) == {"orders", "orders_2"}


def test_bad_input_is_told_by_code(shop):
    shop.register(shop.write())
    other = shop.write("elsewhere/orders.csv")
    assert refusal(Invalid, shop.register, other, name="orders") == "dataset_name_taken"
    assert refusal(Missing, shop.register, str(shop.folder / "nothing.csv")) == "file_not_found"
    assert refusal(Invalid, shop.register, shop.write("empty.csv", "")) == "file_empty"
    assert refusal(Invalid, shop.register, shop.write("blank.csv", "\n\n")) == "file_empty"
    assert refusal(Invalid, shop.register, shop.write("junk.csv", "\x00\x01\x02" * 99)) == "not_a_table"
    assert refusal(Invalid, shop.register, "/dev/null") == "file_unreadable"
    stranger = Principal(org_id="another", kind="person", id="eve")
    assert refusal(Denied, shop.register, other, name="n", by=stranger) == "other_organisation"
    assert [view.name for view in shop.catalog.list("local")] == ["orders"]


class Lying:
    """A sandbox whose profiler was taken over by the file that it read."""

    def __init__(self, *frames, ending=Ending.OK):
        self.frames, self.ending = frames, ending

    async def run(self, request, sink, cancel):
        for header, payload in self.frames:
            head = json.dumps(header).encode()
            sink(len(head).to_bytes(4, "big") + head + len(payload).to_bytes(8, "big") + payload)
        return SandboxResult(self.ending, 0, b"", b"", 1, 1, Tier.STANDARD, "lying")


END = ({"kind": "end", "outcome": "ok"}, b"")


def told(**figures):
    column = {"name": "x", "type": "VARCHAR", "nulls": 0, "distinct": 5, "exact": True} | figures
    table = {"name": "T", "format": "csv", "files": [0], "options": {}, "rows": 50, "columns": [column]}
    return ({"kind": "profile"}, json.dumps({"tables": [table], "notes": []}).encode())


def test_a_profiler_that_lies_gets_no_value_out(tmp_path):
    shop = Shop(tmp_path, Lying(told(masks=[["Zanzibar 7", 50]]), END))
    assert shop.register(shop.write()).signed.sheet.tables[0].columns[0].masks == ("AAAAAAAA 9",)
    shop.database.close()


@pytest.mark.parametrize(
    ("frames", "ending", "kind", "code"),
    [
        ([told(name="zanzibar@example.org"), END], Ending.OK, Bug, "profiling_failed"),
        ([told(extra=1), END], Ending.OK, Bug, "profiling_failed"),
        ([told()], Ending.OK, Bug, "profiling_failed"),
        ([told(), END], Ending.ERROR, Bug, "profiling_failed"),
        ([], Ending.MEMORY, Invalid, "profiling_memory"),
        ([], Ending.TIMEOUT, Invalid, "profiling_timeout"),
        ([({"kind": "problem", "code": "made_up", "message": "m"}, b"")], Ending.ERROR, Invalid, "not_a_table"),
    ],
)
def test_a_profiler_that_fails_registers_nothing(tmp_path, frames, ending, kind, code):
    shop = Shop(tmp_path, Lying(*frames, ending=ending))
    assert refusal(kind, shop.register, shop.write()) == code
    assert shop.catalog.list("local") == []
    shop.database.close()
