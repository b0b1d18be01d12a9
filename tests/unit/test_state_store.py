"""Snapshots: whole or not at all, addressed by what they hold, and never outside their session's folder."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.state import StateLimitError, StateStore
from daytwo.wire.errors import Missing
from daytwo.wire.identifiers import new_id

SESSION = new_id("session")
ENVIRONMENT = "e" * 64


@pytest.fixture
def store(tmp_path):
    return StateStore(tmp_path / "state")


def put(writer, header, payload=b""):
    writer.begin(header, len(payload))
    for start in range(0, len(payload), 7):
        writer.chunk(payload[start : start + 7])
    writer.end()


def variable(name, **more):
    return {"kind": "variable", "name": name, "codec": "pickle", **more}


def mounted(store, ordinal, session=SESSION):
    """What a sandbox would see: the manifest, and each blob's bytes by name."""
    manifest, blobs = (mount.source for mount in store.mounts(session, ordinal))
    return json.loads(manifest.read_text()), {path.name: path.read_bytes() for path in blobs.iterdir()}


def test_a_committed_snapshot_holds_what_was_written(store):
    writer = store.begin(SESSION, 1, ENVIRONMENT)
    put(writer, variable("x"), b"pickle of x")
    put(writer, variable("np", codec="module", module="numpy"))
    put(writer, {"kind": "file", "path": "notes/a.txt"}, b"text")
    writer.commit()
    manifest, blobs = mounted(store, 1)
    assert [entry["name"] for entry in manifest["variables"]] == ["x", "np"]
    assert manifest["variables"][1]["module"] == "numpy"
    assert blobs[manifest["variables"][0]["blob"]] == b"pickle of x"
    assert blobs[manifest["files"][0]["blob"]] == b"text"
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in blobs.items())


def test_the_empty_state_needs_nothing_and_an_unknown_one_is_missing(store):
    assert store.mounts(SESSION, 0) == ()
    with pytest.raises(Missing):
        store.mounts(SESSION, 7)


def test_a_snapshot_knows_the_environment_that_it_was_begun_in(store):
    """Whether or not the execution left one: asking tells nothing of how it ended."""
    store.begin(SESSION, 1, "a" * 64).commit()
    store.begin(SESSION, 2, "b" * 64).discard()
    assert [store.begun_in(SESSION, ordinal) for ordinal in range(4)] == [None, "a" * 64, "b" * 64, None]
    store.begin(SESSION, 2, "a" * 64).commit()
    assert store.begun_in(SESSION, 2) == "a" * 64


def test_without_a_commit_there_is_no_snapshot(store):
    writer = store.begin(SESSION, 1, ENVIRONMENT)
    put(writer, variable("x"), b"1")
    writer.begin(variable("y"), 10)
    writer.chunk(b"half")
    writer.discard()
    with pytest.raises(Missing):
        store.mounts(SESSION, 1)
    assert not [path for path in (store._root / SESSION / "blobs").iterdir() if path.name.startswith(".part")]


def test_a_repeated_execution_replaces_what_its_crash_left(store):
    for payload in (b"first", b"second"):
        writer = store.begin(SESSION, 1, ENVIRONMENT)
        put(writer, variable("x"), payload)
        writer.commit()
    manifest, blobs = mounted(store, 1)
    assert blobs[manifest["variables"][0]["blob"]] == b"second"


def test_a_half_written_variable_cannot_be_committed(store):
    writer = store.begin(SESSION, 1, ENVIRONMENT)
    writer.begin(variable("x"), 10)
    with pytest.raises(StateLimitError):
        writer.commit()
    writer.discard()


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a//b", ".", "", "a\x00b", "a/./b", "x\ny"])
def test_files_stay_inside_the_workspace(store, path):
    with pytest.raises(StateLimitError):
        store.begin(SESSION, 1, ENVIRONMENT).begin({"kind": "file", "path": path}, 1)


@pytest.mark.parametrize("session", ["../../etc", "session_", "run_" + "0" * 26, "/", "session_" + "0" * 25 + "/"])
def test_a_session_that_is_none_has_no_folder(store, session):
    with pytest.raises(Missing):
        store.begin(session, 1, ENVIRONMENT)


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=12), st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text())))
def test_any_header_is_kept_as_data_or_refused(tmp_path_factory, header):
    store = StateStore(tmp_path_factory.mktemp("state"))
    writer = store.begin(SESSION, 1, ENVIRONMENT)
    try:
        put(writer, header | {"kind": "variable"}, b"x")
    except StateLimitError:
        writer.discard()
        return
    writer.commit()
    assert set(mounted(store, 1)[0]["variables"][0]) <= {"name", "path", "codec", "module", "blob"}
