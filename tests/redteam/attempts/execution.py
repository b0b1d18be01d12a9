"""Running what is not Python: programs and code from wherever a program may write."""

FAMILY = "exec from scratch"
SHELL = "#!/py/bin/python3\nprint('ran')\n"


def program_at(path):
    write(path, SHELL)
    os.chmod(path, 0o755)
    return path


def runs(*command, **options):
    return subprocess.run(command, check=False, capture_output=True, **options).returncode == 0


def map_executable(path):
    with open(path, "wb+") as file:
        file.write(bytes(4096))
        file.flush()
        return mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)


def map_then_protect(path):
    """Mapped to be read and written, then made code."""
    with open(path, "wb+") as file:
        file.write(bytes(4096))
        file.flush()
        with mmap.mmap(file.fileno(), 4096, mmap.MAP_SHARED) as view:
            address = ctypes.addressof(ctypes.c_char.from_buffer(view))
            if LIBC.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(4096), 5) < 0:
                raise OSError(ctypes.get_errno(), "mprotect")
            return True


def load_copy(folder):
    """A real library, copied to where one may write."""
    source = next(path for path in maps_of_self() if "libc.so" in path or "libm.so" in path)
    with open(source, "rb") as theirs, open(f"{folder}/copy.so", "wb") as ours:
        ours.write(theirs.read())
    ctypes.CDLL(f"{folder}/copy.so")


def maps_of_self():
    return [line.split()[-1] for line in read("/proc/self/maps").decode().splitlines() if "/" in line]


def linker():
    return next(path for path in maps_of_self() if "/ld-" in path or "ld-linux" in path)


for folder in ("/tmp", "/workspace", "/dev/shm"):
    attempt(f"a program in {folder}", lambda folder=folder: runs(program_at(f"{folder}/program")))
    attempt(f"map code from {folder}", lambda folder=folder: map_executable(f"{folder}/library"))
    attempt(f"make a mapping of {folder} code", lambda folder=folder: map_then_protect(f"{folder}/mapped"))
    attempt(f"a library from {folder}", lambda folder=folder: inside_fork(lambda: load_copy(folder)))
attempt("a program that the dynamic linker starts", lambda: runs(linker(), program_at("/tmp/linked")))
attempt("a program from data", lambda: runs("/data/folder/part"))

FAMILY = "memfd exec"


def in_memory(flags):
    name = ctypes.c_char_p(b"x")
    number = LIBC.syscall(ctypes.c_long(int(SYSCALLS["memfd_create"])), name, flags)
    if number < 0:
        raise OSError(ctypes.get_errno(), "memfd_create")
    os.write(number, SHELL.encode())
    return number


def by_execveat(number):
    call("execveat", number, b"", None, None, 0x1000)


for flags, kind in ((0, "plain"), (2, "sealed"), (0x10, "executable"), (4, "huge")):
    attempt(f"{kind} memory file run by path", lambda flags=flags: runs(f"/proc/self/fd/{in_memory(flags)}"))
    attempt(
        f"{kind} memory file run by descriptor", lambda flags=flags: inside_fork(lambda: by_execveat(in_memory(flags)))
    )
attempt(
    "a file without a name run by descriptor",
    lambda: inside_fork(lambda: by_execveat(os.open("/tmp", os.O_TMPFILE | os.O_RDWR, 0o700))),
)

FAMILY = "core dumps"
attempt("allow core dumps", lambda: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20)))


def dump():
    """A crash, in a child; whatever it leaves behind would be in the working directory."""
    child = os.fork()
    if child == 0:
        os.abort()
    status = os.waitpid(child, 0)[1]
    return os.WCOREDUMP(status) or any(name.startswith("core") for name in os.listdir("."))


attempt("dump core", dump)
