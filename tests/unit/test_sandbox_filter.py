"""The system call filter of both architectures, whatever this machine is, run by a small interpreter of BPF."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.sandbox.zygote import allowed, seccomp, syscalls

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
EPERM, ENOSYS = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS


def decide(machine, number, arguments=(), architecture=None, *, drives_devices=False):
    """The filter's answer to a system call."""
    words = {0: number, 4: MACHINES[machine] if architecture is None else architecture}
    for place, argument in enumerate((*arguments, 0, 0, 0, 0, 0, 0)[:6]):
        words[16 + 8 * place] = argument & 0xFFFFFFFF
        words[20 + 8 * place] = argument >> 32
    accumulator, at = 0, 0
    program = seccomp.program(machine, drives_devices=drives_devices)
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


NEVER = {
    "namespaces": "unshare setns",
    "mounts": "mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr",
    "other processes' memory and files": (
        "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd"
    ),
    "the kernel itself": (
        "init_module finit_module delete_module create_module get_kernel_syms query_module kexec_load "
        "kexec_file_load reboot swapon swapoff syslog _sysctl sysfs ustat uselib nfsservctl vserver acct "
        "vhangup iopl ioperm modify_ldt quotactl quotactl_fd lookup_dcookie"
    ),
    "programmable kernel": (
        "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup io_destroy "
        "io_getevents io_submit io_cancel io_pgetevents vmsplice remap_file_pages"
    ),
    "quiet channels: figures and events of the whole machine, files that all sandboxes see": (
        "statfs fstatfs sysinfo fadvise64 readahead inotify_init inotify_init1 inotify_add_watch inotify_rm_watch flock"
    ),
    "keys": "add_key request_key keyctl pkey_mprotect pkey_alloc pkey_free",
    "hidden or unaccounted memory": (
        "memfd_create memfd_secret mlock mlock2 mlockall shmget shmat shmctl shmdt semget semop semctl "
        "semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify "
        "mq_getsetattr mincore"
    ),
    "placement and priority": (
        "mbind set_mempolicy get_mempolicy set_mempolicy_home_node migrate_pages move_pages sched_setaffinity "
        "sched_setparam sched_setscheduler sched_setattr setpriority ioprio_set"
    ),
    "clocks and names": "settimeofday adjtimex clock_settime clock_adjtime sethostname setdomainname",
    "files by handle, whole file systems": "name_to_handle_at open_by_handle_at fanotify_init fanotify_mark",
    "devices": "mknod mknodat",
    "identity": ("setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset personality"),
    "the lock itself": "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    "network": "socket bind listen accept accept4 connect",
}
"""What must not pass, whatever a trace asks for."""


def listed():
    return {name for _, names in allowed.FAMILIES.values() for name in names.split()}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("family", NEVER)
def test_what_must_never_pass_does_not(machine, family):
    numbers = syscalls.numbers(machine)
    calls = set(NEVER[family].split()) & set(numbers)
    assert calls
    assert {name for name in calls if decide(machine, numbers[name]) != EPERM} == set()


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_not_listed_is_refused(machine):
    numbers = syscalls.numbers(machine)
    passing = {name for name, number in numbers.items() if decide(machine, number) == seccomp.ALLOW}
    looked_at = {"clone", "fcntl", "prlimit64", "preadv2", "pwritev2", "madvise"}  # their argument 0 passes
    assert passing == (listed() & set(numbers)) | looked_at
    assert decide(machine, numbers["clone3"]) == ENOSYS


def test_every_listed_call_is_one():
    assert listed() | set(allowed.ARGUMENTS) <= set(syscalls.numbers("x86_64"))
    calls = [name for _, names in allowed.FAMILIES.values() for name in names.split()]
    assert len(calls) == len(set(calls))
    assert listed().isdisjoint(allowed.ARGUMENTS)


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
def test_clone_makes_no_namespace_and_no_sibling(machine, flags):
    refused = 0x8000 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
    expected = EPERM if flags & refused else seccomp.ALLOW
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


@given(
    machine=st.sampled_from(sorted(MACHINES)),
    call=st.sampled_from(sorted(allowed.ARGUMENTS)),
    high=st.integers(0, 2**32 - 1),
    value=st.integers(0, 2**32 - 1) | st.integers(0, 64) | st.integers(0x5400, 0x5460),
)
def test_an_argument_passes_only_if_listed_and_is_read_as_the_kernel_does(machine, call, high, value):
    index, values = allowed.ARGUMENTS[call]
    arguments = [0] * 6
    arguments[index] = high << 32 | value
    expected = seccomp.ALLOW if value in values.values() else EPERM
    assert decide(machine, syscalls.numbers(machine)[call], arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("drives_devices", [False, True])
@pytest.mark.parametrize("request_number", [0x5412, 0x541C])
def test_terminal_injection_is_refused_with_high_bits_set(machine, drives_devices, request_number):
    ioctl = syscalls.numbers(machine)["ioctl"]
    assert decide(machine, ioctl, (0, 1 << 32 | request_number), drives_devices=drives_devices) == EPERM


@given(machine=st.sampled_from(sorted(MACHINES)), request_number=st.integers(0, 2**32 - 1))
def test_who_drives_devices_may_make_any_other_request(machine, request_number):
    ioctl = syscalls.numbers(machine)["ioctl"]
    expected = EPERM if request_number in allowed.TERMINAL_INJECTION else seccomp.ALLOW
    assert decide(machine, ioctl, (0, request_number), drives_devices=True) == expected


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
