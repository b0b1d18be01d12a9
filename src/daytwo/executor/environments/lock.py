"""A lock: the exact wheels of an environment, each with its hashes.  What is not locked is not built."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from daytwo.executor.environments.environment import interpreter_line
from daytwo.wire.errors import Invalid

PACKAGES_LIMIT = 500
_CONTINUED = re.compile(r"\\\n\s*")
_PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9.!+_-]+(\s*;[^#]*?)?"
    r"(\s+--hash=sha256:[0-9a-f]{64})+"
)


@dataclass(frozen=True)
class Lock:
    """Pinned, hashed requirements in one form, whatever they were written like."""

    text: str
    digest: str
    """Names the environment: of the requirements and of the interpreter that they are for."""


def read_lock(text: str) -> Lock:
    """Reads what `uv pip compile --generate-hashes` writes.

    Raises:
        Invalid: `environment_not_locked`, for a line that is not `name==version --hash=sha256:…`: an option, an
            address, a range, a package without hashes.
    """
    lines = [line.split(" #")[0].strip() for line in _CONTINUED.sub(" ", text).splitlines()]
    pinned = sorted({" ".join(line.split()) for line in lines if line and not line.startswith("#")})
    for line in pinned:
        if _PINNED.fullmatch(line) is None:
            raise Invalid(
                "environment_not_locked",
                f"`{line[:120]}` is not a pinned package with hashes. Write the lock with "
                "`uv pip compile --generate-hashes`.",
            )
    if not 0 < len(pinned) <= PACKAGES_LIMIT:
        raise Invalid("environment_not_locked", f"A lock holds 1 to {PACKAGES_LIMIT} packages, not {len(pinned)}.")
    canonical = "\n".join(pinned) + "\n"
    return Lock(canonical, hashlib.sha256((interpreter_line() + canonical).encode()).hexdigest())
