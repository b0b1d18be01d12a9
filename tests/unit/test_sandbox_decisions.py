"""The sandbox's pure decisions: profiles, mounts, environment variables, endings, and what to do when refused."""

import errno
import json

import pytest

from daytwo.executor.sandbox import PROFILES, Ending, Kind, Mount, SandboxRequest, find_profile
from daytwo.executor.sandbox.pipes import CutStream
from daytwo.executor.sandbox.plan import check_targets, limits_of, thread_variables
from daytwo.executor.sandbox.status import Status, ending_of
from daytwo.executor.sandbox.unavailable import SandboxUnavailable, refusal, tier_unavailable
from daytwo.wire.errors import Bug, Missing, Unavailable

SMALL = PROFILES["small"]
OWNER = {"org_id": "local", "kind": Kind.REAL}


def request(*targets, tmp_path):
    return SandboxRequest("cell.script", b"{}", SMALL, **OWNER, mounts=tuple(Mount(tmp_path, t) for t in targets))


def test_profiles_are_the_documented_ones():
    figures = {name: (p.cpus, p.memory_bytes >> 30, p.wall_seconds) for name, p in PROFILES.items()}
    assert figures == {"small": (1, 1, 60), "medium": (2, 4, 600), "large": (4, 16, 3600), "gpu": (4, 16, 3600)}
    assert find_profile("medium") is PROFILES["medium"]


def test_unknown_and_unavailable_profiles():
    with pytest.raises(Missing, match="small, medium, large") as unknown:
        find_profile("huge")
    with pytest.raises(Unavailable) as gpu:
        find_profile("gpu")
    assert (unknown.value.code, gpu.value.code) == ("unknown_profile", "profile_unavailable")


@pytest.mark.parametrize("targets", [["/data"], ["/data/a", "/data/b"], ["/state/x/y", "/job", "/data/a.csv"]])
def test_targets_that_may_be(targets, tmp_path):
    check_targets(request(*targets, tmp_path=tmp_path))


@pytest.mark.parametrize(
    "targets",
    [
        *(["/"], ["/py"], ["/env/x"], ["/proc/x"], ["/tmp/x"], ["data/x"], ["/data/../py"], ["/data/"], ["//data/x"]),
        *(["/data/\0"], ["/database"], ["/data", "/data/x"], ["/data/x", "/data/x"], [""]),
    ],
)
def test_targets_that_may_not_be(targets, tmp_path):
    with pytest.raises(Bug) as error:
        check_targets(request(*targets, tmp_path=tmp_path))
    assert error.value.code == "bad_mount"


def test_threads_follow_the_profile():
    assert thread_variables(PROFILES["large"])["OMP_NUM_THREADS"] == "4"
    assert limits_of(PROFILES["large"])["cpu_seconds"] > 4 * 3600


def told(*events):
    status = Status()
    text = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    for place in range(len(text)):  # however the pipe cuts it
        status.take(text[place : place + 1])
    return status


def ended(exit_code=None, signal=None, *, oom=False):
    return told(
        {"event": "started"},
        {"event": "ended", "exit": exit_code, "signal": signal},
        {"event": "usage", "peak_rss_bytes": 1, "oom": oom},
    )


@pytest.mark.parametrize(
    ("status", "stopped", "ending"),
    [
        (ended(0), None, Ending.OK),
        (ended(86), None, Ending.MEMORY),
        (ended(1), None, Ending.ERROR),
        (ended(signal=9), None, Ending.KILLED),
        (ended(signal=9, oom=True), None, Ending.MEMORY),
        (ended(signal=24), None, Ending.TIMEOUT),
        (ended(0), Ending.TIMEOUT, Ending.TIMEOUT),
        (ended(0), Ending.KILLED, Ending.KILLED),
        (told({"event": "started"}), Ending.KILLED, Ending.KILLED),
        (told({"event": "started"}), None, Ending.KILLED),
    ],
)
def test_endings(status, stopped, ending):
    assert ending_of(status, stopped=stopped) is ending


def test_the_first_failure_is_the_one_that_counts():
    first = {"event": "refused", "code": "sandbox_unavailable", "step": "user namespace", "errno": 1, "detail": ""}
    second = first | {"step": "another"}
    failure = told(first, second).failure
    assert isinstance(failure, SandboxUnavailable)
    assert "user namespace" in failure.message


@pytest.mark.parametrize("text", [b"not json\n", b"{}\n", b"[]\n", b"x" * 100_000])
def test_a_garbled_report_is_a_refusal(text):
    status = Status()
    status.take(text)
    assert isinstance(status.failure, SandboxUnavailable)


def test_refusals_say_what_mends_them():
    assert "Linux 5.12" in refusal("sandbox_unavailable", "open /usr", errno.ENOSYS).message
    assert "SYS_ADMIN" in refusal("sandbox_unavailable", "root without CAP_SYS_ADMIN", 0).message
    assert "systempaths" in refusal("sandbox_unavailable", "mount proc", errno.EPERM).message
    assert "chmod" in refusal("data_unreadable", "/data/x", errno.EACCES).message
    assert tier_unavailable("it needs runsc").code == "tier_unavailable"


def test_a_cut_stream_keeps_the_beginning():
    stream = CutStream(5)
    for piece in (b"abc", b"def", b"ghi"):
        stream.take(piece)
    assert stream.bytes() == b"abcde"
