"""The doubts that mock rows leave, on programs as analysts write them.  A plain mistake leaves none."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from daytwo.executor.cell.compiled import Compiled
from daytwo.executor.cell.doubts import (
    EMPTY_SELECTION,
    KEY_OR_ORDER,
    MADE_LABEL,
    STATE,
    TOO_FEW_ROWS,
    Scene,
    doubt_of,
    doubt_of_success,
)

ORDERS = pd.DataFrame({"region": ["aa", "bb", "aa"], "amount": [1.0, 2.0, 3.0], "month": [1, 2, 1]})
SHEET = frozenset(ORDERS.columns)


def scene_of(program, known=()):
    """The scene at a program's end, and what it raised."""
    compiled = Compiled(program)
    namespace = {"orders": ORDERS.copy(), "frame": pl.from_pandas(ORDERS), "pd": pd, "pl": pl, "np": np}
    scene = Scene(compiled, namespace, frozenset(namespace), SHEET, frozenset(known))
    try:
        exec(compiled.code, namespace)
    except Exception as error:  # noqa: BLE001 -- a program may raise anything
        return scene, error
    return scene, None


def doubt(program, known=()):
    scene, error = scene_of(program, known)
    assert error is not None
    return doubt_of(error, scene)


@pytest.mark.parametrize(
    "program",
    [
        'orders["revnue"].sum()',
        'orders.groupby("regoin").amount.sum()',
        'orders.sort_values("totl")',
        'orders[["region", "amuont"]]',
        'frame.select("revnue")',
        'frame.group_by("regoin").len()',
        "orders.amount.averge()",
        'orders.amount + "x"',
        "undefined_name",
        'by = orders.groupby("region").amount.sum().reset_index()\nby["total"]',
        'int("x")',
        'pd.to_datetime(orders.region, format="%Y-%m-%d")',
        "1 / 0",
    ],
)
def test_a_mistake_of_the_program_leaves_no_doubt(program):
    assert doubt(program) is None


@pytest.mark.parametrize(
    "program",
    [
        'orders.pivot_table(index="month", columns="region", values="amount")["West"]',
        'orders.set_index("region").loc["West"]',
        'orders.groupby("region").amount.sum()["West"]',
        'dict(orders.groupby("region").amount.sum())["West"]',
        'orders.pivot_table(index="month", columns="region", values="amount").loc[:, "West"]',
        'wide = frame.pivot(on="region", index="month", values="amount", aggregate_function="sum")\nwide["West"]',
    ],
)
def test_a_label_made_out_of_values_is_told_from_a_missing_column(program):
    assert doubt(program) == MADE_LABEL


@pytest.mark.parametrize(
    "program",
    [
        'west = orders[orders.region == "West"]\nwest.iloc[0]',
        'west = orders[orders.region == "West"]\nmax(west.amount)',
        "west = orders.query(\"region == 'West'\")\nnp.argmax(west.amount.to_numpy())",
        'west = frame.filter(pl.col("region") == "West")\nwest.row(0)',
    ],
)
def test_a_selection_that_is_empty_on_mock_rows(program):
    assert doubt(program) == EMPTY_SELECTION


@pytest.mark.parametrize(
    "program",
    [
        'orders.pivot(index="region", columns="month", values="amount")',
        'orders.merge(orders, on="region", validate="one_to_one")',
        'orders.set_index("region").unstack().reindex(["a"])',
        'orders.set_index("region").amount.reindex(["aa", "zz"])',
    ],
)
def test_keys_that_repeat_on_mock_rows(program):
    assert doubt(program) == KEY_OR_ORDER


@pytest.mark.parametrize(
    "program",
    [
        "orders.iloc[10]",
        "from sklearn.model_selection import KFold\nrows = orders.head(2)\nlist(KFold(5).split(rows))",
    ],
)
def test_rows_that_are_too_few(program):
    assert doubt(program) == TOO_FEW_ROWS


def test_a_variable_of_a_step_that_was_never_rehearsed():
    assert doubt("earlier + 1", known=("earlier",)) == STATE
    assert doubt("earlier + 1") is None


def test_success_over_nothing_is_a_doubt():
    scene, error = scene_of('west = orders[orders.region == "West"]\ntotal = west.amount.sum()')
    assert error is None
    assert doubt_of_success(scene, shown_nothing=False) == EMPTY_SELECTION
    scene, _ = scene_of("total = orders.amount.sum()")
    assert doubt_of_success(scene, shown_nothing=False) is None
    assert doubt_of_success(scene, shown_nothing=True) == EMPTY_SELECTION
