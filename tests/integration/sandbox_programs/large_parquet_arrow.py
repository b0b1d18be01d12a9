# profile: medium
import pyarrow.compute as pc
import pyarrow.parquet as pq

total = rows = 0
for batch in pq.ParquetFile("/data/large.parquet").iter_batches(columns=["value"], batch_size=1 << 18):
    total += pc.sum(batch.column(0)).as_py()
    rows += batch.num_rows
assert rows > 10_000_000
assert abs(total / rows - 0.5) < 0.01
