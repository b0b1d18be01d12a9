"""Other processes: seen, signalled, traced, read; and the terminal that someone may sit at."""

FAMILY = "pids and signals"
FIRST = 1


def outlived(number):
    """Whether the first process ends; the kernel may take the signal and drop it."""
    os.kill(FIRST, number)
    return has_ended()


def has_ended():
    try:
        os.kill(FIRST, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def signalled(number):
    try:
        os.kill(number, 0)
    except OSError:
        return False
    return number != os.getpid()


attempt("see processes", lambda: {name for name in os.listdir("/proc") if name.isdigit()} - {str(os.getpid())} != set())
attempt("signal everyone", lambda: os.kill(-1, 0))
for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGSTOP, signal.SIGHUP):
    attempt(f"kill the first process by {number.name}", lambda number=number: outlived(number))
attempt(
    "kill the first process by a descriptor",
    lambda: signal.pidfd_send_signal(os.pidfd_open(FIRST), signal.SIGKILL) or has_ended(),
)
attempt("signal by number", lambda: [number for number in range(3, 40_000) if signalled(number)] != [])
attempt("raise another's priority", lambda: os.setpriority(os.PRIO_PROCESS, FIRST, -10))
attempt("another's limits", lambda: resource.prlimit(FIRST, resource.RLIMIT_NOFILE, (1, 1)))
attempt("wait for another", lambda: os.waitpid(FIRST, os.WNOHANG))

FAMILY = "ptrace and other memory"
for path in ("root", "cwd", "fd", "task/1/fd", "map_files"):
    attempt(f"list the first process's {path}", lambda path=path: os.listdir(f"/proc/1/{path}"))
for path in ("mem", "maps", "environ", "auxv", "stack", "syscall", "exe", "smaps", "io", "personality"):
    attempt(f"read the first process's {path}", lambda path=path: read(f"/proc/1/{path}") != b"")
attempt("trace the first process", lambda: call("ptrace", 16, FIRST, 0, 0))
attempt("seize the first process", lambda: call("ptrace", 0x4206, FIRST, 0, 0))
attempt("be traced", lambda: call("ptrace", 0, 0, 0, 0))
attempt("take a file from a process", lambda: call("pidfd_getfd", os.pidfd_open(os.getpid()), 1, 0))
for name in ("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "pidfd_getfd"):
    attempt_call(name)
attempt_call("kcmp")

FAMILY = "terminal injection"
for number in range(4):
    attempt(f"type into descriptor {number}", lambda number=number: fcntl.ioctl(number, 0x5412, b"x"))
attempt("type, high bits set", lambda: call("ioctl", 0, ctypes.c_ulong(0x1_0000_5412), b"x"))
attempt("paste into the console", lambda: fcntl.ioctl(0, 0x541C, b"\3"))
attempt("paste, high bits set", lambda: call("ioctl", 0, ctypes.c_ulong(0x1_0000_541C), b"\3"))
attempt("take the console", lambda: fcntl.ioctl(1, 0x541D))
attempt("become the terminal's leader", lambda: fcntl.ioctl(0, 0x540E, 1))
attempt("own terminal", os.openpty)
