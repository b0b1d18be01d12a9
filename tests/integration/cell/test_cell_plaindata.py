"""A program that had to be approved finds of the state before what is data, and runs nothing of it."""

from typing import Any

import pytest

KEPT = """
import collections, datetime, decimal, uuid
import numpy as np, pandas as pd, polars as pl, pyarrow as pa
number, text, nested = 3, "x", {"a": [1, (2, {3})], "b": None}
day, price, key = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC), decimal.Decimal("1.50"), uuid.UUID(int=7)
counted = collections.Counter("aab")
array = np.arange(300_000).reshape(3, -1)
part = array[1]
objects = np.array(["a", 1, None], dtype=object)
frame = pd.DataFrame({
    "n": range(4), "s": ["a", "b", None, "d"], "c": pd.Categorical(["u", "v", "u", "v"]),
    "t": pd.date_range("2024-01-01", periods=4, tz="Europe/Berlin"), "i": pd.array([1, None, 3, 4], dtype="Int64"),
    "p": pd.period_range("2024-01", periods=4, freq="M"), "d": pd.to_timedelta([1, 2, 3, 4], unit="h"),
}).set_index(["n", "s"])
series = pd.cut(pd.Series([1.0, 2.0, 3.0]), 2)
table = pa.table({"a": [1, None], "l": [[1], [2, 3]], "k": pa.array(["x", "y"]).dictionary_encode()})
lazy = pl.DataFrame({"a": [1, 2], "c": pl.Series(["u", "v"], dtype=pl.Categorical)})
handle = data
"""
CHECKED = """
import datetime
assert (number, text, nested) == (3, "x", {"a": [1, (2, {3})], "b": None})
assert (day.year, str(price), key.int, counted["a"]) == (2024, "1.50", 7, 2)
assert array.sum() == 300_000 * 299_999 // 2 and np.shares_memory(array, part)
assert list(objects) == ["a", 1, None]
assert list(frame.columns) == ["c", "t", "i", "p", "d"] and frame.index.names == ["n", "s"]
assert str(frame["t"].dt.tz) == "Europe/Berlin" and frame["i"].sum() == 8 and frame["d"].sum().total_seconds() == 36_000
assert series.value_counts().sum() == 3
assert table.num_rows == 2 and table["l"].to_pylist() == [[1], [2, 3]]
assert lazy["c"].to_list() == ["u", "v"]
assert handle is data
say("all of it")
"""


def test_data_of_all_kinds_comes_back(cells: Any) -> None:
    base = cells.keep(cells.run(KEPT))
    ended = cells.run(CHECKED, base, data_only=True)
    assert ended.says == ["all of it"], ended.of("traceback") or ended.stderr


HOSTILE = {
    "a call": "class Evil:\n    def __reduce__(self): return print, ('ran',)\nevil = Evil()",
    "a shell": "import os\nclass Evil:\n    def __reduce__(self): return os.system, ('echo ran',)\nevil = [1, Evil()]",
    "a class of the program": "class Evil(dict):\n    def __getitem__(self, key): print('ran')\nevil = Evil(a=1)",
    "a subclass of a table": (
        "import pandas as pd\nclass Evil(pd.DataFrame):\n    def sum(self): print('ran')\nevil = Evil({'a': [1]})"
    ),
    "a function": "def evil(): print('ran')",
    "a function in a table": "import pandas as pd\nevil = pd.DataFrame({'a': [lambda: print('ran')]})",
    "a builtin by another way": (
        "class Evil:\n    def __reduce__(self): return getattr, (dict, 'fromkeys')\nevil = Evil()"
    ),
    "objects at addresses": (
        "import numpy as np\n"
        "from cell.arrays import owner\n"
        "class Evil:\n"
        "    def __reduce__(self): return owner, (b'\\x01' * 8, (1,), np.dtype('O'), 'C', True)\n"
        "evil = Evil()"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_more_than_data_is_left_unopened_and_told(cells: Any, name: str) -> None:
    base = cells.keep(cells.run(HOSTILE[name] + "\ngood = 1"))
    program = "say(str(good))\ntry: evil\nexcept NameError: say('absent')"
    ended = cells.run(program, base, data_only=True)
    assert ended.says == ["1", "absent"], ended.of("traceback")
    assert "ran" not in ended.stdout
    assert "evil could not be read back: a program that had to be approved starts from data alone" in ended.stderr
    assert "evil" in ended.variables, "the step after may find it"


def test_a_class_is_changed_by_no_pickle(cells: Any) -> None:
    """BUILD on what a pickle only names would set attributes of pandas itself."""
    crafted = "b'\\x80\\x04\\x8c\\x06pandas\\x8c\\x09DataFrame\\x93N}\\x8c\\x05shapeK\\x09s\\x86b.'"
    program = (
        "from cell.plaindata import DataUnpickler, NotDataError\n"
        "import pandas\n"
        f"try: DataUnpickler(memoryview({crafted}), (), {{'data': None}}, None).load()\n"
        "except NotDataError as error: say(str(error))\n"
        "say(str(pandas.DataFrame({'a': [1]}).shape))"
    )
    assert cells.run(program).says == ["a change to what it names", "(1, 1)"]
