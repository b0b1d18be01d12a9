"""Whole records out of the middle of a delimited text, wherever it is cut."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.cell.reading.records import Shape, whole_lines, whole_records

SHAPE = Shape(",", '"', '"', 3)
FIELDS = st.text(alphabet='ab "\n', max_size=8)
NUMBERED = st.lists(st.tuples(FIELDS, FIELDS), min_size=25, max_size=30)


def written(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([(f"n{number}", *row) for number, row in enumerate(rows)])
    return text.getvalue()


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_block_loses_the_torn_records_at_its_ends_and_no_other():
    text = written([("x", "two\nlines")] * 40)
    for cut in range(60):
        found = read(whole_records(text[cut:-5], SHAPE, starts_inside=True))
        rows = read(text)
        assert found == rows[rows.index(found[0]) : 39]
        assert rows.index(found[0]) <= cut // 10 + 1


@given(NUMBERED, st.data())
def test_what_is_taken_ends_and_begins_where_records_do(rows, data):
    text = written(rows)
    assert whole_records(text, SHAPE, starts_inside=False) == text[: text.rindex(f"n{len(rows) - 1},")]
    found = whole_records(text[data.draw(st.integers(0, len(text) // 2)) :], SHAPE, starts_inside=True)
    assert text.endswith(found + text[text.rindex(f"n{len(rows) - 1},") :]) or not found


def test_a_backslash_escapes_a_quote():
    shape = Shape(";", '"', "\\", 2)
    record = 'a;"she said \\"so\\";\nand left"\n'
    assert whole_records((record * 30)[3:], shape, starts_inside=True) == record * 28


def test_a_shape_has_the_width_of_most_records():
    head = "Title\na,b,c\n" + '1,"2,\n2",3\n' * 9
    assert Shape.of(head, delimiter=",", quote='"', escape='"').width == 3
    assert Shape.of("", delimiter=",", quote='"', escape='"').width == 0


def test_nothing_is_taken_where_no_record_begins():
    assert whole_records("one long line that never ends", SHAPE, starts_inside=True) == ""
    assert whole_records("a,b\n" * 99, SHAPE, starts_inside=True) == ""


def test_lines_are_whole():
    assert whole_lines("rn\n{1}\n{2}\n{to", starts_inside=True) == "{1}\n{2}\n"
    assert whole_lines("{1}\n{2}\n{to", starts_inside=False) == "{1}\n{2}\n"
    assert whole_lines("torn", starts_inside=True) == ""
