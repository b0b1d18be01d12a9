"""A command that cannot be right as it was typed: exit status 2."""

from __future__ import annotations

from enum import IntEnum

from daytwo.wire.errors import Invalid


class Usage(Invalid):
    """The command line itself is wrong: type another."""


class Exit(IntEnum):
    """Exit statuses that scripts rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    WAITING = 3
    CANCELLED = 4
    INTERRUPTED = 130
