"""Opens what the sandbox will see: each source as a detached, read-only copy of its mount.

Detached copies need no path afterwards, so root can open what lies below a folder that only root may enter, and have it
stand in the tree of a user who may not.  Where root runs the executor, files that only their owner may read are shown
to the sandbox's user by an idmapped mount: owner of the source → sandbox's user, for this view alone.
Source: open_tree(2), mount_setattr(2), user_namespaces(7).
"""

from __future__ import annotations

import errno
import os
import signal
import stat

from . import files, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Source


class Tree:
    """A detached mount and where it will stand."""

    def __init__(self, source: Source, descriptor: int) -> None:
        self.target = source["target"]
        self.descriptor = descriptor
        self.is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Opener:
    """Opens sources for one sandbox's user.

    Args:
        shown_to: the host uid and gid that own sources are idmapped to; None for an ordinary user, who may not.
    """

    def __init__(self, shown_to: int | None) -> None:
        self._shown_to = shown_to
        self._namespaces: dict[tuple[int, int], int] = {}

    def open(self, sources: list[Source]) -> list[Tree]:
        trees: list[Tree] = []
        try:
            for source in sources:
                tree = _open(source)
                trees.append(tree)
                _seal(tree, source)
                if self._shown_to is not None and source["own"]:
                    self._show(tree, self._shown_to)
        except BaseException:
            for tree in trees:
                tree.close()
            raise
        return trees

    def _show(self, tree: Tree, shown_to: int) -> None:
        status = os.fstat(tree.descriptor)
        owner = (status.st_uid, status.st_gid)
        if owner not in self._namespaces:
            self._namespaces[owner] = _user_namespace(owner, shown_to)
        idmap = kernel.MountAttributes(kernel.MOUNT_ATTR_IDMAP, 0, 0, self._namespaces[owner])
        try:
            kernel.mount_setattr(tree.descriptor, idmap, "idmapped mount")
        except kernel.Refused as refusal:
            # Not every file system can; whether the files are readable all the same is checked before anything runs.
            if refusal.errno not in {errno.EINVAL, errno.EPERM, errno.EOPNOTSUPP}:
                raise


def _open(source: Source) -> Tree:
    try:
        return Tree(source, kernel.open_tree(source["source"]))
    except kernel.Refused as refusal:
        if source["own"] and refusal.errno in {errno.EACCES, errno.ENOENT, errno.ENOTDIR}:
            raise kernel.Refused(source["source"], refusal.errno, code="data_unreadable") from refusal
        raise


def _seal(tree: Tree, source: Source) -> None:
    attributes = kernel.MOUNT_ATTR_RDONLY | kernel.MOUNT_ATTR_NOSUID
    if not source["device"]:
        attributes |= kernel.MOUNT_ATTR_NODEV
        mode = os.fstat(tree.descriptor).st_mode
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            raise kernel.Refused(f"{source['source']} is neither a file nor a directory", code="data_unreadable")
    sealed = kernel.MountAttributes(attributes, 0, kernel.MS_PRIVATE, 0)
    kernel.mount_setattr(tree.descriptor, sealed, f"make {source['source']} read-only")


def _user_namespace(owner: tuple[int, int], shown_to: int) -> int:
    """A descriptor of a user namespace that maps the owner to the sandbox's user, made by a child that then ends."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            kernel.unshare(kernel.CLONE_NEWUSER, "user namespace for idmapped mounts")
            os.write(writer, b".")
            signal.pause()
        finally:
            os._exit(1)
    os.close(writer)
    try:
        if not os.read(reader, 1):
            raise kernel.Refused("user namespace for idmapped mounts")
        for name, identity in zip(("uid_map", "gid_map"), owner, strict=True):
            files.write(f"/proc/{child}/{name}", f"{identity} {shown_to} 1")
        return os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
