"""What both planes read off a program's source."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.wire.names import assigned_names, check_labels, parse_program


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("a = b = 1", ("a", "b")),
        ("a, (b, *c) = x", ("a", "b", "c")),
        ("a: int = 1", ("a",)),
        ("a += 1", ("a",)),
        ("d['k'] = 1; o.p = 2", ()),
        ("import os.path, numpy as np", ("os", "np")),
        ("from m import a, b as c", ("a", "c")),
        ("from m import *", ()),
        ("def f(x):\n    y = 1", ("f",)),
        ("def f(x=(n := 1)):\n    global g\n    g = 2", ("f", "g", "n")),
        ("async def f(): pass", ("f",)),
        ("@(d := dec)\nclass C(B):\n    z = 1", ("C", "d")),
        ("for i, j in x:\n    k = i\nelse:\n    m = 1", ("i", "j", "k", "m")),
        ("with open(p) as f, g() as (h, i):\n    pass", ("f", "h", "i")),
        ("try:\n    a = 1\nexcept E as e:\n    b = 2\nfinally:\n    c = 3", ("a", "e", "b", "c")),
        ("match x:\n    case {'k': v, **r} | [v, *r]:\n        pass\n    case C(p=q) as w:\n        pass", None),
        ("if (n := 10) > 5: pass", ("n",)),
        ("t = [y for x in z if (y := x)]", ("t", "y")),
        ("f = lambda a: (b := a)", ("f",)),
        ("a = 1\na = 2\nb = a", ("a", "b")),
        ("a = (", ()),
        ("a = 1\x00", ()),
        ("p = '\\d'", ("p",)),
    ],
)
def test_names_bound_at_the_top_level(program, names):
    if names is None:
        assert set(assigned_names(program)) == {"v", "r", "q", "w"}
    else:
        assert assigned_names(program) == names


@given(st.lists(st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(lambda n: not keyword.iskeyword(n))))
def test_every_assigned_name_is_found_once(names):
    program = "\n".join(f"{name} = {number}" for number, name in enumerate(names))
    assert assigned_names(program) == tuple(dict.fromkeys(names))


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    assert isinstance(assigned_names(text), tuple)
    assert isinstance(check_labels(text), tuple)


def test_deep_nesting_is_no_program():
    assert parse_program("(" * 5_000 + ")" * 5_000) is None
    assert assigned_names("x = 1" + " + 1" * 3_000) in {("x",), ()}


def test_labels_stand_in_the_order_of_the_source():
    program = 'check(b, "second") if check(a, label="first") else 0\ncheck(c, name)\nobj.check(d, "no")\n'
    assert check_labels(program) == ("second", "first", "")
    assert check_labels("check(1, 'x')\n" * 12) == ("x",) * 8
