"""Snapshots: whole or not at all, addressed by what they hold, and never outside their session's folder."""

import errno
import hashlib
import json
import os
import resource
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.cell.kept import Kept
from daytwo.executor.state import Base, Manifest, StateLimitError, StateStore, blobs
from daytwo.executor.state.manifest import FORMAT, Blob, encoded
from daytwo.wire.errors import Denied, Incompatible, Missing
from daytwo.wire.identifiers import new_id

SESSION = new_id("session")
ENVIRONMENT = "e" * 64


@pytest.fixture
def store(tmp_path):
    return StateStore(tmp_path / "state")


OWN = b"first"
"""What lies in the manifest's own file in these tests: the blobs that follow it have files of their own."""


def put(writer, header, payload=b""):
    writer.begin(header, len(payload))
    size = max(7, len(payload) // 50)
    for start in range(0, len(payload), size):
        writer.chunk(payload[start : start + size])
    writer.end()


def blob(writer, number, payload):
    """A blob in a file of its own."""
    if writer._own is None:
        put(writer, {"kind": "blob", "number": 9_999}, OWN)
    put(writer, {"kind": "blob", "number": number}, payload)


def say(writer, groups=(), files=(), **more):
    """The cell's manifest: groups as name → span, files as path → span."""
    said = {
        "groups": [[[name], span, []] for name, span in dict(groups).items()],
        "files": [{"path": path, "span": span} for path, span in dict(files).items()],
    } | more
    put(writer, {"kind": "manifest"}, json.dumps(said).encode())


def keep(store, ordinal, payload=b"pickle of x", session=SESSION, base=None):
    writer = store.begin(session, ordinal, base or Base(), ENVIRONMENT)
    known = len((base or Base()).manifest.blobs)
    blob(writer, 0, payload)
    say(writer, {"x": [known, 0, len(payload)]})
    writer.commit()
    return store.at(session, ordinal)


def values(store, ordinal, session=SESSION):
    """What a sandbox would read: name of the variable → its bytes."""
    base = store.at(session, ordinal)
    kept = Kept.of(base.folder, 0)
    return {group.names[0]: bytes(kept.read(group.stream)) for group in kept.groups}


def names_of(folder):
    return {path.name for path in (folder / "blobs").iterdir()}


def test_a_committed_snapshot_holds_what_was_written(store):
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    blob(writer, 0, b"pickle of x, text")
    say(writer, {"x": [0, 0, 11]}, {"notes/a.txt": [0, 13, 4]}, modules={"np": "numpy"})
    writer.commit()
    manifest = store.manifest(SESSION, 1)
    assert manifest.names == {"x", "np"}
    assert manifest.modules["np"] == "numpy"
    assert values(store, 1) == {"x": b"pickle of x"}
    folder = store.at(SESSION, 1).folder
    assert all(hashlib.sha256((folder / "blobs" / name).read_bytes()).hexdigest() == name for name in names_of(folder))


def test_the_empty_state_needs_nothing_and_an_unknown_one_is_missing(store):
    assert store.mounts(store.at(SESSION, 0)) == ()
    with pytest.raises(Missing):
        store.at(SESSION, 7)
    store.require_whole(SESSION, 7)


def test_a_snapshot_knows_the_environment_that_it_was_begun_in(store):
    """Whether or not the execution left one: asking tells nothing of how it ended."""
    store.begin(SESSION, 1, Base(), "a" * 64).commit()
    store.begin(SESSION, 2, Base(), "b" * 64).discard()
    assert [store.begun_in(SESSION, ordinal) for ordinal in range(4)] == [None, "a" * 64, "b" * 64, None]
    store.begin(SESSION, 2, Base(), "a" * 64).commit()
    assert store.begun_in(SESSION, 2) == "a" * 64


def test_a_snapshot_tells_which_of_its_variables_are_modules(store):
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    say(writer, modules={"o": "os"})
    assert store.modules(SESSION, 1) == {}
    writer.commit()
    assert store.modules(SESSION, 1) == {"o": "os"}
    assert store.modules(SESSION, 0) == store.modules(SESSION, 2) == store.modules("elsewhere", 1) == {}


def test_without_a_commit_there_is_no_snapshot(store):
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    blob(writer, 0, b"1")
    writer.begin({"kind": "blob", "number": 1}, 10)
    writer.chunk(b"half")
    writer.discard()
    with pytest.raises(Missing):
        store.at(SESSION, 1)
    assert not list((store._root / SESSION / "000001" / "blobs").iterdir())


def test_a_repeated_execution_replaces_what_its_crash_left(store):
    for payload in (b"first", b"second"):
        keep(store, 1, payload)
    assert values(store, 1) == {"x": b"second"}
    assert names_of(store.at(SESSION, 1).folder) == {hashlib.sha256(b"second").hexdigest()}


def test_a_repeated_execution_that_fails_leaves_what_was_committed(store):
    keep(store, 1, b"first")
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    blob(writer, 0, b"second")
    writer.discard()
    assert values(store, 1) == {"x": b"first"}


def test_a_half_written_blob_cannot_be_committed(store):
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    writer.begin({"kind": "blob", "number": 0}, 10)
    with pytest.raises(StateLimitError):
        writer.commit()
    writer.discard()


def test_what_did_not_change_is_shared_with_the_snapshot_before_and_outlives_it(store):
    one = keep(store, 1, b"large")
    writer = store.begin(SESSION, 2, one, ENVIRONMENT)
    blob(writer, 0, b"new")
    say(writer, {"x": [0, 0, 5], "y": [1, 0, 3]})
    writer.commit()
    two = store.at(SESSION, 2).folder
    shared = hashlib.sha256(b"large").hexdigest()
    assert (two / "blobs" / shared).stat().st_nlink == 2
    for path in (one.folder / "blobs").iterdir():
        path.unlink()
    store.require_whole(SESSION, 2)
    assert values(store, 2) == {"x": b"large", "y": b"new"}


def test_what_nothing_names_any_more_is_not_taken_along(store):
    one = keep(store, 1, b"large")
    writer = store.begin(SESSION, 2, one, ENVIRONMENT)
    blob(writer, 0, b"new")
    blob(writer, 5, b"named by nothing")
    say(writer, {"y": [1, 0, 3]})
    writer.commit()
    assert names_of(store.at(SESSION, 2).folder) == {hashlib.sha256(b"new").hexdigest()}


def test_two_forks_at_once_share_what_they_started_from(store):
    one = keep(store, 1, b"x" * 100_000)
    forks = [new_id("session") for _ in range(2)]

    def step(session):
        writer = store.begin(session, 1, one, ENVIRONMENT)
        blob(writer, 0, session.encode())
        say(writer, {"x": [0, 0, 100_000], "own": [1, 0, len(session)]})
        writer.commit()

    threads = [threading.Thread(target=step, args=(session,)) for session in forks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for session in forks:
        assert values(store, 1, session) == {"x": b"x" * 100_000, "own": session.encode()}
    (name,) = names_of(one.folder)
    assert (one.folder / "blobs" / name).stat().st_nlink == 3


@pytest.mark.parametrize("span", [[0, 0, 12], [0, 11, 1], [1, 0, 4], [9, 0, 1], [0, 1 << 47, 1], [-1, 0, 1], [0, 0]])
def test_a_span_lies_in_what_this_session_holds(store, span):
    """Another session's blob has no name here: a span counts the blobs of the snapshot before, then those sent."""
    other = keep(store, 1, b"another's secret", session=new_id("session"))
    assert other.manifest.blobs
    one = keep(store, 1)
    writer = store.begin(SESSION, 2, one, ENVIRONMENT)

    def finish():
        say(writer, {"x": span})
        writer.commit()

    with pytest.raises(StateLimitError):
        finish()
    writer.discard()
    with pytest.raises(Missing):
        store.at(SESSION, 2)


BAD = {
    "no JSON": b"{",
    "depth": b"[" * 100_000,
    "a digest": b'{"groups":[],"files":[],"modules":{},"blobs":[{"name":"' + b"a" * 64 + b'","bytes":3}]}',
    "no name": b'{"groups":[[[],[0,0,0],[]]]}',
    "a name that is too long": b'{"groups":[[["' + b"x" * 201 + b'"],[0,0,0],[]]]}',
}


@pytest.mark.parametrize("name", BAD)
def test_a_manifest_that_is_none_is_refused(store, name):
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    with pytest.raises(StateLimitError):
        put(writer, {"kind": "manifest"}, BAD[name])


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a//b", ".", "", "a\x00b", "a/./b", "x\ny"])
def test_files_stay_inside_the_workspace(store, path):
    with pytest.raises(StateLimitError):
        say(store.begin(SESSION, 1, Base(), ENVIRONMENT), files={path: [0, 0, 0]})


@pytest.mark.parametrize("session", ["../../etc", "session_", "run_" + "0" * 26, "/", "session_" + "0" * 25 + "/"])
def test_a_session_that_is_none_has_no_folder(store, session):
    with pytest.raises(Missing):
        store.begin(session, 1, Base(), ENVIRONMENT)


def test_a_snapshot_of_100_000_variables(store):
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    blob(writer, 0, b"x" * 100_000)
    say(writer, {f"v{n}": [0, n, 1] for n in range(100_000)})
    writer.commit()
    assert len(store.at(SESSION, 1).manifest.groups) == 100_000
    with pytest.raises(StateLimitError):
        say(store.begin(SESSION, 2, Base(), ENVIRONMENT), {f"v{n}": [0, 0, 0] for n in range(100_001)})


def the_blob(base):
    (path,) = (base.folder / "blobs").iterdir()
    return path


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGE = {
    "a flipped bit in a blob": lambda base: flip(the_blob(base)),
    "a truncated blob": lambda base: os.truncate(the_blob(base), 3),
    "a longer blob": lambda base: the_blob(base).write_bytes(the_blob(base).read_bytes() + b"x"),
    "a blob that is gone": lambda base: the_blob(base).unlink(),
    "a flipped bit in the manifest": lambda base: flip(base.folder / "manifest.json"),
    "a truncated manifest": lambda base: os.truncate(base.folder / "manifest.json", 100),
    "an empty manifest": lambda base: os.truncate(base.folder / "manifest.json", 0),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_noticed_and_the_snapshot_before_is_offered(store, name):
    one = keep(store, 1, b"before")
    two = keep(store, 2, b"after", base=one)
    store.require_whole(SESSION, 2)
    DAMAGE[name](two)
    with pytest.raises(Denied, match="sessions rewind") as refused:
        store.require_whole(SESSION, 2)
    assert refused.value.code == "snapshot_damaged"
    store.require_whole(SESSION, 1)
    assert values(store, 1) == {"x": b"before"}


def test_a_blob_under_its_seal_is_hashed_on_request_alone(store):
    """What changes bytes below the file system changes no time: only a full look sees it."""
    base = keep(store, 1)
    path = the_blob(base)
    sealed = path.stat()
    flip(path)
    os.utime(path, ns=(sealed.st_atime_ns, sealed.st_mtime_ns))
    store.require_whole(SESSION, 1)
    with pytest.raises(Denied):
        blobs.require_whole(base.folder / "blobs", base.manifest.blobs, fully=True)


def test_a_blob_that_came_without_its_seal_is_hashed_once(store):
    base = keep(store, 1)
    os.utime(the_blob(base))
    store.require_whole(SESSION, 1)
    assert the_blob(base).stat().st_mtime_ns == 0


def test_a_snapshot_of_another_version_is_not_opened(store):
    base = keep(store, 1)
    text = json.dumps({"something": "new"}).encode()
    head = f"{FORMAT + 1} {hashlib.sha256(text).hexdigest()}\n".encode()
    (base.folder / "manifest.json").write_bytes(head + text)
    with pytest.raises(Incompatible) as refused:
        store.require_whole(SESSION, 1)
    assert refused.value.code == "snapshot_newer"


def test_what_a_cut_off_execution_left_is_swept_and_nothing_else(store):
    one = keep(store, 1)
    writer = store.begin(SESSION, 2, one, ENVIRONMENT)
    blob(writer, 0, b"sent")
    writer.begin({"kind": "blob", "number": 1}, 10)
    writer.chunk(b"half")
    writer._coming.file.flush()
    left = store._root / SESSION / "000002" / "blobs"
    assert len(list(left.iterdir())) == 2
    store.sweep()
    assert not list(left.iterdir())
    assert values(store, 1) == {"x": b"pickle of x"}
    writer._coming.file.close()


def test_a_full_disk_leaves_the_snapshot_before(store):
    """A limit on the size of files stands for the disk: the kernel refuses the write either way."""
    one = keep(store, 1, b"before")
    writer = store.begin(SESSION, 2, one, ENVIRONMENT)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large") as refused:
            blob(writer, 0, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert refused.value.errno == errno.EFBIG
    writer.discard()
    assert values(store, 1) == {"x": b"before"}
    with pytest.raises(Missing):
        store.at(SESSION, 2)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text(max_size=12), st.none() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=4)
    ),
    st.sampled_from(["blob", "manifest"]),
)
def test_any_header_is_kept_as_data_or_refused(tmp_path_factory, header, kind):
    store = StateStore(tmp_path_factory.mktemp("state"))
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    try:
        put(writer, header | {"kind": kind}, json.dumps(header).encode())
        writer.commit()
    except StateLimitError:
        writer.discard()


SPANS = st.tuples(st.integers(-1, 4), st.integers(-1, 12), st.integers(-1, 12))


@settings(max_examples=40)
@given(st.lists(SPANS, max_size=6))
def test_any_spans_are_inside_or_refused(tmp_path_factory, spans):
    store = StateStore(tmp_path_factory.mktemp("state"))
    base = keep(store, 1, b"0123456789")
    writer = store.begin(SESSION, 2, base, ENVIRONMENT)
    blob(writer, 0, b"abc")
    lies = {0: 10, 1: 3}
    fits = all(
        index >= 0 and offset >= 0 and length >= 0 and (not length or offset + length <= lies.get(index, -1))
        for index, offset, length in spans
    )
    try:
        say(writer, {f"v{number}": span for number, span in enumerate(spans)})
        writer.commit()
    except StateLimitError:
        assert not fits
        return
    assert fits
    content = {0: b"0123456789", 1: b"abc"}
    assert values(store, 2) == {
        f"v{number}": content[index][offset : offset + length] if length else b""
        for number, (index, offset, length) in enumerate(spans)
    }


@settings(max_examples=40)
@given(st.binary(max_size=50), st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=9))
def test_a_manifest_comes_back_as_it_was_written(tmp_path_factory, payload, name):
    store = StateStore(tmp_path_factory.mktemp("state"))
    manifest = Manifest(
        groups=(((name, None), (0, 0, len(payload)), ()),),
        modules={name: name},
        blobs=(Blob(name=hashlib.sha256(payload).hexdigest(), bytes=len(payload)),),
        unsaved=({"name": name, "reason": "none"},),
    )
    store.begin(SESSION, 1, Base(), ENVIRONMENT).commit()
    (store._root / SESSION / "000001" / "manifest.json").write_bytes(encoded(manifest))
    assert store.manifest(SESSION, 1) == manifest


