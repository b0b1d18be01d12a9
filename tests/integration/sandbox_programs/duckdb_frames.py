import duckdb
import numpy as np
import pandas as pd

facts = pd.DataFrame({"k": np.arange(1000) % 10, "v": np.arange(1000.0)})
names = pd.DataFrame({"k": range(10), "name": list("abcdefghij")})
out = duckdb.sql("select name, avg(v) as m from facts join names using (k) group by all order by name").df()
assert list(out.name) == list("abcdefghij")
assert out.m.iloc[0] == 495.0
