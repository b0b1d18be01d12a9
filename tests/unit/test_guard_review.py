"""Guard: ordinary analysis passes untouched, attacks do not, and every finding says where and what to do."""

# ruff: noqa: E501 -- the tables hold a program a line

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daytwo.executor.guard import RULES_VERSION, Reviewed, shipped_policy
from daytwo.executor.guard.review import review
from daytwo.wire.sheet import Level, SchemaSheet, TableSheet
from daytwo.wire.verdict import Ruling, Severity

ENVIRONMENT = (
    *("pandas", "numpy", "polars", "duckdb", "matplotlib", "plotly", "sklearn", "statsmodels", "scipy", "pyarrow"),
    *("openpyxl", "fastapi", "httpx2", "cloudpickle", "uvicorn", "oddlib"),
)
DATASETS = ("orders", "items")


POLICY = shipped_policy().without_packages()


def sheet(name: str) -> SchemaSheet:
    table = TableSheet(name=name, columns=())  # of which nothing is known but the name
    return SchemaSheet(org_id="local", dataset=name, version=1, level=Level.SHAPE, format="csv", tables=(table,))


def ruling(program: str, known_names=(), datasets=DATASETS):
    reviewed = Reviewed(
        program=program,
        known_names=known_names,
        environment_imports=ENVIRONMENT,
        sheets=tuple(sheet(name) for name in datasets),
    )
    return review(reviewed, POLICY)


