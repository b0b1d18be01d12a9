"""The store of results: trusts no frame, names every file itself, shows a step whole or as far as it has come."""

import json
import struct
import zlib

import pytest

from daytwo.executor.cell.frames import FrameReader
from daytwo.executor.database import Database
from daytwo.executor.results import Limits, ResultStore
from daytwo.executor.results.png import redrawn
from daytwo.wire.errors import Bug, Conflict, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.result import StepResult

RUN, SESSION = new_id("run"), new_id("session")
ARROW = b"ARROW1\x00\x00" + b"body" * 10 + b"ARROW1"


def png(width=3, height=2):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    image = zlib.compress((b"\x00" + b"abc" * width) * min(height, 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", image) + chunk(b"IEND", b"")


def table(**more):
    columns = [{"name": "region", "type": "text"}, {"name": "n", "type": "integer"}]
    return {
        "kind": "table",
        "name": "t1",
        "title": "T",
        "columns": columns,
        "row_count": 2,
        "rows": [["West", 3]],
    } | more


def chart(media_type="image/png", **more):
    return {"kind": "chart", "name": "c1", "title": None, "media_type": media_type} | more


PLOTLY = "application/vnd.plotly.v1+json"


def feed(writer, header, payload=b""):
    writer.begin(header, len(payload))
    for start in range(0, len(payload), 7):
        writer.chunk(payload[start : start + 7])
    writer.end()


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "home" / "executor.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path, database):
    return ResultStore(tmp_path / "results", database, "local")


@pytest.fixture
def writer(store):
    return store.begin(RUN, SESSION, 1, 1)


def test_what_a_program_shows_is_kept_and_read_back(store, writer):
    assert [
        kind for kind in ("say", "table", "chart", "dark_chart", "traceback", "variable", "end") if writer.accepts(kind)
    ] == [
        *("say", "table", "chart", "dark_chart", "traceback"),
    ]
    feed(writer, {"kind": "say", "text": "It grew.\x00\ud800"})
    feed(writer, table(), ARROW)
    feed(writer, chart(), png())
    feed(writer, chart(PLOTLY), b'{"data": [{"type": "bar", "y": [1]}]}')
    writer.finish("ok", b"printed", "warned", "standard", 12, ("f: an open file",))
    (step,) = store.read(RUN).steps
    assert (step.says, step.outcome, step.tier, step.wall_ms) == (("It grew.?",), "ok", "standard", 12)
    assert step.stdout == "printed\nwarned"
    assert step.unsaved == ("f: an open file",)
    assert step.tables[0].rows == (("West", 3),)
    assert [entry.file for entry in (*step.tables, *step.charts)] == ["t1.arrow", "c1.png", "c2.plotly.json"]
    assert store.artefact(RUN, 1, "t1.arrow").read_bytes() == ARROW
    for file in ("t1.arrow", "c1.png", "c2.plotly.json"):
        assert store.artefact(RUN, 1, file).stat().st_mode & 0o777 == 0o600
    assert store.folder(RUN).stat().st_mode & 0o777 == 0o700


def test_a_picture_for_dark_screens_belongs_to_the_chart_before_it(store, writer):
    feed(writer, {"kind": "dark_chart"}, png())
    feed(writer, chart(), png())
    feed(writer, {"kind": "dark_chart", "name": "../c1"}, png(5, 5))
    feed(writer, {"kind": "dark_chart"}, png(6, 6))
    feed(writer, chart(), png())
    feed(writer, {"kind": "dark_chart"}, b"<svg/>")
    feed(writer, chart(PLOTLY), b'{"data": []}')
    feed(writer, {"kind": "dark_chart"}, png())
    writer.finish("ok")
    (step,) = store.read(RUN).steps
    assert [(one.file, one.dark_file) for one in step.charts] == [
        ("c1.png", "c1.dark.png"),
        ("c2.png", None),
        ("c3.plotly.json", None),
    ]
    assert store.artefact(RUN, 1, "c1.dark.png").read_bytes() == redrawn(png(5, 5), 25)
    assert step.stdout.count("left out") == 2
    with pytest.raises(Missing):
        store.artefact(RUN, 1, "c2.dark.png")


def test_it_fits_the_channel_of_the_cell(store, writer):
    header = json.dumps(table()).encode()
    frame = len(header).to_bytes(4, "big") + header + len(ARROW).to_bytes(8, "big") + ARROW
    reader = FrameReader(writer)
    for byte in frame:
        reader.feed(bytes([byte]))
    assert writer.snapshot().tables[0].row_count == 2


def test_a_running_step_shows_as_far_as_it_has_come(store, writer):
    feed(writer, {"kind": "say", "text": "first"})
    (step,) = store.read(RUN).steps
    assert (step.outcome, step.says) == ("running", ("first",))
    feed(writer, chart(), png())
    assert store.artefact(RUN, 1, "c1.png").is_file()


def test_after_a_crash_an_unfinished_step_counts_for_nothing_and_is_replaced(store, writer, tmp_path, database):
    feed(writer, table(), ARROW)
    again = ResultStore(tmp_path / "results", database, "local")
    assert again.read(RUN).steps == ()
    with pytest.raises(Missing):
        again.artefact(RUN, 1, "t1.arrow")
    second = again.begin(RUN, SESSION, 1, 2)
    feed(second, {"kind": "say", "text": "again"})
    second.finish("ok")
    (step,) = again.read(RUN).steps
    assert (step.says, step.tables) == (("again",), ())
    assert [path.name for path in (again.folder(RUN) / "1").iterdir()] == ["step.json"]


def test_a_finished_execution_is_not_written_again_and_a_stale_one_does_not_win(store, writer):
    second = store.begin(RUN, SESSION, 1, 2)
    with pytest.raises(Bug):
        writer.finish("ok")
    second.finish("ok")
    for execution in (1, 2):
        with pytest.raises(Conflict):
            store.begin(RUN, SESSION, 1, execution)


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ({"kind": "say"}, b""),
        ({"kind": "say", "text": 3}, b""),
        (table(rows=[["West"]]), ARROW),
        (table(rows="West"), ARROW),
        (table(rows=[["a", 1]] * 1001), ARROW),
        (table(row_count=-1), ARROW),
        (table(columns=[{"name": 1, "type": "x"}]), ARROW),
        (table(), b"PAR1 no arrow"),
        (table(), b""),
        (chart("text/html"), b"<script>"),
        (chart("image/svg+xml"), b"<svg/>"),
        (chart(), b"<svg/>"),
        (chart(), b""),
        (chart(), png(100_000, 100_000)),
        (chart(), png(0, 5)),
        (chart(PLOTLY), b"not json"),
        (chart(PLOTLY), b"[" * 100_000),
        (chart(PLOTLY), b'{"data": {}}'),
        (chart(PLOTLY), b'{"data": [{"type": "choropleth"}]}'),
        (chart(PLOTLY), b'{"data": [{"type": "image"}]}'),
        (chart(PLOTLY), b'{"data": [], "frames": [{"data": [{"type": "scattermap"}]}]}'),
        (chart(PLOTLY), b'{"data": [{"a":' + b'{"a":' * 60 + b"1" + b"}" * 61 + b"]}"),
        ({"kind": "file", "path": "/etc/passwd"}, b"x"),
    ],
)
def test_a_bad_frame_is_dropped_with_a_note(store, writer, header, payload):
    feed(writer, header, payload)
    feed(writer, {"kind": "say", "text": "still here"})
    result = writer.finish("ok", "printed")
    assert (result.says, result.tables, result.charts) == (("still here",), (), ())
    assert result.stdout.startswith("printed\n[daytwo] ")
    assert [path.name for path in (store.folder(RUN) / "1").iterdir()] == ["step.json"]


