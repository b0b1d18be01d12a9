"""The lock that the program is under: capabilities, identities, limits, and the fences themselves."""

STATUS = dict(line.split(":\t", 1) for line in read("/proc/self/status").decode().splitlines() if ":\t" in line)

FAMILY = "identity"
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    attempt(f"hold {name}", lambda name=name: int(STATUS.get(name, "0"), 16) != 0)
attempt("be root", lambda: 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *os.getgroups()))
for name in (
    *("setuid", "setgid", "setresuid", "setresgid", "setreuid", "setregid", "setfsuid", "setfsgid", "setgroups"),
    *("capset", "personality"),
):
    attempt_call(name)
attempt("an ambient capability", lambda: prctl(47, 2, 21))
attempt("secure bits", lambda: prctl(28, 0))
attempt("move one's memory map", lambda: prctl(35, 1, 0))
attempt("switch off address randomisation", lambda: inside_fork(lambda: LIBC.personality(0x40000) >= 0))
attempt("write the audit identity", lambda: write("/proc/self/loginuid", "0"))

FAMILY = "setuid"
for folder in ("/tmp", "/workspace", "/dev/shm"):
    attempt(
        f"give a file of {folder} to root", lambda folder=folder: write(f"{folder}/s") and os.chown(f"{folder}/s", 0, 0)
    )


def set_uid_programs():
    """Among the first few thousand files; a tree of the host's may hold hundreds of thousands."""
    found = []
    for path in itertools.islice(files_below("/py/bin", "/usr/lib"), 3_000):
        mode = os.lstat(path).st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            found.append(path)
    return found


def files_below(*folders):
    for folder in folders:
        for top, _, names in os.walk(folder):
            yield from (os.path.join(top, name) for name in names)


attempt("gain by set-uid programs", lambda: set_uid_programs() != [] and STATUS.get("NoNewPrivs", "1").strip() != "1")
attempt("gain privileges by exec", lambda: STATUS.get("NoNewPrivs", str(LIBC.prctl(39, 0, 0, 0, 0))).strip() != "1")

FAMILY = "limits"
for name in ("NPROC", "NOFILE", "AS", "DATA", "FSIZE", "CPU", "CORE", "MEMLOCK", "STACK"):
    kind = getattr(resource, f"RLIMIT_{name}")
    hard = resource.getrlimit(kind)[1]
    attempt(f"have no limit of {name}", lambda hard=hard: hard == resource.RLIM_INFINITY)
    attempt(f"raise the limit of {name}", lambda kind=kind, hard=hard: resource.setrlimit(kind, (hard, hard + 1)))
    attempt(
        f"lift the limit of {name}",
        lambda kind=kind: resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    )
for name in ("sched_setscheduler", "sched_setparam", "sched_setattr", "setpriority", "ioprio_set"):
    attempt_call(name)
attempt("be quicker", lambda: os.nice(-5))
attempt(
    "use every processor", lambda: os.sched_setaffinity(0, range(os.cpu_count())) or (len(os.sched_getaffinity(0)) > 1)
)

FAMILY = "landlock and seccomp re-entry"
attempt("be unfiltered", lambda: STATUS["Seccomp"].strip() != "2")
attempt("another filter", lambda: prctl(22, 2, 0))
attempt("strict mode, to be killed for it", lambda: inside_fork(lambda: prctl(22, 1)))
attempt("forget no_new_privs", lambda: prctl(38, 0))
for name in ("seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
    attempt_call(name)
