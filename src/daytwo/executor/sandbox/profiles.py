"""The profiles that ship: data, not code."""

from __future__ import annotations

from pathlib import Path

from daytwo.executor.sandbox.devices import DEVICE_FOLDER, detect
from daytwo.executor.sandbox.request import Profile
from daytwo.wire.errors import Missing, Unavailable

_MIB, _GIB = 1 << 20, 1 << 30

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="small",
            cpus=1,
            memory_bytes=1 * _GIB,
            disk_bytes=256 * _MIB,
            inodes=16_384,
            wall_seconds=60.0,
            cpu_seconds=70,
            output_bytes=256 * _MIB,
            stream_bytes=1 * _MIB,
            processes=64,
        ),
        Profile(
            name="medium",
            cpus=2,
            memory_bytes=4 * _GIB,
            disk_bytes=1 * _GIB,
            inodes=65_536,
            wall_seconds=600.0,
            cpu_seconds=1_300,
            output_bytes=1 * _GIB,
            stream_bytes=1 * _MIB,
            processes=128,
        ),
        Profile(
            name="large",
            cpus=4,
            memory_bytes=16 * _GIB,
            disk_bytes=4 * _GIB,
            inodes=262_144,
            wall_seconds=3600.0,
            cpu_seconds=15_000,
            output_bytes=4 * _GIB,
            stream_bytes=4 * _MIB,
            processes=256,
        ),
        Profile(
            name="gpu",
            cpus=4,
            memory_bytes=16 * _GIB,
            disk_bytes=4 * _GIB,
            inodes=262_144,
            wall_seconds=3600.0,
            cpu_seconds=15_000,
            output_bytes=4 * _GIB,
            stream_bytes=4 * _MIB,
            processes=256,
            gpu=1,
        ),
    )
}


def find_profile(name: str, device_folder: Path = DEVICE_FOLDER) -> Profile:
    """The profile of this name, where this machine can give it.

    Args:
        name: a key of `PROFILES`.
        device_folder: where the nodes of GPUs are.

    Raises:
        Missing: `unknown_profile`.
        Unavailable: `profile_unavailable`, where daytwo knows the profile and this machine cannot give it.
    """
    if name not in PROFILES:
        raise Missing("unknown_profile", f"There is no profile `{name}`. Choose one of: {', '.join(PROFILES)}.")
    profile = PROFILES[name]
    if profile.gpu > len(detect(device_folder)):
        raise Unavailable(
            "profile_unavailable", "No GPU is set up for sandboxes here. Choose `small`, `medium` or `large`."
        )
    return profile


def offered_profiles(device_folder: Path = DEVICE_FOLDER) -> tuple[str, ...]:
    """The profiles that this machine can give, the least first."""
    devices = len(detect(device_folder))
    return tuple(profile.name for profile in PROFILES.values() if profile.gpu <= devices)
