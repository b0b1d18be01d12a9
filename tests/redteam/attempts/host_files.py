"""The host's files, its devices and its settings; whatever stands in the tree, written, deleted or owned."""

FAMILY = "host files"
for path in (
    *("/root", "/home", "/var", "/etc/shadow", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/machine-id"),
    *("/etc/ssl", "/usr/bin", "/bin", "/sbin", "/sys", "/run", "/boot", "/mnt", "/media", "/srv", "/opt/venv"),
    *("/var/run/docker.sock", "/run/user", "/lost+found", "/init", "/.dockerenv"),
):
    attempt(f"look at {path}", lambda path=path: os.stat(path))
attempt("climb out of the root", lambda: os.path.exists("/../../../root") or os.path.exists("/proc/self/root/root"))
attempt("climb out of the working directory", lambda: os.path.exists("/proc/self/cwd/../../root"))

FAMILY = "devices"
for path in (
    *("/dev/kmsg", "/dev/mem", "/dev/port", "/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/loop0", "/dev/tty"),
    *("/dev/tty0", "/dev/console", "/dev/kvm", "/dev/vsock", "/dev/vhost-vsock", "/dev/fuse", "/dev/net/tun"),
    *("/dev/ptmx", "/dev/pts/0", "/dev/pts/ptmx", "/dev/dri/card0", "/dev/nvidiactl", "/dev/userfaultfd"),
    *("/dev/cpu/0/msr", "/dev/snapshot", "/dev/uinput", "/dev/hwrng", "/dev/rtc0", "/dev/mapper/control"),
):
    attempt(f"open {path}", lambda path=path: os.close(os.open(path, os.O_RDONLY)))
for name, kind, number in (
    ("disk", stat.S_IFBLK, os.makedev(254, 0)),
    ("memory", stat.S_IFCHR, os.makedev(1, 1)),
    ("terminal", stat.S_IFCHR, os.makedev(5, 0)),
    ("null", stat.S_IFCHR, os.makedev(1, 3)),
):
    attempt(f"make a device: {name}", lambda kind=kind, number=number: os.mknod("/tmp/device", kind | 0o600, number))
attempt("replace a device", lambda: os.rename("/dev/null", "/tmp/null"))
attempt("seed the kernel's randomness", lambda: fcntl.ioctl(os.open("/dev/random", os.O_RDONLY), 0x40045201, b"abcd"))

FAMILY = "kernel figures"
for path in (
    *("/proc/sys", "/proc/net", "/proc/kcore", "/proc/kallsyms", "/proc/cmdline", "/proc/keys", "/proc/meminfo"),
    *("/proc/config.gz", "/proc/modules", "/proc/partitions", "/proc/mounts.bak", "/proc/sysvipc", "/proc/timer_list"),
    *("/proc/kpageflags", "/proc/key-users", "/proc/cpuinfo", "/proc/version", "/proc/interrupts", "/proc/swaps"),
):
    attempt(f"look at {path}", lambda path=path: os.listdir(path) if os.path.isdir(path) else read(path))
FAMILY = "kernel settings"
for path in (
    *("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname"),
    *("/proc/sys/vm/drop_caches", "/proc/sysrq-trigger", "/proc/sys/user/max_user_namespaces", "/proc/acpi/wakeup"),
    *("/sys/kernel/uevent_helper", "/sys/power/state", "/sys/kernel/debug", "/sys/fs/bpf/x"),
):
    attempt(f"write {path}", lambda path=path: write(path, "0"))

FAMILY = "writing what is read-only"
for path in ("/", "/py", "/py/lib", "/env", "/opt/daytwo/cell", "/usr/lib", "/etc", "/data", "/dev", "/proc"):
    attempt(f"write below {path}", lambda path=path: write(f"{path}/x"))
for path in ("/etc/passwd", "/opt/daytwo/cell/script.py", "/data/table.csv", "/data/folder/part", "/py/bin/python3"):
    attempt(f"write {path}", lambda path=path: write(path))
attempt("bytecode of the host", lambda: write("/py/lib/python3.11/__pycache__/os.cpython-311.pyc"))
attempt("append to data", lambda: os.close(os.open("/data/table.csv", os.O_WRONLY | os.O_APPEND)))
attempt("truncate data", lambda: os.truncate("/data/table.csv", 0))
attempt("delete data", lambda: os.unlink("/data/table.csv"))
attempt("delete data in a folder", lambda: os.unlink("/data/folder/part"))
attempt("loosen data", lambda: os.chmod("/data/table.csv", 0o777))
attempt("touch data", lambda: os.utime("/data/table.csv", (0, 0)))
attempt("own data", lambda: os.chown("/data/table.csv", 1000, 1000))
attempt("mark data", lambda: os.setxattr("/data/table.csv", "user.mark", b"x"))
attempt("hide a file among data", lambda: os.close(os.open("/data/folder", os.O_TMPFILE | os.O_RDWR)))
attempt("a folder among data", lambda: os.mkdir("/data/folder/new"))
attempt("a pipe among data", lambda: os.mkfifo("/data/folder/pipe"))
attempt("data made immutable", lambda: fcntl.ioctl(os.open("/data/table.csv", 0), 0x40086602, struct.pack("l", 16)))
attempt("rename the interpreter", lambda: os.rename("/py", "/pz"))
attempt("write the interpreter through /proc", lambda: os.close(os.open("/proc/self/exe", os.O_WRONLY)))
attempt("change data through a shared mapping", lambda: mmap.mmap(os.open("/data/table.csv", 0), 0, mmap.MAP_SHARED))


def map_private_then_protect():
    """Mapped to be read, then made writable: pages must stay ours."""
    with open("/data/table.csv", "rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ) as view:
        protect = LIBC.mprotect(ctypes.c_void_p(address_of(view)), ctypes.c_size_t(4096), 3)
        if protect < 0:
            raise OSError(ctypes.get_errno(), "mprotect")
        return True


def address_of(view):
    """Of a read-only mapping, which ctypes will not tell: the last one of this file."""
    with open("/proc/self/maps", encoding="ascii") as maps:
        lines = [line for line in maps if line.rstrip().endswith("/data/table.csv")]
    return int(lines[-1].partition("-")[0], 16)


attempt("make a mapping of data writable", map_private_then_protect)
