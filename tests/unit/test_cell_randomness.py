"""What a program draws is a function of its seed, in every process that it forks."""

import json
import subprocess
import sys

import pytest

DRAW = """
import json, os, random, secrets, sys, uuid
from daytwo.executor.cell.randomness import Stream
Stream(bytes.fromhex(sys.argv[1])).fix()
import numpy as np

def draw():
    legacy, fresh = np.random.rand(), np.random.default_rng().random()
    return [random.random(), secrets.token_hex(), str(uuid.uuid4()), os.urandom(3).hex(), legacy, fresh]

def forked():
    ours, theirs = os.pipe()
    if os.fork() == 0:
        os.write(theirs, json.dumps(draw()).encode())
        os._exit(0)
    os.wait()
    return json.loads(os.read(ours, 10_000))

print(json.dumps([draw(), draw(), forked(), forked()]))
"""


def drawn(seed):
    command = [sys.executable, "-W", "ignore", "-c", DRAW, seed.hex()]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)


def test_the_same_seed_draws_the_same_and_another_draws_otherwise():
    one, again, other = drawn(b"seed"), drawn(b"seed"), drawn(b"other")
    assert one == again
    for values in zip(*one, *other, strict=True):
        assert len(set(values)) == len(values)


def test_a_negative_count_is_refused_as_the_kernel_does():
    from daytwo.executor.cell.randomness import Stream

    with pytest.raises(ValueError, match="negative"):
        Stream(b"").bytes(-1)
