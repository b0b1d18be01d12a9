"""Large tables: the database adds up, and the answers stay those of the rows themselves."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from daytwo.control.models.analyst import plan
from daytwo.control.models.request import PlanRequest

CONDENSED = [
    "total revenue by region",
    "average revenue by month",
    "how many orders where region is West",
    "highest revenue by product in 2024",
    "revenue per quantity by product",
    "top 2 products by revenue",
    "average revenue in 2024 where status is shipped",
]
READ = [  # `West` may be the number of an order, which every row has another of
    "median revenue by region",
    "how many orders in West",
    "the 3 orders with the highest revenue",
]


def _program(tables: Any, question: str, magnitude: int) -> str:
    sheet = tables["orders"][1]
    large = tuple(table.model_copy(update={"rows_magnitude": magnitude}) for table in sheet.tables)
    sheets = (sheet.model_copy(update={"tables": large}),)
    program = plan(PlanRequest(question=question, sheets=sheets, turn=1, turns_left=3)).program
    assert program is not None, question
    return program


def test_condensed_rows_tell_what_the_rows_tell(tables: Any, run_all: Any) -> None:
    plain = [_program(tables, question, 6) for question in CONDENSED]
    condensed = [_program(tables, question, 7) for question in CONDENSED]
    assert all("group by all" in program for program in condensed)
    assert not any("group by all" in program for program in plain)
    answers = run_all([*plain, *condensed])
    for small, large in zip(answers[: len(plain)], answers[len(plain) :], strict=True):
        pd.testing.assert_frame_equal(small.table, large.table, check_dtype=False)
        assert small.says == large.says


@pytest.mark.parametrize("question", READ)
def test_what_needs_single_rows_reads_them(tables: Any, question: str) -> None:
    assert "group by all" not in _program(tables, question, 8)
