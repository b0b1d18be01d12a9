import duckdb

database = duckdb.connect()
database.execute("set memory_limit = '100MB'; set temp_directory = '/tmp/spill'; set threads = 2")
database.execute("create table numbers as select range as n, hash(range) as h from range(6_000_000)")
(first,) = database.execute("select n from numbers order by h, n limit 1").fetchone()
assert database.execute("select count(*) from (select distinct h from numbers order by h)").fetchone() == (6_000_000,)
assert 0 <= first < 6_000_000
