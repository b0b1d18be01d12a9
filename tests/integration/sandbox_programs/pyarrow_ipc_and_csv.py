import pyarrow as pa
import pyarrow.csv
import pyarrow.feather

table = pa.table({"a": [1, 2, 3]})
pyarrow.feather.write_feather(table, "/workspace/t.arrow", compression="zstd")
assert pyarrow.feather.read_table("/workspace/t.arrow", memory_map=True).equals(table)
pyarrow.csv.write_csv(table, "/workspace/t.csv")
assert pyarrow.csv.read_csv("/workspace/t.csv").num_rows == 3