ORDINARY = [
    'df = data("orders").pandas()\nshow(df.groupby("region")["revenue"].sum())',
    'show(sql("select region, sum(revenue) as total from orders group by region order by total desc"))',
    'total = sql("select sum(price) from orders").fetchall()[0][0]\nsay(f"The total is {total:,.2f}.")',
    "import pandas as pd\nimport numpy as np\nx = pd.Series(np.arange(10))\nsay(x.mean())",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2], [3, 4])\nax.set_title('A')\nplt.show()",
    'import plotly.express as px\nfig = px.bar(data("orders").pandas(), x="region", y="revenue")\nshow(fig)',
    'import polars as pl\ndf = data("orders").polars()\nshow(df.group_by("r").agg(pl.col("x").mean().alias("m")))',
    "from sklearn.linear_model import LinearRegression\nmodel = LinearRegression().fit([[1], [2]], [1, 2])",
    "import statsmodels.api as sm\nfit = sm.OLS([1.0, 2.0], sm.add_constant([1.0, 2.1])).fit()\nsay(str(fit.summary()))",
    "import statsmodels.formula.api as smf\nm = smf.ols('y ~ x', data=data('orders').pandas()).fit()",
    "from scipy import stats\nr = stats.ttest_ind([1, 2, 3], [2, 3, 4])\nsay(f'{r.pvalue:.3f}')",
    "import datetime as dt\nsay(dt.date(2024, 1, 1).isoformat())",
    "from collections import Counter, defaultdict\nc = Counter('abc')\nshow(dict(c))",
    "import re\npattern = re.compile(r'\\d+')\nsay(pattern.sub('x', 'a1'))",
    "import os\nname = os.path.join('a', 'b') + os.linesep\nsay(name)",
    "import os.path\nsay(os.path.basename('a/b.csv'))",
    "import sys\nsay(str(sys.version_info))",
    "from pathlib import Path\np = Path(workspace) / 'out.csv'\np.write_text('a')",
    "with open(workspace / 'notes.txt', 'w') as f:\n    f.write('x')",
    "open(f'{workspace}/notes.txt', 'w').write('x')",
    "open('notes.txt', 'w').write('x')",
    "df = data('orders').pandas()\ndf.to_csv(workspace / 'out.csv', index=False)",
    "df = data('orders').pandas()\ndf.to_parquet('/workspace/out.parquet')",
    "import pandas as pd\ndf = pd.read_csv('/data/orders/1.csv')",
    "import io\nimport pandas as pd\ndf = pd.read_csv(io.StringIO('a,b\\n1,2'))",
    "df = data('orders').pandas()\nshow(df.query('revenue > 10 and region == \"West\"'))",
    "df = data('orders').pandas()\nlimit = 3\nshow(df.query('revenue > @limit'))",
    "df = data('orders').pandas()\ndf = df.eval('total = price * quantity')",
    "df = data('orders').pandas()\nopen = df['open']\nclose = df['close']\nshow((close - open).describe())",
    "def spread(open, close):\n    return close - open\nsay(spread(1, 2))",
    "input = data('orders').pandas()\nshow(input.head())",
    "vars = ['a', 'b']\ndf = data('orders').pandas()[vars]\nshow(df)",
    "df = data('orders').pandas()\nfor region, part in df.groupby('region'):\n    say(f'{region}: {len(part)}')",
    "result = [x ** 2 for x in range(10) if x % 2]\nshow(result)",
    "squares = {n: n * n for n in range(5)}\nshow(squares)",
    "n = 0\nwhile True:\n    n += 1\n    if n > 5:\n        break\nsay(n)",
    "n = 0\nwhile n < 5:\n    n += 1\nsay(n)",
    "it = iter([1])\ntry:\n    while True:\n        next(it)\nexcept StopIteration:\n    pass",
    "class Model:\n    def __init__(self, a):\n        self.a = a\n    def __repr__(self):\n        return 'M'\nm = Model(1)",
    "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nsay(P(1).x)",
    "from functools import reduce, lru_cache\n@lru_cache\ndef f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nsay(f(10))",
    "check(len(data('orders').pandas()) > 0, 'there are rows')",
    "import duckdb\nr = duckdb.sql('select 42 as x').df()\nshow(r)",
    "import duckdb\ncon = duckdb.connect()\nshow(con.execute('select 1').df())",
    "import duckdb\ncon = duckdb.connect(':memory:')\nshow(con.sql('select 1'))",
    "sql('create or replace table top as select * from orders order by revenue desc limit 5')\nshow(sql('select * from top'))",
    "sql('create view v as select * from orders')",
    "limit = 10\nshow(sql(f'select * from orders limit {limit}'))",
    "q = '''with a as (select * from orders)\nselect count(*) from a'''\nshow(sql(q))",
    "show(sql(\"select 'copy; attach ''x''; set' as words from orders\"))",
    "show(sql('select \"set\", \"load\" from orders -- copy this\\n'))",
    "show(sql('summarize orders'))\nshow(sql('describe orders'))",
    "show(sql('pivot orders on region using sum(revenue)'))",
    "show(data('orders').sql('select * from orders where revenue > 3'))",
    "handle = resolve('region', 'west')\nshow(data('orders').pandas().query('region == @handle'))",
    "say(type(1).__name__)\nsay((1).__class__.__name__)",
    "import numpy as np\nw = np.lib.stride_tricks.sliding_window_view(np.arange(9), 3)",
    "import numpy as np\nrng = np.random.default_rng(0)\nshow(rng.normal(size=3).tolist())",
    "import numpy as np\nnp.testing.assert_allclose([1.0], [1.0])",
    "import pandas as pd\npd.set_option('display.width', 120)\nx = pd.api.types.is_numeric_dtype(pd.Series([1]))",
    "import warnings\nwarnings.filterwarnings('ignore')",
    "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.style.use('ggplot')\nplt.plot([1])",
    "import plotly.graph_objects as go\nimport plotly.io as pio\npio.templates.default = 'plotly_white'\nshow(go.Figure())",
    "from sklearn.datasets import make_blobs, load_iris\nx, y = make_blobs()",
    "from sklearn.model_selection import train_test_split\nfrom sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(n_jobs=2)",
    "from urllib.parse import urlparse\nsay(urlparse('https://example.org/x').netloc)",
    "say('See https://example.org/page for more.')",
    "import json\nshow(json.loads('{\"a\": 1}'))",
    "import pandas as pd\ndf = pd.concat([data('orders').pandas(), data('items').pandas()])",
    "column = 'price'\ndf = data('orders').pandas()\nsay(getattr(df['x'], 'mean')())",
    "df = data('orders').pandas()\nshow(df.os.value_counts())\nshow(df.system)",
    "import pyarrow as pa\nimport pyarrow.compute as pc\nimport pyarrow.parquet as pq\nt = pa.table({'a': [1]})",
    "import polars as pl\nshow(pl.DataFrame({'a': [1]}).sql('select * from self'))",
    "from __future__ import annotations\nimport typing as t\nx: t.Any = 1",
    "import math, random, statistics as st, itertools as it\nsay(st.mean([math.pi, random.random()]))",
    "lines = ['a', 'b']\nsay('\\n'.join(f'{i}: {line}' for i, line in enumerate(lines, 1)))",
    "try:\n    x = 1 / 0\nexcept ZeroDivisionError as error:\n    say(str(error))",
    "match 3:\n    case 1 | 2:\n        say('few')\n    case n:\n        say(n)",
    "f = lambda x, y=2: x + y\nsay(f(1))",
    "import openpyxl\nwb = openpyxl.Workbook()\nwb.save(workspace / 'a.xlsx')",
    "import matplotlib.pyplot as plt\nplt.savefig(workspace / 'a.png')",
    "import os\nimport pandas as pd\nfor name in os.listdir(workspace):\n    pd.read_csv(workspace / name)",
    "import os\nimport pandas as pd\nfor name in os.listdir('data'):\n    pd.read_csv(os.path.join('data', name))",
    "from itertools import product\nfor cell in product([0, 1], repeat=20):\n    say(cell)",
    "import sqlite3\ncon = sqlite3.connect(':memory:')\ncon.execute('create table t (a)')",
    "a, *rest = [1, 2, 3]\n(b := 4)\nglobal_total = sum(rest) + b\nsay(global_total)",
    "df = data('orders').pandas()\ndf.columns = [c.strip().lower().replace(' ', '_') for c in df.columns]",
    "x = 10\ndef bump():\n    global x\n    x += 1\nbump()",
    "import pandas as pd\nr = pd.DataFrame()\nfor _ in [1]:\n    r = r.dropna()\n    r = r.head()\n    r = r.tail()\n    r = r.T\nshow(r)",
]  # fmt: skip