def test_a_payload_that_breaks_off_leaves_nothing(store, writer):
    writer.begin(table(), 1000)
    writer.chunk(ARROW)
    result = writer.finish("killed")
    assert result.tables == ()
    assert "broke off" in result.stdout
    assert not (store.folder(RUN) / "1" / "t1.arrow").exists()


def test_nothing_is_without_limit(tmp_path, database):
    limits = Limits(
        says=2, say_bytes=4, tables=1, charts=1, table_bytes=100, files_bytes=150, previews_bytes=10, text_bytes=5
    )
    writer = ResultStore(tmp_path / "small", database, "local", limits).begin(RUN, SESSION, 1, 1)
    for text in ("äääää", "b", "c"):
        feed(writer, {"kind": "say", "text": text})
    feed(writer, table(), ARROW + b"x" * 100)
    feed(writer, table(), ARROW)
    feed(writer, table(), ARROW)
    feed(writer, chart(), png() + b"x" * 100)
    result = writer.finish("ok", "0123456789")
    assert result.says == ("ää…", "b")
    (kept,) = result.tables
    assert (kept.name, kept.rows, kept.row_count) == ("t1", (), 2)
    assert result.charts == ()
    assert result.stdout.startswith("01234…\n[daytwo] ")


def test_previews_become_plain_json(writer):
    rows = [["\x00a\x1b[31m", 2**60], [None, 1.5], [True, {"a": [1]}], ["x" * 20_000, float("nan")]]
    feed(writer, table(rows=rows), ARROW)
    result = writer.finish("ok")
    read = StepResult.model_validate_json(result.model_dump_json()).tables[0].rows
    assert read[:3] == (("a\x1b[31m", str(2**60)), (None, 1.5), (True, '{"a": [1]}'))
    assert len(read[3][0]) == 10_000


