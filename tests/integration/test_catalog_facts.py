"""What is measured of a table beside counts: spans, order, grains, signs, forms, labels, keys, references."""

import json
import sqlite3

import duckdb
import pytest

from daytwo.executor.catalog.profile import Profile
from daytwo.executor.cell.reading import keys
from daytwo.executor.cell.reading.profile import profile


def measured(folder, name, kind="csv"):
    files = [{"path": str(folder / name), "kind": kind, "table": "t"}]
    made = profile({"dataset": "t", "files": files, "k": 10, "directories": [str(folder)]})
    return Profile.model_validate_json(json.dumps(made))


def columns(folder, query, name="t.parquet", kind="parquet"):
    duckdb.sql(query).write_parquet(str(folder / name))
    return {column.name: column for column in measured(folder, name, kind).tables[0].columns}


def test_moments(tmp_path):
    found = columns(
        tmp_path,
        "select date '2020-03-01' + to_days(n::int) as day, date_trunc('month', day)::date as month,"
        " timestamp '2020-03-01' + to_hours(n) as hour, make_date(1990 + n::int, 1, 1) as year,"
        " null::date as nothing from range(60) t(n)",
    )
    assert [found[name].grain for name in ("day", "month", "hour", "year", "nothing")] == [
        "day", "month", "hour", "year", None,
    ]  # fmt: skip
    assert (found["year"].first, found["year"].last) == ("1990-01", "2049-01")
    assert (found["nothing"].first, found["nothing"].last) == (None, None)


def test_in_a_longer_table_no_single_row_decides_a_span(tmp_path):
    base = "select date '2020-01-01' + to_days(n::int) as day from range(300) t(n)"
    plain = columns(tmp_path, base)["day"]
    odd = columns(tmp_path, f"{base} union all select date '1893-05-04'")["day"]
    assert (odd.first, odd.last) == (plain.first, plain.last)
    few = columns(tmp_path, "select date '2020-01-01' as day from range(9)")["day"]
    assert (few.first, few.last) == (None, None)


def test_numbers_and_order(tmp_path):
    found = columns(
        tmp_path,
        "select n as up, 100 - n as down, n % 7 as mixed, -n - 1 as minus, n::double as whole, n / 3 as part,"
        " 5 as same, nullif(n, 3) as gap from range(50) t(n)",
    )
    assert [found[name].order for name in ("up", "down", "mixed", "same", "gap")] == [
        "ascending", "descending", None, None, None,
    ]  # fmt: skip
    assert (found["minus"].negative, found["minus"].zero, found["minus"].positive) == (True, False, False)
    assert (found["up"].zero, found["down"].zero) == (True, False)
    assert (found["whole"].whole, found["part"].whole) == (True, False)


def test_texts(tmp_path):
    found = columns(
        tmp_path,
        "select case when n % 9 = 0 then 'on request' else (n + 0.5)::varchar || ' %' end as mostly,"
        " lpad((n % 28 + 1)::varchar, 2, '0') || '.03.2024' as dated, upper(chr(65 + n::int % 3)) as code,"
        " case when n % 2 = 0 then 'North ' else 'north' end as untidy,"
        " case when n % 5 = 0 then 'n/a' else n::varchar end as gaps from range(90) t(n)",
    )
    assert (found["mostly"].form, found["mostly"].form_complete) == ("percent", False)
    assert (found["dated"].form, found["dated"].form_complete) == ("dmy_dot", True)
    assert (found["code"].upper, found["code"].lower, found["code"].form) == (True, False, None)
    assert (found["untidy"].untidy, found["code"].untidy) == (True, False)
    assert found["gaps"].sentinels == ("n/a",)


def test_labels_need_k_and_are_complete_where_all_have_it(tmp_path):
    found = columns(
        tmp_path,
        "select case when n < 5 then 'rare' when n % 2 = 0 then 'North' else 'South' end as region,"
        " (n % 3)::int as grade, n::varchar as unique_one from range(90) t(n)",
    )
    assert found["region"].labels == (("South", 43), ("North", 42))
    assert not found["region"].labels_complete
    assert [text for text, _ in found["grade"].labels] == ["0", "1", "2"]
    assert found["grade"].labels_complete
    assert found["unique_one"].labels == ()


def test_keys_of_several_columns(tmp_path):
    duckdb.sql("select n // 12 as store, n % 12 as month, n * 1.5 as sales from range(120) t(n)").write_parquet(
        str(tmp_path / "t.parquet")
    )
    assert measured(tmp_path, "t.parquet", "parquet").tables[0].keys == (("store", "month"),)
    duckdb.sql("select n as id, n // 12 as store, n % 12 as month from range(120) t(n)").write_parquet(
        str(tmp_path / "u.parquet")
    )
    assert measured(tmp_path, "u.parquet", "parquet").tables[0].keys == (("store", "month"),)
    duckdb.sql("select n // 12 as store, n % 12 as month from range(240) t(n) union all select 1, 1").write_parquet(
        str(tmp_path / "v.parquet")
    )
    assert measured(tmp_path, "v.parquet", "parquet").tables[0].keys == ()


def test_references_between_tables(tmp_path):
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.executescript("create table customers (id integer, name text); create table orders (n integer, "
                             "customer_id integer, astray_customers_id integer)")  # fmt: skip
    connection.executemany("insert into customers values (?, ?)", [(n, f"c{n}") for n in range(20)])
    connection.executemany("insert into orders values (?, ?, ?)", [(n, n % 20 or None, n) for n in range(50)])
    connection.commit()
    connection.close()
    tables = {table.name: table for table in measured(tmp_path, "shop.db", "sqlite").tables}
    assert tables["orders"].references == (("customer_id", "customers", "id"),)
    assert tables["customers"].references == ()


def test_column_names_are_never_taken_for_names_of_ours(tmp_path):
    found = columns(tmp_path, "select 'Ab-1' as mask, 'x' as times, 'y' as v, 'z' as word from range(40)")
    assert found["mask"].masks == (("AA-9", 40),)
    assert found["v"].labels == (("y", 40),)


@pytest.mark.parametrize(("text", "newline"), [("a,b\r\n1,2\r\n", "crlf"), ("a,b\n1,2\n", "lf")])
def test_line_ends(tmp_path, text, newline):
    (tmp_path / "t.csv").write_bytes(text.encode())
    assert measured(tmp_path, "t.csv").tables[0].options["newline"] == newline


def test_a_large_search_for_keys_is_not_begun():
    column = {"name": "a", "type": "BIGINT", "nulls": 0, "distinct": 2, "exact": True}
    assert keys.composite(duckdb.connect(), "nowhere", [column] * 3, keys.ROWS_LIMIT + 1) == []
