import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

table = pa.table({"k": ["a", "b"] * 500, "v": range(1000)})
ds.write_dataset(table, "/workspace/ds", format="parquet", partitioning=["k"], partitioning_flavor="hive")
found = ds.dataset("/workspace/ds", partitioning="hive").to_table(filter=pc.field("k") == "b")
assert pc.sum(found["v"]).as_py() == sum(range(1, 1000, 2))
