"""A backup taken while both planes work, and a home made of it that goes on where the backup stood."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.sdk.events import follow
from tests.faults.planes import LIMIT_SECONDS, Planes, planes_in_a_home


def daytwo(*words, home):
    command = [sys.executable, "-m", "daytwo.cli.main", *map(str, words), "--json", "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS * 2, check=False)


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """A backup, and the session and run that were under way when it was taken."""
    folder = tmp_path_factory.mktemp("backup") / "taken"
    with planes_in_a_home() as planes:
        session = planes.client.create_session(()).session
        done = list(follow(planes.client.control, planes.ask(session, "x = 11")))
        assert done[-1].kind == "run.succeeded"
        run = planes.ask(session, "import time\ny = x + 1\ntime.sleep(2)", "say(str(x * y))")
        made = daytwo("backup", folder, home=planes.home)
        assert (made.returncode, made.stderr) == (0, "")
        assert list(follow(planes.client.control, run))[-1].kind == "run.succeeded"
    return folder, run


def test_a_restored_home_goes_on_where_the_backup_stood(taken):
    folder, run = taken
    home = Path(os.path.realpath(folder.parent)) / "restored"
    restored = daytwo("restore", folder, home=home)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert json.loads(restored.stdout)["ok"]
    planes = Planes(home)
    try:
        assert list(follow(planes.client.control, run))[-1].kind == "run.succeeded"
        assert planes.patiently(lambda: planes.client.results(run)).steps[-1].says == ("132",)
        verified = daytwo("ledger", "verify", home=home)
        assert json.loads(verified.stdout)["ok"], verified.stdout
    finally:
        planes.stop()
        EmbeddedServer(home).destroy()


@pytest.mark.parametrize("harm", ["change", "remove", "add"])
def test_a_backup_that_is_not_what_was_written_is_refused(taken, tmp_path, harm):
    folder = tmp_path / "harmed"
    shutil.copytree(taken[0], folder)
    file = folder / "executor" / "executor.sqlite"
    if harm == "change":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    elif harm == "remove":
        file.unlink()
    else:
        (folder / "control" / "more").write_text("x")
    refused = daytwo("restore", folder, home=tmp_path / "home")
    assert (refused.returncode, "backup_damaged" in refused.stderr) == (1, True)
    assert not (tmp_path / "home").exists()


def test_a_home_in_use_is_not_overwritten(taken, tmp_path):
    home = tmp_path / "home"
    (home / "control").mkdir(parents=True)
    refused = daytwo("restore", taken[0], home=home)
    assert (refused.returncode, "home_in_use" in refused.stderr) == (1, True)
