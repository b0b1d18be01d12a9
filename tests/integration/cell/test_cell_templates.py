"""Every template is provoked in the installed libraries and recognised; what a program raises by itself is none."""

from __future__ import annotations

import types
import warnings
from typing import Any

import pytest

from daytwo.executor.cell.compiled import Compiled
from daytwo.executor.cell.job import Sentences
from daytwo.executor.cell.templates import FORMS, template_of
from daytwo.wire.holes import filler, sentences
from daytwo.wire.templates import TEMPLATES, UNTOLD

PRELUDE = """
import datetime as dt, json, duckdb, numpy as np, pandas as pd, polars as pl, pyarrow as pa, pyarrow.compute as pc
df = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"], "t": pd.date_range("2024-01-01", periods=3)})
p = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
t = pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})
db = duckdb.connect(); db.register("orders", df)
def linear():
    from sklearn.linear_model import LinearRegression
    return LinearRegression()
"""
PROVOKED = [
    ("no-column", 'df["nope"]', "nope"),
    ("no-column", 'df.loc["nope"]', "nope"),
    ("no-column", 'df.groupby("nope")["a"].sum()', "nope"),
    ("no-column", 'df.groupby("b")["nope"].sum()', "nope"),
    ("no-column", 'df.sort_values("nope")', "nope"),
    ("no-column", 'df.dropna(subset=["nope"])', "nope"),
    ("no-column", 'df.drop_duplicates(["nope"])', "nope"),
    ("no-column", 'df.merge(df, on="nope")', "nope"),
    ("no-column", 'df.astype({"nope": int})', "nope"),
    ("no-column", 'import plotly.express as px; px.bar(df, x="nope", y="a")', "nope"),
    ("not-in-index", 'df[["a", "nope"]]', "nope"),
    ("not-in-index", 'df[["nope"]]', "nope"),
    ("not-in-index", 'df.set_index("nope")', "nope"),
    ("not-in-index", 'df.drop(columns=["nope"])', "nope"),
    ("not-in-index", 'df.melt(id_vars="nope")', "nope"),
    ("not-in-index", 'df.groupby("b").agg({"nope": "sum"})', "nope"),
    ("not-in-index", 'df.pivot(index="b", columns="nope", values="a")', "nope"),
    ("dt-accessor", 'df["b"].dt.year', None),
    ("str-accessor", 'df["a"].str.upper()', None),
    ("no-reduction", 'df["b"].mean()', "mean"),
    ("no-reduction", 'df.groupby("a")["b"].mean()', "mean"),
    ("no-reduction", 'df["t"].sum()', "sum"),
    ("no-reduction", 'df.nlargest(1, "b")', "nlargest"),
    ("no-operation", 'df["b"] - df["b"]', None),
    ("no-operation", 'df["t"] + df["t"]', None),
    ("invalid-comparison", 'df["a"] > "x"', None),
    ("merge-types", 'df.merge(df, left_on="a", right_on="b")', "a"),
    ("merge-not-unique", 'pd.concat([df, df]).merge(df, on="a", validate="1:1")', None),
    ("duplicate-entries", 'pd.concat([df, df]).pivot(index="b", columns="t", values="a")', None),
    ("duplicate-labels", 'pd.concat([df, df]).set_index("a").reindex([1, 2])', None),
    ("ambiguous-truth", 'bool(df["a"] > 1)', None),
    ("ambiguous-truth", "bool(np.array([1, 2]))", None),
    ("ambiguous-truth", 'bool(pl.col("a") > 1)', None),
    ("position-out-of-bounds", "df.iloc[9]", None),
    ("position-out-of-bounds", "p.row(9)", None),
    ("length-mismatch", 'df["new"] = [1, 2]', None),
    ("length-mismatch", 'df.columns = ["x"]', None),
    ("length-mismatch", "df.loc[pd.Series([True, False])]", None),
    ("missing-to-integer", "pd.Series([1.0, None]).astype(int)", None),
    ("missing-to-integer", 'int(float("nan"))', None),
    ("unknown-date", 'pd.to_datetime(df["b"])', None),
    ("unknown-date", 'dt.date.fromisoformat("x")', None),
    ("date-format", 'pd.to_datetime(df["b"], format="%d.%m.%Y")', "%d.%m.%Y"),
    ("date-format", 'dt.datetime.strptime("2024", "%d.%m.%Y")', "%d.%m.%Y"),
    ("nothing-to-concatenate", "pd.concat([])", None),
    ("nothing-to-concatenate", "np.concatenate([])", None),
    ("unreadable-number", 'pd.to_numeric(df["b"])', None),
    ("unknown-query-name", 'df.query("nope > 3")', "nope"),
    ("time-zones", 'df["t"] - pd.Timestamp("2024-01-01", tz="UTC")', None),
    ("time-zones", 'df["t"].dt.tz_convert("UTC")', None),
    ("bad-bins", 'pd.cut(df["a"], [3, 2, 1])', None),
    ("bad-bins", "pd.qcut(pd.Series([1, 1, 1, 1]), 4)", None),
    ("overlapping-columns", "df.join(df)", None),
    ("no-datetime-index", 'df.resample("D").sum()', None),
    ("unknown-aggregation", 'df.agg("nope")', "nope"),
    ("unknown-aggregation", 'df.groupby("b").agg({"a": "nope"})', "nope"),
    ("invalid-frequency", 'df.set_index("t").resample("QQ").sum()', "QQ"),
    ("shapes-differ", "np.array([1, 2]) + np.array([1, 2, 3])", None),
    ("shapes-differ", "np.array([1, 2, 3]).reshape(2, 2)", None),
    ("axis-out-of-bounds", "np.array([1, 2])[5]", None),
    ("empty-array", "np.max(np.array([]))", None),
    ("empty-array", "pd.Series([], dtype=float).idxmin()", None),
    ("singular-matrix", "np.linalg.inv(np.zeros((2, 2)))", None),
    ("input-missing", "linear().fit([[np.nan]], [1])", None),
    ("input-empty", 'linear().fit(df[["a"]][:0], df["a"][:0])', None),
    ("input-empty", "from sklearn.cluster import KMeans; KMeans(5).fit([[1], [2]])", None),
    ("input-not-flat", "linear().fit([1, 2], [1, 2])", None),
    ("input-lengths", "linear().fit([[1], [2]], [1])", None),
    ("one-class", "from sklearn.linear_model import LogisticRegression as L; L().fit([[1], [2]], [1, 1])", None),
    ("not-fitted", "linear().predict([[1]])", None),
    ("polars-no-column", 'p.select("nope")', "nope"),
    ("polars-no-column", 'p["nope"]', "nope"),
    ("polars-conversion", 'p.with_columns(pl.col("b").cast(pl.Int64))', None),
    ("polars-types", 'p.with_columns(pl.col("a").str.to_uppercase())', None),
    ("polars-types", 'p.filter(pl.col("a") > "x")', None),
    ("polars-types", 'p.join(pl.DataFrame({"a": ["x"]}), on="a")', None),
    ("polars-lengths", "p.with_columns(x=pl.Series([1, 2]))", None),
    ("sql-no-column", 'db.sql("select nope from orders")', "nope"),
    ("sql-no-column", 'db.sql("select o.nope from orders o")', "nope"),
    ("sql-no-table", 'db.sql("select a from nope")', "nope"),
    ("sql-no-function", 'db.sql("select nope(a) from orders")', "nope"),
    ("sql-no-function", 'db.sql("select upper(a) from orders").fetchall()', "upper"),
    ("sql-not-grouped", 'db.sql("select a, sum(a) from orders")', "a"),
    ("sql-conversion", 'db.sql("select cast(b as integer) from orders").fetchall()', None),
    ("sql-comparison", 'db.sql("select a from orders where b > 3")', None),
    ("sql-syntax", 'db.sql("selct a from orders")', "selct"),
    ("sql-ambiguous", 'db.sql("select a from orders, orders o2")', "a"),
    ("sql-many-rows", 'db.sql("select (select a from orders)").fetchall()', None),
    ("arrow-no-field", 't["nope"]', "nope"),
    ("arrow-no-field", 't.group_by("nope").aggregate([("a", "sum")])', "nope"),
    ("arrow-conversion", 'pa.array(["x"]).cast(pa.int64())', None),
    ("arrow-no-kernel", 'pc.sum(t["b"])', None),
    ("no-key", '{"a": 1}["b"]', "b"),
    ("no-key", "{1: 2}[7]", "7"),
    ("no-name", "nope", "nope"),
    ("no-name", "import nope", "nope"),
    ("no-name", "from pandas import nope", "nope"),
    ("none-attribute", "None.nope", "nope"),
    ("no-attribute", "df.nope", "nope"),
    ("no-attribute", '"x".nope', "nope"),
    ("no-attribute", "np.nope", "nope"),
    ("no-attribute", "p.groupby", "groupby"),
    ("operand-types", '1 + "a"', None),
    ("operand-types", "None < 1", None),
    ("no-such-use", "nothing = None; nothing[0]", None),
    ("no-such-use", "three = 3; three()", None),
    ("no-such-use", "len(3)", None),
    ("arguments", "df.head(nope=1)", "nope"),
    ("arguments", "(lambda x: x)()", "x"),
    ("format-code", 'f"{None:.2f}"', None),
    ("format-code", "f\"{'x':.2f}\"", None),
    ("text-to-number", 'int("x")', None),
    ("text-to-number", 'df["b"].astype(float)', None),
    ("list-index", "[1][5]", None),
    ("empty-sequence", "max([])", None),
    ("empty-sequence", "next(iter([]))", None),
    ("untold", 'raise KeyError("nope")', None),
    ("untold", 'raise ValueError("could not convert string to float: 1")', None),
    ("untold", "class Own(KeyError): pass\nraise Own('nope')", None),
    ("untold", "assert df.empty", None),
    ("untold", "json.loads('x')", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def space() -> Any:
    """The namespace of a program, in a module of its own as the cell makes one."""
    module = types.ModuleType("__main__")
    exec(PRELUDE, vars(module))
    return vars(module)


def _raised(program: str, space: dict[str, Any]) -> tuple[BaseException, Compiled]:
    compiled = Compiled(program)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compiled.code, dict(space))
        except Exception as error:  # noqa: BLE001 - whatever it is
            return error, compiled
    raise AssertionError("it raises nothing")


@pytest.mark.parametrize(("template", "program", "named"), PROVOKED)
def test_what_a_library_says_is_recognised(template: str, program: str, named: str | None, space: Any) -> None:
    error, compiled = _raised(program, space)
    statement = compiled.statement_of(error)
    place, hole = template_of(error, Sentences.from_json(sentences(program)), statement)
    assert TEMPLATES[place].id == template, str(error)
    kind = TEMPLATES[place].hole
    assert (filler(program, statement, kind, hole) if kind else None) == named


def test_every_template_is_provoked_and_every_form_has_a_template() -> None:
    known = {one.id for one in TEMPLATES}
    assert {template for template, _, _ in PROVOKED} == known
    assert {form.template for form in FORMS} == known - {UNTOLD.id}


def test_a_class_of_the_programs_own_is_none_whatever_it_is_called(space: Any) -> None:
    program = "made = type('KeyError', (KeyError,), {'__module__': 'builtins'})\nraise made('nope')"
    error, _ = _raised(program, space)
    assert template_of(error, Sentences.from_json(sentences(program)), 1) == (0, 0)


def test_an_error_whose_text_cannot_be_had_is_none(space: Any) -> None:
    program = "class Shy:\n    def __hash__(self): return 1\n    def __repr__(self): raise OSError\n{}[Shy()]"
    error, _ = _raised(program, space)
    assert template_of(error, Sentences.from_json(sentences(program)), 1) == (0, 0)