@pytest.mark.parametrize("program", ORDINARY)
def test_ordinary_analysis_is_allowed(program):
    verdict = ruling(program)
    assert verdict.verdict is Ruling.ALLOW, [(f.rule, f.message) for f in verdict.findings]


ATTACKS = [
    ("import subprocess", "process"),
    ("import os\nos.system('id')", "process"),
    ("import os as o\nx = o\ny = x\ny.popen('id')", "process"),
    ("from os import system as s\ns('id')", "process"),
    ("from os import *", "unresolved"),
    ("import os\nprint(os.environ)", "environment"),
    ("import os\nos.getenv('A')", "environment"),
    ("from os import environ", "environment"),
    ("import os\ngetattr(os, 'system')('id')", "process"),
    ("import os\nname = 'sys' + 'tem'\ngetattr(os, name)('id')", "process"),
    ("import os\n[os][0].system('id')", "process"),
    ("import os\ndef f(o=os):\n    o.remove('x')", "destructive"),
    ("import os\nfor m in (os,):\n    m.remove('x')", "destructive"),
    ("import os\n(m := os).remove('x')", "destructive"),
    ("import os, re\nm = os if True else re\nm.remove('x')", "destructive"),
    ("import socket", "network"),
    ("import urllib.request", "network"),
    ("from urllib import request", "network"),
    ("import urllib\nurllib.request.urlopen('http://x')", "network"),
    ("import httpx2", "network"),
    ("import requests", "network"),
    ("import fastapi", "network"),
    ("import ctypes", "native"),
    ("from numpy import ctypeslib", "native"),
    ("import multiprocessing as mp\nmp.Process(target=print).start()", "process"),
    ("import threading\nthreading.settrace(print)", "interpreter"),
    ("import asyncio\nasyncio.create_subprocess_shell('id')", "process"),
    ("import signal\nsignal.signal(2, signal.SIG_IGN)", "process"),
    ("import importlib\nimportlib.import_module('os')", "code"),
    ("import builtins\nbuiltins.exec('1')", "code"),
    ("import inspect\ninspect.currentframe()", "interpreter"),
    ("import gc\ngc.get_objects()", "interpreter"),
    ("import pickle\npickle.loads(b'')", "deserialise"),
    ("import cloudpickle\ncloudpickle.loads(b'')", "deserialise"),
    ("import marshal", "deserialise"),
    ("import pandas as pd\npd.read_pickle('x')", "deserialise"),
    ("import joblib\njoblib.load('x')", "package-refused"),
    ("import code", "code"),
    ("import pty", "process"),
    ("import getpass", "credentials"),
    ("import _socket", "network"),
    ("import shutil\nshutil.rmtree('x')", "destructive"),
    ("import torch", "package-refused"),
    ("import panda", "package-typo"),
    ("from . import x", "relative-import"),
    ("import oddlib", "unreviewed"),
    ("eval('1')", "code"),
    ("e = exec\ne('1')", "code"),
    ("exec(compile('1', 'x', 'exec'))", "code"),
    ("__import__('os')", "code"),
    ("def f(g=eval):\n    return g('1')", "code"),
    ("def f():\n    eval = 1\neval('1')", "code"),
    ("class A:\n    eval = 1\n    def f(self):\n        return eval('1')", "code"),
    ("if False:\n    eval = 1\neval('1')", "code"),
    ("eval = 1\ndel eval\neval('1')", "code"),
    ("ｅｖａｌ('1')", "code"),
    ("globals()['x'] = 1", "monkeypatch"),
    ("breakpoint()", "reflection"),
    ("x = input('?')", "reflection"),
    ("__builtins__['eval']('1')", "interpreter"),
    ("().__class__.__bases__[0].__subclasses__()", "interpreter"),
    ("(lambda: 0).__globals__", "interpreter"),
    ("(lambda: 0).__code__.co_consts", "interpreter"),
    ("getattr((), '__base__')", "interpreter"),
    ("try:\n    1 / 0\nexcept Exception as e:\n    e.__traceback__.tb_frame.f_globals", "interpreter"),
    ("def g():\n    yield\ng().gi_frame.f_builtins", "interpreter"),
    ("import sys\nsys._getframe()", "interpreter"),
    ("import sys\nsys.modules['os']", "interpreter"),
    ("say('{0.__class__.__init__.__globals__}'.format(say))", "interpreter"),
    ("import operator\noperator.attrgetter('__class__.__mro__')(1)", "interpreter"),
    ("import pandas as pd\npd.io.common.os.system('id')", "interpreter"),
    ("import matplotlib\nmatplotlib.os.remove('x')", "destructive"),
    ("df = data('orders').pandas()\ndf.query('@pd.io.common.os.system(\"id\")')", "code"),
    ("df = data('orders').pandas()\ndf.query(\"@df.__class__\")", "code"),
    ("class E:\n    def __reduce__(self):\n        return (print, ())", "persistence"),
    ("getattr(sql, data('orders').columns[0])()", "unresolved"),
    ("open('/etc/passwd').read()", "files"),
    ("open('../../etc/passwd').read()", "files"),
    ("open(workspace / '../x')", "files"),
    ("p = workspace / '..' / 'x'\np.read_text()", "files"),
    ("open('~/.ssh/id_rsa')", "files"),
    ("from pathlib import Path\nPath('/root/.aws/credentials').read_text()", "files"),
    ("from pathlib import Path\nPath.home()\nPath('/') / 'etc'", "files"),
    ("name = '/etc/' + 'passwd'\nopen(name)", "files"),
    ("import pandas as pd\npd.read_csv('/proc/self/environ')", "files"),
    ("import pandas as pd\npd.read_csv('/dataset/x')", "files"),
    ("import pandas as pd\npd.read_csv('https://evil.example/x.csv')", "network"),
    ("import pandas as pd\nu = 's3://bucket/x'\npd.read_parquet(u)", "network"),
    ("import polars as pl\npl.scan_parquet(['http://x/y.parquet'])", "network"),
    ("import pandas as pd\nx = 1\npd.DataFrame().to_csv(f'ftp://h/{x}')", "network"),
    ("for name in data('orders').pandas().columns:\n    open(name)", "file-unknown"),
    ("say(workspace.joinpath(data('orders').columns[0]).read_text())", "file-unknown"),
    ("import os\nimport pandas as pd\npd.read_csv(os.path.join(workspace, data('orders').columns[0]))", "file-unknown"),
    ("import io\nio.open('/x')", "files"),
    ("sql(\"copy orders to 'x.csv'\")", "sql-write"),
    ("sql(\"select 1; attach 'x.db'\")", "sql-attach"),
    ("sql('/* hi */ install httpfs')", "sql-extension"),
    ("sql('LOAD httpfs')", "sql-extension"),
    ("sql('pragma version')", "sql-settings"),
    ("sql('set enable_external_access = true')", "sql-settings"),
    ("sql(\"explain analyze copy orders to 'x'\")", "sql-write"),
    ("sql('create or replace secret s (type s3)')", "sql-settings"),
    ("import duckdb\nduckdb.connect().execute(\"export database 'x'\")", "sql-write"),
    ("run = sql\nrun('load httpfs')", "sql-extension"),
    ("show(data('orders').sql(\"select * from read_csv('/etc/passwd')\"))", "sql-file"),
    ("show(sql(\"select * from '/etc/passwd'\"))", "files"),
    ("show(sql('select * from \"x/y.csv\"'))", "sql-file"),
    ("show(sql(\"select getenv('HOME')\"))", "environment"),
    ("def run(text):\n    return sql(text)\nrun(data('orders').columns[0])", "unresolved"),
    ("data('nope')", "unknown-dataset"),
    ("d = data\nd('ordrs')", "unknown-dataset"),
    ("check(True, 'a' + str(1))", "check-label"),
    ("while True:\n    x = 1", "resources"),
    ("import itertools\nx = list(itertools.product(range(10**5), repeat=3))", "resources"),
    ("from itertools import product\nfor x in product('abcdefghijklmnop', 'ABC', repeat=40):\n    say(x)", "resources"),
    ("from unittest.mock import patch\nwith patch('builtins.open'):\n    pass", "monkeypatch"),
    ("import tempfile as t\nopen(t.mktemp(), 'w')", "file-unknown"),
    ("from sklearn.datasets import fetch_openml", "network"),
    ("import types\ntypes.FunctionType", "interpreter"),
    ("show(missing_name)", "undefined-name"),
    ("show(missing_name)  # noqa", "undefined-name"),
    ("# ruff: noqa\nshow(missing_name)", "undefined-name"),
    ("def f(:\n    pass", "syntax-error"),
    ("return 3", "syntax-error"),
    ("x = '\ud800'", "syntax-error"),
    ("x = 1\x00", "syntax-error"),
]  # fmt: skip


