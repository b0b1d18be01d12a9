"""Executions end to end, as root and as an ordinary user: streams, endings, limits, and nothing left behind."""

import os
import select
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from daytwo.executor.sandbox import PROFILES
from daytwo.executor.sandbox.testing import IDENTITIES, Identity, Trial, open_folder, trial_executor

SMALL = PROFILES["small"]
MIB = 1 << 20


@pytest.fixture(scope="module", params=IDENTITIES)
def executor(request):
    with trial_executor(request.param) as executor:
        yield executor


def ended(source, executor, profile=SMALL, **changes):
    result = executor.run(Trial(source, profile=profile, **changes))
    assert result.error == "", result.message
    assert result.left_behind == []
    return result


def test_streams_channel_and_exit(executor):
    result = ended(
        "import os, sys\nos.write(3, b'frame')\nprint('out')\nprint('err', file=sys.stderr)\n"
        "print(sys.stdin.read() == '', os.getcwd(), __name__)",
        executor,
    )
    assert (result.ending, result.exit_code) == ("ok", 0)
    assert result.stdout == "out\nTrue /workspace __main__\n"
    assert (result.stderr, result.channel) == ("err\n", b"frame")
    assert 0 < result.wall_ms < 30_000
    assert MIB < result.peak_rss_bytes < 200 * MIB


@pytest.mark.parametrize(
    ("source", "ending", "exit_code"),
    [
        ("raise SystemExit(7)", "error", 7),
        ("raise ValueError('plain')", "error", 1),
        ("def f(:", "error", 1),
        ("import os; os._exit(86)", "memory", 86),
        ("import os; os.kill(os.getpid(), 9)", "killed", None),
        ("import os; os.kill(os.getpid(), 11)", "killed", None),
        ("import sys; sys.exit('in words')", "error", 1),
    ],
)
def test_endings(executor, source, ending, exit_code):
    result = ended(source, executor)
    assert (result.ending, result.exit_code) == (ending, exit_code)


def test_what_is_meant_for_a_programs_end_happens(executor):
    result = ended(
        "import atexit, logging.handlers, sys\n"
        "held = logging.handlers.MemoryHandler(99, flushLevel=99, target=logging.StreamHandler(sys.stdout))\n"
        "logging.getLogger().addHandler(held)\n"
        "logging.error('flushed')\n"
        "atexit.register(print, 'bye')\n",
        executor,
    )
    assert (result.ending, result.stdout) == ("ok", "bye\nflushed\n")


def test_a_program_knows_its_own_main_thread(executor):
    source = "import threading\nprint(threading.main_thread().native_id == threading.get_native_id())"
    assert ended(source, executor).stdout == "True\n"


def test_traceback_is_the_scripts_own(executor):
    result = ended("x = 1\nraise KeyError('gone')", executor)
    assert result.stderr == (
        'Traceback (most recent call last):\n  File "<script>", line 2, in <module>\n'
        "    raise KeyError('gone')\nKeyError: 'gone'\n"
    )


def test_a_job_larger_than_a_pipe_arrives_whole_and_unread_ones_do_no_harm(executor):
    assert ended("print('read')", executor, padding_bytes=3 * MIB).stdout == "read\n"


def test_big_libraries_import_and_work_in_the_small_profile(executor):
    result = ended(
        "import numpy, pandas, pyarrow, duckdb, matplotlib.pyplot as plt, polars\n"
        "frame = pandas.DataFrame({'a': numpy.arange(1000)})\n"
        "print(duckdb.sql('select sum(a)::int from frame').fetchall()[0][0])\n"
        "print(pyarrow.Table.from_pandas(frame).num_rows, polars.from_pandas(frame)['a'].max())\n"
        "plt.plot(frame.a); plt.savefig('/tmp/plot.png')\n"
        "print(pandas.Timestamp('2024-07-01', tz='Europe/Berlin').utcoffset())",
        executor,
    )
    assert (result.ending, result.stdout) == ("ok", "499500\n1000 999\n2:00:00\n"), result.stderr


def test_worker_processes_work(executor):
    result = ended(
        "import joblib, multiprocessing\n"
        "print(joblib.Parallel(2)(joblib.delayed(abs)(x) for x in (-1, -2)))\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(abs, (-3, -4)))",
        executor,
    )
    assert (result.ending, result.stdout) == ("ok", "[1, 2]\n[3, 4]\n"), result.stderr


