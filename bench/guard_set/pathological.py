"""Programs that are made to exhaust whoever reads them."""

from __future__ import annotations

PATHOLOGICAL = {
    "10 MB of statements": "x = 1\n" * 1_700_000,
    "10 MB in one string": "x = '" + "a" * 10_000_000 + "'",
    "250 KB of statements": "x = 1\n" * 41_000,
    "50,000 brackets": "x = " + "(" * 50_000 + ")" * 50_000,
    "100,000 signs": "x = " + "-" * 100_000 + "1",
    "20,000 additions": "x = 1" + " + 1" * 20_000,
    "20,000 lambdas": "x = " + "lambda: " * 20_000 + "1",
    "30,000 attributes": "x = a" + ".b" * 30_000,
    "99 nested blocks": "".join(" " * depth + "if x:\n" for depth in range(99)) + " " * 99 + "pass",
    "a line of 100,000 characters": "x = [" + "1, " * 33_000 + "]",
    "a line of 100,000 names": "x = [" + ", ".join(f"n{number}" for number in range(12_000)) + "]",
    "10,000 assignments in a chain": "a0 = 1\n" + "".join(f"a{n} = a{n - 1}\n" for n in range(1, 10_000)),
    "5,000 functions that call each other": "".join(f"def f{n}(x):\n    return f{n + 1}(x)\n" for n in range(5_000)),
    "text that grows": "s = 'a'\n" + "s = s + s\n" * 2_000,
    "lists in lists": "x = []\n" + "x = [x, x]\n" * 2_000,
    "nested f-strings": "x = f'{1}'\n" + "x = f'{x}{x}'\n" * 1_000,
    "NULs": "x = 1\n\0\0\0",
    "other encoding": "# coding: latin-1\nx = '\u00e9'",
    "bidirectional controls": "x = 1  # \u202e\u2066 hidden \u2069",
    "a pattern that backtracks": "import re\nre.match('" + "(a*)*" * 500 + "b', 'a')",
    "SQL of 200 KB": "sql('select " + "a, " * 60_000 + "b from t')",
    "SQL in brackets": "sql('select " + "(" * 3_000 + "1" + ")" * 3_000 + "')",
    "2,000 calls of getattr": "def f(a, b):\n" + "    getattr(a, b)\n" * 2_000,
    "a decoder's bomb": "import zlib, base64\nx = zlib.decompress(base64.b64decode('" + "A" * 90_000 + "'))",
}