@pytest.mark.parametrize(("program", "rule"), ATTACKS)
def test_attacks_do_not_pass_and_are_named(program, rule):
    verdict = ruling(program)
    assert verdict.verdict is not Ruling.ALLOW
    found = [(finding.rule, finding.message) for finding in verdict.findings]
    assert rule in {name for name, _ in found}, found


def test_a_variable_of_an_earlier_step_that_is_a_module_is_one():
    assert ruling("os.system('x')", known_names=("os",)).verdict is Ruling.DENY
    assert ruling("show(pd.DataFrame())", known_names=("pd",)).verdict is Ruling.ALLOW
    assert ruling("alias.system('id')", known_names=("alias",)).verdict is Ruling.DENY


def test_a_module_that_an_earlier_step_left_under_another_name_is_told():
    """The sandbox says which variables are modules; it is believed where that counts against the program."""

    def rules(program, **modules):
        names = ("o", "m")
        reviewed = Reviewed(
            program=program, known_names=names, known_modules=tuple(modules.items()), environment_imports=ENVIRONMENT
        )
        return {finding.rule for finding in review(reviewed, POLICY).findings}

    assert "destructive" in rules("o.remove('a.csv')", o="os")
    assert "files" in rules("say(o.listdir('/home'))", o="os")
    assert rules("o.remove('a.csv')") == set()
    assert "process" in rules("o.system('id')", o="math")
    assert rules("say(m.sqrt(2))", m="math") == set()


