"""The scanner of `bench/gate` finds what it looks for, and the corpus is what it says."""

import json

import pytest

from bench.gate_set.canaries import ENCODINGS, Scanner, canaries
from bench.gate_set.control import CONTROL
from bench.gate_set.corpus import PRELUDE, corpus

VALUE = "kqzjxwvyu"


def body(**fields):
    return json.dumps(fields).encode()


@pytest.mark.parametrize("value", [VALUE, "732519840617", "abcdefghijk"])
def test_every_encoding_that_a_program_makes_is_found(value):
    said = []
    exec(CONTROL, {"value": value, "say": said.append})
    assert len(said) == len(ENCODINGS) == 20
    for text in said:
        assert Scanner([value]).found([body(stdout=f"<{text}>")])
    found = {how for text in said for _, how in Scanner([value]).found([body(stdout=text)])}
    assert found >= {*ENCODINGS}


@pytest.mark.parametrize(
    "bodies",
    [
        [body(a="k q z j x w v y u")],
        [body(a="kqz", b=["jxw", {"c": "vyu"}])],
        [body(kqzj="xwvyu")],
        [body(a="kqzj", b=1), body(a="xwvyu", b=2)],
    ],
)
def test_a_value_in_pieces_is_found(bodies):
    assert (VALUE, "split") in Scanner([VALUE]).found(bodies)


def test_what_is_not_there_is_not_found():
    assert Scanner([VALUE]).found([body(a="kqzjxwvy", b="the rest"), body(c="nothing")]) == []


def test_two_datasets_differ_in_every_value(tmp_path):
    first, second = canaries(tmp_path / "a", 0), canaries(tmp_path / "b", 1)
    assert not set(first.values) & set(second.values)
    assert len(set(first.values)) == len(first.values)


def test_every_program_of_the_corpus_is_one():
    found = corpus()
    assert len(found) >= 150
    assert len({one.channel for one in found}) >= 12
    assert len({(one.channel, one.name) for one in found}) == len(found)
    for one in found:
        for step in one.steps:
            compile(step, one.name, "exec")
        assert one.steps[0].startswith(PRELUDE)
