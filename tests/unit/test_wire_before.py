"""What the version before said is read today, and what it could read is said today in the same bytes.

`golden/protocol_1.jsonl` was written by the code of protocol 1; it is never written anew.
"""

import json
from pathlib import Path

import pytest

from daytwo.wire import run, task
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Incompatible
from daytwo.wire.protocol import PREVIOUS_VERSION, PROTOCOL_VERSION, check_protocol

RECORDED = [
    json.loads(line) for line in (Path(__file__).parent / "golden" / "protocol_1.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("recorded", RECORDED, ids=[one["message"] for one in RECORDED])
def test_a_message_of_the_version_before_is_read_and_said_in_the_same_bytes(recorded):
    kind = getattr(task, recorded["message"], None) or getattr(run, recorded["message"])
    message = kind.model_validate(recorded["body"])
    assert canonical_bytes(message) == canonical_bytes(recorded["body"])
    assert getattr(message, "digest", None) == recorded.get("digest")


def test_the_present_version_and_the_one_before_are_spoken_and_no_other():
    assert PREVIOUS_VERSION == PROTOCOL_VERSION - 1
    assert [check_protocol(spoken, peer="peer") for spoken in (PROTOCOL_VERSION, str(PREVIOUS_VERSION))] == [2, 1]
    for spoken in (None, "", PROTOCOL_VERSION + 1, PREVIOUS_VERSION - 1, "2.0", " 2"):
        with pytest.raises(Incompatible, match="Upgrade the older"):
            check_protocol(spoken, peer="peer")
