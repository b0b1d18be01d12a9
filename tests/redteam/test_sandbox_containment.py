"""Hostile programs against the sandbox, as root and as an ordinary user: each attempt has to fail, and for a reason.

The programs are in `attempts/`, the ordeals in `bench/containment_set/`; `python -m bench.containment` prints them all
as a table.  The strong tier's run of the same is in `tests/system/`.
"""

import json
import platform
import subprocess
import sys

import pytest

from bench import containment
from bench.containment_set.host import host_digest
from bench.containment_set.ordeal import ORDEALS
from daytwo.executor.sandbox.testing import IDENTITIES, Identity, open_folder, trial_executor


@pytest.fixture(scope="module", params=IDENTITIES)
def hostility(request):
    with open_folder() as folder, trial_executor(request.param) as executor:
        yield containment.Hostility(executor, folder, "standard")


@pytest.fixture(scope="module")
def rows(hostility):
    """Every attempt, by program; the host's state is compared once all have been made."""
    before = host_digest(hostility.data)
    made = {name: hostility.probe(name) for name in containment.program_names()}
    assert host_digest(hostility.data) == before
    return made


@pytest.mark.parametrize("name", containment.program_names())
def test_no_attempt_of_a_program_works(rows, name):
    assert len(rows[name]) >= 20
    assert [row for row in rows[name] if not row.contained] == []


@pytest.mark.parametrize("ordeal", ORDEALS, ids=lambda ordeal: f"{ordeal.family}: {ordeal.name}".replace("/", " "))
def test_the_executor_gets_rid_of_it(hostility, ordeal):
    assert hostility.ordeal(ordeal).outcome == "contained"


def test_there_are_enough_attempts_over_enough_families(rows):
    every = [row for of_program in rows.values() for row in of_program]
    assert len(every) + len(ORDEALS) >= 900
    assert len({row.family for row in every} | {ordeal.family for ordeal in ORDEALS}) >= 40
    assert len({(row.family, row.attempt) for row in every}) == len(every)


def test_environment_holds_nothing_of_the_executors(hostility):
    result = hostility.run("import json, os; print(json.dumps(sorted(os.environ)))")
    assert set(json.loads(result.stdout)) == {
        *("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "HOME", "TMPDIR", "MPLBACKEND", "MPLCONFIGDIR"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "JE_ARROW_MALLOC_CONF", "PYTHONDONTWRITEBYTECODE"),
        *("PYTHONHASHSEED", "ARROW_DEFAULT_MEMORY_POOL"),
    }


def test_root_holds_only_what_was_put_there(hostility):
    found = set(hostility.run("import os; print(*os.listdir('/'))").stdout.split())
    system = {"usr", "lib", "lib32", "lib64", "libx32"}
    assert found - system == {
        *("data", "dev", "env", "etc", "opt", "proc", "py", "tmp", "workspace"),
        *("job", "state"),  # where a run's mounts may stand
    }


@pytest.mark.parametrize(
    ("program", "family", "attempts"),
    [
        ("network", "sockets", {"socket 1/1", "socket 2/1", "socket 2/2"}),
        ("host_files", "host files", {"look at /var", "look at /usr/bin"}),
        ("host_files", "kernel figures", {"look at /proc/sys", "look at /proc/version"}),
        ("quiet", "quiet channels", {"free blocks by path", "call inotify_init1", "figures of the machine: uptime"}),
    ],
)
def test_the_attempts_do_work_where_there_is_no_sandbox(program, family, attempts):
    """The control: the same program, run plainly, gets somewhere.  So the refusals above are the sandbox's."""
    harmless = containment.program(program, only_family=family)
    plain = subprocess.run([sys.executable, "-c", harmless], capture_output=True, check=True, timeout=60)
    worked = {tried["attempt"] for tried in json.loads(plain.stdout) if tried["outcome"] == "possible"}
    assert attempts <= worked


_MACHINE_CODE_X86 = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid of i386); int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print("survived")
"""
_X32_CALL = "import ctypes; ctypes.CDLL(None).syscall(0x40000000 | 39); print('survived')"
_FOREIGN = {"x86_64": [_MACHINE_CODE_X86, _X32_CALL], "aarch64": []}


@pytest.mark.parametrize(
    "source", _FOREIGN[platform.machine()], ids=["i386", "x32"][: len(_FOREIGN[platform.machine()])]
)
def test_foreign_architecture_is_killed(hostility, source):
    result = hostility.run(source)
    assert (result.ending, result.stdout) == ("killed", "")


def test_identities_include_an_ordinary_user():
    assert Identity.ORDINARY in IDENTITIES
