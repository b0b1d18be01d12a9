"""Variables and files from one step to the next."""

from __future__ import annotations

from typing import Any


def test_a_session_goes_on_where_it_was(cells: Any) -> None:
    ended = cells.session(
        """
import math, xml.etree.ElementTree
import json as js
from datetime import date
from math import sqrt
import numpy as np
import pandas as pd
frame = pd.DataFrame({"a": [1, 2], "b": pd.to_datetime(["2024-01-01", None])}, index=["x", "y"])
array = np.arange(6).reshape(2, 3)
nested = {"day": date(2024, 1, 2), "ints": [1, 2**70]}
rate = 2
_hidden = 40
def doubled(n):
    return n * rate + _offset()
def _offset():
    return _hidden
class Point:
    def __init__(self, x): self.x = x
    def far(self): return sqrt(self.x) + rate
point = Point(9)
adders = [lambda n, k=k: n + k for k in range(2)]
""",
        """
rate = 3
say(doubled(1)); say(point.far()); say(isinstance(point, Point)); say(adders[1](1))
say(js.dumps(nested["ints"])); say(nested["day"] == date(2024, 1, 2)); say(math.floor(2.5))
say(array.sum()); say(frame.loc["y", "a"]); say(frame["b"].dtype)
say(xml.etree.ElementTree.fromstring("<a/>").tag)
""",
        "say(doubled(1)); say(frame.shape); say(Point(4).far())",
    )
    assert ended.says == ["43", "(2, 2)", "5.0"]


def test_the_second_step_saw_all_kinds(cells: Any) -> None:
    first = cells.run("import json as js\nfrom math import sqrt\nrate = 2\ndef f(n): return sqrt(n) * rate\nkept = [1]")
    assert first.manifest["modules"] == {"js": "json", "sqrt": "math:sqrt"}
    assert sorted(map(sorted, first.groups)) == [["f"], ["kept"], ["rate"]]
    second = cells.run("rate = 5; say(f(4)); say(js.dumps(kept))", cells.keep(first))
    assert second.says == ["10.0", "[1]"]
    assert second.variables == first.variables


def test_what_did_not_change_is_not_sent_again(cells: Any) -> None:
    first = cells.run("untouched = {'a': [1, 2, 3] * 9}\nread = [4, 5]\nother = 1\nimport math")
    base = cells.keep(first)
    second = cells.run("other += 1; say(len(read))", base)
    assert 0 < second.sent_bytes < 20
    third = cells.run("say(other); say(read); say(untouched['a'][:3]); say(math.pi > 3)", cells.keep(second, base))
    assert third.says == ["2", "[4, 5]", "[1, 2, 3]", "True"]
    assert not third.sent_bytes


def test_deleted_variables_are_gone(cells: Any) -> None:
    ended = cells.session("a = 1\nb = 2", "del a", "say('a' in globals()); say(b)")
    assert ended.says == ["False", "2"]


def test_variables_are_found_where_a_program_does_not_name_them(cells: Any) -> None:
    ended = cells.session(
        "import pandas as pd\nlimit = 2\nframe = pd.DataFrame({'a': [1, 2, 3]})",
        """
say(globals()["limit"])
""",
        """
say(len(frame.query("a > @limit")))
name = "fr" + str("ame")
say(sql(f"select sum(a) as s from {name}").fetchone())
""",
    )
    assert ended.says == ["1", "(6,)"]


