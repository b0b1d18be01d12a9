"""Every way of asking does what its own example says, and is needed: without it the example stays as it is."""

from __future__ import annotations

import pytest

from daytwo.control.models.analyst.words.ways import WAYS, Way, rephrase


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.asked)
def test_a_way_reads_its_example(way: Way) -> None:
    assert way.put(way.asked) == way.read
    assert way.read != way.asked


def test_quoted_text_is_left_alone() -> None:
    assert rephrase('revenue of "price over time"') == 'revenue of "price over time"'
    assert rephrase("price over time") != "price over time"
