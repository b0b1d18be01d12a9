import duckdb

with duckdb.connect("/workspace/mine.duckdb") as database:
    database.execute("create table t as select 1 as a union all select 2")
with duckdb.connect("/workspace/mine.duckdb", read_only=True) as database:
    assert database.execute("select sum(a) from t").fetchone() == (3,)
