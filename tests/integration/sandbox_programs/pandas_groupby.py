import numpy as np
import pandas as pd

frame = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=366), "v": np.arange(366.0)})
monthly = frame.set_index("day").resample("MS").v.sum()
assert monthly.iloc[1] == sum(range(31, 60))
pivot = frame.assign(m=frame.day.dt.month, w=frame.day.dt.day_name()).pivot_table(index="m", columns="w", values="v")
assert pivot.shape == (12, 7)
