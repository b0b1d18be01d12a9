"""Ways that look harmless one by one: races, exchanges, options of calls, descriptors that are only paths."""

import threading

FAMILY = "races"
TARGET = "/data/table.csv"


def race(swap, act, seconds=0.5):
    """Does `act` again and again while `swap` changes what its path means; whether data was touched by it."""
    before, ends = read(TARGET), time.monotonic() + seconds
    done = threading.Event()

    def keep_swapping():
        while not done.is_set():
            try:
                swap()
            except OSError:
                continue

    thread = threading.Thread(target=keep_swapping)
    thread.start()
    try:
        while time.monotonic() < ends:
            try:
                act()
            except OSError:
                continue
    finally:
        done.set()
        thread.join()
    return read(TARGET) != before


def swap_links():
    for target in ("/workspace/mine", TARGET):
        os.symlink(target, "/workspace/next")
        os.rename("/workspace/next", "/workspace/raced")


def swap_folders():
    for target in ("/workspace/folder", "/data"):
        os.symlink(target, "/workspace/next-folder")
        os.rename("/workspace/next-folder", "/workspace/raced-folder")


write("/workspace/mine")
os.mkdir("/workspace/folder")
write("/workspace/folder/table.csv")
attempt("write through a link that changes", lambda: race(swap_links, lambda: write("/workspace/raced")))
attempt(
    "write below a folder that changes", lambda: race(swap_folders, lambda: write("/workspace/raced-folder/table.csv"))
)
attempt(
    "delete below a folder that changes",
    lambda: race(swap_folders, lambda: os.unlink("/workspace/raced-folder/table.csv")),
)
attempt("truncate through a link that changes", lambda: race(swap_links, lambda: os.truncate("/workspace/raced", 0)))
attempt(
    "loosen through a link that changes",
    lambda: race(swap_links, lambda: os.chmod("/workspace/raced", 0o777)) or (os.stat(TARGET).st_mode & 0o777) == 0o777,
)

FAMILY = "exchanges and renames"


def rename_with(flags, old, new):
    if LIBC.renameat2(-100, old, -100, new, flags) < 0:
        raise OSError(ctypes.get_errno(), "renameat2")


for flags, name in ((0, "rename"), (1, "rename without replacing"), (2, "exchange"), (4, "rename leaving a whiteout")):
    for old, new in (
        (b"/data/table.csv", b"/workspace/x"),
        (b"/workspace/mine", b"/data/table.csv"),
        (b"/py", b"/env"),
    ):
        attempt(f"{name} {old.decode()} and {new.decode()}", lambda f=flags, o=old, n=new: rename_with(f, o, n))
write("/workspace/gone")
attempt(
    "open a whiteout, which is a device",
    lambda: rename_with(4, b"/workspace/gone", b"/workspace/y") or read("/workspace/gone"),
)

FAMILY = "paths that are descriptors"


def at(flags=os.O_PATH):
    return os.open(TARGET, flags)


attempt("write by /proc/self/fd", lambda: write(f"/proc/self/fd/{at()}"))
attempt("write by /dev/fd", lambda: write(f"/dev/fd/{at()}"))
attempt("truncate by /proc/self/fd", lambda: os.truncate(f"/proc/self/fd/{at()}", 0))
attempt("own by an empty path", lambda: LIBC.fchownat(at(), b"", 1000, 1000, 0x1000) == 0)
attempt("link by an empty path", lambda: LIBC.linkat(at(), b"", -100, b"/workspace/l", 0x1000) == 0)
attempt("run by an empty path", lambda: call("execveat", at(), b"", None, None, 0x1000))
attempt("open by a handle", lambda: call("open_by_handle_at", -100, b"\0" * 64, 0))
attempt(
    "leave by a descriptor of /proc",
    lambda: os.listdir(f"/proc/self/fd/{os.open('/proc/self/cwd', os.O_PATH)}/../../root"),
)
attempt(
    "the root's parent by a descriptor",
    lambda: os.stat("..", dir_fd=os.open("/", os.O_PATH)).st_ino != os.stat("/").st_ino,
)
attempt("list a folder that may only be passed", lambda: os.listdir(os.open("/root", os.O_PATH)))
attempt("another process's files by their numbers", lambda: [os.readlink(f"/proc/1/fd/{n}") for n in range(8)])
attempt("the program that runs, through /proc", lambda: os.open("/proc/self/exe", os.O_RDWR))
attempt("memory, through /proc", lambda: os.pwrite(os.open("/proc/self/mem", os.O_WRONLY), b"\0", id(0)) and False)