def test_a_step_that_changes_little_writes_little_and_stands_by_itself(store):
    """Its manifest is told as the difference from an earlier one, whose file it shares, however long the line is."""
    names = [f"v{n}" for n in range(300)]
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    blob(writer, 0, b"x" * 300)
    say(writer, {name: [0, n, 1] for n, name in enumerate(names)})
    writer.commit()
    for ordinal in range(2, 6):
        before = store.at(SESSION, ordinal - 1)
        writer = store.begin(SESSION, ordinal, before, ENVIRONMENT)
        blob(writer, 0, f"changed {ordinal}".encode())
        held = {group.names[0]: group.stream for group in before.manifest.all_groups}
        say(writer, held | {f"v{ordinal}": [len(before.manifest.blobs), 0, 9]})
        writer.commit()
        store.require_whole(SESSION, ordinal)
    folder = store.at(SESSION, 5).folder
    assert (folder / "manifest.json").stat().st_size * 10 < (folder / "whole.json").stat().st_size
    assert (folder / "whole.json").samefile(store.at(SESSION, 1).folder / "manifest.json")
    assert names_of(folder) == {blob.name for blob in store.at(SESSION, 5).manifest.named_blobs}
    manifest = store.at(SESSION, 5).manifest
    assert manifest.names == set(names)
    for path in store.at(SESSION, 1).folder.rglob("*"):
        if path.is_file():
            path.unlink()
    assert store.at(SESSION, 5).manifest == manifest
    os.truncate(folder / "whole.json", 100)
    with pytest.raises(Denied):
        store.require_whole(SESSION, 5)