def test_a_plotly_figure_keeps_its_numbers_and_loses_its_addresses(store, writer):
    figure = {
        "data": [
            {
                "type": "scatter",
                "x": [1, float("nan")],
                "text": ["<b>bold</b><br>", '<a href="https://evil.example">x</a>', "1 < 2"],
                "marker": {"color": "red"},
                "hovertemplate": "%{x}<extra></extra>",
            }
        ],
        "layout": {
            "title": {"text": "T"},
            "images": [{"source": "https://evil.example/x.png"}],
            "mapbox": {"style": "https://evil.example/style"},
        },
        "config": {"plotlyServerURL": "https://evil.example"},
    }
    feed(writer, chart(PLOTLY), json.dumps(figure).encode())
    writer.finish("ok")
    kept = json.loads(store.artefact(RUN, 1, "c1.plotly.json").read_bytes())
    assert kept["layout"] == {"title": {"text": "T"}}
    assert set(kept) == {"data", "layout"}
    (trace,) = kept["data"]
    assert trace["x"] == [1, None]
    assert trace["hovertemplate"] == "%{x}<extra></extra>"
    assert trace["text"] == [
        "<b>bold</b><br>",
        '&lt;a href="https://evil.example">x&lt;/a>',
        "1 &lt; 2",
    ]


def test_an_error_without_a_traceback_shows_what_was_written_to_stderr(writer):
    assert writer.finish("error", "out", "Fatal Python error").traceback == "Fatal Python error"


def test_a_traceback_is_kept_for_the_person(writer):
    feed(writer, {"kind": "traceback", "text": "KeyError: 'x'"})
    result = writer.finish("error", "", "a warning")
    assert (result.traceback, result.stdout) == ("KeyError: 'x'", "a warning")


@pytest.mark.parametrize(
    "file", ["step.json", "../1/t1.arrow", "t1.arrow\n", "t01.arrow", "t2.arrow", "c1.svg", "", ".", "t1.arrow/"]
)
def test_only_names_that_the_store_gave_are_answered(store, writer, file):
    feed(writer, table(), ARROW)
    writer.finish("ok")
    with pytest.raises(Missing) as caught:
        store.artefact(RUN, 1, file)
    assert caught.value.code == "artefact_not_found"


@pytest.mark.parametrize("run", ["..", "run_x", "session_01m800000000000000000000aa", ""])
def test_only_ids_of_runs_are_looked_for(store, run):
    with pytest.raises(Missing):
        store.read(run)
    with pytest.raises(Missing):
        store.artefact(run, 1, "t1.arrow")


def test_a_run_that_has_not_come_here_yet_is_empty(store):
    assert store.read(new_id("run")).steps == ()
