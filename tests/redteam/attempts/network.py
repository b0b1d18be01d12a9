"""Sockets of every family, and what could speak without one."""

FAMILY = "sockets"
for number in range(1, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        attempt(f"socket {number}/{int(kind)}", lambda number=number, kind=kind: socket.socket(number, kind))
attempt("socket of a family from the future", lambda: socket.socket(63, socket.SOCK_STREAM))
attempt("socket of a family with high bits set", lambda: call("socket", ctypes.c_ulong(0x1_0000_0002), 1, 0))
attempt("socketpair inet", lambda: socket.socketpair(socket.AF_INET, socket.SOCK_STREAM))
attempt("socketpair vsock", lambda: socket.socketpair(40, socket.SOCK_STREAM))
attempt("socketpair datagram", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
attempt("name lookup", lambda: socket.getaddrinfo("example.org", 80))
attempt("interfaces", lambda: [name for _, name in socket.if_nameindex()])
attempt("interfaces in /proc", lambda: re.findall(r"(\w+):", read("/proc/self/net/dev").decode()) not in ([], ["lo"]))
for name in ("socket", "bind", "listen", "accept", "accept4", "connect"):
    attempt_call(name)

FAMILY = "abstract sockets"
pair, other = socket.socketpair()
attempt("connect", lambda: pair.connect("\0somewhere"))
attempt("connect to a file", lambda: pair.connect("/workspace/socket"))
attempt("bind", lambda: pair.bind("\0somewhere"))
attempt("bind to a name of the kernel's choice", lambda: pair.bind(""))
attempt("bind to a file", lambda: pair.bind("/tmp/socket"))
attempt("listen", lambda: pair.listen(1))
attempt("accept", pair.accept)
attempt("send to an address", lambda: pair.sendto(b"x", "\0somewhere") < 0)
attempt("connect packets", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)[0].connect("\0x"))


def send_descriptor(number):
    """Puts an open file into the executor's hands, if what we hold is a socket."""
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", os.open("/", os.O_RDONLY)))]
    with socket.socket(fileno=os.dup(number)) as theirs:
        return theirs.sendmsg([b"x"], ancillary) < 0


for number in range(4):
    attempt(f"send a file through descriptor {number}", lambda number=number: send_descriptor(number))
