"""How far profiling has come is told while it goes on, and not afterwards."""

import queue

import duckdb

from daytwo.executor.cell.reading.progress import COLUMNS, Progress

WAIT_SECONDS = 10


def test_stages_and_shares_are_told_until_the_end():
    told = queue.Queue()
    with duckdb.connect() as connection, Progress(told.put, every_seconds=0.001) as progress:
        progress.stage(COLUMNS)
        assert told.get(timeout=WAIT_SECONDS) == {"kind": "progress", "stage": "columns", "share": None}
        progress.watch(connection)
        connection.execute("select 1").fetchall()
        assert told.get(timeout=WAIT_SECONDS)["stage"] == "columns"
    with told.mutex:
        told.queue.clear()
    assert told.empty()
    assert not progress._teller.is_alive()
