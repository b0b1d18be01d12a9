"""The system call filter of both architectures, whatever this machine is, run by a small interpreter of BPF."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.sandbox.zygote import seccomp, syscalls

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
EPERM, ENOSYS = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS


def decide(machine, number, arguments=(), architecture=None):
    """The filter's answer to a system call."""
    words = {0: number, 4: MACHINES[machine] if architecture is None else architecture}
    for place, argument in enumerate((*arguments, 0, 0, 0, 0, 0, 0)[:6]):
        words[16 + 8 * place] = argument & 0xFFFFFFFF
        words[20 + 8 * place] = argument >> 32
    accumulator, at = 0, 0
    program = seccomp.program(machine)
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        match code:
            case 0x20:
                accumulator = words[operand]
            case 0x54:
                accumulator &= operand
            case 0x06:
                return operand
            case 0x15:
                at += if_true if accumulator == operand else if_false
            case 0x35:
                at += if_true if accumulator >= operand else if_false
            case 0x45:
                at += if_true if accumulator & operand else if_false
            case _:
                raise AssertionError(code)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_of_every_group_is_refused(machine):
    numbers = syscalls.numbers(machine)
    refused = {name for group in syscalls.REFUSED_GROUPS.values() for name in group.split()} & set(numbers)
    assert len(refused) > 100
    assert {name for name in refused if decide(machine, numbers[name]) != EPERM} == set()
    assert decide(machine, numbers["clone3"]) == ENOSYS


@given(machine=st.sampled_from(sorted(MACHINES)), number=st.integers(0, 0xFFFFFFFF), argument=st.integers(0, 2**64 - 1))
def test_a_foreign_architecture_is_killed_whatever_it_calls(machine, number, argument):
    for architecture in (0x40000003, 0x40000028, *(set(MACHINES.values()) - {MACHINES[machine]})):
        assert decide(machine, number, (argument,), architecture) == seccomp.KILL_PROCESS


@given(machine=st.sampled_from(sorted(MACHINES)), number=st.integers(0, 0xFFFFFFFF))
def test_what_we_have_not_read_about_does_not_pass(machine, number):
    answer = decide(machine, number)
    if number >= 0x40000000:
        assert answer == seccomp.KILL_PROCESS
    elif number > syscalls.NEWEST_KNOWN:
        assert answer == ENOSYS
    else:
        assert answer in {seccomp.ALLOW, EPERM, ENOSYS}


@given(machine=st.sampled_from(sorted(MACHINES)), flags=st.integers(0, 2**64 - 1))
def test_clone_makes_no_namespace(machine, flags):
    namespaces = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
    expected = EPERM if flags & namespaces else seccomp.ALLOW
    assert decide(machine, syscalls.numbers(machine)["clone"], (flags,)) == expected


@given(machine=st.sampled_from(sorted(MACHINES)), family=st.integers(0, 2**32 - 1), kind=st.integers(0, 2**32 - 1))
def test_socketpairs_are_local_streams(machine, family, kind):
    allowed = family == 1 and kind & 0xF in {1, 5}
    answer = decide(machine, syscalls.numbers(machine)["socketpair"], (family, kind))
    assert answer == (seccomp.ALLOW if allowed else EPERM)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("flags", [0, 0x80000, 0x800])
def test_the_socketpairs_that_python_makes_pass(machine, flags):
    assert decide(machine, syscalls.numbers(machine)["socketpair"], (1, 1 | flags)) == seccomp.ALLOW


@given(machine=st.sampled_from(sorted(MACHINES)), high=st.integers(0, 2**32 - 1), request=st.integers(0, 2**32 - 1))
def test_ioctl_reads_32_bits_as_the_kernel_does(machine, high, request):
    expected = EPERM if request in {0x5412, 0x541C} else seccomp.ALLOW
    assert decide(machine, syscalls.numbers(machine)["ioctl"], (0, high << 32 | request)) == expected


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("request_number", [0x5412, 0x541C])
def test_terminal_injection_is_refused_with_high_bits_set(machine, request_number):
    assert decide(machine, syscalls.numbers(machine)["ioctl"], (0, 1 << 32 | request_number)) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_ordinary_calls_pass(machine):
    ordinary = {
        "x86_64": [0, 1, 9, 39, 56, 59, 61, 202, 231, 257],
        "aarch64": [56, 63, 64, 94, 98, 172, 220, 221, 222, 260],
    }
    assert {decide(machine, number) for number in ordinary[machine]} == {seccomp.ALLOW}


def test_an_unknown_machine_has_no_filter():
    with pytest.raises(syscalls.UnknownArchitecture):
        seccomp.program("riscv64")


@pytest.mark.parametrize("machine", MACHINES)
def test_no_number_stands_for_two_calls(machine):
    numbers = syscalls.numbers(machine)
    assert len(set(numbers.values())) == len(numbers)
