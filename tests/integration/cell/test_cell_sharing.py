"""Variables that share objects still share them after a restore; those that share nothing are kept apart."""

from __future__ import annotations

from typing import Any

import pytest

NEVER_CHANGED = "after = 1"

SHARED = {
    "a list in two places": (
        "a = [1]\nb = {'a': a}\nc = [2]",
        "a.append(2); say(b['a']); say(b['a'] is a)",
        ["[1, 2]", "True"],
    ),
    "one list by two names": ("a = []\nb = a", "b.append(1); say(a is b); say(a)", ["True", "[1]"]),
    "a list in itself": ("a = [1]\na.append(a)", "say(a[1] is a); say(a[1][1][0])", ["True", "1"]),
    "two objects that hold each other": (
        "class Node: pass\na = Node(); b = Node()\na.other = b; b.other = a",
        "say(a.other.other is a); say(isinstance(b, Node)); say(type(a) is Node)",
        ["True", "True", "True"],
    ),
    "a class and its objects": (
        "class Point:\n    made = 0\n    def __init__(self): type(self).made += 1\np = Point(); q = Point()",
        "Point(); say(p.made); say(type(p) is Point); say(type(q) is type(p)); say(isinstance(q, Point))",
        ["3", "True", "True", "True"],
    ),
    "subclasses and methods": (
        """
class A:
    def f(self): return 'A'
class B(A):
    def f(self): return super().f() + 'B'
b = B()
bound = b.f""",
        "say(b.f()); say(isinstance(b, A)); say(bound()); b.x = 1; say(bound.__self__.x)",
        ["AB", "True", "AB", "1"],
    ),
    "closures over one cell": (
        """
def counter():
    n = 0
    def up():
        nonlocal n
        n += 1
        return n
    def read(): return n
    return up, read
up, read = counter()
up()""",
        "up(); up(); say(read())",
        ["3"],
    ),
    "a view of an array": (
        "import numpy as np\na = np.zeros(20_000)\nv = a[10:20:2]",
        "v[0] = 7; say(a[10]); a[12] = 5; say(v[1]); say(v.base is a); say(np.shares_memory(a, v))",
        ["7.0", "5.0", "True", "True"],
    ),
    "a transposed view of a small array": (
        "import numpy as np\na = np.arange(6).reshape(2, 3)\nt = a.T\nr = a[::-1, ::-1]",
        "t[2, 1] = 50; say(a[1, 2]); say(r[0, 0]); say(a.flags.writeable)",
        ["50", "50", "True"],
    ),
    "a view of a fortran array": (
        "import numpy as np\na = np.asfortranarray(np.arange(12.0).reshape(3, 4))\nv = a[:, 1]\nw = a[1:, 2:]",
        "v[0] = -1; w[0, 0] = -2; say(a[0, 1]); say(a[1, 2]); say(a.flags.f_contiguous)",
        ["-1.0", "-2.0", "True"],
    ),
    "two views of an array that has no name": (
        "import numpy as np\nv, w = (lambda whole: (whole[:50_000], whole[40_000:]))(np.zeros(100_000))",
        "v[45_000] = 3; say(w[5_000])",
        ["3.0"],
    ),
    "an array that may not be written to": (
        "import numpy as np\na = np.arange(30_000)\nb = np.arange(9)\na.flags.writeable = b.flags.writeable = False",
        "say(a.flags.writeable); say(b.flags.writeable); say(int(a.sum()))",
        ["False", "False", "449985000"],
    ),
    "a default dict and a counter": (
        """
from collections import Counter, defaultdict, deque
row = [1]
d = defaultdict(list, x=row)
c = Counter('aab')
q = deque([row], 3)""",
        "row.append(2); say(d['x']); say(q[0] is row); say(c['a']); d['new'].append(1); say(len(d))",
        ["[1, 2]", "True", "2", "2"],
    ),
    "frames of every make": (
        """
import pandas as pd, polars as pl, pyarrow as pa, scipy.sparse
index = pd.MultiIndex.from_product([["x", "y"], [1, 2]], names=["k", "n"])
frame = pd.DataFrame({"c": pd.Categorical(["u", "v", "u", None]), "i": pd.array([1, None, 3, 4], dtype="Int64"),
                      "t": ["a", None, "c", "d"], "z": pd.date_range("2024", periods=4, tz="UTC")}, index=index)
frame.attrs["source"] = "here"
lazy = pl.DataFrame({"a": [1, None], "s": ["x", "y"], "l": [[1], [2, 3]], "e": pl.Series(["p", "q"],
                     dtype=pl.Enum(["p", "q"]))})
table = pa.table({"a": list(range(50_000)), "s": ["x"] * 50_000}).slice(7, 20_000)
sparse = scipy.sparse.random(400, 400, density=0.2, random_state=1, format="csr")
total = round(float(sparse.sum()), 6)
""",
        """
say(frame.dtypes.astype(str).tolist()); say(frame.index.names); say(frame.attrs['source']); say(frame.i.sum())
say(frame.loc[('y', 1), 't']); say(lazy.dtypes); say(lazy['l'][1].to_list()); say(table['a'][0].as_py())
say(table.num_rows); say(round(float(sparse.sum()), 6) == total)
""",
        ["['category', 'Int64', 'str', 'datetime64[us, UTC]']", "['k', 'n']", "here", "8", "c",
         "[Int64, String, List(Int64), Enum(categories=['p', 'q'])]", "[2, 3]", "7", "20000", "True"],
    ),
    "a generator inside reach of what is kept": (
        "rows = [1, 2, 3]\ntaken = (row for row in rows)\nnext(taken)\nholder = {'rows': rows}",
        "rows.append(4); say(holder['rows']); say(len(rows))",
        ["[1, 2, 3, 4]", "4"],
    ),
    "a model and its data": (
        """
import numpy as np
from sklearn.linear_model import LinearRegression
X = np.arange(10.0).reshape(-1, 1)
y = 3 * X[:, 0] + 1
model = LinearRegression().fit(X, y)
models = [model]""",
        "say(round(float(model.predict([[10.0]])[0]), 6)); say(models[0] is model); X[0, 0] = 5; say(y[0])",
        ["31.0", "True", "1.0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
def test_what_is_shared_stays_shared(cells: Any, name: str) -> None:
    """Also after a step that reads nothing, and after one that reads all and changes nothing."""
    made, used, says = SHARED[name]
    ended = cells.session(made, NEVER_CHANGED, "say(len(globals()) > 5)", used)
    assert ended.says == says
    assert ended.says == cells.run(made + "\n" + used).says


def test_groups_are_no_larger_than_what_is_shared(cells: Any) -> None:
    ended = cells.run(
        """
import datetime, decimal, enum
import numpy as np, pandas as pd
shared = [1]
holder = {"list": shared, "when": datetime.datetime.now(datetime.timezone.utc)}
frame = pd.DataFrame({"a": [1, 2], "when": pd.to_datetime(["2024-01-01", "2024-01-02"]), "t": ["x", "y"]})
other = frame.assign(b=1)
grouped = frame.groupby("t")["a"].sum()
array = np.arange(5)
scalar = np.float64(3)
moment = pd.Timestamp("2024-01-01", tz="Europe/Berlin")
price = decimal.Decimal("1.5")
texts = ("x", "y")
more = {"t": texts, "d": np.dtype("int64"), "p": price, "f": np.add, "na": pd.NA, "g": len, "m": pd.concat}
again = [texts, np.dtype("int64"), price, np.add, pd.NA, len, pd.concat, pd.isna]
def function(): return shared
"""
    )
    assert ended.unsaved == {}
    assert {"shared", "holder"} in ended.groups
    assert [group for group in ended.groups if len(group) > 1] == [{"shared", "holder"}]


def test_frames_do_not_write_into_each_other(cells: Any) -> None:
    """pandas copies when it is written to, and forgets in a pickle who shares memory with whom."""
    ended = cells.session(
        """
import numpy as np, pandas as pd
frame = pd.DataFrame({"a": np.arange(400_000), "b": 1.5, "d": pd.date_range("2000", periods=400_000, freq="min")})
renamed = frame.rename(columns={"a": "x"})
part = frame[10:20]
series = frame["a"]
""",
        """
frame.loc[0, "a"] = -1
frame.loc[0, "d"] = pd.Timestamp("1970-01-01")
frame.loc[10, "b"] = 9
say(renamed.loc[0, "x"]); say(renamed.loc[0, "d"].year); say(part.loc[10, "b"]); say(series[0])
""",
    )
    assert ended.says == ["0", "2000", "1.5", "0"]


def test_memory_that_frames_have_in_common_is_sent_once(cells: Any) -> None:
    ended = cells.run(
        "import numpy as np, pandas as pd\nframe = pd.DataFrame({'a': np.arange(1_000_000)})\n"
        "renamed = frame.rename(columns={'a': 'x'})\nother = {'f': frame['a']}"
    )
    assert 8_000_000 <= ended.sent_bytes < 8_100_000


def test_large_memory_is_sent_again_only_where_it_was_written_to(cells: Any) -> None:
    first = cells.run(
        "import numpy as np\na = np.zeros(2_500_000)\nb = np.ones(400_000)\nc = np.ones((300, 300)); n = 1"
    )
    base = cells.keep(first)
    second = cells.run("n = int(a.sum() + b.sum() + c.sum())\na = a", base)
    assert second.sent_bytes < 100
    base = cells.keep(second, base)
    third = cells.run("b[3] = 2", base)
    assert 3_200_000 <= third.sent_bytes < 3_210_000
    fourth = cells.run("a[0] = 5; c[0, 0] = 5; say(b[3])", cells.keep(third, base))
    assert 20_720_000 <= fourth.sent_bytes < 20_730_000
    assert fourth.says == ["2.0"]


def test_a_hundred_thousand_objects_are_one_variable(cells: Any) -> None:
    ended = cells.session(
        "class P:\n    def __init__(s, n): s.n = n\npoints = [P(n) for n in range(100_000)]\nfirst = points[0]",
        "first.n = 'first'",
        "say(len(points)); say(points[0].n); say(points[99_999].n); say(points[0] is first)",
    )
    assert ended.says == ["100000", "first", "99999", "True"]