def test_a_path_below_the_workspace_that_is_wholly_unknown_may_be_any_path():
    unknown = "name = data('orders').columns[0]\n"
    assert ruling(unknown + "open(workspace / name)").verdict is Ruling.REVIEW
    assert ruling(unknown + "open(workspace / f'part-{name}.csv')").verdict is Ruling.ALLOW
    assert ruling("for name in ('a.csv', 'b.csv'):\n    open(workspace / name)").verdict is Ruling.ALLOW


@pytest.mark.parametrize(
    ("loop", "is_endless"),
    [
        ("n = 0\nwhile n >= 0:\n    n += 1", True),
        ("n = 9\nwhile n < 10:\n    n -= 1", True),
        ("n = 9\nm = 0\nwhile n < 10:\n    m += 1", True),
        ("n = 9\nwhile n > 0:\n    n -= 1", False),
        ("n = 9\nwhile n > 0:\n    n += 1\n    n = 0", False),
        ("n = 9\nwhile n > 0:\n    n += -1", False),
        ("n = [1]\nwhile n > 0:\n    say(n)", False),
        ("n = 9\nwhile n > 0:\n    n += 1\n    if n > 99:\n        break", False),
    ],
)
def test_a_loop_that_never_comes_nearer_to_its_end_is_told(loop, is_endless):
    assert ("resources" in {finding.rule for finding in ruling(loop).findings}) is is_endless