def test_what_cannot_be_kept_is_told_and_costs_nothing_else(cells: Any) -> None:
    ended = cells.run(
        """
import threading, sqlite3, sys
generator = (n for n in range(3))
next(generator)
handle = open(workspace / "log.txt", "w")
holder = {"inner": [handle]}
lock = threading.Lock()
lock.acquire()
connection = sqlite3.connect(workspace / "book.sqlite")
class Rude:
    def __reduce__(self): raise RuntimeError("no")
rude = Rude()
deep = []
for _ in range(100_000): deep = [deep]
data = 5
globals()["not a name"] = 1
_private = 1
good = "kept"
"""
    )
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert ended.unsaved == {
        "generator": "it is, or holds, a generator that was begun, or is in a closure",
        "handle": "it is, or holds, an open file",
        "holder": "it is, or holds, an open file",
        "lock": "it is, or holds, a lock",
        "connection": "it is, or holds, a database connection",
        "rude": "it cannot be kept (RuntimeError)",
        "deep": "it is nested too deeply",
        "data": "this name is one of daytwo's own; give the variable another",
        "not a name": "this is not a name that a program can use",
    }
    assert ended.variables == {"threading", "sqlite3", "sys", "Rude", "good"}


def test_the_statement_that_made_it_is_told(cells: Any) -> None:
    ended = cells.run(
        "rows = [1]\ngenerator = (n for n in rows)\nnext(generator)\nfor n in range(2):\n    handle = open('x', 'w')"
    )
    assert ended.manifest["unsaved"] == [
        {"name": "generator", "reason": "it is, or holds, a generator that was begun, or is in a closure",
         "made_by": "line 2: generator = (n for n in rows)"},
        {"name": "handle", "reason": "it is, or holds, an open file", "made_by": "line 4: for n in range(2):"},
    ]  # fmt: skip


def test_given_names_inside_values_stay_the_cell_s_own(cells: Any) -> None:
    ended = cells.session(
        "speak = say\ntools = {'show': show}\ndef tell(text): say(text)\nanswer = sql('select 6 * 7 as n')",
        "speak('a'); tell('b'); tools['show'](1); say(answer.fetchone()); say(speak is say)",
    )
    assert ended.says == ["a", "b", "(42,)", "True"]
    assert len(ended.of("table")) == 1


def test_a_variable_that_cannot_be_read_back_costs_nothing_and_is_not_lost(cells: Any) -> None:
    first = cells.run(
        """
class Fragile:
    def __reduce__(self): return int, ("no number",)
bad = Fragile()
good = 2
"""
    )
    base = cells.keep(first)
    second = cells.run("say(good)\ntry: bad\nexcept NameError: say('absent')", base)
    assert second.says == ["2", "absent"]
    assert "bad could not be read back" in second.stderr
    assert "bad" in second.variables
    third = cells.run("bad = 3\nsay(Fragile.__name__)", cells.keep(second, base))
    assert {"bad", "Fragile", "good"} == third.variables
    assert third.says == ["Fragile"]


def test_files_of_the_workspace_are_kept(cells: Any) -> None:
    ended = cells.session(
        """
(workspace / "deep" / "er").mkdir(parents=True)
(workspace / "deep" / "er" / "a.bin").write_bytes(bytes(range(256)))
(workspace / "empty").touch()
(workspace / "gone").write_text("x")
""",
        "(workspace / 'gone').unlink()\nsay(open('deep/er/a.bin', 'rb').read() == bytes(range(256)))",
        """
import os
os.symlink("/etc/passwd", "link"); os.mkfifo("pipe")
open(b"\\xff.txt", "w").close()
open("two\\nlines", "w").close()
os.mkdir("bare")
""",
    )
    assert sorted(file["path"] for file in ended.manifest["files"]) == ["deep/er/a.bin", "empty"]
    assert not ended.sent_bytes
    assert ended.manifest["folders"] == ["bare"]
    assert set(ended.unsaved) == {"link", "pipe", "?.txt", "two\nlines"}


def test_figures_that_are_kept_do_not_open_again(cells: Any) -> None:
    ended = cells.session(
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1, 2])",
        "say(len(figure.axes))",
        "axes.figure.suptitle('later')\nshow(figure)",
    )
    assert len(ended.of("chart")) == 1


def test_a_dotted_import_does_not_keep_a_package_of_the_step_before_away(cells: Any) -> None:
    ended = cells.session("import email", "import xml.dom\nsay(email.__name__)")
    assert ended.says == ["email"]
