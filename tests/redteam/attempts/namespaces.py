"""Namespaces, mounts and control groups: a second sandbox is a way out of the first."""

FAMILY = "namespaces"
NAMESPACES = {
    "mnt": 0x20000,
    "cgroup": 0x2000000,
    "uts": 0x4000000,
    "ipc": 0x8000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "time": 0x80,
}
for kind, flag in NAMESPACES.items():
    attempt(f"unshare {kind}", lambda flag=flag: inside_fork(lambda: call("unshare", flag)))
    attempt(f"enter {kind}", lambda kind=kind: call("setns", os.open(f"/proc/self/ns/{kind}", os.O_RDONLY), 0))
    attempt(f"enter {kind} of the first process", lambda kind=kind: os.readlink(f"/proc/1/ns/{kind}"))
for kind, flag in list(NAMESPACES.items())[:-1]:
    attempt(f"clone {kind}", lambda flag=flag: call("clone", flag | signal.SIGCHLD, 0, 0, 0, 0) and os._exit(0))
attempt("enter by process descriptor", lambda: call("setns", os.pidfd_open(os.getpid()), 0x10000000))
for name in ("unshare", "setns", "clone3"):
    attempt_call(name)
for name in ("uid_map", "gid_map", "projid_map", "setgroups", "timens_offsets"):
    attempt(f"write /proc/self/{name}", lambda name=name: write(f"/proc/self/{name}", "0 0 1"))

FAMILY = "mounts"
attempt("mount", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, 0))
attempt("remount", lambda: call("mount", b"none", b"/py", 0, 32 | 4096, 0))
attempt("bind", lambda: call("mount", b"/data", b"/workspace", 0, 4096, 0))
attempt("unmount", lambda: call("umount2", b"/proc", 2))
attempt("chroot", lambda: inside_fork(lambda: os.chroot("/tmp")))
for name in (
    *("mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick"),
    "mount_setattr",
):
    attempt_call(name)

FAMILY = "cgroup escapes"
for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory", "/cgroup"):
    attempt(f"leave through {path}", lambda path=path: write(f"{path}/cgroup.procs", str(os.getpid())))
attempt("a release agent", lambda: write("/sys/fs/cgroup/memory/release_agent", "/bin/sh"))
attempt("mount cgroup", lambda: call("mount", b"none", b"/tmp", b"cgroup", 0, b"memory"))
attempt("mount cgroup2", lambda: call("mount", b"none", b"/tmp", b"cgroup2", 0, 0))
attempt("lift the memory limit", lambda: write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "-1"))
attempt("be spared by the memory killer", lambda: write("/proc/self/oom_score_adj", "-1000"))
attempt("be spared, the old way", lambda: write("/proc/self/oom_adj", "-17"))