_DRAWS = "import random, numpy; print(random.random(), numpy.random.rand(), numpy.random.default_rng().random())"


def test_real_runs_share_no_random_numbers(executor):
    draws = [ended(_DRAWS, executor).stdout.split() for _ in range(2)]
    assert all(one != other for one, other in zip(*draws, strict=True))


def test_rehearsals_draw_what_the_model_could_know(executor):
    draws = [ended(_DRAWS, executor, kind="rehearsal").stdout.split()[:2] for _ in range(2)]
    assert draws[0] == draws[1]


def test_a_program_finds_no_descriptor_but_its_own(executor):
    source = (
        "import os\nnumbers = sorted(map(int, os.listdir('/proc/self/fd')))\n"
        "print([number for number in numbers if os.path.exists(f'/proc/self/fd/{number}')])"
    )
    assert ended(source, executor).stdout == "[0, 1, 2, 3]\n"


def test_what_one_run_leaves_the_next_does_not_find(executor):
    leave = (
        "import os, sys, builtins, numpy\nbuiltins.left = numpy.left = 1\nos.environ['LEFT'] = '1'\n"
        "for folder in ('/tmp', '/workspace', '/dev/shm'): open(f'{folder}/left', 'w').close()\nprint('done')"
    )
    look = (
        "import os, builtins, numpy\nprint([hasattr(builtins, 'left'), hasattr(numpy, 'left'), 'LEFT' in os.environ]"
        " + [os.listdir(folder) for folder in ('/tmp', '/workspace', '/dev/shm', '/data', '/state')])"
    )
    assert ended(leave, executor).stdout == "done\n"
    assert ended(look, executor).stdout == "[False, False, False, [], [], [], [], []]\n"


# -- data ------------------------------------------------------------------------------------------------------------


def test_private_data_is_readable_and_read_only(executor):
    with open_folder() as folder:
        table, directory = folder / "table.csv", folder / "private"
        table.write_text("a\n1\n", "utf-8")
        directory.mkdir(mode=0o700)
        (directory / "part").write_text("whole", "utf-8")
        for path in (table, directory / "part"):
            path.chmod(0o600)
        if executor.identity is Identity.ORDINARY and os.geteuid() == 0:
            for path in (table, directory, directory / "part"):
                os.chown(path, 64200, 64200)
        result = ended(
            "import os\nprint(open('/data/a/table.csv').read().split(), open('/data/folder/part').read())\n"
            "for path in ('/data/a/table.csv', '/data/folder/part', '/data/folder/new'):\n"
            "    try: open(path, 'a')\n"
            "    except OSError as error: print(error.strerror)",
            executor,
            mounts=((str(table), "/data/a/table.csv"), (str(directory), "/data/folder")),
        )
    assert result.stdout == "['a', '1'] whole\n" + 3 * "Read-only file system\n", result.stderr


def test_data_of_another_user_is_refused_with_what_mends_it(executor):
    with open_folder() as folder:
        directory = folder / "mixed"
        directory.mkdir()
        directory.chmod(0o755)
        other = directory / "theirs"
        other.touch()
        if os.geteuid() == 0:
            os.chown(other, 12345, 12345)
        other.chmod(0o600 if os.geteuid() == 0 else 0o000)
        result = executor.run(Trial("print('ran')", mounts=((str(directory), "/data/mixed"),)))
    assert (result.error, result.stdout) == ("data_unreadable", "")
    assert "chmod -R a+rX" in result.message
    assert "/data/mixed/theirs" in result.message


def test_missing_data_is_refused(executor):
    result = executor.run(Trial("print('ran')", mounts=(("/nowhere/at/all", "/data/x"),)))
    assert (result.error, result.message) == (
        "data_unreadable",
        "There is no file or directory at `/nowhere/at/all`.",
    )


def test_a_pipe_is_no_data(executor):
    with open_folder() as folder:
        os.mkfifo(folder / "pipe", 0o666)
        result = executor.run(Trial("print('ran')", mounts=((str(folder / "pipe"), "/data/x"),)))
    assert result.error == "data_unreadable"


