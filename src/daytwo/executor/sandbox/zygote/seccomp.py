"""The system call filter: classic BPF, compiled from the list in `allowed`, installed last and for good.

Invariants: what is not listed is refused (`EPERM`); a foreign architecture or an x32 call kills the process; a call
newer than our tables does not exist (`ENOSYS`, on which libc falls back); every decision is by the call's number or by
the low 32 bits of one argument (the kernel reads no more of it).
Source: seccomp(2), linux/filter.h, linux/audit.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache

from . import allowed, kernel, syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

_LOAD_WORD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_GREATER_OR_EQUAL = 0x35
_JUMP_ANY_BIT = 0x45
_AND = 0x54
_RETURN = 0x06

_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _FIRST_ARGUMENT_OFFSET = 0, 4, 16

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERROR = 0x00050000
_REFUSE = _ERROR | errno.EPERM
_X32_BIT = 0x40000000
_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FILTER_MODE = 2

_NO_CLONE_FLAGS = 0x7E028000  # namespaces; and `CLONE_PARENT`: a child of the zygote's, which would not know it
_AF_UNIX = 1
_SOCKET_TYPE_MASK = 0xF
_SOCK_STREAM, _SOCK_SEQPACKET = 1, 5  # a datagram socket could send to any socket file in the tree

Instruction = tuple[int, int, int, int]
"""code, jump if true, jump if false, operand"""


def _return(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)


def _argument(index: int) -> Instruction:
    return (_LOAD_WORD, 0, 0, _FIRST_ARGUMENT_OFFSET + 8 * index)


_REFUSE_OR_ALLOW = (_return(_REFUSE), _return(ALLOW))


def _on_call(number: int, body: list[Instruction]) -> list[Instruction]:
    """Runs `body`, which must return, for this call; falls through for any other."""
    return [(_JUMP_EQUAL, 0, len(body), number), *body]


def _only(index: int, values: Collection[int]) -> list[Instruction]:
    tests: list[Instruction] = []
    for value in values:
        tests += [(_JUMP_EQUAL, 0, 1, value), _return(ALLOW)]
    return [_argument(index), *tests, _return(_REFUSE)]


def _any_but(index: int, values: Collection[int]) -> list[Instruction]:
    tests: list[Instruction] = []
    for value in values:
        tests += [(_JUMP_EQUAL, 0, 1, value), _return(_REFUSE)]
    return [_argument(index), *tests, _return(ALLOW)]


def _socketpair() -> list[Instruction]:
    refuse, allow = _return(_REFUSE), _return(ALLOW)
    return [
        _argument(0),
        (_JUMP_EQUAL, 1, 0, _AF_UNIX),
        refuse,
        _argument(1),
        (_AND, 0, 0, _SOCKET_TYPE_MASK),
        (_JUMP_EQUAL, 2, 0, _SOCK_STREAM),
        (_JUMP_EQUAL, 1, 0, _SOCK_SEQPACKET),
        refuse,
        allow,
    ]


def program(machine: str, *, drives_devices: bool = False) -> list[Instruction]:
    """The filter for a machine, as `uname` names it.

    Args:
        machine: `x86_64` or `aarch64`.
        drives_devices: let any request to a device pass; which devices there are is Landlock's and the tree's matter.
    """
    number = syscalls.numbers(machine)
    absent = _return(_ERROR | errno.ENOSYS)
    code: list[Instruction] = [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_EQUAL, 1, 0, _AUDIT_ARCHITECTURE[machine]),
        _return(KILL_PROCESS),
        (_LOAD_WORD, 0, 0, _NUMBER_OFFSET),
        (_JUMP_GREATER_OR_EQUAL, 0, 1, _X32_BIT),
        _return(KILL_PROCESS),
        (_JUMP_GREATER_OR_EQUAL, 0, 1, syscalls.NEWEST_KNOWN + 1),
        absent,
    ]
    for name in allowed.ABSENT:
        code += _on_call(number[name], [absent])
    code += _on_call(number["clone"], [_argument(0), (_JUMP_ANY_BIT, 0, 1, _NO_CLONE_FLAGS), *_REFUSE_OR_ALLOW])
    code += _on_call(number["socketpair"], _socketpair())
    for name, (index, values) in allowed.ARGUMENTS.items():
        if name == "ioctl" and drives_devices:
            code += _on_call(number[name], _any_but(index, allowed.TERMINAL_INJECTION))
        else:
            code += _on_call(number[name], _only(index, values.values()))
    for name in sorted(name for _, names in allowed.FAMILIES.values() for name in names.split() if name in number):
        code += _on_call(number[name], [_return(ALLOW)])
    return [*code, _return(_REFUSE)]


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_ushort),
        ("jump_true", ctypes.c_ubyte),
        ("jump_false", ctypes.c_ubyte),
        ("operand", ctypes.c_uint),
    ]


class _Program(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_ushort),
        ("instructions", ctypes.POINTER(_Instruction)),
    ]


@cache
def compiled(*, drives_devices: bool = False) -> ctypes.Structure:
    """The filter of this machine as the kernel takes it.  The zygote compiles it once; its children inherit it."""
    code = program(os.uname().machine, drives_devices=drives_devices)
    array = (_Instruction * len(code))(*(_Instruction(*instruction) for instruction in code))
    return _Program(len(code), array)


def install(*, drives_devices: bool = False) -> None:
    """Puts this process and all that come from it under the filter.  Needs `no_new_privs`."""
    whole = compiled(drives_devices=drives_devices)
    kernel.prctl("seccomp filter", kernel.PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(whole))
