"""Where memory groups are looked for, and what is written to those of version 2.

This machine's memory controller is version 1's, so that version is run for real by the tests of executions; a folder
stands for the file system of version 2.
"""

import fcntl
import os

import pytest

from daytwo.executor.sandbox.zygote import cgroups

HYBRID = "4:memory:/service/app\n1:cpu:/\n0::/\n"
HYBRID_MOUNTS = (
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "36 31 0:33 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
)
UNIFIED_MOUNTS = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
CONTAINER_MOUNTS = "30 23 0:26 /docker/abc /sys/fs/cgroup ro,nosuid - cgroup2 cgroup2 rw\n"


@pytest.mark.parametrize(
    ("own", "mounts", "expected"),
    [
        (HYBRID, HYBRID_MOUNTS, [(1, "/sys/fs/cgroup/memory/service/app"), (2, "/sys/fs/cgroup/unified")]),
        (
            "0::/user.slice/user@1000.service/app.slice/run.scope\n",
            UNIFIED_MOUNTS,
            [
                (2, "/sys/fs/cgroup/user.slice/user@1000.service/app.slice/run.scope"),
                (2, "/sys/fs/cgroup/user.slice/user@1000.service/app.slice"),
            ],
        ),
        ("0::/\n", UNIFIED_MOUNTS, [(2, "/sys/fs/cgroup")]),
        ("0::/docker/abc\n", CONTAINER_MOUNTS, [(2, "/sys/fs/cgroup")]),
        ("", UNIFIED_MOUNTS, []),
        (HYBRID, "", []),
    ],
)
def test_homes_of_groups(own, mounts, expected):
    assert cgroups.homes(own, mounts) == expected


def test_version_2_passes_the_memory_controller_down_and_bounds_all_of_a_group(tmp_path):
    groups = cgroups.Groups(str(tmp_path), version=2)
    folder = tmp_path / f"daytwo-{os.getpid()}"
    assert (tmp_path / "cgroup.subtree_control").read_text("ascii") == "+memory"
    assert (folder / "cgroup.subtree_control").read_text("ascii") == "+memory"
    group = groups.new()
    (place,) = (path for path in folder.iterdir() if path.is_dir())
    group.bound(123 << 20)
    written = {path.name: path.read_text("ascii") for path in place.iterdir()}
    assert written == {"memory.max": str(123 << 20), "memory.swap.max": "0", "memory.oom.group": "1"}


@pytest.mark.parametrize(("kills", "expected"), [(0, False), (1, True), (3, True)])
def test_version_2_tells_that_the_kernel_has_killed(tmp_path, kills, expected):
    group = cgroups.Groups(str(tmp_path), version=2).new()
    (place,) = tmp_path.glob("daytwo-*/[0-9]*")
    (place / "memory.events").write_text(f"low 0\nhigh 0\nmax 9\noom 2\noom_kill {kills}\noom_group_kill 0\n", "ascii")
    assert group.has_killed() is expected


NOBODY = "daytwo-4194305"  # above the largest pid that a kernel gives


def test_what_a_dead_keeper_left_is_swept_wherever_it_was(tmp_path):
    dead = tmp_path / "service" / "another" / NOBODY
    (dead / "7").mkdir(parents=True)
    cgroups.sweep_below(str(tmp_path))
    assert not dead.exists()
    assert dead.parent.exists()


def test_what_a_living_keeper_has_is_left_alone(tmp_path):
    groups = cgroups.Groups(str(tmp_path), version=1)
    groups.new()
    cgroups.sweep_below(str(tmp_path))
    assert (tmp_path / f"daytwo-{os.getpid()}").is_dir()


def test_a_keeper_of_another_pid_namespace_is_known_by_its_lock(tmp_path):
    (tmp_path / NOBODY).mkdir()
    descriptor = os.open(tmp_path / NOBODY, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    cgroups.sweep_below(str(tmp_path))
    assert (tmp_path / NOBODY).is_dir()
    os.close(descriptor)
    cgroups.sweep_below(str(tmp_path))
    assert not (tmp_path / NOBODY).exists()