def test_objects_that_call_themselves_come_to_an_end():
    program = "class A:\n    def __init__(self):\n        self.__call__ = self\nA()()"
    assert ruling(program).verdict is Ruling.ALLOW
    pair = "class A:\n    pass\na = A()\nb = A()\na.__call__ = b\nb.__call__ = a\na()(1)(2)"
    assert ruling(pair).verdict is Ruling.ALLOW


def test_known_names_are_defined():
    assert ruling("show(total)").verdict is Ruling.DENY
    assert ruling("show(total)", known_names=("total",)).verdict is Ruling.ALLOW


def test_nothing_is_said_of_datasets_where_none_are_known():
    assert ruling("data('anything')", datasets=()).verdict is Ruling.ALLOW


@pytest.mark.parametrize(
    "bomb",
    [
        "x = " + "-" * 100_000 + "1",
        "x = " + "(" * 50_000 + ")" * 50_000,
        "x" + ".a" * 1_000 + " = 1",
        "x = " + "not " * 30_000 + "1",
        "x = 1" + " + 1" * 20_000,
        "x = " + "lambda: " * 20_000 + "1",
        "x = " + "[" * 150 + "]" * 150 + "\ny = " + "-" * 500 + "1",
    ],
    ids=lambda bomb: bomb[:12],
)
def test_bombs_are_denied_and_do_not_go_off(bomb):
    assert ruling(bomb).verdict is Ruling.DENY


def test_a_program_over_the_limit_is_denied():
    verdict = ruling("# " + "x" * 300_000)
    assert [finding.rule for finding in verdict.findings] == ["program-too-large"]


def test_spans_count_characters_from_one():
    (finding,) = ruling("x = 1\nsay('ä', eval('1'))").findings
    assert (finding.line, finding.column, finding.end_line, finding.end_column) == (2, 10, 2, 14)


def test_findings_are_bounded_and_keep_the_worst():
    program = "\n".join(["input('?')"] * 300 + ["eval('1')"])
    verdict = ruling(program)
    assert len(verdict.findings) == 200
    assert verdict.verdict is Ruling.DENY


def test_an_error_outweighs_a_warning_and_an_info_weighs_nothing():
    checks = "\n".join(f"check(True, 'c{number}')" for number in range(9))
    verdict = ruling(checks)
    assert verdict.verdict is Ruling.ALLOW
    assert [finding.severity for finding in verdict.findings] == [Severity.INFO]
    assert ruling("import oddlib").verdict is Ruling.REVIEW


def test_a_flood_of_warnings_hides_no_error():
    program = "def f(a, b):\n" + "    getattr(a, b)\n" * 2_500 + "open('/etc/passwd')"
    assert ruling(program).verdict is Ruling.DENY


@pytest.mark.parametrize("pattern", ["@" + "a" * 100_000, "@" + "a." * 50_000, "@a .b " * 20_000, "-- a" * 20_000])
def test_long_texts_are_read_in_linear_time(pattern):
    findings = ruling(f"d = 1\nd.query({pattern!r})\nsql('select 1 ' {pattern!r})").findings
    assert {finding.rule for finding in findings} <= {"sql-syntax"}


def test_comments_within_comments_are_not_guessed_at():
    """Databases do not agree where they end."""
    for text in ("/* /* */ copy orders to 1 -- */", "/*" * 50_000):
        assert "unresolved" in {finding.rule for finding in ruling(f"sql('{text}')").findings}


def test_a_repair_names_the_nearest():
    (finding,) = ruling("data('ordrs')").findings
    assert finding.repair == 'Use data("orders").'
    (finding,) = ruling("import pandsa").findings
    assert finding.repair == "import pandas"
    (finding,) = ruling("shw(1)").findings
    assert finding.repair == "Did you mean show?"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_any_text_gets_the_same_verdict_twice(text):
    first = ruling(text)
    assert first == ruling(text)
    assert first.rules_version == RULES_VERSION
    assert first.verdict is Ruling.ALLOW or first.findings
