"""The Merkle tree of RFC 6962 (RFC 9162, section 2.1): hashes, growth, proofs.  Pure.

A `Frontier` is the tree's right edge: the roots of the perfect subtrees that make up a tree of its size, largest first.
It is all that appending needs.  Proofs are made from the leaf hashes and checked against a root alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from daytwo.wire.errors import Denied, Invalid

HASH_BYTES = 32
SIZE_BYTES = 8
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a growing tree: one subtree for each bit that is set in `size`."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, hash_of_leaf: bytes) -> list[bytes]:
        """Adds a leaf; answers the roots of the perfect subtrees that end with it, from the leaf itself up."""
        made, filled = [hash_of_leaf], self.size
        while filled & 1:
            made.append(node_hash(self.hashes.pop(), made[-1]))
            filled >>= 1
        self.hashes.append(made[-1])
        self.size += 1
        return made

    def root(self) -> bytes:
        return self.root_from(0) if self.hashes else EMPTY_ROOT

    def root_from(self, first: int) -> bytes:
        """The root over the leaves from `first` on, where one of the edge's subtrees begins."""
        root = self.hashes[-1]
        for left in reversed(self.hashes[first.bit_count() : -1]):  # one lies before it for each of its bits
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """The size in 8 bytes, big-endian, then the hashes."""
        return self.size.to_bytes(SIZE_BYTES, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Raises `Invalid` (`bad_frontier`) unless `to_bytes` could have made this."""
        size = int.from_bytes(data[:SIZE_BYTES], "big")
        hashes = [data[at : at + HASH_BYTES] for at in range(SIZE_BYTES, len(data), HASH_BYTES)]
        if len(data) != SIZE_BYTES + HASH_BYTES * size.bit_count():
            raise Invalid("bad_frontier", "The stored edge of the ledger's tree is damaged: restore it from a backup.")
        return cls(size, hashes)


def tree_root(leaf_hashes: Sequence[bytes]) -> bytes:
    frontier = Frontier()
    for item in leaf_hashes:
        frontier.append(item)
    return frontier.root()


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The siblings on the way from leaf `index` to the root, leaf first (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < len(leaf_hashes):
        raise Invalid("no_such_leaf", f"The tree has {len(leaf_hashes)} leaves; there is none with index {index}.")
    if len(leaf_hashes) == 1:
        return []
    split = _split(len(leaf_hashes))
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if index < split:
        return [*inclusion_proof(left, index), tree_root(right)]
    return [*inclusion_proof(right, index - split), tree_root(left)]


def siblings(index: int, size: int) -> Iterator[tuple[int, int]]:
    """Level and place, from the leaves up, of the hashes that prove leaf `index` of a tree of this size.

    A place on a level is a subtree of `2 ** level` leaves; the last one may have fewer, and then stands for as many.
    """
    level = 0
    while (last := (size - 1) >> level) > 0:
        place = index >> level ^ 1
        if place <= last:
            yield level, place
        level += 1


def consistency_proof(leaf_hashes: Sequence[bytes], earlier_size: int) -> list[bytes]:
    """That this tree only appended to its first `earlier_size` leaves (RFC 9162, 2.1.4.1)."""
    if not 0 < earlier_size <= len(leaf_hashes):
        raise Invalid("no_such_tree", f"A tree of {len(leaf_hashes)} leaves does not extend one of {earlier_size}.")
    return _subproof(leaf_hashes, earlier_size, known=True)


def _subproof(leaf_hashes: Sequence[bytes], earlier_size: int, *, known: bool) -> list[bytes]:
    if earlier_size == len(leaf_hashes):
        return [] if known else [tree_root(leaf_hashes)]
    split = _split(len(leaf_hashes))
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if earlier_size <= split:
        return [*_subproof(left, earlier_size, known=known), tree_root(right)]
    return [*_subproof(right, earlier_size - split, known=False), tree_root(left)]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_inclusion(hash_of_leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises `Denied` (`bad_proof`) unless the leaf is at `index` of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise _bad_proof()
    place, last, computed = index, size - 1, hash_of_leaf
    for sibling in proof:
        if last == 0:
            raise _bad_proof()
        if place & 1 or place == last:
            computed = node_hash(sibling, computed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or computed != root:
        raise _bad_proof()


def verify_consistency(earlier_size: int, earlier_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raises `Denied` (`bad_proof`) unless the tree extends the earlier one (RFC 9162, 2.1.4.2)."""
    if not 0 < earlier_size <= size:
        raise _bad_proof()
    if earlier_size == size:
        if proof or earlier_root != root:
            raise _bad_proof()
        return
    is_perfect = earlier_size.bit_count() == 1
    path = [earlier_root, *proof] if is_perfect else list(proof)
    if not path or (earlier_root, root) != _roots_along(path, earlier_size, size):
        raise _bad_proof()


def _roots_along(path: Sequence[bytes], earlier_size: int, size: int) -> tuple[bytes, bytes]:
    """The roots of the earlier and the later tree that a consistency proof leads to."""
    place, last = earlier_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    earlier = later = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _bad_proof()
        if place & 1 or place == last:
            earlier, later = node_hash(sibling, earlier), node_hash(sibling, later)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            later = node_hash(later, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise _bad_proof()
    return earlier, later


def _bad_proof() -> Denied:
    return Denied("bad_proof", "The proof does not fit the ledger's root: the ledger or the proof was altered.")
