"""The cell's entry, from job to frames."""

from __future__ import annotations

import json
import struct
from typing import Any

import pyarrow as pa
import pytest

from daytwo.executor.cell.inks import SERIES
from daytwo.executor.cell.outlet import RESERVED_BYTES

END = {
    "kind": "end",
    "outcome": "ok",
    "rows": 0,
    "checks": 0,
    "lookups": 0,
    "error_class": 0,
    "statement": 0,
    "template": 0,
    "hole": 0,
}
"""The last frame of a program that shows and asks nothing."""


def test_results_stream_in_order_and_the_end_comes_last(cells: Any) -> None:
    ended = cells.run(
        """
import pandas as pd
say("first")
show(pd.DataFrame({"region": ["north", "south"], "revenue": [1.5, None]}), title="Revenue")
say(f"then {1 + 1}")
show([{"a": 1}, {"b": 2}])
show(7, "seven")
"""
    )
    assert [header["kind"] for header, _ in ended.frames[:6]] == ["say", "table", "say", "table", "table", "shapes"]
    assert ended.says == ["first", "then 2"]
    first, second, third = ended.of("table")
    assert first == {
        "kind": "table",
        "name": "t1",
        "title": "Revenue",
        "columns": [{"name": "region", "type": "large_string"}, {"name": "revenue", "type": "double"}],
        "row_count": 2,
        "rows": [["north", 1.5], ["south", None]],
    }
    assert (second["name"], second["rows"]) == ("t2", [[1.0, None], [None, 2.0]])
    assert (third["title"], third["rows"]) == ("seven", [[7]])
    assert pa.ipc.open_file(ended.payload("table")).read_all().to_pylist() == [
        {"region": "north", "revenue": 1.5},
        {"region": "south", "revenue": None},
    ]
    assert ended.last == END | {"rows": 5}
    assert ended.status == 0


def test_the_program_has_no_standard_input_and_runs_in_its_workspace(cells: Any) -> None:
    ended = cells.run(
        "import os, sys\n"
        "say(repr(sys.stdin.read()))\n"
        "say(os.getcwd() == str(workspace) and __name__)\n"
        "print('to the person')\n"
        "import warnings; warnings.warn('careful')\n"
    )
    assert ended.says == ["''", "__main__"]
    assert ended.stdout == "to the person\n"
    assert "careful" in ended.stderr


def test_an_error_names_class_and_statement_and_shows_the_program_s_own_lines(cells: Any) -> None:
    ended = cells.run(
        """
import json

def broken(text):
    return json.loads(text)

first = 1
second = broken("{")
"""
    )
    assert ended.status == 1
    assert ended.last == END | {"outcome": "error", "error_class": 19, "statement": 3}
    (traceback,) = ended.of("traceback")
    assert traceback["text"] == (
        '  line 8, in <program>\n    second = broken("{")\n'
        "  line 5, in broken\n    return json.loads(text)\n"
        "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)\n"
    )
    assert not ended.of("manifest")


@pytest.mark.parametrize(
    ("program", "error_class", "statement"),
    [
        ("x = = 1", 16, 0),
        ("a = 1; b = 1 / 0", 20, 1),
        ("raise KeyboardInterrupt", 0, 0),
        ("import sys\nsys.exit('no')", 0, 1),
        ("\n" * 3 + "pass\n" * 20 + "unknown", 7, 15),
        ("class Mine(KeyError): pass\nraise Mine", 6, 1),
        ("class ZeroDivisionError(Exception): pass\nraise ZeroDivisionError", 0, 1),
        ("def deeper(): deeper()\ndeeper()", 13, 1),
        ("pass\ndata('orders')", 6, 1),
        ("class Rude(Exception):\n    def __str__(self): raise ValueError\nraise Rude", 0, 1),
    ],
)
def test_error_symbols(cells: Any, program: str, error_class: int, statement: int) -> None:
    ended = cells.run(program)
    assert (ended.status, ended.last["outcome"]) == (1, "error")
    assert (ended.last["error_class"], ended.last["statement"]) == (error_class, statement)
    assert len(ended.of("traceback")) == 1


@pytest.mark.parametrize("program", ["import sys\nsys.exit()", "raise SystemExit(0)"])
def test_a_good_exit_ends_well_and_keeps_variables(cells: Any, program: str) -> None:
    ended = cells.run("kept = 1\n" + program)
    assert (ended.status, ended.last["outcome"]) == (0, "ok")
    assert "kept" in ended.variables


def test_running_out_of_memory_is_an_outcome_of_its_own(cells: Any) -> None:
    ended = cells.run("say('before')\nx = bytearray(10**15)")
    assert (ended.status, ended.last["outcome"]) == (86, "memory")
    assert ended.says == ["before"]
    assert not ended.of("manifest")


def test_duckdb_out_of_memory_is_memory_too(cells: Any) -> None:
    ended = cells.run("sql('select list(range) from range(100000000)').fetchall()", memory_bytes=64 * 1024**2)
    assert (ended.status, ended.last["outcome"]) == (86, "memory")