def keep_small(store, ordinal, base, **values):
    """As the cell does: one small blob with all that is new, and what there was; the variables on shelves."""
    writer = store.begin(SESSION, ordinal, base, ENVIRONMENT)
    put(writer, {"kind": "blob", "number": 0}, b"".join(values.values()))
    held = [[[group.names[0]], group.stream[:2], group.stream[2:]] for group in base.manifest.all_groups]
    new = [[*values], [len(base.manifest.blobs), 0], [*map(len, values.values())]]
    say(writer, shelves=[shelf for shelf in held if shelf[0][0] not in values] + [new])
    writer.commit()
    store.require_whole(SESSION, ordinal)
    return store.at(SESSION, ordinal)


def test_a_small_step_writes_one_file_and_later_ones_share_it(store):
    first = keep_small(store, 1, Base(), x=b"pickle of x", y=b"pickle of y")
    (own,) = first.manifest.blobs
    assert (first.folder / "manifest.json").samefile(first.folder / "blobs" / own.name)
    assert own.name == hashlib.sha256((first.folder / "manifest.json").read_bytes()).hexdigest()
    second = keep_small(store, 2, first, y=b"another")
    third = keep_small(store, 3, second, z=b"z")
    assert own in third.manifest.blobs
    for base in (first, second):
        for path in base.folder.rglob("*"):
            if path.is_file():
                path.unlink()
    store.require_whole(SESSION, 3)
    assert values(store, 3) == {"x": b"pickle of x", "y": b"another", "z": b"z"}
    for group in third.manifest.all_groups:
        assert third.digest_of(group.stream) == hashlib.sha256(values(store, 3)[group.names[0]]).hexdigest()


