"""GPUs of this machine, and who has them: one sandbox at a time to each device or slice.

A device is the nodes that a program drives it by; a slice (MIG) adds the nodes that stand for its part.  Detection
reads names only: nothing here opens a device, so CUDA is never initialised before a sandbox has forked.
Source: NVIDIA's MIG user guide, "Device Nodes and Capabilities".
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daytwo.wire.errors import Unavailable

DEVICE_FOLDER = Path("/dev")
_CONTROL = "nvidiactl"
_SHARED = (_CONTROL, "nvidia-uvm")
_GPU = re.compile(r"nvidia(\d+)")
_MINOR = re.compile(r"DeviceFileMinor:\s*(\d+)")


@dataclass(frozen=True)
class Device:
    """A whole GPU or a slice of one."""

    name: str
    nodes: tuple[Path, ...]


def detect(devices: Path = DEVICE_FOLDER, driver: Path = Path("/proc/driver/nvidia")) -> tuple[Device, ...]:
    """The GPUs that sandboxes may have: the slices of a divided one, else the whole.

    Args:
        devices: the folder of device nodes.
        driver: what the driver tells of slices.
    """
    if not _is_node(devices / _CONTROL):
        return ()
    shared = tuple(devices / name for name in _SHARED if _is_node(devices / name))
    found: list[Device] = []
    for path in sorted(devices.iterdir()):
        match = _GPU.fullmatch(path.name)
        if match is None or not _is_node(path):
            continue
        slices = list(_slices(driver / "capabilities" / f"gpu{match[1]}" / "mig", devices / "nvidia-caps"))
        found += [Device(f"{path.name}/{name}", (path, *shared, *nodes)) for name, nodes in slices]
        if not slices:
            found.append(Device(path.name, (path, *shared)))
    return tuple(found)


def _slices(tree: Path, nodes: Path) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """A compute instance is driven by its own node and by that of the GPU instance that it lies in."""
    for access in sorted(tree.glob("gi*/ci*/access")):
        instance = access.parent
        yield (
            f"{instance.parent.name}-{instance.name}",
            (
                nodes / f"nvidia-cap{_minor(instance.parent / 'access')}",
                nodes / f"nvidia-cap{_minor(access)}",
            ),
        )


def _minor(access: Path) -> str:
    match = _MINOR.search(access.read_text("ascii"))
    if match is None:
        raise Unavailable("profile_unavailable", f"The GPU's driver does not tell the device node of {access.parent}.")
    return match[1]


def _is_node(path: Path) -> bool:
    return path.exists() and stat.S_ISCHR(path.stat().st_mode)


class Devices:
    """Who has which device.  Of one event loop: nothing here waits between looking and taking."""

    def __init__(self, found: tuple[Device, ...]) -> None:
        self._free = list(found)
        self._count = len(found)

    @contextmanager
    def taken(self, count: int) -> Iterator[tuple[Path, ...]]:
        """The nodes of so many devices, which nobody else has meanwhile.

        Raises:
            Unavailable: `profile_unavailable`, where there are none; `gpu_busy`, where other sandboxes have them.
        """
        if count > self._count:
            raise Unavailable(
                "profile_unavailable",
                f"This machine has {self._count} GPUs for sandboxes, not {count}. Choose `small`, `medium` or `large`.",
            )
        if count > len(self._free):
            raise Unavailable("gpu_busy", "Other programs have the GPUs of this machine. Ask again when one has ended.")
        mine = [self._free.pop(0) for _ in range(count)]
        try:
            yield tuple(dict.fromkeys(node for device in mine for node in device.nodes))
        finally:
            self._free += mine
