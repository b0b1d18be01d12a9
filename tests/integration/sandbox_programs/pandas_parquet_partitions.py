import pandas as pd

frame = pd.DataFrame({"year": [2023, 2024, 2024], "x": [1, 2, 3]})
frame.to_parquet("/workspace/parts", partition_cols=["year"])
back = pd.read_parquet("/workspace/parts", filters=[("year", "=", 2024)])
assert sorted(back.x) == [2, 3]
