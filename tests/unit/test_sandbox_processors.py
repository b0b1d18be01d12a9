"""Which processors a run gets; who has short turns on them."""

import ctypes
import os
import struct

from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.sandbox import turns
from daytwo.executor.sandbox.zygote import kernel
from daytwo.executor.sandbox.zygote.processors import Processors, fewest


def test_an_idle_machine_gives_the_processor_that_the_keeper_runs_on():
    assert fewest({0: 0, 1: 0, 2: 0}, 1, own=2) == {2}


def test_the_processors_with_the_fewest_runs_come_first():
    assert fewest({0: 2, 1: 0, 2: 1}, 2, own=0) == {1, 2}


@given(st.dictionaries(st.integers(0, 63), st.integers(0, 9), min_size=1), st.integers(1, 70), st.integers(0, 63))
def test_never_more_than_asked_for_and_never_one_with_more_runs(runs, count, own):
    taken = fewest(runs, count, own)
    assert len(taken) == min(count, len(runs))
    assert max(runs[number] for number in taken) <= min((runs[n] for n in runs.keys() - taken), default=9)


def test_what_is_given_back_is_free_again():
    processors = Processors()
    everywhere = len(os.sched_getaffinity(0))
    taken = [processors.take(1) for _ in range(everywhere)]
    assert set().union(*taken) == os.sched_getaffinity(0)
    processors.give_back(taken[0])
    assert processors.take(1) == taken[0]


def turn_nanoseconds():
    attributes = ctypes.create_string_buffer(48)
    number = kernel.number_of("sched_getattr")
    kernel.syscall("read the turn", number, 0, attributes, ctypes.c_uint(48), ctypes.c_uint(0))
    return struct.unpack_from("=IIQiIQ", attributes)[5]


def in_a_fork(act):
    reader, writer = os.pipe()
    pid = kernel.fork()
    if pid == 0:
        os.write(writer, str(act()).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as said:
        return said.read()


def test_turns_are_short_for_who_asks_and_not_for_what_it_starts():
    usual = in_a_fork(turn_nanoseconds)

    def ask():
        turns.be_short()
        return f"{turn_nanoseconds()} {in_a_fork(turn_nanoseconds)}"

    assert in_a_fork(ask) == f"100000 {usual}"
    assert int(usual) > 100_000
