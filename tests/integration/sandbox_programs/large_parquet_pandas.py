# profile: medium
import pandas as pd

frame = pd.read_parquet("/data/large.parquet", columns=["value"])
assert len(frame) > 10_000_000
assert abs(frame.value.mean() - 0.5) < 0.01
