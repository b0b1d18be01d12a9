import ast
import importlib
import runpy
import sys
import textwrap

open("/workspace/mine.py", "w").write("VALUE = 3\n\ndef double(n):\n    return n * 2\n")
sys.path.insert(0, "/workspace")
mine = importlib.import_module("mine")
assert mine.double(mine.VALUE) == 6
assert runpy.run_path("/workspace/mine.py")["VALUE"] == 3
assert ast.literal_eval("[1, {'a': 2}]") == [1, {"a": 2}]
names = {}
exec(textwrap.dedent("    x = 1"), names)
assert names["x"] == 1
