"""GPUs, over a fake layer of devices: found by name, one sandbox at a time to each, shown under their own names.

The nodes stand in a folder of the test's own, which the setting `device_folder` names; making them takes root.
"""

import json
import os
import stat
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from bench.gate_set.executor import Executor
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import COLD, PROFILES, Cancel, Kind, Sandboxes, SandboxRequest
from daytwo.executor.sandbox.devices import Devices, detect
from daytwo.wire.errors import Unavailable
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import TaskRequest

NULL = os.makedev(1, 3)
SAMPLE = Path(__file__).parents[2] / "examples" / "orders.csv"
COMMAND_SECONDS = 120
WHO_HAS_WHAT = "import os\nprint(sorted(name for name in os.listdir('/dev') if name.startswith('nvidia')))\n"


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


def test_an_organisation_waits_for_the_device_of_another(fake, tmp_path):
    """One device, two organisations: the second is refused while the first runs, and has it afterwards."""
    (fake / "nvidia1").unlink()
    devices = detect(fake, tmp_path / "driver")
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent, COLD, devices=devices)
    refused = []

    def asked(org_id, source):
        job = json.dumps({"source": source}).encode()
        return SandboxRequest("cell.script", job, PROFILES["gpu"], org_id=org_id, kind=Kind.REAL)

    async def both():
        begun, cancel = anyio.Event(), Cancel()

        async def first():
            holds = "import os, time\nos.write(3, b'here')\ntime.sleep(60)"
            await sandboxes.run(asked("one", holds), lambda _: begun.set(), cancel)

        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await begun.wait()
            with pytest.raises(Unavailable) as busy:
                await sandboxes.run(asked("two", WHO_HAS_WHAT), lambda _: None, Cancel())
            refused.append(busy.value.code)
            cancel.request()
        return await sandboxes.run(asked("two", WHO_HAS_WHAT), lambda _: None, Cancel())

    try:
        afterwards = anyio.run(both)
    finally:
        sandboxes.close()
    assert refused == ["gpu_busy"]
    assert afterwards.stdout == b"['nvidia-uvm', 'nvidia0', 'nvidiactl']\n", afterwards.stderr


def test_a_step_whose_device_is_busy_costs_nothing(fake, tmp_path):
    (fake / "nvidia1").unlink()
    sandboxes = Sandboxes(
        default_environment(), Path(cell.__file__).parent, COLD, devices=detect(fake, tmp_path / "driver")
    )
    executor = Executor(tmp_path / "executor", SigningKey.generate(), sandboxes, device_folder=fake)
    session = new_id("session")
    task = TaskRequest(
        org_id="local",
        run_id=new_id("run"),
        session_id=session,
        segment=1,
        step=1,
        program="x = 1",
        profile="gpu",
        datasets=(),
        alphabet=Alphabet.BRIEF,
        base_session=session,
        base_snapshot=0,
        next_snapshot=1,
        on_behalf_of=LOCAL_OWNER,
    )
    try:
        with sandboxes.holding(PROFILES["gpu"]) as nodes:
            completion, _ = executor.answer(task)
        assert [node.name for node in nodes] == ["nvidia0", "nvidiactl", "nvidia-uvm"]
        assert [finding.rule for finding in completion.verdict.findings] == ["gpu-busy"]
        assert (completion.rehearsal, completion.symbol, completion.bits_spent) == (None, None, 0)
        with sandboxes.holding(PROFILES["gpu"]) as again:
            assert again == nodes
    finally:
        executor.database.close()
        sandboxes.close()


def daytwo(*words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "daytwo.cli.main", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
        env=os.environ | {"DAYTWO_RELEASE": "at_once"} | variables,
    )


def test_the_command_line_gives_a_device(fake, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(WHO_HAS_WHAT, "utf-8")
    words = ("sandbox", "run", str(program), "--profile", "gpu")
    given = daytwo(*words, DAYTWO_DEVICE_FOLDER=str(fake))
    assert given.stdout == "['nvidia-uvm', 'nvidia0', 'nvidiactl']\n", given.stderr
    without = daytwo(*words, DAYTWO_DEVICE_FOLDER=str(tmp_path))
    assert "error[profile_unavailable]" in without.stderr


def test_a_question_is_answered_on_a_device(fake, tmp_path):
    """Through both planes: rehearsed and run under the profile `gpu`."""
    replay = tmp_path / "model.jsonl"
    replay.write_text(json.dumps({"final": True, "code": "say(f\"{len(data('orders').pandas()) > 0}\")"}) + "\n")
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        words = ("ask", str(SAMPLE), "Any?", "--model", f"replay:{replay}", "--profile", "gpu", "--json")
        try:
            done = daytwo(*words, DAYTWO_DEVICE_FOLDER=str(fake), DAYTWO_HOME=str(home))
        finally:
            EmbeddedServer(home).destroy()
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["status"], document["says"]) == ("succeeded", ["True"])
