"""The kernel itself: what programs it, what sets its clocks and names, what makes it run something."""

FAMILY = "programmable kernel"
for name in (
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup"),
    *("io_submit", "vmsplice", "remap_file_pages", "modify_ldt", "seccomp"),
):
    attempt_call(name)
attempt("fault handler by device", lambda: os.open("/dev/userfaultfd", os.O_RDWR))
attempt("a call from the future", lambda: call_number(600), raw=True)
attempt("a call that is not", lambda: call_number(400), raw=True)

FAMILY = "modules, reboot, devices"
for name in (
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff"),
    *("syslog", "acct", "quotactl", "quotactl_fd", "iopl", "ioperm", "mknodat", "uselib", "ustat", "sysfs", "vhangup"),
    *("lookup_dcookie", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "fanotify_mark"),
):
    attempt_call(name)

FAMILY = "clocks and names"
for name in ("settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname"):
    attempt_call(name)
attempt("set the clock", lambda: time.clock_settime(time.CLOCK_REALTIME, 0))
attempt("the host's name", lambda: os.uname().nodename != "sandbox")


def alarm_clock(clock):
    """Clocks 8 and 9 wake a machine that sleeps."""
    if LIBC.timerfd_create(clock, 0) < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")


for number in (8, 9):
    attempt(f"wake the machine by clock {number}", lambda number=number: alarm_clock(number))

FAMILY = "keyrings"
for name in ("add_key", "request_key", "keyctl", "pkey_alloc"):
    attempt_call(name)

FAMILY = "hidden or shared memory"
for name in (
    *("memfd_secret", "mlock", "mlock2", "mlockall", "shmget", "msgget", "semget", "mq_open", "mbind"),
    *("migrate_pages", "move_pages", "set_mempolicy", "get_mempolicy"),
):
    attempt_call(name)
attempt("huge pages", lambda: mmap.mmap(-1, 1 << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000))
attempt("pages that stay", lambda: mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x2000))
