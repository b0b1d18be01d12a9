"""The embedded PostgreSQL server of one home: made, started, adopted and stopped here.

Invariants:
- A server listens on a unix socket in a folder that only its user (and root) can enter, never on TCP; within that
  folder authentication is `trust`.
- One start or stop at a time for a home (a file lock); a server that outlived its supervisor is adopted.
- `fsync` stays on; a data folder appears whole (initdb works beside it, then one rename).
- The server's log names no statement and no value.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from daytwo.control.storage import launch
from daytwo.control.storage.binaries import MAJOR_VERSION
from daytwo.control.storage.orphans import sweep
from daytwo.control.storage.place import SERVICE_STORE, SERVICE_UID, SOCKET_NAME, Place, find_place, has_place
from daytwo.control.storage.postmaster import is_stopping, postmaster, processes
from daytwo.wire.errors import Unavailable

START_SECONDS = 60.0
"""From launch to the first connection; recovery after a crash takes a part of it."""
INITDB_SECONDS = 120.0
STOP_SECONDS = 30.0
"""For a fast shutdown; then the server is told to quit at once, which costs it a recovery but no data."""
QUIT_SECONDS = 5.0
LOCK_SECONDS = 180.0
CONNECT_SECONDS = 5
POLL_SECONDS = 0.02
LOG_LIMIT_BYTES = 10 * 1024 * 1024
LOG_TAIL_LINES = 3
LOG_TAIL_BYTES = 2_000

USER = "daytwo"
DATABASE = "daytwo"
PORT = 5432
"""Names the socket; nothing listens on it."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class EmbeddedServer:
    """The server of one home.

    Args:
        home: the folder of this installation; its log is `home/logs/postgres.log`.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.log = self.home / "logs" / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._place: Place | None = None

    def start(self) -> str:
        """Makes and starts the server where needed, and answers the URL of its database once it takes connections.

        Raises:
            Unavailable: `database_unavailable`, with where to look and what to do.
        """
        with self._locked():
            place = find_place(self.home)
            if not place.data.exists():
                self._initialise(place)
            self._check_version(place)
            self._bring_up(place)
            self._place = place
            if place.uid == SERVICE_UID:
                sweep(SERVICE_STORE)
            return _url(place, DATABASE).render_as_string()

    def stop(self) -> None:
        """Stops the server, whoever started it: clients are cut off, what was committed stays."""
        if has_place(self.home):
            with self._locked():
                self._end(find_place(self.home))
        elif self._place is not None:
            self._end(self._place)  # The home was deleted under a server that we started or adopted.

    def _end(self, place: Place) -> None:
        pid = postmaster(place.data)
        if pid is not None:
            os.kill(pid, signal.SIGINT)
            if not self._gone(place, STOP_SECONDS):
                os.kill(pid, signal.SIGQUIT)
                if not self._gone(place, QUIT_SECONDS):
                    raise Unavailable(
                        "database_unavailable",
                        f"The database does not stop: end its process with `kill {pid}`, then start again.",
                    )
        self._reap()

    def is_running(self) -> bool:
        """Whether the server takes connections."""
        if not has_place(self.home):
            return False
        self._reap()
        place = find_place(self.home)
        return postmaster(place.data) is not None and _answers(place)

    def destroy(self) -> None:
        """Stops the server and deletes its data, for homes that live for one demonstration or test."""
        self.stop()
        if not has_place(self.home):
            return
        with self._locked():
            place = find_place(self.home)
            shutil.rmtree(place.data, ignore_errors=True)
            shutil.rmtree(place.sockets, ignore_errors=True)
            if place.uid == SERVICE_UID:
                shutil.rmtree(place.root, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One start or stop at a time; what the system refuses becomes an error that says so."""
        try:
            control = self.home / "control"
            for folder in (control, self.log.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (control / "postgres.lock").open("a") as lock:
                self._wait_for_lock(lock.fileno())
                yield
        except OSError as error:
            raise Unavailable(
                "database_unavailable", f"The embedded database cannot start or stop: {error}."
            ) from error

    def _wait_for_lock(self, lock: int) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    message = f"Another daytwo has been starting the database of {self.home} for {LOCK_SECONDS:.0f} s."
                    raise Unavailable("database_unavailable", message) from error
                time.sleep(POLL_SECONDS)
            else:
                return

    def _initialise(self, place: Place) -> None:
        for partial in place.root.glob("initdb-*"):
            shutil.rmtree(partial, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix="initdb-", dir=place.root))
        os.chown(partial, place.uid, place.gid)
        options = [f"--pgdata={partial}", f"--username={USER}", "--auth-local=trust", "--auth-host=reject"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(place.binaries / "initdb"), *options, *locale, "--no-instructions"]
        done = subprocess.run(  # noqa: S603 (our own script and the wheel's binary)
            [sys.executable, "-I", "-S", launch.__file__, str(place.uid), str(place.gid), *command],
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=INITDB_SECONDS,
            check=False,
        )
        if done.returncode == launch.EXIT_NO_NAMESPACE:
            raise Unavailable(
                "database_unavailable",
                f"User id {place.uid} has no entry in /etc/passwd, and this system allows no private one "
                f"({done.stderr.decode(errors='replace').strip()}). Add one, or set DAYTWO_DATABASE_URL.",
            )
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip()[-LOG_TAIL_BYTES:]
            raise Unavailable("database_unavailable", f"The embedded database could not be made: {reason}")
        partial.rename(place.data)

    def _check_version(self, place: Place) -> None:
        version = (place.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise Unavailable(
                "database_unavailable",
                f"{place.data} was made by PostgreSQL {version}; this daytwo brings {MAJOR_VERSION}. "
                "Use the daytwo that made it, or move the data with pg_dump.",
            )

    def _bring_up(self, place: Place) -> None:
        """Adopts the living server, or launches one, and waits until it takes connections."""
        deadline = time.monotonic() + START_SECONDS
        log_offset = self.log.stat().st_size if self.log.exists() else 0
        launched = False
        while not ((pid := postmaster(place.data)) is not None and _answers(place)):
            self._reap()
            if pid is not None and is_stopping(place.data):
                # On SIGTERM a server waits for its clients to leave; ours stay.  It stops now, to be launched again.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)
            starting = self._process is not None
            if not starting and postmaster(place.data) is None:
                if launched:
                    raise self._unavailable("The database stopped as soon as it was started.", log_offset)
                self._clear_remains(place)
                log_offset = self._launch(place)
                launched = True
            elif time.monotonic() > deadline:
                raise self._unavailable(f"The database does not answer after {START_SECONDS:.0f} s.", log_offset)
            time.sleep(POLL_SECONDS)
        _ensure_database(place)

    def _clear_remains(self, place: Place) -> None:
        """Ends the children of a killed server (they hold its memory) and removes its stale lock files.

        PostgreSQL takes a lock file for living while any process has its number, be it a zombie or a stranger.
        """
        for remaining in (signal.SIGTERM, signal.SIGQUIT):
            if self._gone(place, QUIT_SECONDS):
                break
            for pid in processes(place.data):
                os.kill(pid, remaining)
        stale = [place.data / "postmaster.pid", place.sockets / SOCKET_NAME, place.sockets / f"{SOCKET_NAME}.lock"]
        for file in stale:
            file.unlink(missing_ok=True)

    def _launch(self, place: Place) -> int:
        """Starts the server detached from our terminal and session; answers where its part of the log begins."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = SETTINGS | {"unix_socket_directories": '"' + str(place.sockets).replace('"', '""') + '"'}
        command = [str(place.binaries / "postgres"), "-D", str(place.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            other_user = place.uid != os.geteuid()
            self._process = subprocess.Popen(  # noqa: S603 (the wheel's binary)
                command,
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
                user=place.uid if other_user else None,
                group=place.gid if other_user else None,
                extra_groups=[] if other_user else None,
            )
            return log.tell()

    def _gone(self, place: Place, limit_seconds: float) -> bool:
        """Waits until no process of the server is left; whether that came to pass."""
        deadline = time.monotonic() + limit_seconds
        while processes(place.data):
            self._reap()
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _reap(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    def _unavailable(self, what: str, log_offset: int) -> Unavailable:
        with self.log.open("rb") as log:
            log.seek(max(log_offset, self.log.stat().st_size - LOG_TAIL_BYTES))
            lines = log.read().decode(errors="replace").strip().splitlines()[-LOG_TAIL_LINES:]
        return Unavailable("database_unavailable", "\n".join([f"{what} Its log is {self.log}:", *lines]))


def _environment() -> dict[str, str]:
    """Nothing of ours: a stray PGDATA or LC_ALL would change what the server does."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": tempfile.gettempdir()}


def _url(place: Place, database: str) -> URL:
    return URL.create(
        "postgresql+psycopg", username=USER, database=database, query={"host": str(place.sockets), "port": str(PORT)}
    )


def _connect(place: Place, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(place.sockets),
        port=PORT,
        user=USER,
        dbname=database,
        connect_timeout=CONNECT_SECONDS,
        autocommit=True,
    )


def _answers(place: Place) -> bool:
    """Whether a server takes connections.  Nobody else can have one in the socket's private folder."""
    try:
        _connect(place, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _ensure_database(place: Place) -> None:
    with _connect(place, "postgres") as connection:
        if connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone() is None:
            connection.execute(f"create database {DATABASE}")
