"""Fillers of holes are a function of the program's text; what the cell counts, the control plane reads."""

from hypothesis import given
from hypothesis import strategies as st

from daytwo.wire.holes import filler, fillers
from daytwo.wire.names import lookups
from daytwo.wire.observation import HOLES, LOOKUPS, STATEMENTS
from daytwo.wire.templates import TEMPLATES, Hole

PROGRAM = """import pandas as pd
df = data("orders").pandas()
show(df.groupby("region", as_index=False)["amount"].sum().head(7))
r = sql("select regionn, sum(amount) from orders group by 1")
"""


def test_fillers_stand_in_the_order_of_the_source():
    _, loading, grouped, asked = fillers(PROGRAM)
    assert loading[Hole.LITERAL] == ("orders",)
    assert grouped[Hole.LITERAL] == ("region", "False", "amount", "7")
    assert grouped[Hole.NAME] == ("show", "head", "sum", "groupby", "df", "as_index")
    assert asked[Hole.WORD] == ("regionn", "amount", "orders", "1")
    assert filler(PROGRAM, 3, Hole.WORD, 1) == "regionn"
    assert filler(PROGRAM, 3, Hole.WORD, 0) is None
    assert filler(PROGRAM, 3, Hole.WORD, 7) is None
    assert filler(PROGRAM, 9, Hole.WORD, 1) is None


def test_the_last_statement_stands_for_the_rest():
    program = "\n".join(f"step_{number}()" for number in range(40))
    known = fillers(program)
    assert len(known) == STATEMENTS
    assert known[-1][Hole.NAME] == tuple(f"step_{number}" for number in range(15, 22))


@given(st.text() | st.from_regex(r"([a-z]\\['[a-z]{0,3}'\\]|9{1,5000}|\n)*", fullmatch=True))
def test_any_program_has_at_most_so_many(program):
    known = fillers(program)
    assert len(known) <= STATEMENTS
    assert all(len(texts) < HOLES for statement in known for texts in statement.values())


def test_lookups_are_counted_in_the_source():
    program = 'resolve("a", "x")\nfor name in names:\n    resolve("b", name)\nrows = [resolve(text="z", column="c")]\n'
    assert lookups(program) == (("a", "x"), ("b", ""), ("c", "z"))
    assert lookups("r = resolve\nr('a', 'b')\nx.resolve('a', 'b')") == ()
    assert len(lookups("resolve('a', 'b')\n" * 9)) == LOOKUPS
    assert lookups("resolve(") == ()


def test_templates_fill_their_codes():
    assert len(TEMPLATES) == 64
    assert len({one.id for one in TEMPLATES}) == 64
    assert all(("{}" in one.text) == (one.hole is not None) for one in TEMPLATES)
