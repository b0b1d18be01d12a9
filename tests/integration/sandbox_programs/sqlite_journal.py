import sqlite3

for mode in ("delete", "wal"):
    database = sqlite3.connect(f"/workspace/{mode}.sqlite")
    assert database.execute(f"pragma journal_mode = {mode}").fetchone() == (mode,)
    with database:
        database.execute("create table t (a integer primary key, b text)")
        database.executemany("insert into t (b) values (?)", [(str(n),) for n in range(1000)])
    other = sqlite3.connect(f"/workspace/{mode}.sqlite")
    assert other.execute("select count(*) from t").fetchone() == (1000,)
    other.close()
    database.close()
