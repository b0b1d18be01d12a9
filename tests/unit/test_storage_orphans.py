"""Which data in the store of root's servers goes, and when: never a living home's, never what cannot be judged."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from daytwo.control.storage.orphans import DAY_SECONDS, KEPT_DAYS, claim, claiming, sweep

LATER = (KEPT_DAYS + 1) * DAY_SECONDS
NAME = "a" * 32
SLEEP_SECONDS = 600


@pytest.fixture
def store(tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    return store


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "disk" / "home")


@pytest.fixture
def root(store, home):
    root = store / NAME
    (root / "postgres").mkdir(parents=True)
    claim(root, home)
    return root


def make_home(home, name=NAME):
    (home / "control").mkdir(parents=True)
    (home / "control" / "postgres.place").write_text(name)
    return home


def sweep_twice(store):
    now = time.time()
    sweep(store, now)
    sweep(store, now + LATER)


def test_a_living_home_keeps_its_data(store, root):
    sweep_twice(store)
    assert (root / "postgres").is_dir()


@pytest.mark.parametrize("gone", ["home", "disk"])
def test_data_of_a_deleted_home_goes_after_a_week(store, root, home, gone):
    shutil.rmtree(home if gone == "home" else home.parent)
    now = time.time()
    sweep(store, now)
    sweep(store, now + (KEPT_DAYS - 1) * DAY_SECONDS)
    assert (root / "postgres").is_dir()
    sweep(store, now + LATER)
    assert list(store.iterdir()) == [store / "sweep.lock"]


def test_data_of_a_home_that_was_made_anew_in_its_place_goes(store, root, home):
    shutil.rmtree(home)
    make_home(home, "b" * 32)
    sweep_twice(store)
    assert not root.exists()


def test_a_moved_home_takes_its_data_back(store, root, home, tmp_path):
    now = time.time()
    moved = home.rename(tmp_path / "moved")
    sweep(store, now)
    claim(root, moved)
    sweep(store, now + LATER)
    assert (root / "postgres").is_dir()


@pytest.mark.parametrize("note", ["unmounted", "unknown"])
def test_data_whose_disk_may_not_be_mounted_stays(store, root, home, note):
    shutil.rmtree(home)
    if note == "unknown":
        (root / "device").unlink()
    else:
        (root / "device").write_text(str(home.parent.stat().st_dev + 1))
    sweep_twice(store)
    assert (root / "postgres").is_dir()


def test_nothing_is_swept_while_a_home_takes_its_place(store, root, home):
    shutil.rmtree(home)
    sweep(store, 0.0)
    with claiming(store):
        sweep(store, LATER)
    assert (root / "postgres").is_dir()


def test_the_server_of_a_deleted_home_ends_before_its_data_goes(store, root, home, tmp_path):
    program = shutil.copy("/bin/sleep", tmp_path / "postgres")
    command = ["env", "--default-signal=INT", program, str(SLEEP_SECONDS)]  # whoever ignores it bequeaths that
    with subprocess.Popen(command, cwd=root / "postgres") as server:
        (root / "postgres" / "postmaster.pid").write_text(f"{server.pid}\n")
        while Path(f"/proc/{server.pid}/exe").readlink() != Path(program):
            pass  # another process: there is no event to wait for
        sweep(store, 0.0)
        assert server.poll() is None
        shutil.rmtree(home)
        sweep(store, LATER)
        assert (root / "postgres").is_dir()
        server.wait()
    sweep(store, 3 * LATER)
    assert not root.exists()
