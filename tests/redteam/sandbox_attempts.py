"""Runs inside a sandbox: tries to get out, to look around and to do harm; prints what came of each attempt as JSON.

`SYSCALLS` (name → number on this machine) is put in front of this text.  An outcome is `possible`, or the name of the
error that the attempt met.
"""
# The calls themselves are what is tried, and a file that opens is a finding:
# ruff: noqa: PTH101, PTH104, PTH108, PTH110, PTH112, PTH116, PTH123, PTH208, SIM115

import ctypes
import errno
import fcntl
import json
import mmap
import os
import signal
import socket
import subprocess
import sys

OUTCOMES = {}
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
NAMESPACES = {
    "mnt": 0x20000,
    "cgroup": 0x2000000,
    "uts": 0x4000000,
    "ipc": 0x8000000,
    "user": 0x10000000,
    "pid": 0x20000000,
}
NAMESPACES["net"] = 0x40000000


def attempt(name, act):
    try:
        worked = act()
    except OSError as error:
        OUTCOMES[name] = errno.errorcode.get(error.errno, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - whatever an attempt meets is its outcome
        OUTCOMES[name] = type(error).__name__
    else:
        OUTCOMES[name] = "possible" if worked is not False else "nothing"


def call(name, *arguments):
    if name not in SYSCALLS:  # noqa: F821 - put in front
        raise OSError(errno.ENOSYS, "not on this architecture")
    result = LIBC.syscall(ctypes.c_long(SYSCALLS[name]), *arguments)  # noqa: F821 - put in front
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return True


def write(path, text="x"):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def outlived(number):
    """Whether the first process ends; the kernel may take the signal and drop it."""
    os.kill(1, number)
    return os.getppid() != 1


def signalled(number):
    try:
        os.kill(number, 0)
    except OSError:
        return False
    return True


attempt("hold more files", lambda: sorted(map(int, os.listdir("/proc/self/fd")))[:-1] != [0, 1, 2, 3])

# -- network ---------------------------------------------------------------------------------------------------------
for family in range(1, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        attempt(f"socket {family}/{int(kind)}", lambda family=family, kind=kind: socket.socket(family, kind))
attempt("socketpair inet", lambda: socket.socketpair(socket.AF_INET, socket.SOCK_STREAM))
attempt("socketpair datagram", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
attempt("name lookup", lambda: socket.getaddrinfo("example.org", 80))
pair = socket.socketpair()[0]
attempt("connect", lambda: pair.connect("\0somewhere"))
attempt("bind", lambda: pair.bind("\0somewhere"))
attempt("bind to a file", lambda: pair.bind("/tmp/socket"))
attempt("listen", lambda: pair.listen(1))
attempt("accept", pair.accept)

# -- the host's files ------------------------------------------------------------------------------------------------
for path in ("/root", "/home", "/var", "/etc/shadow", "/etc/hostname", "/usr/bin", "/sys", "/run", "/boot", "/mnt"):
    attempt(f"look at {path}", lambda path=path: os.stat(path))
for path in ("/dev/kmsg", "/dev/mem", "/dev/vda", "/dev/tty", "/dev/kvm", "/dev/vsock", "/dev/fuse", "/dev/ptmx"):
    attempt(f"open {path}", lambda path=path: os.open(path, os.O_RDONLY))
for path in ("/proc/sys", "/proc/net", "/proc/kcore", "/proc/kallsyms", "/proc/cmdline", "/proc/keys", "/proc/meminfo"):
    attempt(f"look at {path}", lambda path=path: os.listdir(path) if os.path.isdir(path) else open(path).read())
attempt("climb out of the root", lambda: os.path.exists("/../../../root") or os.path.exists("/proc/self/root/root"))
attempt("the first process's root", lambda: os.listdir("/proc/1/root"))
attempt("the first process's files", lambda: os.listdir("/proc/1/fd"))
attempt("the first process's memory", lambda: open("/proc/1/mem", "rb"))
for path in ("/", "/py", "/py/lib", "/env", "/opt/daytwo/cell", "/usr/lib", "/etc", "/data", "/dev", "/proc"):
    attempt(f"write below {path}", lambda path=path: write(f"{path}/x"))
for path in (
    "/etc/passwd",
    "/opt/daytwo/cell/script.py",
    "/data/table.csv",
    "/proc/self/uid_map",
    "/proc/self/oom_score_adj",
):
    attempt(f"write {path}", lambda path=path: write(path))
attempt("delete data", lambda: os.unlink("/data/table.csv"))
attempt("loosen data", lambda: os.chmod("/data/table.csv", 0o777))
attempt("touch data", lambda: os.utime("/data/table.csv", (0, 0)))
attempt("own data", lambda: os.chown("/data/table.csv", 1000, 1000))
attempt("rename the interpreter", lambda: os.rename("/py", "/pz"))
attempt("write the interpreter through /proc", lambda: os.open("/proc/self/exe", os.O_WRONLY))

# -- other processes -------------------------------------------------------------------------------------------------
attempt("see processes", lambda: {name for name in os.listdir("/proc") if name.isdigit()} != {str(os.getpid())})
attempt("kill all", lambda: os.kill(-1, signal.SIGTERM))
for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
    attempt(f"kill the first process by {number.name}", lambda number=number: outlived(number))
attempt("signal by number", lambda: [number for number in range(3, 40_000) if signalled(number)] != [])
attempt("trace the first process", lambda: call("ptrace", 16, 1, 0, 0))
attempt("be traced", lambda: call("ptrace", 0, 0, 0, 0))
attempt("read a process", lambda: call("process_vm_readv", os.getpid(), 0, 0, 0, 0, 0))
attempt("write a process", lambda: call("process_vm_writev", os.getpid(), 0, 0, 0, 0, 0))
attempt("take a file from a process", lambda: call("pidfd_getfd", os.pidfd_open(os.getpid()), 1, 0))
attempt("compare processes", lambda: call("kcmp", os.getpid(), os.getpid(), 0, 0, 0))


# -- namespaces and mounts -------------------------------------------------------------------------------------------
for kind, flag in NAMESPACES.items():
    attempt(f"unshare {kind}", lambda flag=flag: call("unshare", flag))
    attempt(f"clone {kind}", lambda flag=flag: call("clone", flag | signal.SIGCHLD, 0, 0, 0, 0) and os._exit(0))
    attempt(f"enter {kind}", lambda kind=kind: call("setns", os.open(f"/proc/self/ns/{kind}", os.O_RDONLY), 0))
attempt("clone3", lambda: call("clone3", 0, 0))
attempt("mount", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, 0))
attempt("remount", lambda: call("mount", b"none", b"/py", 0, 32 | 4096, 0))
attempt("unmount", lambda: call("umount2", b"/proc", 2))
for name in ("open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "pivot_root"):
    attempt(name, lambda name=name: call(name, -1, b"/", 0, 0, 0))
attempt("chroot", lambda: os.chroot("/tmp"))

# -- the kernel ------------------------------------------------------------------------------------------------------
for name in (
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup"),
    *("add_key", "request_key", "keyctl", "memfd_create", "memfd_secret", "kexec_load", "kexec_file_load"),
    *("init_module", "finit_module", "delete_module", "reboot", "swapon", "syslog", "acct", "quotactl", "iopl"),
    *("name_to_handle_at", "open_by_handle_at", "fanotify_init", "settimeofday", "clock_settime", "adjtimex"),
    *("sethostname", "setdomainname", "mbind", "migrate_pages", "move_pages", "set_mempolicy", "shmget", "msgget"),
    *("semget", "mq_open", "seccomp", "landlock_create_ruleset", "personality", "modify_ldt", "vmsplice", "mlockall"),
    *("sched_setaffinity", "sched_setscheduler", "setpriority", "mknodat", "capset", "setgroups", "mincore"),
):
    attempt(name, lambda name=name: call(name, 0, 0, 0, 0, 0, 0))
attempt(
    "a call from the future",
    lambda: LIBC.syscall(ctypes.c_long(470), 0) >= 0 or exec("raise OSError(ctypes.get_errno(), '')"),
)
for name in ("setuid", "setgid", "setresuid", "setresgid", "setreuid", "setregid"):
    attempt(name, lambda name=name: call(name, 0, 0, 0))
attempt("another filter", lambda: LIBC.prctl(22, 2, 0) == 0 or exec("raise OSError(ctypes.get_errno(), '')"))
attempt("type into the terminal", lambda: fcntl.ioctl(0, 0x5412, b"x"))
attempt("type into the terminal, high bits set", lambda: call("ioctl", 0, ctypes.c_ulong(0x1_0000_5412), b"x"))
attempt("make a device", lambda: os.mknod("/tmp/device", 0o60600, os.makedev(8, 1)))

# -- the lock --------------------------------------------------------------------------------------------------------
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    attempt(f"hold {name}", lambda name=name: int(status[name], 16) != 0)
attempt("gain privileges by exec", lambda: status["NoNewPrivs"].strip() != "1")
attempt("be unfiltered", lambda: status["Seccomp"].strip() != "2")
attempt(
    "be root",
    lambda: 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid()) or os.getgroups() not in ([], [1000], [65534]),
)
attempt("see the host's name", lambda: os.uname().nodename != "sandbox")
attempt("see interfaces", lambda: [name for _, name in socket.if_nameindex()])
attempt(
    "raise a limit", lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_NPROC, (10_000, 10_000))
)


def execute_from(folder):
    path = f"{folder}/program"
    write(path, "#!/py/bin/python3\n")
    os.chmod(path, 0o755)
    return subprocess.run([path], check=False).returncode == 0


def map_executable(folder):
    with open(f"{folder}/library", "wb+") as file:
        file.write(bytes(4096))
        file.flush()
        return mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)


for folder in ("/tmp", "/workspace", "/dev/shm"):
    attempt(f"execute from {folder}", lambda folder=folder: execute_from(folder))
    attempt(f"map code from {folder}", lambda folder=folder: map_executable(folder))
    attempt(f"set-uid in {folder}", lambda folder=folder: os.chown(f"{folder}/library", 0, 0))

sys.stdout.write(json.dumps({"outcomes": OUTCOMES, "environment": dict(os.environ), "root": sorted(os.listdir("/"))}))
