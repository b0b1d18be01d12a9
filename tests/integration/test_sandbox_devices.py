"""GPUs, over a fake layer of devices: found by name, one sandbox at a time to each, shown under their own names."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import COLD, PROFILES, Cancel, Kind, Sandboxes, SandboxRequest
from daytwo.executor.sandbox.devices import Devices, detect
from daytwo.wire.errors import Unavailable

NULL = os.makedev(1, 3)


@pytest.fixture
def fake(tmp_path):
    """Nodes with the names of GPUs that behave like /dev/null."""
    folder = tmp_path / "dev"
    folder.mkdir()
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm"):
        os.mknod(folder / name, stat.S_IFCHR | 0o666, NULL)
        (folder / name).chmod(0o666)
    return folder


def names(device):
    return [node.name for node in device.nodes]


def test_whole_devices(fake, tmp_path):
    found = detect(fake, tmp_path / "driver")
    assert [(device.name, names(device)) for device in found] == [
        ("nvidia0", ["nvidia0", "nvidiactl", "nvidia-uvm"]),
        ("nvidia1", ["nvidia1", "nvidiactl", "nvidia-uvm"]),
    ]


def test_a_divided_device_is_given_in_slices(fake, tmp_path):
    for path, minor in (("gi1/access", 12), ("gi1/ci0/access", 13), ("gi2/access", 21), ("gi2/ci0/access", 22)):
        place = tmp_path / "driver" / "capabilities" / "gpu0" / "mig" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"DeviceFileMinor: {minor}\nDeviceFileMode: 292\n", "ascii")
    one, two, whole = detect(fake, tmp_path / "driver")
    assert (one.name, names(one)[-2:]) == ("nvidia0/gi1-ci0", ["nvidia-cap12", "nvidia-cap13"])
    assert (two.name, names(two)[-2:]) == ("nvidia0/gi2-ci0", ["nvidia-cap21", "nvidia-cap22"])
    assert whole.name == "nvidia1"


def test_a_folder_without_a_driver_has_none(tmp_path):
    (tmp_path / "nvidia0").touch()
    assert detect(tmp_path, tmp_path) == ()


def test_no_device_is_had_twice(fake, tmp_path):
    devices = Devices(detect(fake, tmp_path / "driver"))
    with devices.taken(1) as one, devices.taken(1) as two:
        assert one[0] != two[0]
        with pytest.raises(Unavailable) as busy, devices.taken(1):
            pass
        assert busy.value.code == "gpu_busy"
    with devices.taken(2) as both:
        assert len(both) == 4
    with pytest.raises(Unavailable) as none, devices.taken(3):
        pass
    assert none.value.code == "profile_unavailable"


def test_a_program_has_its_device_and_no_other(fake, tmp_path):
    sandboxes = Sandboxes(
        default_environment(), Path(cell.__file__).parent, COLD, devices=detect(fake, tmp_path / "driver")
    )
    source = (
        "import os\nprint(sorted(name for name in os.listdir('/dev') if name.startswith('nvidia')))\n"
        "print(os.write(os.open('/dev/nvidia0', os.O_RDWR), b'x'))"
    )
    request = SandboxRequest(
        "cell.script", json.dumps({"source": source}).encode(), PROFILES["gpu"], org_id="local", kind=Kind.REAL
    )
    try:
        given = anyio.run(sandboxes.run, request, lambda _: None, Cancel())
        plain = replace(request, profile=PROFILES["small"])
        without = anyio.run(sandboxes.run, plain, lambda _: None, Cancel())
    finally:
        sandboxes.close()
    assert given.stdout == b"['nvidia-uvm', 'nvidia0', 'nvidiactl']\n1\n", given.stderr
    assert without.stdout == b"[]\n"
    assert b"No such file" in without.stderr


def test_without_a_device_the_profile_says_so():
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent, COLD, devices=())
    request = SandboxRequest("cell.script", b"{}", PROFILES["gpu"], org_id="local", kind=Kind.REAL)
    with pytest.raises(Unavailable) as refused:
        anyio.run(sandboxes.run, request, lambda _: None, Cancel())
    assert refused.value.code == "profile_unavailable"
