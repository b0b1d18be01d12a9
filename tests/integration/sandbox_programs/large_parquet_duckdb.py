# profile: medium
import duckdb

((rows, mean),) = duckdb.sql("select count(*), avg(value) from '/data/large.parquet'").fetchall()
assert rows > 10_000_000
assert abs(mean - 0.5) < 0.01
groups = duckdb.sql("select floor(value * 10)::int as g, count(*) from '/data/large.parquet' group by g").fetchall()
assert len(groups) == 10
