"""Quiet channels: figures and events of the whole machine, by which one sandbox could tell another something."""

FAMILY = "quiet channels"
LIBRARY = os.__file__


def on_library(act):
    opened = os.open(LIBRARY, os.O_RDONLY)
    try:
        return act(opened)
    finally:
        os.close(opened)


attempt("free blocks by path", lambda: os.statvfs("/"))
attempt("free blocks by descriptor", lambda: os.fstatvfs(1))
attempt("load average", os.getloadavg)
attempt("pages in memory", lambda: call("mincore", 0, 0, 0))
attempt("advice on pages", lambda: on_library(lambda opened: os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)))
attempt("read what is cached only", lambda: on_library(lambda opened: os.preadv(opened, [bytearray(9)], 0, 8)))
for name in ("statfs", "fstatfs", "sysinfo", "mincore", "fadvise64", "cachestat", "readahead", "perf_event_open"):
    attempt_call(name)
for name in ("inotify_init1", "inotify_add_watch", "fanotify_init"):
    attempt_call(name)


def lease(opened):
    """Holds up whoever on the host opens the file for writing."""
    return fcntl.fcntl(opened, 1024, fcntl.F_RDLCK)


attempt("lease on data", lambda: lease(os.open("/data/table.csv", os.O_RDONLY)))
attempt("lease on a library", lambda: on_library(lease))
attempt("notice of a folder", lambda: fcntl.fcntl(os.open("/data/folder", os.O_RDONLY), 1026, 1))
attempt("lock a library that all sandboxes see", lambda: on_library(lambda opened: fcntl.flock(opened, fcntl.LOCK_SH)))
attempt("lock data", lambda: fcntl.flock(os.open("/data/table.csv", os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB))
for path in ("loadavg", "uptime", "stat", "vmstat", "meminfo", "diskstats", "pressure/cpu", "schedstat", "softirqs"):
    attempt(f"figures of the machine: {path}", lambda path=path: read(f"/proc/{path}"))
attempt("physical pages", lambda: any(read("/proc/self/pagemap")[:7]))
attempt("a pipe larger than the system's", lambda: fcntl.fcntl(1, 1031, 1 << 24))