@pytest.mark.parametrize("target", ["/py/lib", "/data/../py", "relative", "/data//x", "/opt/daytwo/cell/x"])
def test_mounts_stand_only_where_they_may(executor, target):
    assert executor.run(Trial("print('ran')", mounts=(("/etc", target),))).error == "bad_mount"


# -- time and cancellation -------------------------------------------------------------------------------------------

_STUBBORN = """
import os, signal
for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_IGN)
os.write(3, b'ready')
while True:
    pass
"""
_DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.close(0)
    while True:
        time.sleep(1000)
os.wait()
print('parent ends')
"""


def test_timeout_while_ignoring_every_signal(executor):
    result = ended(_STUBBORN, executor, profile=replace(SMALL, wall_seconds=0.5))
    assert (result.ending, result.exit_code) == ("timeout", None)
    assert 500 <= result.wall_ms < 1_500
    assert result.peak_rss_bytes > MIB


def test_cancel_reaches_a_running_program_within_a_second(executor):
    result = ended(_STUBBORN, executor, cancel_on_output=True)
    assert (result.ending, result.channel) == ("killed", b"ready")
    assert 0 < result.cancel_seconds < 1


def test_a_daemon_does_not_outlive_its_program(executor):
    result = ended(_DAEMON, executor)
    assert (result.ending, result.stdout) == ("ok", "parent ends\n")
    assert result.wall_ms < 5_000


def test_kill_of_the_executor_leaves_no_process(executor):
    trial = Trial(_DAEMON.replace("print('parent ends')", _STUBBORN), announce_output=True)
    with trial_executor(executor.identity) as doomed:
        doomed.start(trial)
        assert doomed.line() == "output\n"
        watched = [os.pidfd_open(pid) for pid in descendants(doomed.process.pid)]
        assert len(watched) >= 6  # keeper, warden, zygote, init, program, daemon
        doomed.process.kill()
        deadline = time.monotonic() + 5
        for pidfd in watched:
            poll = select.poll()
            poll.register(pidfd, select.POLLIN)
            assert poll.poll(max(0, deadline - time.monotonic()) * 1000), "a process of the sandbox is still there"
            os.close(pidfd)


def test_kill_of_the_keeper_ends_the_sandbox(executor):
    executor.start(Trial(_STUBBORN, announce_output=True))
    assert executor.line() == "output\n"
    os.kill(descendants(executor.process.pid)[0], signal.SIGKILL)
    result = executor.result()
    assert (result.ending, result.left_behind) == ("killed", [])


def test_kill_of_the_nurse_costs_one_run(executor):
    assert ended("print('before')", executor).stdout == "before\n"
    killed = nurses(executor.process.pid)  # of earlier tests' keepers, too
    for nurse in killed:
        os.kill(nurse, signal.SIGKILL)
    outcomes = [executor.run(Trial("print('after')")) for _ in range(3)]
    assert sorted(outcome.error for outcome in outcomes) == ["", "", "sandbox_unavailable"]
    assert outcomes[2].stdout == "after\n"
    assert set(nurses(executor.process.pid)) - set(killed)


def nurses(pid):
    """A zygote's child that has children of its own: the inits.  Programs here have none yet."""
    inside = [process for process in descendants(pid) if children(process)]
    return [process for process in inside if len(list(ancestry(process, pid))) == 3]


def children(pid):
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()))


def ancestry(pid, end):
    """Its parents, up to one."""
    while (pid := int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])) != end:
        yield pid


def descendants(pid):
    found = [pid]
    for process in found:
        found += children(process)
    return found[1:]


# -- floods ----------------------------------------------------------------------------------------------------------


def test_streams_are_cut_and_drained(executor):
    profile = replace(SMALL, stream_bytes=1000)
    result = ended(
        "import sys\nfor _ in range(64): sys.stdout.write('o' * 65536); sys.stderr.write('e' * 65536)\n",
        executor,
        profile=profile,
    )
    assert (result.ending, result.stdout, result.stderr) == ("ok", "o" * 1000, "e" * 1000)


