import pandas as pd

frame = pd.DataFrame({"a": [1, 2], "when": pd.to_datetime(["2024-01-01", "2024-01-02"])})
with pd.ExcelWriter("/workspace/book.xlsx") as book:
    frame.to_excel(book, sheet_name="one", index=False)
    frame.assign(a=9).to_excel(book, sheet_name="two", index=False)
both = pd.read_excel("/workspace/book.xlsx", sheet_name=None)
assert list(both) == ["one", "two"]
assert both["two"].a.sum() == 18
