import sqlite3

import pandas as pd

with sqlite3.connect("/workspace/data.sqlite") as database:
    pd.DataFrame({"a": range(100)}).to_sql("t", database, index=False)
    assert pd.read_sql("select sum(a) as s from t", database).s[0] == 4950
