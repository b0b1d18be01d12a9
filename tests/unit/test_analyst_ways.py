"""Every way of asking does what its own example says, and is needed: without it the example stays as it is."""

from __future__ import annotations

import pytest

from daytwo.control.models.analyst.words.typos import mended
from daytwo.control.models.analyst.words.ways import WAYS, Way, rephrase


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.asked)
def test_a_way_reads_its_example(way: Way) -> None:
    assert way.put(way.asked) == way.read
    assert way.read != way.asked


def test_quoted_text_is_left_alone() -> None:
    assert rephrase('revenue of "price over time"') == 'revenue of "price over time"'
    assert rephrase("price over time") != "price over time"


def test_misspelt_words_are_put_right_and_told() -> None:
    assert mended("avergae price in Febuary", ()) == (
        "average price in February",
        (("avergae", "average"), ("Febuary", "February")),
    )


@pytest.mark.parametrize("question", ["averages compared with numbers", 'total of "avergae"', "orders of Mediann Ltd"])
def test_inflected_quoted_and_capital_words_stay(question: str) -> None:
    assert mended(question, ()) == (question, ())


def test_a_word_of_a_column_is_no_mistake() -> None:
    assert mended("total by nunber", {"nunber"}) == ("total by nunber", ())