def test_damage_in_the_parts_behind_a_manifest_is_noticed(store):
    first = keep_small(store, 1, Base(), x=b"pickle of x")
    manifest = first.folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-1] + b"y")
    with pytest.raises(Denied):
        store.at(SESSION, 1)


@pytest.mark.parametrize(
    "shelf", [[["x"], [0, 0], [4]], [["x", "y"], [0, 0], [3]], [["x"], [1, 0], [1]], [["x"], [0, 0], [0]]]
)
def test_a_shelf_lies_in_what_was_sent(store, shelf):
    writer = store.begin(SESSION, 1, Base(), ENVIRONMENT)
    put(writer, {"kind": "blob", "number": 0}, b"abc")

    def finish():
        say(writer, shelves=[shelf])
        writer.commit()

    with pytest.raises(StateLimitError):
        finish()


def test_a_manifest_of_the_form_before_is_read(store):
    base = keep(store, 1)
    text = json.dumps({
        "groups": [[["x"], [0, 0, 11], []]], "files": [], "folders": [], "modules": {}, "unsaved": [],
        "blobs": [{"name": the_blob(base).name, "bytes": 11}],
    }).encode()  # fmt: skip
    manifest = base.folder / "manifest.json"
    manifest.write_bytes(f"2 {hashlib.sha256(text).hexdigest()}\n".encode() + text)
    store.require_whole(SESSION, 1)
    assert values(store, 1) == {"x": b"pickle of x"}
