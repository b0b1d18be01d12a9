"""Where a machine cannot isolate, nothing runs; and the checks of `doctor` find out by trying."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from daytwo.executor.environments import default_environment, environment_at
from daytwo.executor.sandbox import COLD, PROFILES, Cancel, Kind, Sandboxes, SandboxRequest, SandboxUnavailable, Tier
from daytwo.executor.sandbox.testing import Identity, Trial, trial_executor
from daytwo.wire.errors import Unavailable

HIDE_LANDLOCK = Path(__file__).with_name("hidden_landlock.py")
CELL = Path(__file__).parents[2] / "src" / "daytwo" / "executor" / "cell"


def asked(job):
    return SandboxRequest("cell.script", job, PROFILES["small"], org_id="local", kind=Kind.REAL)


def test_without_user_namespaces_nothing_runs_and_the_mend_is_named():
    with trial_executor(Identity.BARRED) as executor:
        result = executor.run(Trial("print('ran')"))
    assert (result.error, result.stdout, result.left_behind) == ("sandbox_unavailable", "", [])
    assert "user namespace" in result.message
    assert "sysctl user.max_user_namespaces" in result.message


def without_landlock(home, *words, **variables):
    """`daytwo` as on a kernel without Landlock."""
    return subprocess.run(
        [sys.executable, str(HIDE_LANDLOCK), sys.executable, "-m", "daytwo.cli.main", *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"DAYTWO_HOME": str(home)} | variables,
    )


def test_without_landlock_nothing_runs_unless_that_is_accepted(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("print('ran')", "utf-8")
    refused = without_landlock(tmp_path / "home", "sandbox", "run", str(program))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "error[sandbox_unavailable]" in refused.stderr
    assert "landlock" in refused.stderr
    assert "without_landlock = true" in refused.stderr.replace("\n", " ")
    accepted = without_landlock(tmp_path / "home", "sandbox", "run", str(program), DAYTWO_WITHOUT_LANDLOCK="true")
    assert (accepted.returncode, accepted.stdout) == (0, "ran\n")


def test_doctor_tells_that_landlock_is_missing(tmp_path):
    checked = without_landlock(tmp_path / "home", "doctor", "--json")
    checks = {check["name"]: check for check in json.loads(checked.stdout)["checks"]}
    assert checked.returncode == 1
    assert (checks["sandbox"]["ok"], "lsm=" in checks["sandbox"]["mend"]) == (False, True)


def test_an_interpreter_that_does_not_start_is_no_failure_of_the_program(tmp_path):
    real = default_environment()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(real.base_python)
    empty = tmp_path / "prefix"
    (empty / "bin").mkdir(parents=True)
    python = empty / "bin" / "python3"
    python.write_text(f'#!/bin/sh\nexec {real.base_python} "$@"\n', "utf-8")
    python.chmod(0o755)
    broken = environment_at(
        "broken", python=python, base_python=python, base_prefix=empty, site_packages=real.site_packages
    )
    with pytest.raises(SandboxUnavailable):
        anyio.run(run_with, Sandboxes(broken, CELL))


def test_a_missing_interpreter_is_refused(tmp_path):
    real = default_environment()
    nowhere = tmp_path / "python3"
    missing = environment_at(
        "missing", python=nowhere, base_python=nowhere, base_prefix=tmp_path, site_packages=real.site_packages
    )
    with pytest.raises(SandboxUnavailable, match="keeper did not start"):
        anyio.run(run_with, Sandboxes(missing, CELL))


async def run_with(backend):
    await backend.run(asked(b'{"source": ""}'), lambda _: None, Cancel())


def test_doctor_checks_pass_here():
    sandboxes = Sandboxes(default_environment(), CELL, COLD)
    checks = {check.name: check for check in sandboxes.check()}
    sandboxes.close()
    assert checks.keys() == {"sandbox", "landlock", "hostile self-test"}
    assert [check for check in checks.values() if not check.ok] == []
    assert checks["hostile self-test"].detail == "25 attempts, all refused"


def test_doctor_says_so_where_the_sandbox_does_not_work(tmp_path):
    nowhere = tmp_path / "python3"
    broken = environment_at(
        "missing", python=nowhere, base_python=nowhere, base_prefix=tmp_path, site_packages=tmp_path
    )
    (check,) = Sandboxes(broken, CELL).check()
    assert (check.name, check.ok, check.detail) == ("sandbox", False, "sandbox_unavailable")
    assert check.mend


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(child) for child in children] + [pid for child in children for pid in descendants(int(child))]


def test_cancelling_the_run_itself_ends_the_sandbox():
    before = set(descendants(os.getpid()))
    backend = Sandboxes(default_environment(), CELL, COLD)

    async def main():
        reached = anyio.Event()
        job = b'{"source": "import os\\nos.write(3, b\'x\')\\nwhile True: pass"}'
        async with anyio.create_task_group() as group:
            request = asked(job)
            group.start_soon(backend.run, request, lambda _: reached.set(), Cancel())
            await reached.wait()
            group.cancel_scope.cancel()
            return time.monotonic()

    cancelled_seconds = anyio.run(main)
    assert 0 <= time.monotonic() - cancelled_seconds < 2
    assert len(set(descendants(os.getpid())) - before) == 5  # keeper, warden, zygote, nurse, an init
    backend.close()
    assert set(descendants(os.getpid())) <= before


def test_runs_at_the_same_time_do_not_meet():
    async def main():
        backend = Sandboxes(default_environment(), CELL)
        outputs = {}

        async def one(name):
            source = f"import os; os.write(3, b'{name}'); print(os.listdir('/proc').count('3'))"
            job = json.dumps({"source": source}).encode()
            received = bytearray()
            result = await backend.run(asked(job), received.extend, Cancel())
            outputs[name] = (bytes(received).decode(), result.stdout)

        async with anyio.create_task_group() as group:
            for name in "abcd":
                group.start_soon(one, name)
        backend.close()
        return outputs

    assert anyio.run(main) == {name: (name, b"0\n") for name in "abcd"}


def test_strong_without_runsc_is_refused_with_what_to_install_never_lowered(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    sandboxes = Sandboxes(default_environment(), CELL, COLD, least=Tier.STRONG)
    request = SandboxRequest("cell.script", b'{"source": ""}', PROFILES["small"], org_id="local", kind=Kind.REAL)
    with pytest.raises(Unavailable, match="apt-get install runsc") as refused:
        anyio.run(sandboxes.run, request, lambda _: None, Cancel())
    assert refused.value.code == "tier_unavailable"
    with pytest.raises(SandboxUnavailable):
        sandboxes.require()
