"""The control plane's database as one file, taken while it runs, and back again: PostgreSQL's own `pg_dump`.

A dump is one snapshot of all tables, the durable engine's with them.  The password goes over the environment, never
over the command line.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from daytwo.control.storage.binaries import installed_binaries
from daytwo.wire.errors import Unavailable

DUMP_SECONDS = 3600


def dump(url: str, file: Path) -> None:
    """Writes the database at `url` to `file`.

    Raises:
        Unavailable: `backup_failed`, with what PostgreSQL said.
    """
    file.touch(mode=0o600)
    _call("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")


def load(url: str, file: Path) -> None:
    """Makes the database at `url`, an empty one, what it was when `file` was written; all of it or nothing.

    Raises:
        Unavailable: `backup_failed`, with what PostgreSQL said.
    """
    _call("pg_restore", url, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(file))


def _call(program: str, url: str, *arguments: str) -> None:
    parsed = make_url(url).set(drivername="postgresql")
    bare = URL.create(
        "postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database, parsed.query
    ).render_as_string()
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    if parsed.password is not None:
        environment["PGPASSWORD"] = str(parsed.password)
    try:
        subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [installed_binaries() / program, f"--dbname={bare}", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DUMP_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error).encode()
        raise Unavailable(
            "backup_failed", f"{program} did not come to its end: {said.decode(errors='replace').strip()[-500:]}"
        ) from error
    finally:
        os.sync()
