"""kill -9 inside the making of a snapshot: what was committed before is whole, and the step can be done again."""

import json
import os
import signal
import sys

import pytest

from daytwo.executor.state import Base, StateStore
from daytwo.wire.identifiers import new_id

SESSION = new_id("session")
ENVIRONMENT = "e" * 64
LARGE = b"large" * 20_000
EFFECTS = ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.utime")
"""What changes the disk, as Python's audit events name it."""


def step(store, ordinal, base):
    """A step that keeps what there was and adds a variable of its own."""
    writer = store.begin(SESSION, ordinal, base, ENVIRONMENT)
    own = f"value {ordinal}".encode()
    known = len(base.manifest.blobs)
    groups = [[group.names, group.stream, group.buffers] for group in base.manifest.all_groups]
    groups.append([[f"v{ordinal}"], [known, len(LARGE), len(own)], [[known, 0, len(LARGE)]]])
    for header, payload in (
        ({"kind": "blob", "number": 0}, LARGE + own),
        ({"kind": "manifest"}, json.dumps({"groups": groups}).encode()),
    ):
        writer.begin(header, len(payload))
        writer.chunk(payload)
        writer.end()
    writer.commit()


def names(store, ordinal):
    store.require_whole(SESSION, ordinal)
    return store.at(SESSION, ordinal).manifest.names


def killed_at(effect, action):
    """Runs `action` in a process of its own that is killed at its n-th effect; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = [effect]

        def hook(event, _):
            if event in EFFECTS:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("again", [False, True], ids=["first time", "over what was committed"])
def test_killed_at_every_effect_of_a_commit(tmp_path, again):
    store = StateStore(tmp_path / "state")
    step(store, 1, Base())
    before = store.at(SESSION, 1)
    effects = 0
    if again:
        step(store, 2, before)
    while killed_at(effects, lambda: step(store, 2, before)):
        effects += 1
        assert names(store, 1) == {"v1"}
        if again:
            assert names(store, 2) == {"v1", "v2"}
        store.sweep()
    assert effects > 8
    assert names(store, 2) == {"v1", "v2"}
    step(store, 3, store.at(SESSION, 2))
    assert names(store, 3) == {"v1", "v2", "v3"}


def test_after_a_kill_the_disk_holds_no_more_than_snapshots(tmp_path):
    store = StateStore(tmp_path / "state")
    step(store, 1, Base())
    before = store.at(SESSION, 1)
    for effect in range(6):
        killed_at(effect, lambda: step(store, 2, before))
    store.sweep()
    step(store, 2, before)
    for ordinal in (1, 2):
        kept = store.at(SESSION, ordinal)
        assert {path.name for path in (kept.folder / "blobs").iterdir()} == {blob.name for blob in kept.manifest.blobs}