FAMILY = "attributes and flags"
for name in (
    "user.x",
    "security.capability",
    "trusted.x",
    "system.posix_acl_access",
    "security.selinux",
    "security.ima",
):
    attempt(f"set {name} in scratch", lambda name=name: os.setxattr("/workspace/mine", name, bytes(60_000)))
    attempt(f"set {name} on data", lambda name=name: os.setxattr(TARGET, name, b"x"))
for number, name in ((0x40086602, "flags"), (0x401C5820, "project"), (0xC0045878, "freeze"), (0x40049409, "clone")):
    attempt(
        f"{name} of a file in scratch",
        lambda number=number: fcntl.ioctl(os.open("/workspace/mine", os.O_RDWR), number, bytes(64)),
    )
    attempt(f"{name} of data", lambda number=number: fcntl.ioctl(at(os.O_RDONLY), number, bytes(64)))
for number, name in (
    (0x8912, "interfaces"),
    (0x890B, "routes"),
    (0x5401 + 0x13, "window"),
    (0x5422, "signals"),
    (0x1272, "size"),
):
    attempt(f"ask a descriptor for {name}", lambda number=number: fcntl.ioctl(1, number, bytes(64)))
for number, name in (
    (8, "owner"),
    (10, "signal"),
    (15, "owner by kind"),
    (1024, "lease"),
    (1026, "notice"),
    (1033, "seals"),
    (1036, "hint"),
    (1031, "pipe size"),
):
    attempt(f"set a descriptor's {name}", lambda number=number: fcntl.fcntl(at(os.O_RDONLY), number, 1))

FAMILY = "options of a process"
for number, name in (
    *((4, "be dumpable"), (8, "keep capabilities"), (24, "bounding set"), (26, "time-stamp counter"), (29, "slack")),
    *((31, "endianness"), (33, "poison"), (35, "memory map"), (36, "reap others' children"), (41, "huge pages")),
    *((43, "bound tables"), (45, "mode of floating point"), (47, "ambient set"), (50, "vector length")),
    *((52, "speculation"), (53, "speculation of another"), (54, "pointer keys"), (55, "tagged addresses")),
    *((57, "flushing"), (59, "dispatch of calls"), (62, "share a core"), (65, "deny writes then code")),
    *((67, "merge memory"), (69, "vectors"), (71, "shadow stack"), (74, "shadow stack's lock")),
    *((0x59616D61, "be traced by anyone"), (22, "filter"), (28, "secure bits"), (38, "privileges")),
):
    attempt(f"set {name}", lambda number=number: inside_fork(lambda: prctl(number, 1, 1)))
for name, number in (
    *(("futex_waitv", 449), ("set_mempolicy_home_node", 450), ("map_shadow_stack", 453), ("futex_requeue", 456)),
    *(("statmount", 457), ("listmount", 458), ("lsm_get_self_attr", 459), ("lsm_set_self_attr", 460), ("mseal", 462)),
    *(("setxattrat", 463), ("removexattrat", 466), ("open_tree_attr", 467), ("file_setattr", 469)),
):
    attempt(f"call {name}", lambda number=number: call_number(number), raw=True)
attempt("a sibling", lambda: call("clone", 0x8000 | signal.SIGCHLD, 0, 0, 0, 0) and os._exit(0))
attempt(
    "an untraceable child", lambda: call("clone", 0x800000 | 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0) and os._exit(0)
)
attempt("a timer of the kernel's", lambda: LIBC.timer_create(1, None, ctypes.byref(ctypes.c_void_p())) == 0 and False)
attempt("run while others do not", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
attempt("run when nobody does", lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)))
attempt("a deadline", lambda: call("sched_setattr", 0, struct.pack("IIQiIQQQ", 48, 6, 0, 0, 0, 10**6, 10**7, 10**7), 0))

FAMILY = "what was lent"


def credentials(number, pid):
    """Claims to be another process, over what we hold."""
    with socket.socket(fileno=os.dup(number)) as theirs:
        return theirs.sendmsg([b"x"], [(socket.SOL_SOCKET, 2, struct.pack("3i", pid, 0, 0))]) < 0


for number in range(4):
    attempt(f"speak as another over descriptor {number}", lambda number=number: credentials(number, 1))
    attempt(f"signal by descriptor {number}", lambda number=number: fcntl.fcntl(number, 8, -1))
    attempt(f"find the other end of descriptor {number}", lambda number=number: os.listdir(f"/proc/self/fd/{number}"))
    attempt(f"seek on descriptor {number}", lambda number=number: os.lseek(number, 0, 0) or False)
attempt("read what one may only write", lambda: os.read(1, 1))
attempt("read the channel", lambda: os.read(3, 1))
attempt("write what one may only read", lambda: os.write(0, b"x"))
