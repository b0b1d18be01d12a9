"""Checkpoints are C2SP signed notes: a known answer, and nothing that was altered opens."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.ledger.checkpoint import Checkpoint, key_id, open_checkpoint, sign_checkpoint
from daytwo.wire.errors import Denied, Invalid
from daytwo.wire.signing import PublicKey, SigningKey

KEY = SigningKey(bytes(range(32)))
CHECKPOINT = Checkpoint("daytwo.example/ledger", 7, b"\x11" * 32)
NOTE = sign_checkpoint(CHECKPOINT, KEY)


def test_a_checkpoint_has_the_form_of_the_specification():
    text, signature = NOTE.split("\n\n")
    assert text == "daytwo.example/ledger\n7\nERERERERERERERERERERERERERERERERERERERERERE="
    assert signature.startswith("\u2014 daytwo.example/ledger ")
    assert signature.endswith("\n")
    assert len(base64.b64decode(signature.split(" ")[2])) == 4 + 64
    assert open_checkpoint(NOTE, KEY.public) == CHECKPOINT


def test_the_key_id_is_that_of_the_go_checksum_database():
    # The published verifier key: sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8
    name, identifier, encoded = "sum.golang.org", "033de0ae", "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    raw = base64.b64decode(encoded)
    assert raw[:1] == b"\x01"
    assert key_id(name, PublicKey(raw[1:])).hex() == identifier


def test_a_note_may_carry_other_signatures():
    other = sign_checkpoint(CHECKPOINT, SigningKey.generate()).split("\n\n")[1]
    text, own = NOTE.split("\n\n")
    assert open_checkpoint(f"{text}\n\n{other}{own}", KEY.public) == CHECKPOINT
    with pytest.raises(Denied, match="did not sign"):
        open_checkpoint(f"{text}\n\n{other}", KEY.public)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_no_altered_note_opens(at, character):
    altered = NOTE[:at] + character + NOTE[at + 1 :]
    if altered == NOTE:
        return
    with pytest.raises(Denied) as caught:
        open_checkpoint(altered, KEY.public)
    assert caught.value.code == "bad_checkpoint"


@given(st.text())
def test_what_is_no_note_is_refused(text):
    with pytest.raises(Denied, match="not genuine"):
        open_checkpoint(text, KEY.public)


def test_another_key_does_not_open_it():
    with pytest.raises(Denied, match="did not sign"):
        open_checkpoint(NOTE, SigningKey.generate().public)


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nbreak", "x" * 256])
def test_an_origin_that_would_break_the_note_is_refused(origin):
    with pytest.raises(Invalid, match="origin"):
        Checkpoint(origin, 0, b"\x00" * 32)
