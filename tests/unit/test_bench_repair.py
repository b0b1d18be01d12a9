"""The scripted repairer of bench.mocks mends a model's typical mistakes with what a model knows, and nothing else."""

import pytest

from bench.mocks_set.rehearsed import Rehearsed
from bench.mocks_set.repair import Case
from daytwo.wire.column import ColumnClass, ColumnSheet, ColumnType, Span

COLUMNS = {
    column.name: column
    for column in (
        ColumnSheet(name="Origin", type=ColumnType.TEXT, column_class=ColumnClass.ORDINARY),
        ColumnSheet(name="Horsepower", type=ColumnType.FLOAT),
        ColumnSheet(name="Year", type=ColumnType.DATE, span=Span(first="1970-01", last="1982-01")),
    )
}


def case(program, labels=()):
    return Case(Rehearsed(("cars",), program, is_read=True), program, COLUMNS, frozenset(labels))


@pytest.mark.parametrize(
    ("wrong", "named", "right"),
    [
        ('d["Origins"].nunique()', ["Origins"], 'd["Origin"].nunique()'),
        ('sql("select horsepower_ from cars")', ["horsepower_"], 'sql("select Horsepower from cars")'),
        ('d["Horsepower"].str.strip().mean()', [], 'd["Horsepower"].mean()'),
        ('d["Horsepower"].dt.year.mean()', [], 'd["Horsepower"].mean()'),
        ('d[d["Year"] > "1975-13-40"]', [], 'd[d["Year"] > "1975-12-31"]'),
        ('d[d["Year"] > "01.02.1975"]', [], 'd[d["Year"] > "1975-02-01"]'),
        ("by[2375]", ["2375"], "by[1975]"),
    ],
)
def test_a_mistake_is_mended_from_the_sheet(wrong, named, right):
    mine = case(wrong)
    assert mine.mend(named, is_wrong=True)
    assert mine.program == right


def test_a_label_is_taken_from_the_sheet_where_it_tells_them():
    mine = case('d[d["Origin"] == "uSA"]', labels=("USA", "Japan"))
    assert mine.mend(["uSA"], is_wrong=True)
    assert mine.program == 'd[d["Origin"] == "USA"]'


def test_a_label_that_no_sheet_tells_is_looked_up():
    mine = case('d[d["Origin"] == "uSA"]\nsql("select count(*) from cars where Origin = \'uSA\'")')
    assert mine.mend(["uSA"], is_wrong=True)
    lookup, *statements = mine.program.split("\n\n")
    assert lookup.startswith("def _meant(text, *columns):")
    first, second = "\n\n".join(statements).splitlines()
    assert first == "d[d['Origin'] == _meant('uSA', 'Origin')]"
    assert second.endswith(""".replace("'uSA'", "'%s'" % _meant('uSA', 'Origin')))""")


def test_what_was_tried_is_not_tried_again():
    mine = case("by[2375]")
    tried = []
    while mine.mend(["2375"], is_wrong=True):
        tried.append(mine.program)
    assert tried == ["by[1975]", "by[2075]"]
