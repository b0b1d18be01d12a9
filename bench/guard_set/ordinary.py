"""Ordinary programs: the documented examples of the analysis libraries as they are installed, and galleries on disk.

Nothing of other people's is kept here: each docstring of at least `LINES_LIMIT` example lines becomes one program, with
the imports that its library's documentation takes for granted.  Examples that use the network, a pickle or a file that
their text names outside of the folder are no ordinary programs for a sandbox without a network and are left out, by the
words in `LEFT_OUT`; so are those that import what is neither in the environment nor listed (a toolkit of windows, a
module beside the example): they would not run.  How many are left is printed.

Where the galleries come from: the source distributions of scikit-learn, statsmodels, matplotlib and seaborn, unpacked.
"""

from __future__ import annotations

import ast
import doctest
import importlib.util
import json
import re
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruff import find_ruff_bin

from daytwo.executor.environments import default_environment
from daytwo.executor.guard import shipped_policy
from daytwo.executor.guard.packages import is_listed

LINES_LIMIT = 4
HEADERS = {
    "duckdb": "import duckdb\n",
    "matplotlib": "import matplotlib.pyplot as plt\nimport numpy as np\n",
    "networkx": "import networkx as nx\n",
    "numpy": "import numpy as np\n",
    "pandas": "import numpy as np\nimport pandas as pd\n",
    "polars": "import polars as pl\n",
    "scipy": "import numpy as np\n",
    "sklearn": "import numpy as np\n",
    "statsmodels": "import numpy as np\nimport pandas as pd\nimport statsmodels.api as sm\n",
}
LEFT_OUT = re.compile(
    r"https?://|s3://|urllib|requests|fetch_|get_rdataset|webuse|load_dataset|read_gbq|read_clipboard|pickle|_sql_table"
    r"|DataReader|FredReader|scipy\.datasets|datasets import face|datasets\.face"
)


SOURCES = ("pandas", "polars", "duckdb", "sklearn", "matplotlib", "statsmodels", "scipy", "numpy", "pyarrow")


@dataclass(frozen=True)
class Ordinary:
    source: str
    where: str
    text: str


def documented(package: str) -> Iterator[Ordinary]:
    """The examples in the docstrings of an installed package, a program each."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return
    parser = doctest.DocTestParser()
    folder = Path(spec.origin).parent
    for path in sorted(folder.rglob("*.py")):
        if "tests" in path.parts or path.stat().st_size > 2_000_000:
            continue
        for name, docstring in _docstrings(path):
            if ">>>" not in docstring:
                continue
            try:
                examples = [one for one in parser.parse(docstring) if isinstance(one, doctest.Example)]
            except ValueError:
                continue
            text = "".join(example.source for example in examples if example.exc_msg is None)
            if text.count("\n") >= LINES_LIMIT and not any(one.exc_msg for one in examples) and _parses(text):
                yield Ordinary(package, f"{path.relative_to(folder.parent)}:{name}", HEADERS.get(package, "") + text)


def gallery(folder: Path) -> Iterator[Ordinary]:
    """The example scripts below a folder: `examples/**/*.py`, `gallery/**/*.py`."""
    for path in sorted(folder.rglob("*.py")):
        if (
            any(part in {"examples", "gallery", "example", "galleries"} for part in path.parts)
            and "tests" not in path.parts
        ):
            text = path.read_text("utf-8", "replace")
            if text.count("\n") >= LINES_LIMIT and _parses(text):
                yield Ordinary(folder.name, str(path.relative_to(folder)), text)


def kept(programs: Iterable[Ordinary]) -> list[Ordinary]:
    """Those that are whole and use no network: no name is undefined, no word of `LEFT_OUT` there, no module missing."""
    candidates = [one for one in programs if LEFT_OUT.search(one.text) is None and _has_its_modules(one.text)]
    return [one for one, is_whole in zip(candidates, _are_whole(candidates), strict=True) if is_whole]


@cache
def _is_to_be_had(module: str) -> bool:
    return module in default_environment().import_names or is_listed(module, shipped_policy().packages)


def _has_its_modules(text: str) -> bool:
    """Whether every module that a program imports is in this environment, or may be added to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        named += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        if not all(_is_to_be_had(name.partition(".")[0]) for name in named):
            return False
    return True


def _are_whole(programs: list[Ordinary]) -> list[bool]:
    """Whether each program defines the names that it uses, as ruff sees it (F821)."""
    with tempfile.TemporaryDirectory() as folder:
        for number, program in enumerate(programs):
            Path(folder, f"p{number}.py").write_text(program.text, "utf-8")
        command = [
            find_ruff_bin(),
            "check",
            "--isolated",
            "--no-cache",
            "--select",
            "F821,F405",
            "--output-format",
            "json",
            ".",
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        broken = {Path(one["filename"]).name for one in json.loads(done.stdout or "[]")}
    return [f"p{number}.py" not in broken for number in range(len(programs))]


def _docstrings(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_text("utf-8", "replace"))
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield getattr(node, "name", "module"), docstring


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "example.py", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return False
    return True
