"""A Parquet file as large as a test wants it: random numbers of eight bytes, which no encoding makes smaller."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROW_BYTES = 8
_GROUP_ROWS = 1 << 20


def write_large_parquet(path, size_bytes):
    random = np.random.default_rng(1)
    rows = size_bytes // ROW_BYTES
    with pq.ParquetWriter(path, pa.schema([("value", pa.float64())]), compression="none", use_dictionary=False) as file:
        for start in range(0, rows, _GROUP_ROWS):
            file.write_table(pa.table({"value": random.random(min(_GROUP_ROWS, rows - start))}))
