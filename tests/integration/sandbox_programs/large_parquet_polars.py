# profile: medium
import polars as pl

lazy = pl.scan_parquet("/data/large.parquet")
assert abs(lazy.select(pl.col("value").mean()).collect(engine="streaming").item() - 0.5) < 0.01
