"""Messages with file descriptors over a `SOCK_SEQPACKET` pair: JSON, one message a packet."""

from __future__ import annotations

import json
import socket
from array import array
from typing import Any, NamedTuple

LIMIT_BYTES = 1 << 17
_DESCRIPTORS_LIMIT = 16
_CREDENTIALS_BYTES = 12
_ANCILLARY_BYTES = socket.CMSG_SPACE(4 * _DESCRIPTORS_LIMIT) + socket.CMSG_SPACE(_CREDENTIALS_BYTES)


def pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def pair_with_names() -> tuple[socket.socket, socket.socket]:
    """A pair whose first end learns from the kernel which process sends."""
    ours, theirs = pair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return ours, theirs


def send(channel: socket.socket, message: object, descriptors: list[int] | tuple[int, ...] = ()) -> None:
    socket.send_fds(channel, [json.dumps(message).encode("ascii")], list(descriptors))


class Received(NamedTuple):
    """A message, its descriptors, and the sender's pid where the socket learns it."""

    message: Any
    descriptors: list[int]
    pid: int


def receive(channel: socket.socket) -> Received:
    """The next message; None where the other side is gone."""
    try:
        data, ancillary = _receive(channel)
    except ConnectionResetError:
        # It went before it had read all that it was sent.  The kernel says so once, ahead of what it had sent itself.
        data, ancillary = _receive(channel)
    descriptors, pid = array("i"), 0
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
        elif level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            pid = array("i", content)[0]
    return Received(json.loads(data) if data else None, descriptors.tolist(), pid)


def _receive(channel: socket.socket) -> tuple[bytes, list[tuple[int, int, bytes]]]:
    data, ancillary, _, _ = channel.recvmsg(LIMIT_BYTES, _ANCILLARY_BYTES, socket.MSG_CMSG_CLOEXEC)
    return data, ancillary
