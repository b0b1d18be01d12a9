"""A request is taken only as it was signed, by the key that it has to be signed with, about now."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.wire.errors import DaytwoError
from daytwo.wire.proof import WINDOW_SECONDS, check_proof, prove
from daytwo.wire.signing import SigningKey

KEY = SigningKey(b"\x07" * 32)
AT = "2026-11-23T12:00:00.000Z"
SENT = ("POST", "/link/v1/claim", b'{"instance":"i"}')


def later(seconds):
    return (datetime.fromisoformat(AT) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def refusal(key, proof, sent=SENT, present=AT):
    with pytest.raises(DaytwoError) as refused:
        check_proof(key.public, proof, *sent, present)
    return refused.value.code


@given(
    st.text(max_size=20), st.text(max_size=40), st.binary(max_size=100), st.integers(-WINDOW_SECONDS, WINDOW_SECONDS)
)
def test_what_was_signed_about_now_is_taken(method, path, body, seconds):
    check_proof(KEY.public, prove(KEY, method, path, body, AT), method, path, body, later(seconds))


@pytest.mark.parametrize(
    "sent",
    [("GET", *SENT[1:]), ("POST", "/link/v1/complete", SENT[2]), (*SENT[:2], b'{"instance":"j"}')],
)
def test_anything_else_under_the_same_proof_is_refused(sent):
    assert refusal(KEY, prove(KEY, *SENT, AT), sent) == "bad_signature"


def test_another_key_and_another_time_are_refused():
    proof = prove(KEY, *SENT, AT)
    assert refusal(SigningKey(b"\x08" * 32), proof) == "bad_signature"
    assert refusal(KEY, proof.replace("12:00:00", "12:00:01")) == "bad_signature"
    for seconds in (-WINDOW_SECONDS - 1, WINDOW_SECONDS + 1):
        assert refusal(KEY, proof, present=later(seconds)) == "proof_expired"


@pytest.mark.parametrize("proof", [None, "", "x", "x y", "2026-11-23T12:00:00 x", AT])
def test_what_is_no_proof_is_refused(proof):
    assert refusal(KEY, proof) in {"no_proof", "bad_signature"}
