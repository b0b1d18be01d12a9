"""Forged frames: whatever a program writes to the channel, its task is answered at once, with one symbol."""

import json
import os
import pickle

import pytest

from daytwo.executor.results import Limits, StepWriter
from daytwo.executor.sandbox.request import Ending
from daytwo.wire.observation import Outcome

END = {"kind": "end", "outcome": "ok"}


def frame(header, payload=b"", *, declared=None):
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    length = len(payload) if declared is None else declared
    return len(head).to_bytes(4, "big") + head + length.to_bytes(8, "big") + payload


BLOB = {"kind": "blob", "number": 0}
MANIFEST = {"kind": "manifest"}
TABLE = {"kind": "table", "columns": [{"name": "a", "type": "b"}], "row_count": 1, "rows": [[1]]}
CHART = {"kind": "chart", "media_type": "image/png"}

LOST = {
    "nothing": b"",
    "no frame": b"\xff" * 100_000,
    "half a frame after the end": frame(END) + frame(BLOB, b"x", declared=1 << 40),
    "half a manifest after the end": frame(END) + frame(MANIFEST, b"{", declared=2),
    "half a header after the end": frame(END) + b"\0\0\0\x09{",
    "half a table after the end": frame(END) + frame(TABLE, b"x", declared=9),
    "deep header": frame(b'{"kind":"say","x":' + b"[" * 1_000_000),
    "header that is no object": frame(b"[]") + frame(END),
    "header of endless digits": frame(b'{"kind":"say","x":' + b"9" * 5_000 + b"}") + frame(END),
    "end with a note": frame({**END, "note": "4711"}),
    "end of another type": frame({**END, "rows": "3"}),
    "end beyond the alphabet": frame({**END, "checks": 256}),
    "end with a surrogate": frame({"kind": "end", "outcome": "\ud800"}),
    "end without an outcome": frame({"kind": "end"}),
}


@pytest.mark.parametrize("name", LOST)
def test_what_is_no_honest_channel_is_lost(name, make_executor, make_task, scripted):
    completion, _ = make_executor(scripted(LOST[name])).answer(make_task())
    assert completion.symbol.observation().outcome is Outcome.LOST


OK = {
    "two ends": frame({**END, "rows": 5}) + frame({**END, "rows": 50}),
    "frames after the end": frame(END) + frame(BLOB, b"x") + frame({"kind": "say", "text": "later"}),
    "frames of no known kind": frame({"kind": "symbol", "value": 7}) + frame({"kind": "\ud800"}, b"xx") + frame(END),
    "thousands of says": frame({"kind": "say", "text": "x"}) * 5_000 + frame(END),
    "items that cannot be read": frame({"kind": "say"}) + frame({**TABLE, "rows": 3}) + frame(CHART) + frame(END),
    "a table of depth": frame({**TABLE, "rows": [[json.loads("[" * 900 + "]" * 900)]]}, b"ARROW1\0\0") + frame(END),
}


@pytest.mark.parametrize("name", OK)
def test_odd_but_whole_frames_do_no_harm(name, make_executor, make_task, scripted):
    completion, _ = make_executor(scripted(OK[name])).answer(make_task())
    assert completion.symbol.observation().outcome is Outcome.OK


MANIFESTS = {
    "no JSON": b"\xff",
    "depth": b"[" * 1_000_000,
    "another's blob": b'{"groups":[[["x"],[0,0,1],[]]]}',
    "a blob by its digest": b'{"blobs":[{"name":"' + b"a" * 64 + b'","bytes":1}]}',
    "more than was sent": b'{"groups":[[["x"],[0,0,9],[]]]}',
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_names_what_is_not_the_session_s_is_lost(name, make_executor, make_task, scripted):
    sent = b"" if name == "another's blob" else frame(BLOB, b"x")
    executor = make_executor(scripted(sent + frame(MANIFEST, MANIFESTS[name]) + frame(END)))
    completion, _ = executor.answer(make_task())
    assert completion.symbol.observation().outcome is Outcome.LOST


PATHS = ["../x", "/etc/x", "a/../../x", "a//b", "", ".", "a\0b", "a\nb", "x/" * 3_000]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_of_a_program_names_a_file_here(path, make_executor, make_task, scripted):
    said = json.dumps({"files": [{"path": path, "span": [0, 0, 7]}]}).encode()
    executor = make_executor(scripted(frame(BLOB, b"hostile") + frame(MANIFEST, said) + frame(END)))
    before = {name for _, _, names in os.walk(executor.folder.parent) for name in names}
    completion, _ = executor.answer(make_task())
    assert completion.symbol.observation().outcome is Outcome.LOST
    after = {name for _, _, names in os.walk(executor.folder.parent) for name in names}
    # Both are the executor's own names: the record of the step, and the environment of a snapshot that was begun.
    assert after - before == {"step.json", "environment"}


@pytest.mark.parametrize("name", ["half a frame after the end", "deep header"])
def test_the_next_task_works(name, make_executor, make_task, scripted):
    sandbox = scripted(LOST[name])
    executor = make_executor(sandbox)
    task = make_task()
    executor.answer(task)
    sandbox.channel = frame(END)
    completion, _ = executor.answer(make_task(task.session_id))
    assert completion.symbol.observation().outcome is Outcome.OK


class Poison:
    """What runs where it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_no_pickle_is_opened_here(make_executor, make_task, scripted, tmp_path):
    poison = pickle.dumps(Poison(tmp_path / "opened"))
    payloads = [BLOB, TABLE, CHART, {"kind": "say", "text": "x"}]
    said = json.dumps({"groups": [[["x"], [0, 0, len(poison)], []]]}).encode()
    frames = [frame(header, poison) for header in payloads] + [frame(MANIFEST, said), frame(END)]
    executor = make_executor(scripted(b"".join(frames)))
    task = make_task()
    for follow_up in (task, make_task(task.session_id, base_snapshot=1, next_snapshot=2)):
        assert executor.answer(follow_up)[0].symbol.observation().outcome is Outcome.OK
    assert [mount.target for mount in executor.scripted.requests[1].mounts] == ["/state/manifest.json", "/state/blobs"]
    executor.results.read(task.run_id)
    assert not (tmp_path / "opened").exists()
    pickle.loads(poison)
    assert (tmp_path / "opened").is_dir()


def test_previews_are_counted_as_they_are_kept(tmp_path):
    """What is nested in a cell becomes text: it must not pass for a number's size."""
    writer = StepWriter(tmp_path, 1, lambda *_: None, Limits(previews_bytes=1_000))
    writer.begin({**TABLE, "rows": [[["x" * 900, "y" * 900]]]}, 8)
    writer.chunk(b"ARROW1\0\0")
    writer.end()
    result = writer.finish("ok")
    assert result.tables[0].rows == ()
    assert "its preview was too large" in result.stdout


def test_a_lost_execution_says_nothing_but_lost(make_executor, make_task, scripted):
    """Whether the sandbox never began or was killed is one more bit than was paid for."""
    task = make_task()
    killed = make_executor(scripted(ending=Ending.KILLED)).answer(task)
    never_begun = make_executor(scripted(failure=OSError("no space"))).answer(task)
    assert killed == never_begun
