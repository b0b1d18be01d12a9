"""The tier `strong` over gVisor: what runs there, how it ends, and that hostile programs get nothing.

Needs root and Debian's `runsc` (`make test-system` installs it).  The programs and ordeals are those of the tier
`standard`; `bench/containment_set/gvisor.py` names what gVisor itself answers.
"""

import json
import os
from dataclasses import replace

import pytest

from bench import containment
from bench.containment_set.host import host_digest
from bench.containment_set.ordeal import ORDEALS
from daytwo.executor.sandbox import PROFILES
from daytwo.executor.sandbox.testing import Identity, Trial, open_folder, trial_executor

SMALL = PROFILES["small"]
MIB = 1 << 20
CHOSEN = {
    *("forks until refused", "a daemon with a session of its own", "burns time, ignoring every signal"),
    *("goes on after it was cancelled", "10 GB to standard output", "10 GB to the channel", "fills /workspace"),
    *("one process, at once", "shared by mapping", "duplicates", "empty files in /workspace"),
}
"""One ordeal for each kind of harm; `python -m bench.containment --tier strong` runs them all."""


@pytest.fixture(scope="module")
def executor():
    with trial_executor(Identity.ROOT) as executor:
        yield executor


def ended(source, executor, **changes):
    result = executor.run(Trial(source, **{"profile": SMALL, "tier": "strong"} | changes))
    assert result.error == "", result.message
    assert result.left_behind == []
    return result


def test_streams_channel_and_exit(executor):
    result = ended(
        "import os, sys\nos.write(3, b'frame')\nprint('out')\nprint('err', file=sys.stderr)\n"
        "print(sys.stdin.read() == '', os.getcwd(), __name__)\nraise SystemExit(7)",
        executor,
        padding_bytes=2 * MIB,
    )
    assert (result.ending, result.exit_code) == ("error", 7)
    assert (result.stdout, result.stderr, result.channel) == ("out\nTrue /workspace __main__\n", "err\n", b"frame")


@pytest.mark.parametrize(
    ("source", "ending"),
    [
        ("import os; os.kill(os.getpid(), 9)", "killed"),
        ("bytearray(5 << 30)", "memory"),
        ("held = []\nwhile True: held.append(b'x' * (64 << 20))", "memory"),
        ("raise ValueError('plain')", "error"),
    ],
)
def test_endings(executor, source, ending):
    assert ended(source, executor).ending == ending


def test_private_data_is_readable_and_read_only(executor):
    with open_folder() as folder:
        for name, owner in (("roots", 0), ("anothers", 12345)):
            (folder / name).write_text(name, "utf-8")
            (folder / name).chmod(0o600)
            os.chown(folder / name, owner, owner)
        result = ended(
            "for name in ('roots', 'anothers'):\n    print(open(f'/data/{name}').read())\n"
            "    try: open(f'/data/{name}', 'a')\n    except OSError as error: print(error.errno)",
            executor,
            mounts=tuple((str(folder / name), f"/data/{name}") for name in ("roots", "anothers")),
        )
    assert result.stdout == "roots\n30\nanothers\n30\n", result.stderr


def test_analysis_works(executor):
    source = (
        "import duckdb, pandas, numpy, subprocess, sys, multiprocessing\n"
        "frame = pandas.DataFrame({'a': numpy.arange(1000)})\n"
        "print(duckdb.sql('select sum(a)::int from frame').fetchall())\n"
        "print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout)\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(abs, (-3, -4)))"
    )
    result = ended(source, executor, profile=replace(PROFILES["medium"], wall_seconds=120))
    assert result.stdout == "[(499500,)]\nb'1\\n'\n[3, 4]\n", result.stderr


def test_nothing_of_the_host_is_seen(executor):
    source = (
        "import json, os\nprint(json.dumps([sorted(os.listdir('/dev')), os.listdir('/sys'), os.listdir('/proc/1'),"
        " os.uname().nodename, open('/proc/version').read()]))"
    )
    devices, system, first, name, version = json.loads(ended(source, executor).stdout)
    assert devices == ["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"]
    assert (system, first, name) == ([], [], "sandbox")
    assert os.uname().release not in version


@pytest.fixture(scope="module")
def hostility(executor):
    with open_folder() as folder:
        yield containment.Hostility(executor, folder, "strong")


@pytest.mark.parametrize("name", containment.program_names())
def test_no_attempt_of_a_program_works(hostility, name):
    before = host_digest(hostility.data)
    rows = hostility.probe(name)
    assert len(rows) >= 20
    assert [row for row in rows if not row.contained] == []
    assert host_digest(hostility.data) == before


@pytest.mark.parametrize(
    "ordeal", [ordeal for ordeal in ORDEALS if ordeal.name in CHOSEN], ids=lambda ordeal: ordeal.name
)
def test_the_executor_gets_rid_of_it(hostility, ordeal):
    assert hostility.ordeal(ordeal).outcome == "contained"


def test_an_ordinary_user_is_refused_never_lowered():
    with trial_executor(Identity.ORDINARY) as executor:
        result = executor.run(Trial("print('ran')", tier="strong"))
    assert (result.error, result.stdout) == ("tier_unavailable", "")
