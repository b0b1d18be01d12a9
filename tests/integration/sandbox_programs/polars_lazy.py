import polars as pl

frame = pl.DataFrame({"g": [i % 5 for i in range(10_000)], "x": range(10_000)})
frame.write_parquet("/workspace/p.parquet")
out = pl.scan_parquet("/workspace/p.parquet").group_by("g").agg(pl.col("x").sum()).sort("g").collect()
assert out["x"].to_list()[0] == 9_995_000
