"""Columns of fixed width: found as they were written, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.cell.reading.fixedwidth import fields_of, gaps

WORDS = st.text("abcdefgh0123456789.", min_size=1, max_size=9)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=3, max_size=9), st.integers(2, 4), st.booleans())
def test_what_was_written_in_columns_is_found_there(records, gap, rightly):
    widths = [max(map(len, column)) for column in zip(*records, strict=True)]
    lines = [
        (" " * gap)
        .join(word.rjust(width) if rightly else word.ljust(width) for word, width in zip(record, widths, strict=True))
        .rstrip()
        for record in records
    ]
    fields = fields_of("\n".join(lines) + "\n")
    assert [field.name for field in fields] == list(records[0])
    for line, record in zip(lines, records, strict=True):
        assert tuple(line[field.start : field.end].strip() for field in fields) == record
        assert not any(line[start:end].strip() for start, end in gaps([[field.start, field.end] for field in fields]))


@pytest.mark.parametrize(
    "text",
    [
        "a b c\n1 2 3\n4 5 6\n",
        "name  amount\nAnn   1\n",
        "Dear all,\nplease read this  and that.\nThank you  so much\n",
        "      amount\nAnn       10\nBob       20\n",
        "a\tb  c\n1\t2  3\n4\t5  6\n",
    ],
)
def test_what_is_not_clear_is_not_guessed(text):
    assert fields_of(text) is None
