"""The system calls that a program may make, by family, with the reason for each.  Data, and nothing else.

Derived from traces (strace) of real analysis programs: pandas with its readers and writers, duckdb with spill, pyarrow
with its memory pools, polars eager and streaming, scikit-learn with `n_jobs=2`, scipy, statsmodels, matplotlib,
plotly, joblib with each of its back ends, multiprocessing (fork, spawn), concurrent.futures, asyncio, subprocess of
Python itself, sqlite in each journal mode, openpyxl, zoneinfo, tempfile, zip and tar, mmap.  What they call and does
not stand here is refused, and they run all the same: `sysinfo` and `statfs` (duckdb, polars, glibc and shutil ask
how large the machine is, and fall back), `mbind` (allocators), `flock`, `fadvise64`, `mknodat`, `setpriority`, and
sockets that are no pair.
"""

from __future__ import annotations

FAMILIES: dict[str, tuple[str, str]] = {
    "look at files": (
        "Everything in the tree may be read; Landlock and the mounts decide what the tree is.",
        (
            "open openat stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat "
            "getdents getdents64 getcwd chdir fchdir getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr"
        ),
    ),
    "read and write": (
        "On descriptors that a program has.  `sendfile` and `copy_file_range` are shutil's.",
        (
            "close close_range read write readv writev pread64 pwrite64 preadv pwritev lseek sendfile "
            "copy_file_range fsync fdatasync ftruncate truncate fallocate dup dup2 dup3 pipe pipe2"
        ),
    ),
    "change files": (
        "In scratch, which is all that is writable.  No device nodes, no named pipes; ownership has one user to go to.",
        (
            "mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat chmod "
            "fchmod fchmodat chown fchown lchown fchownat umask utime utimes futimesat utimensat"
        ),
    ),
    "memory": (
        "Private and shared maps; limits bound them.  Nothing that locks, moves or hides pages.",
        "mmap munmap mremap mprotect brk msync",
    ),
    "processes and threads": (
        (
            "`fork` and `vfork` are x86-64's; `execve` runs what Landlock lets run: the interpreter. "
            "`pidfd_open` is for subprocess and asyncio, which wait on it."
        ),
        (
            "fork vfork execve exit exit_group wait4 waitid kill tkill tgkill pidfd_open set_tid_address "
            "set_robust_list rseq futex arch_prctl"
        ),
    ),
    "look at processes": (
        "Of the sandbox's own pid namespace.",
        (
            "getpid getppid gettid getpgid getpgrp setpgid getsid setsid getrusage times getrlimit setrlimit "
            "getpriority sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max "
            "sched_get_priority_min getcpu"
        ),
    ),
    "look at identity": (
        "One user, no groups, no capability.",
        "getuid geteuid getgid getegid getresuid getresgid getgroups capget uname",
    ),
    "signals": (
        "Within the sandbox: pid namespace and Landlock's scope.",
        (
            "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack "
            "pause alarm getitimer setitimer restart_syscall"
        ),
    ),
    "wait": (
        "For descriptors and for time.",
        (
            "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 "
            "eventfd eventfd2 nanosleep clock_nanosleep"
        ),
    ),
    "time": ("To read; none may be set.", "time gettimeofday clock_gettime clock_getres"),
    "randomness": ("The kernel's own.", "getrandom"),
    "talk over a pair": (
        "multiprocessing, joblib and asyncio talk over socket pairs; no other socket can be made, so none is reached.",
        "sendto recvfrom sendmsg recvmsg shutdown getsockopt getsockname getpeername",
    ),
}
"""Name → why, and the calls."""

ABSENT = ("clone3",)
"""These answer `ENOSYS`, so that libc falls back to a call whose arguments a filter can read."""

ARGUMENTS: dict[str, tuple[int, dict[str, int]]] = {
    "ioctl": (
        1,
        {"TCGETS": 0x5401, "TIOCGPGRP": 0x540F, "TIOCGWINSZ": 0x5413, "FIONREAD": 0x541B, "FIONBIO": 0x5421}
        | {"FIONCLEX": 0x5450, "FIOCLEX": 0x5451},
    ),
    "fcntl": (
        1,
        {"F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_GETLK": 5, "F_SETLK": 6}
        | {"F_SETLKW": 7, "F_OFD_GETLK": 36, "F_OFD_SETLK": 37, "F_OFD_SETLKW": 38, "F_DUPFD_CLOEXEC": 1030}
        | {"F_GETPIPE_SZ": 1032},
    ),
    "madvise": (
        2,
        {"NORMAL": 0, "RANDOM": 1, "SEQUENTIAL": 2, "WILLNEED": 3, "DONTNEED": 4, "FREE": 8, "DONTFORK": 10}
        | {"DOFORK": 11, "HUGEPAGE": 14, "NOHUGEPAGE": 15, "DONTDUMP": 16, "DODUMP": 17, "WIPEONFORK": 18},
    ),
    "prctl": (
        0,
        {"PR_SET_PDEATHSIG": 1, "PR_GET_PDEATHSIG": 2, "PR_GET_DUMPABLE": 3, "PR_SET_NAME": 15, "PR_GET_NAME": 16}
        | {"PR_GET_SECCOMP": 21, "PR_CAPBSET_READ": 23, "PR_GET_NO_NEW_PRIVS": 39, "PR_SET_VMA": 0x53564D41},
    ),
    "setsockopt": (
        2,
        {"SO_REUSEADDR": 2, "SO_SNDBUF": 7, "SO_RCVBUF": 8, "SO_KEEPALIVE": 9, "SO_PASSCRED": 16}
        | {"SO_RCVTIMEO": 20, "SO_SNDTIMEO": 21},
    ),
    "prlimit64": (0, {"the caller itself": 0}),
    "preadv2": (5, {"no flags": 0}),
    "pwritev2": (5, {"no flags": 0}),
}
"""Call → which argument is looked at, and the values that pass.  Each is 32 bits wide to the kernel, too.

Refused by this are terminal injection (`TIOCSTI`, `TIOCLINUX`), leases and notices about shared files (`F_SETLEASE`,
`F_NOTIFY`), merging, evicting and poisoning pages (`MADV_MERGEABLE`, `MADV_PAGEOUT`, `MADV_HWPOISON`), socket filters
(`SO_ATTACH_FILTER`), probes of the page cache (`RWF_NOWAIT`), and whatever comes that we have not read about.
"""

TERMINAL_INJECTION = (0x5412, 0x541C)
"""`TIOCSTI`, `TIOCLINUX`: refused also where a program drives devices, whose own requests are not listed."""
