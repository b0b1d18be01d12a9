"""Sandboxes: every execution in a process of its own, isolated by the kernel, or refused.  Never a silent downgrade."""

from daytwo.executor.sandbox.check import Check
from daytwo.executor.sandbox.devices import DEVICE_FOLDER, Device, detect
from daytwo.executor.sandbox.profiles import PROFILES, find_profile, offered_profiles
from daytwo.executor.sandbox.request import (
    Cancel,
    Ending,
    Kind,
    Mount,
    Profile,
    SandboxRequest,
    SandboxResult,
    Sink,
    Tier,
)
from daytwo.executor.sandbox.sandboxes import Sandboxes
from daytwo.executor.sandbox.unavailable import SandboxUnavailable
from daytwo.executor.sandbox.zygote import turns
from daytwo.executor.sandbox.zygotes import COLD, Warmth

__all__ = [
    "COLD",
    "DEVICE_FOLDER",
    "PROFILES",
    "Cancel",
    "Check",
    "Device",
    "Ending",
    "Kind",
    "Mount",
    "Profile",
    "SandboxRequest",
    "SandboxResult",
    "SandboxUnavailable",
    "Sandboxes",
    "Sink",
    "Tier",
    "Warmth",
    "detect",
    "find_profile",
    "offered_profiles",
    "turns",
]
