"""Which values a program expects of which columns, in the idioms of pandas, polars, Python and SQL."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.rehearsal import Literal, Use, literals

COLUMNS = ("region", "day", "amount", "year", "name", "Order ID")
North, South = Literal("region", "North", Use.EQUAL), Literal("region", "South", Use.EQUAL)


@pytest.mark.parametrize(
    "program",
    [
        'd[d["region"] == "North"]',
        'd[d.region == "North"]',
        'd["North" == d["region"]]',
        'd[d["region"].eq("North")]',
        'd[d["region"].str.strip().str.title() == "North"]',
        "d.query(\"region == 'North'\")",
        'd.loc[d["region"].isin(["North"])]',
        'wanted = "North"\nd[d["region"] == wanted]',
        'd.filter(pl.col("region") == "North")',
        'd.filter(pl.col("region").is_in(["North"]))',
        'd.filter(pl.col("region") == pl.lit("North"))',
        'd["region"].map({"North": 1})',
        'd.groupby("region")["amount"].sum()["North"]',
        'd.groupby("region").get_group("North")',
        'd.pivot_table(index="day", columns="region", values="amount")["North"]',
        'd.set_index("region").loc["North", "amount"]',
        'd.rename(columns={"region": "area"})\nd[d["area"] == "North"]',
        'd["area"] = d["region"].str.upper()\nd[d.area == "North"]',
        'for row in rows:\n    if row["region"] == "North":\n        pass',
        'match row["region"]:\n    case "North":\n        pass',
        "sql(\"select * from t where region = 'North'\")",
        "sql(\"select * from t where lower(region) in ('North')\")",
        "sql(\"select case region when 'North' then 1 end from t\")",
        "sql(\"select region as area from t where area = 'North'\")",
        'place = "North"\nsql(f"select * from t where region = \'{place}\'")',
    ],
)
def test_idioms_that_expect_a_value(program):
    assert North in literals(program, COLUMNS)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ('d[d["amount"] > 100]', Literal("amount", 100, Use.BOUND)),
        ('d[d["amount"].between(-5, 9.5)]', Literal("amount", -5, Use.BOUND)),
        ('d[d["day"] >= "2024-01-01"]', Literal("day", "2024-01-01", Use.BOUND)),
        ('d[d["day"] >= pd.Timestamp("2024-01-01")]', Literal("day", "2024-01-01", Use.BOUND)),
        ('d[d["day"] < datetime.date(2024, 2, 1)]', Literal("day", dt.date(2024, 2, 1), Use.BOUND)),
        ('d[d["day"].dt.year == 2024]', Literal("day", 2024, Use.EQUAL)),
        ('d["y"] = d["day"].dt.year\nd[d["y"] == 2024]', Literal("day", 2024, Use.EQUAL)),
        ('d[d["name"].str.contains("Ltd", na=False)]', Literal("name", "Ltd", Use.PART)),
        ('"Ltd" in name', Literal("name", "Ltd", Use.PART)),
        ("sql('select * from t where name ilike \\'%Ltd%\\'')", Literal("name", "Ltd", Use.PART)),
        ("sql(\"select * from t where day between date '2024-01-01' and date '2024-12-31'\")",
         Literal("day", "2024-12-31", Use.BOUND)),
        ("sql('select * from t where year(day) = 2024')", Literal("day", 2024, Use.EQUAL)),
        ("sql('select * from t where \"Order ID\" = 7')", Literal("Order ID", 7, Use.EQUAL)),
        ("sql('select * from t where REGION = \\'South\\'')", South),
    ],
)  # fmt: skip
def test_uses(program, expected):
    assert expected in literals(program, COLUMNS)


@pytest.mark.parametrize(
    "program",
    [
        'show(d, title="North")',
        'say("North")',
        'd["North"]',
        'd["other"] == "North"',
        'd["name"].str.contains("^(a|b)+$")',
        "sql('select broken from where')",
        "this is no program",
        't = d.pivot_table(index="name", columns="year")\nt["gain"] = t.sum(axis=1)\nshow(t["gain"])',
        'g = d.groupby("name")\nt = pandas.DataFrame({"mean": g.size()})\nshow(t["mean"])',
    ],
)
def test_what_is_no_expectation(program):
    assert literals(program, COLUMNS) == ()


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(program):
    assert isinstance(literals(program, COLUMNS), tuple)
    assert isinstance(literals(f"sql({program!r})", COLUMNS), tuple)
