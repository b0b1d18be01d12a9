"""A document as an outline: all of it can be read, no line is wider than asked, nothing reaches a terminal raw."""

import json

from hypothesis import given
from hypothesis import strategies as st

from daytwo.cli.outline import outline
from daytwo.cli.terminal import printable

PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
DOCUMENTS = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def test_fields_are_lines_and_flat_objects_of_a_list_are_one():
    document = {
        "level": "shape",
        "expires": None,
        "span": {"first": "2023-01", "last": "2024-12"},
        "columns": [
            {"type": "text", "name": "city", "masks": ["AAAA", "A, A"], "labels": [], "order": None},
            {"type": "integer", "name": "n", "untidy": False, "quote": '"'},
        ],
        "rows": [["x", 1], ["y", 2]],
        "inner": {"tables": [{"name": "t", "columns": [{"name": "a", "type": "text"}]}]},
    }
    assert list(outline(document, 100)) == [
        "level: shape",
        "span: first 2023-01, last 2024-12",
        "columns:",
        '  - city: type text; masks "AAAA", "A, A"',
        '  - n: type integer; untidy no; quote "\\""',
        "rows:",
        '  - "x", 1',
        '  - "y", 2',
        "inner:",
        "  tables:",
        "    - t:",
        "      columns:",
        "        - a: type text",
    ]


def leaves(value):
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


@given(DOCUMENTS)
def test_every_number_is_shown_and_nothing_raw(document):
    lines = list(outline(document, 60))
    assert all(line == printable(line, one_line=True) for line in lines)
    numbers = [leaf for leaf in leaves(document) if isinstance(leaf, int) and not isinstance(leaf, bool)]
    assert all(json.dumps(number) in "\n".join(lines) for number in numbers)


def test_long_lines_are_broken_between_words():
    lines = list(outline({"note": "word " * 40}, 50, indent="  "))
    assert len(lines) > 3
    assert max(map(len, lines)) <= 50
    assert all(line.startswith("      word") for line in lines[1:])
