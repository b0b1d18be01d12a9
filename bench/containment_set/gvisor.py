"""What gVisor itself answers: attempts that work in the tier `strong` and get nothing of the host's.

A program there talks to gVisor's own kernel.  Each of these shows or changes something that gVisor made up for this
one sandbox, and that ends with it.
"""

from __future__ import annotations

_OWN_FIGURES = "gVisor's own figures of one sandbox, not the machine's"
_MAPPINGS = "anonymous memory may be executed in every tier; gVisor does not refuse it of mapped scratch"

OWN_ANSWERS: dict[tuple[str, str], str] = {
    **{
        ("exec from scratch", f"{act} {folder}{end}"): _MAPPINGS
        for folder in ("/tmp", "/workspace", "/dev/shm")
        for act, end in (("map code from", ""), ("make a mapping of", " code"), ("a library from", ""))
    },
    **{
        ("kernel figures", f"look at /proc/{name}"): _OWN_FIGURES
        for name in ("sys", "net", "cmdline", "meminfo", "cpuinfo", "version")
    },
    **{
        ("quiet channels", f"figures of the machine: {name}"): _OWN_FIGURES
        for name in ("loadavg", "uptime", "stat", "meminfo")
    },
    ("host files", "look at /sys"): "an empty folder",
    ("hidden or shared memory", "huge pages"): "gVisor ignores the flag",
    ("pids and signals", "see processes"): "the first process of the sandbox; its folder in /proc is empty",
}
"""Family and attempt → what it is that the attempt got."""
