"""Where a spreadsheet's table begins: what is certain of any sheet, and the pairs of rows that are no names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.cell.reading.heading import find

VALUES = st.none() | st.integers(-5, 5) | st.sampled_from(["a", "b", "kg"]) | st.integers(2020, 2024)
SHEETS = st.lists(st.lists(VALUES, min_size=4, max_size=4), max_size=8)
MERGED = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3), st.integers(0, 3)), max_size=3)


@given(SHEETS, MERGED)
def test_names_stand_in_rows_of_text_right_above_the_data(sheet, merged):
    found = find(sheet, merged)
    if not any(value is not None for row in sheet for value in row):
        assert found is None
        return
    assert found.end <= len(sheet)
    assert len(found.names) <= 4
    if found.rows == 2:
        assert found.end < len(sheet)
        held = [value for row in sheet[found.start : found.end] for value in row if value is not None]
        assert all(isinstance(value, str) or value >= 1800 for value in held)
        assert all(found.names)


@pytest.mark.parametrize(
    ("upper", "lower", "merged"),
    [
        (["Author:", "Bob", None], ["shop", "units", "price"], []),
        (["Report", None, None], ["shop", "units", "price"], [(0, 0, 2)]),
        (["shop", "units", "note"], ["West", "many", "x"], []),
        (["shop", "units", None], ["West", "none", "x"], []),
    ],
)
def test_what_is_no_pair_of_names(upper, lower, merged):
    found = find([upper, lower, ["East", 1, "y"], ["South", 2, "z"]], merged)
    assert found.rows == 1


def test_a_group_over_some_columns_needs_merged_cells():
    rows = [[None, None, "temperature", None], ["site", "day", "least", "most"], ["A", 1, 2.5, 3.5]]
    assert find(rows, []).names == ("site", "day", "least", "most")
    assert find(rows, [(0, 2, 3)]).names == ("site", "day", "temperature least", "temperature most")
