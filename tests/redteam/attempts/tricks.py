"""Links, descriptors and /proc/self: ways around a path that is refused."""

FAMILY = "links and descriptors"


def files_held():
    held = []
    for number in range(1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        held.append(number)
    return held


HELD_AT_START = files_held()
SCRATCH = "/workspace"


def through_link(target):
    link = f"{SCRATCH}/link{abs(hash(target))}"
    os.symlink(target, link)
    return bool(os.listdir(link)) if os.path.isdir(link) else bool(read(link))


for target in ("/etc/shadow", "/root", "/proc/1/root", "/proc/1/environ", "../../../../root", "/proc/self/root/root"):
    attempt(f"read through a symbolic link to {target}", lambda target=target: through_link(target))
attempt("write through a symbolic link", lambda: os.symlink("/data/table.csv", f"{SCRATCH}/w") or write(f"{SCRATCH}/w"))
attempt("hard link of data into scratch", lambda: os.link("/data/table.csv", f"{SCRATCH}/hard"))
attempt("hard link among data", lambda: os.link("/data/table.csv", "/data/folder/hard"))
attempt("hard link of the interpreter", lambda: os.link("/py/bin/python3", "/tmp/python"))
attempt("move data away", lambda: os.rename("/data/table.csv", f"{SCRATCH}/moved"))
attempt("exchange data", lambda: write(f"{SCRATCH}/mine") and os.replace(f"{SCRATCH}/mine", "/data/table.csv"))


def reopen(flags, again):
    """Opens data as one may, then once more through /proc as one may not."""
    opened = os.open("/data/table.csv", flags)
    try:
        os.close(os.open(f"/proc/self/fd/{opened}", again))
    finally:
        os.close(opened)


attempt("reopen data for writing", lambda: reopen(os.O_RDONLY, os.O_WRONLY))
attempt("reopen a path for writing", lambda: reopen(os.O_PATH, os.O_RDWR))
attempt("truncate by reopening", lambda: reopen(os.O_RDONLY, os.O_WRONLY | os.O_TRUNC))
attempt(
    "link a descriptor into scratch",
    lambda: call("linkat", os.open("/data/table.csv", os.O_PATH), b"", -100, b"/workspace/linked", 0x1000),
)
attempt("loosen through a descriptor", lambda: os.fchmod(os.open("/data/table.csv", os.O_RDONLY), 0o777))
attempt("own through a descriptor", lambda: os.fchown(os.open("/data/table.csv", os.O_RDONLY), 1000, 1000))
attempt("loosen through /proc", lambda: os.chmod(f"/proc/self/fd/{os.open('/data/table.csv', os.O_PATH)}", 0o777))
attempt("write through a duplicate", lambda: os.write(os.dup(os.open("/data/table.csv", os.O_RDONLY)), b"x"))
attempt("write data by sendfile", lambda: os.sendfile(os.open("/data/table.csv", 0), os.open("/etc/passwd", 0), 0, 1))
attempt("write data by splice", lambda: os.splice(os.pipe()[0], os.open("/data/table.csv", 0), 1))
attempt(
    "write data by copy_file_range",
    lambda: os.copy_file_range(os.open("/etc/passwd", 0), os.open("/data/table.csv", 0), 1),
)
attempt("punch a hole into data", lambda: os.posix_fallocate(os.open("/data/table.csv", 0), 0, 1 << 20))
attempt(
    "leave by a directory's descriptor",
    lambda: os.fchdir(os.open("/", os.O_RDONLY)) or os.chdir("..") or (os.path.exists("root")),
)


def hold_no_directory():
    """Every descriptor that we were given: a directory among them would be a way out."""
    return any(stat.S_ISDIR(os.fstat(number).st_mode) for number in range(4))


attempt("be given a directory", hold_no_directory)


FAMILY = "descriptors and environment"
attempt("hold more files", lambda: [n for n in HELD_AT_START if n > 3] != [])
for name in ("environ", "cmdline"):
    attempt(f"read the executor's {name}", lambda name=name: read(f"/proc/{os.getppid()}/{name}") != b"")
attempt(
    "secrets in the environment",
    lambda: any(
        word in name.upper() for name in os.environ for word in ("TOKEN", "SECRET", "KEY", "PASSWORD", "DAYTWO", "AWS")
    ),
)
attempt(
    "the host's paths in the environment",
    lambda: any(
        part in value for value in os.environ.values() for part in ("/root", "/home", ".venv", "site-packages")
    ),
)
