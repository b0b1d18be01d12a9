import pandas as pd

for encoding in ("utf-8", "latin-1", "utf-16", "cp1252"):
    pd.DataFrame({"ä": ["ö", "ü"]}).to_csv("/workspace/t.csv", index=False, encoding=encoding)
    assert pd.read_csv("/workspace/t.csv", encoding=encoding).loc[1, "ä"] == "ü"
