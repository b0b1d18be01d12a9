"""Conversations that compute: what each step runs, and what the last one says if nothing was lost in between.

Each is written so that a copy where something was shared, or a value that is one step old, changes what it says.
"""

NOTEBOOKS = {
    "aliases": [
        "rows = [1]\nbook = {'rows': rows}",
        "rows.append(2)\nagain = book['rows']",
        "again.append(3)",
        "say(rows); say(book['rows'] is again is rows)",
    ],
    "self-references": [
        "a = [1]\na.append(a)\ntree = {'child': {}}\ntree['child']['parent'] = tree",
        "a[1][1].append('deep')\ntree['child']['n'] = 1",
        "say(a[-1]); say(tree['child']['parent'] is tree); say(a[1] is a)",
    ],
    "views": [
        "import numpy as np\nwhole = np.zeros(300_000)\npart = whole[1000:2000:2]",
        "part[0] = 7\nwhole[1002] = 5",
        "part += 1",
        "say(whole[1000]); say(part[1]); say(np.shares_memory(whole, part))",
    ],
    "views of small arrays": [
        "import numpy as np\ngrid = np.arange(12).reshape(3, 4)\ncolumn = grid[:, 1]\nturned = grid.T",
        "column[:] = 0\nturned[3, 2] = 99",
        "say(grid.tolist()); say(turned.base is column.base)",
    ],
    "closures": [
        (
            "def counter():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n"
            "    return up, lambda: n\nup, read = counter()\nup()"
        ),
        "up(); up()",
        "later = [up]",
        "later[0](); say(read())",
    ],
    "functions and globals": [
        "rate = 2\ndef price(n): return n * rate",
        "rate = 3",
        "prices = [price(n) for n in range(3)]\nrate = 10",
        "say(prices); say(price(1))",
    ],
    "classes": [
        (
            "class Account:\n    opened = 0\n    def __init__(self):\n        type(self).opened += 1\n"
            "        self.log = []\nclass Saving(Account):\n"
            "    def add(self, n): self.log.append(n); return sum(self.log)\nmine = Saving()"
        ),
        "yours = Saving()\nmine.add(5)",
        "mine.add(6)\nbound = mine.add",
        "say(bound(1)); say(Saving.opened); say(type(yours) is type(mine) is Saving)",
    ],
    "dataclasses and enums": [
        (
            "from dataclasses import dataclass, field\nfrom enum import Enum\nclass Kind(Enum):\n    A = 1\n    B = 2\n"
            "@dataclass(frozen=True)\nclass Item:\n    kind: Kind\n    tags: list = field(default_factory=list)\n"
            "one = Item(Kind.A)"
        ),
        "one.tags.append('x')\nlookup = {Kind.A: one}",
        "say(lookup[Kind.A] == one); say(lookup[Kind.A] is one); say(one.kind is Kind.A); say(one.tags)",
    ],
    "a model": [
        (
            "import numpy as np\nfrom sklearn.linear_model import LinearRegression\nX = np.arange(8.0).reshape(-1, 1)\n"
            "y = 2 * X[:, 0]"
        ),
        "model = LinearRegression().fit(X, y)\nmodels = {'best': model}",
        "model.fit(X, y + 1)",
        "say(round(float(models['best'].predict([[1.0]])[0]), 6)); say(models['best'] is model)",
    ],
    "frames": [
        "import pandas as pd\nframe = pd.DataFrame({'k': list('aabb'), 'n': range(4)})\nother = frame",
        "frame['twice'] = frame.n * 2\nsums = frame.groupby('k').n.sum()",
        "other.loc[0, 'n'] = 100\nframe.attrs['note'] = 'kept'",
        "say(frame.n.tolist()); say(sums.to_dict()); say(frame is other); say(frame.attrs)",
    ],
    "large memory": [
        "import numpy as np, pandas as pd\nlarge = pd.DataFrame({f'c{n}': np.arange(200_000.0) + n for n in range(3)})",
        "total = float(large.c1.sum())",
        "large.loc[5, 'c1'] = -1.0",
        "say(total - float(large.c1.sum())); say(large.c2[7])",
    ],
    "a hundred thousand small objects": [
        "rows = [{'n': n} for n in range(100_000)]",
        "rows[77_777]['n'] = -1\nlast = rows[-1]",
        "last['n'] = 'changed'",
        "say(rows[77_777]); say(rows[-1]); say(len(rows))",
    ],
    "generators, connections and what is beside them": [
        (
            "import sqlite3, threading\nbefore = [1]\nconnection = sqlite3.connect(':memory:')\n"
            "connection.execute('create table t (n)')\nlock = threading.Lock()\ntaken = (n for n in before)\n"
            "begun = (n for n in before)\nnext(begun)"
        ),
        "before.append(2)\nwith lock: connection.execute('insert into t values (5)')\nconnection.commit()",
        (
            "say(before); say(list(taken)); say(connection.execute('select n from t').fetchall())\n"
            "say((lock.locked(), 'begun' in globals()))"
        ),
    ],
    "files": [
        "(workspace / 'log.txt').write_text('one ')\n(workspace / 'sub').mkdir()",
        "with (workspace / 'log.txt').open('a') as file:\n    file.write('two')\ndel file",
        "(workspace / 'sub' / 'more.txt').write_text('three')",
        "say((workspace / 'log.txt').read_text()); say((workspace / 'sub' / 'more.txt').read_text())",
    ],
    "variables that come and go": [
        "a = 1\nb = [a]\nc = b",
        "del b\na = 'new'",
        "b = c + [2]\ndel c",
        "say(a); say(b); say('c' in globals())",
    ],
    "iterators and text buffers": [
        "import io, itertools\nbuffer = io.StringIO()\nbuffer.write('a')\ncount = itertools.count(5)\nnext(count)",
        "buffer.write('b')\nnext(count)",
        "say(buffer.getvalue()); say(next(count))",
    ],
    "decorators and defaults": [
        (
            "import functools\ncalls = []\ndef noted(f):\n    @functools.wraps(f)\n    def inner(*a, sep='-', **k):\n"
            "        calls.append(f.__name__)\n        return sep.join(map(str, f(*a, **k)))\n    return inner\n"
            "@noted\ndef pair(x, y=[0]):\n    y[0] += 1\n    return x, y[0]"
        ),
        "first = pair('a')",
        "second = pair('b', sep='+')",
        "say(first); say(second); say(pair('c')); say(calls)",
    ],
    "random numbers that go on": [
        (
            "import random\nimport numpy as np\nchance = random.Random(3)\ngenerator = np.random.default_rng(3)\n"
            "chance.random()"
        ),
        "drawn = [chance.random(), float(generator.random())]",
        "drawn.append(chance.random())",
        "say(drawn); say(float(generator.random()))",
    ],
}
