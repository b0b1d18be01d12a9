"""Hostile programs against the sandbox, as root and as an ordinary user: each attempt has to fail, and for a reason."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from daytwo.executor.sandbox.launcher import syscalls
from daytwo.executor.sandbox.testing import IDENTITIES, Identity, Trial, open_folder, trial_executor

_ATTEMPTS = Path(__file__).with_name("sandbox_attempts.py").read_text("utf-8")
_SOURCE = f"SYSCALLS = {syscalls.numbers(platform.machine())!r}\n{_ATTEMPTS}"
_NO_REFUSAL = {"possible", "NameError", "TypeError", "AttributeError", "SyntaxError", "KeyError"}
_REFUSED_CALLS = {name for group in syscalls.REFUSED_GROUPS.values() for name in group.split()}


@pytest.fixture(scope="module", params=IDENTITIES)
def report(request):
    """What came of all attempts under one identity."""
    with open_folder() as folder, trial_executor(request.param) as executor:
        table = folder / "table.csv"
        table.write_text("a,b\n1,2\n", "utf-8")
        table.chmod(0o644)
        before = table.stat()
        result = executor.run(Trial(_SOURCE, mounts=((str(table), "/data/table.csv"),)))
        assert result.ending == "ok", result
        assert table.stat() == before
        assert table.read_text("utf-8") == "a,b\n1,2\n"
        return json.loads(result.stdout)


def test_no_attempt_works(report):
    outcomes = report["outcomes"]
    assert len(outcomes) > 280
    assert {name: outcome for name, outcome in outcomes.items() if outcome in _NO_REFUSAL} == {}


def test_the_filter_is_what_refuses(report):
    """A call that fails for its arguments' sake would prove nothing: the filter answers EPERM before they are read."""
    outcomes = report["outcomes"]
    here = set(syscalls.numbers(platform.machine()))
    asked = _REFUSED_CALLS & here & set(outcomes)
    assert len(asked) > 50
    assert {name: outcomes[name] for name in asked if outcomes[name] != "EPERM"} == {}
    assert outcomes["clone3"] == outcomes["a call from the future"] == "ENOSYS"


@pytest.mark.parametrize("family", range(1, 46))
def test_no_socket_of_any_family(report, family):
    assert {report["outcomes"][f"socket {family}/{kind}"] for kind in (1, 2, 3)} == {"EPERM"}


@pytest.mark.parametrize("kind", ["mnt", "cgroup", "uts", "ipc", "user", "pid", "net"])
def test_no_further_namespace(report, kind):
    assert {report["outcomes"][f"{verb} {kind}"] for verb in ("unshare", "clone", "enter")} == {"EPERM"}


def test_nothing_but_scratch_can_be_written(report):
    written = {name: outcome for name, outcome in report["outcomes"].items() if name.startswith("write ")}
    assert len(written) >= 15
    assert set(written.values()) <= {"EROFS", "EACCES", "EPERM", "ENOENT", "ETXTBSY"}


def test_environment_holds_nothing_of_the_executors(report):
    assert set(report["environment"]) == {
        *("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "HOME", "TMPDIR", "MPLBACKEND", "MPLCONFIGDIR"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "JE_ARROW_MALLOC_CONF", "PYTHONDONTWRITEBYTECODE"),
        "PYTHONHASHSEED",
    }


def test_root_holds_only_what_was_put_there(report):
    system = {"usr", "lib", "lib32", "lib64", "libx32"}
    assert set(report["root"]) - system == {"data", "dev", "env", "etc", "opt", "proc", "py", "tmp", "workspace"}


def test_the_attempts_do_work_where_there_is_no_sandbox():
    """The control: the same program, run plainly, gets somewhere.  So the refusals above are the sandbox's."""
    harmless = _SOURCE.partition("# -- other processes")[0].replace('"/data/table.csv"', '"/nowhere/table.csv"')
    harmless = harmless.partition('for path in ("/", "/py"')[0]
    program = f"{harmless}\nsys.stdout.write(json.dumps(OUTCOMES))"
    plain = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    outcomes = json.loads(plain.stdout)
    for name in ("socket 1/1", "socket 2/1", "socket 2/2", "look at /var", "look at /proc/sys", "look at /usr/bin"):
        assert outcomes[name] == "possible", name


_MACHINE_CODE_X86 = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid of i386); int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print("survived")
"""
_X32_CALL = "import ctypes; ctypes.CDLL(None).syscall(0x40000000 | 39); print('survived')"
_FOREIGN = {"x86_64": [_MACHINE_CODE_X86, _X32_CALL], "aarch64": []}


@pytest.mark.parametrize("source", _FOREIGN[platform.machine()])
@pytest.mark.parametrize("identity", IDENTITIES)
def test_foreign_architecture_is_killed(identity, source):
    with trial_executor(identity) as executor:
        result = executor.run(Trial(source))
    assert (result.ending, result.stdout) == ("killed", "")


def test_identities_include_an_ordinary_user():
    assert Identity.ORDINARY in IDENTITIES
