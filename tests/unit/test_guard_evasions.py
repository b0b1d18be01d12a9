"""No way of writing it turns what guard denies into what it allows (hypothesis makes up the ways)."""

# ruff: noqa: E501 -- the tables hold a program a line

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daytwo.executor.guard import Reviewed, shipped_policy
from daytwo.executor.guard.review import review
from daytwo.wire.verdict import Ruling

POLICY = shipped_policy()
ENVIRONMENT = ("duckdb", "matplotlib", "numpy", "pandas", "polars")
TARGETS = (
    ("os", "system", "('id')"),
    ("os", "popen", "('id')"),
    ("subprocess", "run", "(['id'])"),
    ("socket", "create_connection", "(('203.0.113.9', 80))"),
    ("builtins", "eval", "('1')"),
    ("builtins", "exec", "('1')"),
    ("ctypes", "CDLL", "('libc.so.6')"),
    ("pickle", "loads", "(b'x')"),
    ("os", "environ", "['HOME']"),
    ("sys", "_getframe", "()"),
    ("importlib", "import_module", "('os')"),
    ("gc", "get_objects", "()"),
)


def allowed(program: str) -> bool:
    """Whether guard lets a program pass; that it could not be read is no answer."""
    verdict = review(Reviewed(program=program, environment_imports=ENVIRONMENT), POLICY)
    rules = {finding.rule for finding in verdict.findings}
    assert not rules & {"guard-unavailable", "syntax-error", "too-complex", "undefined-name"}, (program, rules)
    return verdict.verdict is Ruling.ALLOW


def _halves(text: str) -> str:
    middle = len(text) // 2
    return f"{text[:middle]!r} + {text[middle:]!r}"


TEXTS = (
    repr,
    _halves,
    lambda text: f"{text[::-1]!r}[::-1]",
    lambda text: f"''.join({list(text)!r})",
    lambda text: f"''.join(map(chr, {[ord(one) for one in text]!r}))",
    lambda text: f"''.join(chr(n) for n in {[ord(one) for one in text]!r})",
    lambda text: f"bytes({[ord(one) for one in text]!r}).decode()",
    lambda text: f"bytes.fromhex({text.encode().hex()!r}).decode()",
    lambda text: f"{text.upper()!r}.lower()",
    lambda text: f"{'x' + text!r}[1:]",
    lambda text: f'f"{{{text[:1]!r}}}{text[1:]}"',
    lambda text: f"'%s' % {text!r}",
    lambda text: f"'{{}}'.format({text!r})",
    lambda text: f"{text + '?'!r}.replace('?', '')",
    lambda text: f"({text!r},)[0]",
    lambda text: f"{{'k': {text!r}}}['k']",
    lambda text: f"next(iter([{text!r}]))",
    lambda text: f"(lambda: {text!r})()",
    lambda text: f"'-'.join([{text!r}])",
    lambda text: f"sorted([{text!r}])[0]",
)
MEMBERS = (
    "{module}.{member}",
    "getattr({module}, {text})",
    "{module}.__dict__[{text}]",
    "vars({module})[{text}]",
    "vars({module}).get({text})",
    "getattr(*({module}, {text}))",
    "(lambda m: getattr(m, {text}))({module})",
    "[getattr(m, {text}) for m in [{module}]][0]",
    "__import__('operator').attrgetter({text})({module})",
)
CARRIED = (
    "{module}",
    "[{module}][0]",
    "(0, {module})[1]",
    "{{'m': {module}}}['m']",
    "dict(m={module})['m']",
    "({module} if 1 else 0)",
    "({module} or 0)",
    "next(iter([{module}]))",
    "list([{module}]).pop()",
    "max([{module}], key=str)",
    "(lambda: {module})()",
    "(lambda m: m)({module})",
    "[m for m in [{module}]][0]",
)
FRAMES = (
    "use = {member}\nuse{rest}",
    "def f(x={member}):\n    return x{rest}\nf()",
    "class C:\n    go = staticmethod({member})\nC.go{rest}",
    "class C:\n    def __init__(self, x):\n        self.x = x\n    def go(self):\n        return self.x{rest}\nC({member}).go()",
    "def deco(f):\n    return {member}\n@deco\ndef run():\n    pass\nrun{rest}",
    "match {member}:\n    case use:\n        use{rest}",
    "for use in [{member}]:\n    use{rest}",
    "def gen():\n    yield {member}\nfor use in gen():\n    use{rest}",
    "try:\n    raise ValueError({member})\nexcept ValueError as e:\n    e.args[0]{rest}",
    "box = []\nbox.append({member})\nbox[0]{rest}",
    "box = {{}}\nbox['k'] = {member}\nbox['k']{rest}",
    "from functools import partial\npartial({member})\n",
    "with open('a') as f:\n    ({member}){rest}",
    "print({member}{rest})",
    "if (use := {member}):\n    use{rest}",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    target=st.sampled_from(TARGETS),
    imported=st.sampled_from(["import {m}", "import {m} as q", "q = __import__({t})", "from {m} import *\nimport {m}"]),
    text=st.sampled_from(TEXTS),
    member=st.sampled_from(MEMBERS),
    carried=st.sampled_from(CARRIED),
    frame=st.sampled_from(FRAMES),
)
def test_no_disguise_makes_a_denied_program_an_allowed_one(target, imported, text, member, carried, frame):
    module, name, rest = target
    line = imported.format(m=module, t=text(module))
    base = carried.format(module="q" if "q" in line.split("\n")[0].split() else module)
    program = f"{line}\n" + frame.format(member=member.format(module=base, member=name, text=text(name)), rest=rest)
    assert not allowed(program), program


PATHS = ("/etc/passwd", "/root/.ssh/id_rsa", "../../etc/shadow", "/proc/self/environ")
READS = (
    "open({path}).read()",
    "import pandas as pd\npd.read_csv({path})",
    "from pathlib import Path\nPath({path}).read_text()",
    "import numpy as np\nnp.loadtxt({path})",
    "reader = open\nreader({path})",
    "def f(p):\n    return open(p)\nf({path})",
    "import io\nio.open({path})",
    "for p in [{path}]:\n    open(p)",
    "import polars as pl\npl.read_csv({path})",
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(PATHS), text=st.sampled_from(TEXTS), read=st.sampled_from(READS))
def test_no_way_of_spelling_a_path_hides_it(path, text, read):
    spelled = text(path)
    if ".upper()" in spelled or path.lower() != path:
        spelled = repr(path)
    assert not allowed(read.format(path=spelled))


STATEMENTS = (
    "copy t to 'x.csv'",
    "attach 'x.db' as a",
    "install httpfs",
    "select * from read_csv('/etc/passwd')",
    "set threads = 1",
)
CASES = (
    str,
    str.upper,
    str.title,
    lambda text: text.replace(" ", "\n\t"),
    lambda text: f"/* a */ {text}",
    lambda text: f"select 1; {text}",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(statement=st.sampled_from(STATEMENTS), case=st.sampled_from(CASES), text=st.sampled_from(TEXTS[:4]))
def test_no_way_of_writing_sql_hides_it(statement, case, text):
    if case in {str.upper, str.title}:
        statement = statement.replace("/etc/passwd", "/ETC/x")
    assert not allowed(f"sql({text(case(statement))})")