def test_a_channel_that_floods_is_ended(executor):
    profile = replace(SMALL, output_bytes=1 * MIB)
    result = ended("import os\nwhile True: os.write(3, bytes(65536))", executor, profile=profile)
    assert result.ending == "killed"
    assert len(result.channel) <= 1 * MIB


def test_a_sink_that_raises_ends_the_execution(executor):
    result = ended("import os\nos.write(3, b'bad')\nwhile True: pass", executor, fail_on_output=True)
    assert (result.ending, result.channel) == ("killed", b"bad")


def test_memory_of_one_process(executor):
    result = ended("bytearray(3 << 30)", executor)
    assert (result.ending, result.exit_code) == ("memory", 86)
    assert "MemoryError" in result.stderr


@pytest.mark.parametrize(
    "hoard",
    [
        "held = [mmap.mmap(-1, 40 << 20) for _ in range(4)]\nfor m in held: m.write(bytes(40 << 20))",
        "for _ in range(4):\n    if os.fork() == 0:\n        held = b'x' * (40 << 20)\n        time.sleep(1000)",
    ],
    ids=["shared memory", "many processes"],
)
def test_memory_of_the_whole_sandbox(executor, hoard):
    profile = replace(SMALL, memory_bytes=128 * MIB, wall_seconds=30)
    result = ended(f"import mmap, os, time\n{hoard}\ntime.sleep(1000)", executor, profile=profile)
    assert result.ending == "memory"


def test_memory_shared_by_fork_counts_once(executor):
    profile = replace(SMALL, memory_bytes=128 * MIB)
    source = (
        "import os, time\nheld = b'x' * (60 << 20)\nchildren = [os.fork() for _ in range(1)]\n"
        "if 0 in children: time.sleep(0.7); os._exit(0)\nos.wait(); print('done')"
    )
    assert ended(source, executor, profile=profile).stdout == "done\n"


def test_fork_bomb_stops_at_the_profiles_processes(executor):
    source = (
        "import os, signal\nmade = 0\ntry:\n    while made < 500:\n"
        "        if os.fork() == 0: signal.pause()\n        made += 1\n"
        "except OSError as error: print(made, error.errno)"
    )
    made, number = map(int, ended(source, executor, profile=replace(SMALL, processes=20)).stdout.split())
    assert (made, number) == (19, 11)


def test_threads_count_as_processes(executor):
    source = (
        "import threading\nmade = 0\nstop = threading.Event()\ntry:\n    while made < 500:\n"
        "        threading.Thread(target=stop.wait).start(); made += 1\nexcept RuntimeError: print(made)\nstop.set()"
    )
    assert ended(source, executor, profile=replace(SMALL, processes=20)).stdout == "19\n"


@pytest.mark.parametrize("folder", ["/tmp", "/workspace", "/dev/shm"])
def test_disk_fill_stops_at_the_profiles_disk(executor, folder):
    profile = replace(SMALL, disk_bytes=4 * MIB)
    source = (
        f"made = 0\ntry:\n    for n in range(100):\n        with open(f'{folder}/{{n}}', 'wb') as file:\n"
        "            made += file.write(bytes(1 << 20))\n            file.flush()\n"
        "except OSError as error: print(made >> 20, error.errno)"
    )
    assert ended(source, executor, profile=profile).stdout in {"4 28\n", "5 28\n"}


def test_inode_fill_stops(executor):
    source = (
        "n = 0\ntry:\n    while n < 100_000:\n        open(f'/tmp/{n}', 'w').close(); n += 1\n"
        "except OSError as error: print(error.errno, n < 40_000)"
    )
    assert ended(source, executor).stdout == "28 True\n"


def test_one_file_is_no_larger_than_the_disk(executor):
    source = "file = open('/tmp/f', 'wb')\ntry: file.truncate(1 << 40)\nexcept OSError as error: print(error.errno)"
    assert ended(source, executor).stdout == "27\n"


def test_open_files_stop(executor):
    source = (
        "import os\nn = 0\ntry:\n    while n < 5000: os.dup(1); n += 1\nexcept OSError as error: print(error.errno)"
    )
    assert ended(source, executor).stdout == "24\n"


def test_cpus_are_the_profiles(executor):
    source = "import os; print(len(os.sched_getaffinity(0)))"
    assert ended(source, executor).stdout == "1\n"
