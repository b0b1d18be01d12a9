"""docs/explanation/disclosure.md says of alphabets, costs and moments what the code does."""

import re
from pathlib import Path

from daytwo.executor.gate import EXECUTIONS_LIMIT
from daytwo.executor.gate.budget import DATASET_BITS, SESSION_BITS, WINDOW_DAYS
from daytwo.executor.gate.release import GRACE_SECONDS, SLOT_SECONDS
from daytwo.wire.observation import (
    CHECKS,
    ERROR_CLASSES,
    FORMS,
    HOLES,
    LOOKUPS,
    SIZES,
    Alphabet,
    Lookup,
    bits,
)
from daytwo.wire.templates import TEMPLATES

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "disclosure.md").read_text()


def table(head):
    """The rows of the table below this heading row, cell by cell."""
    body = PAGE.split(head + "\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def test_sizes_and_bits_of_the_alphabets():
    told = table("| alphabet | symbols | bits |")
    assert told == [[f"`{one}`", str(size), f"{bits(one):.1f}"] for one, size in SIZES.items()]


def test_what_each_outcome_carries_in_the_order_of_the_encoding():
    told = table("| alphabet | outcome | fields, with the number of their values |")
    assert told == [
        [f"`{alphabet}`", f"`{outcome}`", ", ".join(f"`{field}` {radix}" for field, radix in form)]
        for alphabet, forms in FORMS.items()
        for outcome, form in forms.items()
    ]


def test_fields_and_classes_are_counted():
    assert f"first {CHECKS} `check(" in PAGE
    assert f"one of {len(ERROR_CLASSES)} public classes" in PAGE
    assert f"one of {len(TEMPLATES) - 1} public sentences" in PAGE.replace("\n", " ").replace("which of", "one of")
    assert f"the first {HOLES - 1} fillers" in PAGE


def test_lookups_cost_what_the_page_says():
    assert f"Calls of `resolve`, at most {LOOKUPS}, are counted in" in PAGE
    assert all(bits(Alphabet.STANDARD, lookups) < bits(Alphabet.STANDARD) for lookups in range(1, LOOKUPS + 1))
    assert f"one of {len(Lookup)}: " + ", ".join(f"`{one}`" for one in Lookup) in PAGE


def test_budgets_and_repetitions():
    told = table("| who pays | bits |")
    assert [row[1] for row in told] == [f"{SESSION_BITS:.0f}", f"{DATASET_BITS:.0f}"]
    assert f"in any {WINDOW_DAYS} days" in told[1][0]
    assert f"at most {EXECUTIONS_LIMIT} executions" in PAGE


def test_moments_of_release():
    first, second = SLOT_SECONDS
    assert re.search(rf"leaves {first:g} s or {second:g} s after its rehearsal, or {GRACE_SECONDS:g} s after", PAGE)
