"""A control plane whose database's disk fills up and gets room again: `full_disk.py FOLDER`, in a mount namespace.

In a process of its own, as the small disk is mounted for it and its children alone.  Prints what came of it as JSON.
"""

import ctypes
import json
import os
import sys
import time
from pathlib import Path

from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.place import SERVICE_STORE
from tests.integration.test_control_link import Control, Executor, ask, follow

DISK_BYTES = 200 * 2**20
PIECE_BYTES = 2**20
POSTS_LIMIT = 2_000
WITHIN_SECONDS = 180
MS_PRIVATE, MS_REC = 1 << 18, 1 << 14


def mount_small_disk(folder):
    """As seen from here alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={DISK_BYTES},mode=0755".encode()
    for source, target, kind, flags, data in (
        (b"none", b"/", None, MS_REC | MS_PRIVATE, None),
        (b"small", os.fsencode(folder), b"tmpfs", 0, options),
    ):
        if libc.mount(source, target, kind, flags, data):
            raise OSError(ctypes.get_errno(), f"cannot mount on {target!r}")


def fill(file):
    with file.open("wb", buffering=0) as full:
        for size in (PIECE_BYTES, 1):
            try:
                while True:
                    full.write(b"x" * size)
            except OSError:
                continue


def until_refused(person):
    """Posts runs until one is not taken; those that were, and the refusal."""
    taken = []
    for _ in range(POSTS_LIMIT):
        session = person.post("/v1/sessions", json={"datasets": ["orders"]})
        if session.is_error:
            return taken, session
        body = {"question": "q " * 500, "model": "replay:test", "replay": [{"code": "x = 1", "final": True}]}
        run = person.post(f"/v1/sessions/{session.json()['session']}/runs", json=body)
        if run.is_error:
            return taken, run
        taken.append(run.json()["run"])
    raise AssertionError("the disk was never full")


def succeed(executor, person, wanted):
    """Answers tasks until all these runs went well; their events."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while any(person.get(f"/v1/runs/{run}").json().get("status") != "succeeded" for run in wanted):
        assert time.monotonic() < deadline
        task = executor.claim()
        if task is not None:
            executor.complete(task)
    return [follow(person, run) for run in wanted]


def main(folder):
    home = folder / "home"
    home.mkdir(mode=0o700)
    disk = SERVICE_STORE if os.geteuid() == 0 else home
    disk.mkdir(parents=True, exist_ok=True)
    mount_small_disk(disk)
    server = EmbeddedServer(home)
    control = Control(home, server.start())
    try:
        with control.person() as person:
            executor = Executor(control, person, "orders")
            session = person.post("/v1/sessions", json={"datasets": ["orders"]}).json()["session"]
            before = ask(person, session, "x = 1")
            succeed(executor, person, [before])
            fill(disk / "filler")
            taken, refusal = until_refused(person)
            alive = person.get("/healthz").is_success
            (disk / "filler").unlink()
            server.start()
            events = succeed(executor, person, [before, *taken])
            session = person.post("/v1/sessions", json={"datasets": ["orders"]}).json()["session"]
            succeed(executor, person, [ask(person, session, "x = 1")])
            executor.client.close()
    finally:
        control.kill()
        server.destroy()
    gapless = all([event.seq for event in one] == list(range(1, len(one) + 1)) for one in events)
    found = {"refused": refusal.json()["code"], "alive": alive, "gapless": gapless, "taken": len(taken)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
