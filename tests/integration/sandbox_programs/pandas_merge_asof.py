import pandas as pd

quotes = pd.DataFrame({"t": [1, 5, 10], "q": [1.0, 2.0, 3.0]})
trades = pd.DataFrame({"t": [2, 6, 11]})
assert pd.merge_asof(trades, quotes, on="t").q.to_list() == [1.0, 2.0, 3.0]
