"""What crossed while data was open is told to models while it is open, and no longer."""

import pytest

from daytwo.control.runs.segment import past_step
from daytwo.wire.opened import OpenOutput

UNTIL = "2026-05-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("at", "told"),
    [("2026-04-30T23:59:59.999Z", True), (UNTIL, False), ("2027-01-01T00:00:00.000Z", False)],
)
def test_output_is_told_as_long_as_its_data_is_open(at, told):
    opened = OpenOutput(until=UNTIL, datasets=("people",), stdout="Ann")
    row = {
        "step": 1, "intent": "Look.", "program": "print(1)", "verdict": None, "rehearsal": None, "symbol": None,
        "opened": opened.model_dump(mode="json"), "note": None,
    }  # fmt: skip
    assert past_step(row, at).opened == (opened if told else None)
    assert past_step(row | {"opened": None}, at).opened is None
