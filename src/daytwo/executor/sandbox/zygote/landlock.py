"""Landlock, where the kernel has it: a second fence behind the read-only tree, for files, signals and sockets.

Everything in the tree may be read; only scratch may be written; only the interpreter and libraries may be executed;
nothing may bind or connect; nothing outside may be signalled.  Source: landlock(7), linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os

from . import kernel

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE = 1 << 14
_IOCTL_DEVICE = 1 << 15
_ALL_FILE_RIGHTS_BY_ABI = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
_NETWORK_RIGHTS = 0b11
_SCOPES = 0b11  # abstract unix sockets, signals
_NETWORK_ABI, _SCOPES_ABI = 4, 6
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_ANY_PROCESS_MAY_WRITE = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("file_rights", ctypes.c_uint64),
        ("network_rights", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    ]


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("directory", ctypes.c_int32)]


def abi() -> int:
    """The version of Landlock that this kernel speaks, 0 for none."""
    number = kernel.number_of("landlock_create_ruleset")
    try:
        return kernel.syscall("landlock", number, None, ctypes.c_size_t(0), ctypes.c_uint(_CREATE_RULESET_VERSION))
    except kernel.Refused:
        return 0


def restrict(writable: list[str], executable: list[str], devices: list[str]) -> None:
    """Fences this process and all that come from it in.  Does nothing on a kernel without Landlock.

    Args:
        writable: folders where files may be made and changed.
        executable: folders whose files may be executed.
        devices: nodes that may be driven, beside the harmless ones.
    """
    version = abi()
    if not version:
        return
    every_right = _ALL_FILE_RIGHTS_BY_ABI[min(version, max(_ALL_FILE_RIGHTS_BY_ABI))]
    ruleset = _Ruleset(
        every_right,
        _NETWORK_RIGHTS if version >= _NETWORK_ABI else 0,
        _SCOPES if version >= _SCOPES_ABI else 0,
    )
    fields = 3 if version >= _SCOPES_ABI else 2 if version >= _NETWORK_ABI else 1
    size = ctypes.c_size_t(8 * fields)
    create = kernel.number_of("landlock_create_ruleset")
    fence = kernel.syscall("landlock ruleset", create, ctypes.byref(ruleset), size, ctypes.c_uint(0))
    device_rights = _WRITE_FILE | _READ_FILE | (_TRUNCATE & every_right)
    rules = [("/", _READ_FILE | _READ_DIR)]
    rules += [(path, _READ_FILE | _READ_DIR | _EXECUTE) for path in executable]
    rules += [(path, every_right & ~_EXECUTE) for path in writable]
    rules += [(path, device_rights) for path in _ANY_PROCESS_MAY_WRITE]
    rules += [(path, device_rights | (_IOCTL_DEVICE & every_right)) for path in devices]
    for path, rights in rules:
        _allow(fence, path, rights)
    kernel.syscall("landlock", kernel.number_of("landlock_restrict_self"), fence, ctypes.c_uint(0))
    os.close(fence)


def _allow(fence: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = _PathRule(rights, place)
    add = kernel.number_of("landlock_add_rule")
    kernel.syscall(f"landlock rule for {path}", add, fence, _RULE_PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint(0))
    os.close(place)
