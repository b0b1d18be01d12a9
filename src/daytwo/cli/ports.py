"""The ports that the planes listen on: the one asked for, else the one used before, else a free one."""

from __future__ import annotations

import socket

from daytwo.wire.errors import Unavailable


def choose(host: str, asked: int, before: int | None, *, flag: str) -> int:
    """A port that can be listened on now.

    Raises:
        Unavailable: `port_taken`, where the asked one is in use.
    """
    if asked:
        if not _is_free(host, asked):
            variable = f"DAYTWO_{flag.removeprefix('--').replace('-', '_').upper()}"
            raise Unavailable(
                "port_taken",
                f"Port {asked} on {host} is in use. Name another with {flag} or {variable}, "
                "or leave it out for a free one.",
            )
        return asked
    if before and _is_free(host, before):
        return before
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: an address in TIME_WAIT can be listened on.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
