"""`data`, `sql` and `resolve` over files, through the cell's own reading of sources."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def _orders(cells: Any) -> dict[str, Any]:
    path = cells.data / "orders.parquet"
    regions = ["North", "South", "north-east", "O'Hara"]
    pq.write_table(pa.table({"id": list(range(8)), "region": regions * 2, "amount": [1.5, None] * 4}), path)
    columns = [
        {"source": name, "name": name, "type": kind}
        for name, kind in (("id", "BIGINT"), ("region", "VARCHAR"), ("amount", "DOUBLE"))
    ]
    return {
        "dataset": "orders",
        "table": "orders",
        "name": "orders",
        "format": "parquet",
        "files": [str(path)],
        "options": {"columns": columns},
    }


def test_a_handle_reads_the_data_in_every_way(cells: Any) -> None:
    ended = cells.run(
        """
import polars, pandas, pyarrow
orders = data("orders")
say(orders.columns); say(len(orders)); say(orders.shape); say(orders)
frame = orders.pandas()
say(type(frame) is pandas.DataFrame and frame["amount"].sum())
say(type(orders.polars()) is polars.DataFrame and orders.polars().height)
say(type(orders.arrow()) is pyarrow.Table and orders.arrow().num_rows)
say(orders.sql("select count(*) from orders").fetchall())
say(data("Orders").sql("select max(id) from ORDERS").fetchone())
say([row for row in sql("select id from orders order by id limit 2")])
say(pandas.DataFrame(sql("select 1 as one").df()).shape)
say(polars.DataFrame(orders).height)
show(orders); show(sql("select sum(id) as total from orders"), title="Total")
""",
        sources=[_orders(cells)],
    )
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert ended.says == [
        "['id', 'region', 'amount']",
        "8",
        "(8, 3)",
        "<data('orders'): id, region, amount>",
        "6.0",
        "8",
        "8",
        "[(8,)]",
        "(7,)",
        "[(0,), (1,)]",
        "(1, 1)",
        "8",
    ]
    assert [(table["title"], table["row_count"]) for table in ended.of("table")] == [(None, 8), ("Total", 1)]
    assert ended.of("table")[1]["rows"] == [[28]]


def test_sql_sees_the_program_s_own_tables(cells: Any) -> None:
    ended = cells.run(
        """
import duckdb, pandas, polars, pyarrow
frame = pandas.DataFrame({"id": [1, 2]})
lazy = polars.LazyFrame({"id": [1]})
batch = pyarrow.record_batch({"id": [3]})
answer = sql("select id from frame where id > 1")
outside = duckdb.sql("select 9 as id")
for name in ("frame", "lazy", "batch", "answer", "outside"):
    say(sql(f"select sum(id) from {name}").fetchall())
def inside():
    local = pandas.DataFrame({"id": [10]})
    return sql("with cte as (select * from local) select count(*) from cte join orders using (id)").fetchall()
say(inside())
frame = sql("select id + 1 as id from frame")
say(sql("from frame order by id").fetchall())
say(answer.fetchall())
orders = data("orders").sql("select * from orders limit 1").pandas()
say(sql("select count(*) from orders").fetchone())
say(len(sql("pivot frame on id using count(*)").columns))
sql("create table made as select * from frame"); say(len(sql("from made")))
""",
        sources=[_orders(cells)],
    )
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert ended.says == [
        "[(3,)]",
        "[(1,)]",
        "[(3,)]",
        "[(2,)]",
        "[(9,)]",
        "[(0,)]",
        "[(2,), (3,)]",
        "[(2,)]",
        "(8,)",
        "2",
        "2",
    ]


def test_what_the_data_is_not_is_said(cells: Any) -> None:
    sources = [_orders(cells)]
    ended = cells.run("data('customers')", sources=sources)
    assert "There is no data named 'customers'. There is: orders." in ended.of("traceback")[0]["text"]
    assert ended.last["error_class"] == 6
    for query, error_class in (("select nothing from orders", 21), ("selec", 25), ("from nowhere", 22)):
        ended = cells.run(f"pass\nsql({query!r}).fetchall()", sources=sources)
        assert (ended.last["error_class"], ended.last["statement"]) == (error_class, 1)


def test_resolve_finds_the_value_that_is_meant(cells: Any) -> None:
    ended = cells.run(
        """
say(resolve("region", "NORTH")); say(resolve("Region", " sout"))
say(resolve("region", "o'hara")); say(resolve("id", "3") + 1)
for column, text in (("region", "west"), ("nothing", "x"), ("region", "")):
    try: resolve(column, text)
    except LookupError as error: say(error)
""",
        sources=[_orders(cells)],
    )
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert ended.says == [
        "North",
        "South",
        "O'Hara",
        "4",
        "'region' has no value like 'west'.",
        "No dataset has a column 'nothing'.",
        "'region' has no value like ''.",
    ]


def test_what_became_of_the_first_four_lookups_is_reported(cells: Any) -> None:
    program = """
resolve("region", "NORTH"); resolve("region", "sout")
for text in ("South", "west"):
    try: resolve("region", text)
    except LookupError: pass
if False: resolve("region", "North")
resolve("region", "North")
found = resolve
found("region", "North")
"""
    ended = cells.run(program, sources=[_orders(cells)])
    exact, fuzzy, none, not_reached = 3, 2, 0, 0
    assert ended.last["lookups"] == exact | fuzzy << 2 | none << 4 | not_reached << 6


def test_of_withheld_columns_nothing_is_looked_up(cells: Any) -> None:
    ended = cells.run('resolve("Region", "North")', sources=[_orders(cells)], withheld=["region"])
    assert (ended.last["outcome"], ended.last["lookups"]) == ("error", 0)
    assert "daytwo data sign NAME --lookup Region" in ended.of("traceback")[0]["text"]


def test_an_ambiguous_text_is_not_resolved(cells: Any) -> None:
    sources = _orders(cells)
    path = cells.data / "orders.parquet"
    pq.write_table(
        pa.table({"id": [1, 2, 3], "region": ["Berlin A", "Berlin B", "BERLIN A"], "amount": [1.0] * 3}), path
    )
    ended = cells.run("say(resolve('region', 'BERLIN A'))\nresolve('region', 'berlin')", sources=[sources])
    assert ended.says == ["BERLIN A"]
    assert "ambiguous" in ended.of("traceback")[0]["text"]


def test_the_connection_reads_nothing_but_data_and_workspace(cells: Any) -> None:
    ended = cells.run(
        """
(workspace / "own.csv").write_text("a\\n1\\n")
say(sql(f"from read_csv('{workspace}/own.csv')").fetchall())
for query in ("from read_csv('/etc/passwd')", "set threads = 9", "install httpfs", "copy (select 1) to '/tmp/out.csv'"):
    try: sql(query).fetchall(); say("read")
    except Exception as error: say(type(error).__name__)
"""
    )
    assert ended.says[0] == "[(1,)]"
    assert "read" not in ended.says[1:]
    assert len(ended.says) == 5


def test_data_handles_are_kept_by_name(cells: Any) -> None:
    ended = cells.session("orders = data('orders')", "pass", "say(len(orders))", sources=[_orders(cells)])
    assert ended.says == ["8"]
    assert not ended.sent_bytes


def test_times_with_a_zone_come_out_of_sql(cells: Any) -> None:
    ended = cells.run("say(sql(\"select timestamptz '2024-01-01 00:00:00+02' as t\").fetchall()[0][0].isoformat())")
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert ended.says == ["2023-12-31T22:00:00+00:00"]
