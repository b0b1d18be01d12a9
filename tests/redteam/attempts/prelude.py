"""Stands in front of each hostile program of this folder: what `attempt` and `call` are, and how outcomes are told.

A program runs inside a sandbox and tries to get out, to look around or to do harm.  It knows nothing of how the
sandbox is made: its table of system calls is its own, from the kernel's headers.  Each attempt has an outcome:
`possible` (it worked: an escape), `nothing` (it ran and gained nothing), or the name of the error that it met.
Raw calls are made with arguments that mean nothing: a call that fails for their sake has reached the kernel, so only
a refusal that comes before they are read counts.  `__main__` prints all of it as one JSON list.
"""

import atexit
import ctypes
import errno
import fcntl
import itertools
import json
import mmap
import os
import platform
import re
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import time

ATTEMPTS = []
FAMILY = "?"
ONLY_FAMILIES = None
"""Where the program runs without a sandbox: the harmless families to try."""
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long

_NUMBERS = """
ptrace 101 117; process_vm_readv 310 270; process_vm_writev 311 271; process_madvise 440 440; process_mrelease 448
448; pidfd_getfd 438 438; pidfd_send_signal 424 424; kcmp 312 272; unshare 272 97; setns 308 268; clone 56 220;
clone3 435 435; mount 165 40; umount2 166 39; pivot_root 155 41; chroot 161 51; open_tree 428 428; move_mount 429
429; fsopen 430 430; fsconfig 431 431; fsmount 432 432; fspick 433 433; mount_setattr 442 442; bpf 321 280;
perf_event_open 298 241; userfaultfd 323 282; io_uring_setup 425 425; io_uring_enter 426 426; io_uring_register 427
427; io_setup 206 0; io_submit 209 2; add_key 248 217; request_key 249 218; keyctl 250 219; memfd_create 319 279;
memfd_secret 447 447; kexec_load 246 104; kexec_file_load 320 294; init_module 175 105; finit_module 313 273;
delete_module 176 106; reboot 169 142; swapon 167 224; swapoff 168 225; syslog 103 116; acct 163 89; quotactl 179
60; quotactl_fd 443 443; iopl 172 -; ioperm 173 -; modify_ldt 154 -; name_to_handle_at 303 264; open_by_handle_at 304
265; fanotify_init 300 262; fanotify_mark 301 263; settimeofday 164 170; clock_settime 227 112; adjtimex 159 171;
clock_adjtime 305 266; sethostname 170 161; setdomainname 171 162; mbind 237 235; migrate_pages 256 238; move_pages
279 239; set_mempolicy 238 237; get_mempolicy 239 236; shmget 29 194; msgget 68 186; semget 64 190; mq_open 240 180;
seccomp 317 277; landlock_create_ruleset 444 444; landlock_add_rule 445 445; landlock_restrict_self 446 446;
personality 135 92; vmsplice 278 75; mlock 149 228; mlockall 151 230; mlock2 325 284; sched_setscheduler 144 119;
sched_setparam 142 118; sched_setattr 314 274; setpriority 141 140; ioprio_set 251 30; mknodat 259 33; capset 126
91; setgroups 116 159; setuid 105 146; setgid 106 144; setresuid 117 147; setresgid 119 149; setreuid 113 145;
setregid 114 143; setfsuid 122 151; setfsgid 123 152; mincore 27 232; cachestat 451 451; statfs 137 43; fstatfs 138
44; sysinfo 99 179; fadvise64 221 223; preadv2 327 286; pwritev2 328 287; inotify_init1 294 26; inotify_add_watch
254 27; readahead 187 213; vhangup 153 58; lookup_dcookie 212 18; remap_file_pages 216 234; pkey_alloc 330 289;
ioctl 16 29; socket 41 198; connect 42 203; bind 49 200; listen 50 201; accept 43 202; accept4 288 242;
sendmmsg 307 269; recvmmsg 299 243; uselib 134 -; ustat 136 -; sysfs 139 -; execveat 322 281; linkat 265 37
"""
_COLUMN = {"x86_64": 1, "aarch64": 2}[platform.machine()]
_NOTHING, _BROKEN = 254, 255
"""A child's exit statuses, above every errno."""
SYSCALLS = {words[0]: words[_COLUMN] for words in (line.split() for line in _NUMBERS.split(";"))}


class NothingGained(Exception):
    """The attempt ran to its end and has nothing to show for it."""


def attempt(name, act, *, raw=False):
    """Records what comes of `act`.  It worked unless it raises or returns False."""
    if ONLY_FAMILIES is not None and FAMILY not in ONLY_FAMILIES:
        return
    try:
        outcome = "nothing" if act() is False else "possible"
    except OSError as error:
        outcome = errno.errorcode.get(error.errno, type(error).__name__)
    except Exception as error:
        outcome = type(error).__name__
    ATTEMPTS.append({"family": FAMILY, "attempt": name, "outcome": outcome, "raw": raw})


def call(name, *arguments):
    """A system call past libc; `OSError` where it is refused."""
    result = LIBC.syscall(ctypes.c_long(int(SYSCALLS[name])), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return True


def attempt_call(name, *arguments):
    """A raw call, where this architecture has it."""
    if SYSCALLS[name] != "-":
        attempt(f"call {name}", lambda: call(name, *(arguments or (0, 0, 0, 0, 0, 0))), raw=True)


def call_number(number):
    if LIBC.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), str(number))


def prctl(option, *arguments):
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if LIBC.prctl(option, *padded) < 0:
        raise OSError(ctypes.get_errno(), "prctl")


def write(path, text="x"):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return True


def read(path):
    with open(path, "rb") as file:
        return file.read(1 << 20)


def inside_fork(act):
    """Whether `act`, in a child process, worked; its error where it did not."""
    child = os.fork()
    if child == 0:
        status = _BROKEN
        try:
            status = _NOTHING if act() is False else 0
        except OSError as error:
            status = error.errno or errno.EIO  # ctypes gives none
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == _BROKEN:
        raise AttributeError("the attempt itself is broken")
    if 0 < status < _NOTHING:
        raise OSError(status, "in a child")
    return status == 0


def tell():
    sys.stdout.write(json.dumps(ATTEMPTS))
    sys.stdout.flush()


atexit.register(tell)