def test_checks_are_bits_by_order_in_the_source(cells: Any) -> None:
    ended = cells.run(
        """
def later(x):
    check(x > 1, "every time")
for x in (3, 2, 1):
    check(x, label="truthy"); later(x)
check(False, "no")
if False:
    check(True, "not reached")
import numpy as np
check(np.bool_(True), "numpy"); check([], "empty")
again = [check(n < 3, "in a comprehension") for n in range(3)]
check(1, "8th")
check(1, "9th: no bit")
"""
    )
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert f"{ended.last['checks']:08b}"[::-1] == "01001011"


@pytest.mark.parametrize("call", ["check(1, name)", "check(1)", "check(1, f'{1}')", "check(1, 7)"])
def test_a_check_without_a_literal_label_is_refused_before_anything_runs(cells: Any, call: str) -> None:
    ended = cells.run(f"say('ran')\nname = 'a'\n{call}")
    assert (ended.last["outcome"], ended.last["error_class"], ended.says) == ("error", 16, [])
    assert "line 3" in ended.of("traceback")[0]["text"]


def test_matplotlib_figures_are_shown_once_as_png(cells: Any) -> None:
    ended = cells.run(
        """
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.title("costs ($) and gains ($)"); plt.show()
figure, axes = plt.subplots()
axes.bar(["a", "b"], [1, 2])
show(axes, title="named")
plt.figure()
plt.subplots(figsize=(400, 300))[1].plot([1, 2])
"""
    )
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    charts = ended.of("chart")
    assert [(chart["name"], chart["title"], chart["media_type"]) for chart in charts] == [
        ("c1", None, "image/png"),
        ("c2", "named", "image/png"),
        ("c3", None, "image/png"),
    ]
    for index in range(3):
        picture = ended.payload("chart", index)
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", picture[16:24])
        assert 0 < width * height < 30_000_000
    assert [dark["name"] for dark in ended.of("dark_chart")] == ["c1", "c2", "c3"]
    assert ended.payload("dark_chart") != ended.payload("chart")


def test_a_chart_in_colours_for_a_light_ground_has_no_dark_picture(cells: Any) -> None:
    ended = cells.run(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2], color='black'); plt.show()\nplt.plot([1, 2]); plt.show()"
    )
    assert [chart["name"] for chart in ended.of("chart")] == ["c1", "c2"]
    assert [dark["name"] for dark in ended.of("dark_chart")] == ["c2"]


def test_plotly_figures_are_reduced_specifications(cells: Any) -> None:
    ended = cells.run(
        """
import plotly.graph_objects as go
figure = go.Figure(go.Bar(x=["a"], y=[2]), layout={"images": [{"source": "https://example.org/secret.png"}]})
figure.update_layout(title="<a href='https://example.org'>Title</a>")
figure.show()
show(figure, "again")
"""
    )
    first, second = ended.of("chart")
    assert (first["media_type"], second["title"]) == ("application/vnd.plotly.v1+json", "again")
    specification = json.loads(ended.payload("chart"))
    assert specification["data"][0]["type"] == "bar"
    assert specification["layout"]["title"]["text"] == "Title"
    assert b"example.org" not in ended.payload("chart")
    assert specification["layout"]["template"]["layout"]["colorway"] == list(SERIES)


def test_what_exceeds_the_output_limit_is_refused_not_sent(cells: Any) -> None:
    ended = cells.run("show({'a': list(range(100_000))})", output_bytes=RESERVED_BYTES + 100_000)
    assert (ended.last["outcome"], ended.last["rows"]) == ("error", 0)
    assert not ended.of("table")
    assert ended.of("traceback")
    ended = cells.run("while True: say('x' * 10_000)", output_bytes=RESERVED_BYTES + 100_000)
    assert (ended.last["outcome"], len(ended.says)) == ("error", 9)
    ended = cells.run("big = bytes(90_000)\nsmall = 1", output_bytes=RESERVED_BYTES + 50_000)
    assert ended.last["outcome"] == "ok"
    assert list(ended.variables) == ["small"]
    assert ended.unsaved == {"big": "it is too large to keep"}


def test_texts_are_cut_and_made_valid(cells: Any) -> None:
    ended = cells.run("say('x' * 10_000_000)\nsay('\\ud800!')\nshow(1, title='t' * 10_000)\nshow('a' * 10_000_000)")
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert len(ended.says[0]) == 64 * 1024
    assert ended.says[1] == "?!"
    assert len(ended.of("table")[0]["title"]) == 500
    assert len(ended.of("table")[1]["rows"][0][0]) == 1_000


def test_threads_left_running_do_not_hold_the_cell(cells: Any) -> None:
    ended = cells.run("import threading, time\nthreading.Thread(target=time.sleep, args=(3_600,)).start()\nsay('done')")
    assert (ended.status, ended.says) == (0, ["done"])
