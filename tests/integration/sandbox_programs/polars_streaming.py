import polars as pl

pl.DataFrame({"x": range(200_000)}).write_csv("/workspace/big.csv")
out = pl.scan_csv("/workspace/big.csv").filter(pl.col("x") % 2 == 0).select(pl.len()).collect(engine="streaming")
assert out.item() == 100_000
