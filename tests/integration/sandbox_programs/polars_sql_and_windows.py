import polars as pl

frame = pl.DataFrame({"who": ["a", "a", "b"], "n": [1, 2, 3]})
assert pl.SQLContext(t=frame).execute("select who, sum(n) s from t group by who order by who", eager=True)[
    "s"
].to_list() == [3, 3]
assert frame.with_columns(pl.col("n").rank().over("who").alias("r"))["r"].to_list() == [1, 2, 1]
