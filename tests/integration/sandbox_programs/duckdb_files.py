import duckdb

duckdb.sql("copy (select range as n, range % 7 as k from range(10000)) to '/workspace/out.parquet'")
duckdb.sql("copy (select * from '/workspace/out.parquet' where k = 3) to '/workspace/out.csv'")
assert duckdb.sql("select count(*), sum(n) from '/workspace/out.csv'").fetchall() == [(1429, 7146429)]
