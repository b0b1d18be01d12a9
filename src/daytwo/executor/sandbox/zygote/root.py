"""The sandbox's root: an empty in-memory tree, the read-only sources, scratch, a `/proc` of its own, and nothing else.

The zygote builds it once.  Each child has a copy in a mount namespace of its own, with a fresh `/proc` and fresh
scratch on top; the keeper mounts a run's data into that copy.  Order matters: the zygote's `/proc` is mounted while the
old root is still attached, else the kernel refuses it to a user namespace.
"""

from __future__ import annotations

import os

from . import files, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Fit, Plan
    from .trees import Tree

HOSTNAME = "sandbox"
_SITE = "/tmp"  # noqa: S108 - only a mount point that every system has; nothing is written to the host's
_ROOT_LIMITS = "size=1m,nr_inodes=4096,mode=0755"
_PLACE_LIMITS = "size=4m,nr_inodes=32768,mode=0755"
_ZYGOTE_SCRATCH = "size=16m,nr_inodes=1024,mode=1777"
_PLAIN = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC


def build(plan: Plan, trees: list[Tree]) -> None:
    """Builds the tree in this process's own mount namespace and makes it the root."""
    kernel.mount("tmpfs", _SITE, "tmpfs", _PLAIN, _ROOT_LIMITS)
    for directory in ("/proc", "/dev", "/etc", *plan["places"]):
        make_directory(_SITE + directory)
    stand(_SITE, trees)
    for points_to, link in plan["links"]:
        os.symlink(points_to, _SITE + link)  # noqa: PTH211 - see `files`
    for path, text in plan["files"].items():
        files.write(_SITE + path, text)
    for path in plan["inside"]["scratch"]:
        make_directory(_SITE + path)
        kernel.mount("tmpfs", _SITE + path, "tmpfs", _PLAIN, _ZYGOTE_SCRATCH)
    kernel.mount("proc", _SITE + "/proc", "proc", _PLAIN, "subset=pid")
    os.chdir(_SITE)
    kernel.pivot_root_here()
    _make_read_only("/")
    kernel.set_hostname(HOSTNAME)


def freshen(scratch: list[str]) -> None:
    """A child's own `/proc` and scratch over the zygote's; `resize` gives scratch its size."""
    kernel.mount("proc", "/proc", "proc", _PLAIN, "subset=pid,hidepid=invisible")
    for path in scratch:
        kernel.mount("tmpfs", path, "tmpfs", _PLAIN, "size=4k,nr_inodes=16,mode=1777")


def furnish(trees: list[Tree], places: list[str]) -> None:
    """Gives a parked child's tree its run's mounts.  In the child's mount namespace."""
    for place in places:
        inside = [tree for tree in trees if tree.target.startswith(f"{place}/")]
        if inside:
            kernel.mount("tmpfs", place, "tmpfs", _PLAIN, _PLACE_LIMITS)
            stand("", inside)
            _make_read_only(place)
        stand("", [tree for tree in trees if tree.target == place])


def resize(fit: Fit) -> None:
    """Gives a parked child's scratch its sizes.  In the child's mount namespace."""
    for path, size in fit["scratch"].items():
        limits = f"size={size},nr_inodes={fit['scratch_inodes']},mode=1777"
        kernel.mount("tmpfs", path, None, kernel.MS_REMOUNT | _PLAIN, limits)


def stand(site: str, trees: list[Tree]) -> None:
    for tree in sorted(trees, key=lambda tree: tree.target):
        path = site + tree.target
        if tree.is_directory:
            make_directory(path)
        else:
            make_directory(path.rpartition("/")[0])
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444))
        kernel.move_mount(tree.descriptor, path)
        tree.close()


def make_directory(path: str) -> None:
    os.makedirs(path, mode=0o755, exist_ok=True)  # noqa: PTH103 - see `files`


def _make_read_only(path: str) -> None:
    kernel.mount("none", path, None, kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | _PLAIN)
