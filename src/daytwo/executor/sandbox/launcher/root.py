"""The sandbox's root: an empty in-memory tree, the read-only sources, scratch, a `/proc` of its own, and nothing else.

Order matters: the new `/proc` is mounted while the old root is still attached, else the kernel refuses it to a user
namespace.
"""

from __future__ import annotations

import os

from . import files, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Order
    from .trees import Tree

HOSTNAME = "sandbox"
_SITE = "/tmp"  # noqa: S108 - only a mount point that every system has; nothing is written to the host's
_ROOT_LIMITS = "size=1m,nr_inodes=4096,mode=0755"
_PLAIN = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC


def build(order: Order, trees: list[Tree]) -> None:
    """Builds the tree in this process's own mount namespace and makes it the root."""
    kernel.mount("tmpfs", _SITE, "tmpfs", _PLAIN, _ROOT_LIMITS)
    for directory in ("/proc", "/dev", "/data", "/etc"):
        _directory(directory)
    for tree in sorted(trees, key=lambda tree: tree.target):
        _place(tree)
    for points_to, link in order["links"]:
        os.symlink(points_to, _SITE + link)  # noqa: PTH211 - see `files`
    for path, text in order["files"].items():
        files.write(_SITE + path, text)
    for path, size in order["scratch"].items():
        _directory(path)
        limits = f"size={size},nr_inodes={order['scratch_inodes']},mode=1777"
        kernel.mount("tmpfs", _SITE + path, "tmpfs", _PLAIN, limits)
    kernel.mount("proc", _SITE + "/proc", "proc", _PLAIN, "subset=pid,hidepid=invisible")
    os.chdir(_SITE)
    kernel.pivot_root_here()
    kernel.mount("none", "/", None, kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | _PLAIN)
    kernel.set_hostname(HOSTNAME)


def _directory(path: str) -> None:
    os.makedirs(_SITE + path, mode=0o755, exist_ok=True)  # noqa: PTH103 - see `files`


def _place(tree: Tree) -> None:
    if tree.is_directory:
        _directory(tree.target)
    else:
        _directory(tree.target.rpartition("/")[0])
        os.close(os.open(_SITE + tree.target, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444))
    kernel.move_mount(tree.descriptor, _SITE + tree.target)
    os.close(tree.descriptor)
