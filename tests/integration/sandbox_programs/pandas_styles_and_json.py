import io

import pandas as pd

frame = pd.DataFrame({"a": [1.5, 2.5]})
assert "2.50" in frame.to_string(float_format="%.2f")
assert pd.read_json(io.StringIO(frame.to_json(orient="table")), orient="table").a.sum() == 4.0
assert "<td>1.5</td>" in frame.to_html()
