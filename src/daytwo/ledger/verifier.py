"""Checks an exported ledger, offline: `python verifier.py EXPORT [--key KEY] [--earlier CHECKPOINT]`.

This file stands alone.  It needs Python 3.11 and the package `cryptography`, and shares no code with the programs that
write ledgers, so that their mistakes are not repeated here.

What is proved: the checkpoint is signed by the key; the leaves, in their order and number, are those that it was signed
over (Merkle tree of RFC 6962).  With `--key`, that the key is the one you trust; without it, an export could have been
rewritten and signed again with another key.  With `--earlier`, that everything an earlier checkpoint covered is still
there, unchanged.  What is not proved: that what the leaves say is true.

The checkpoint is a C2SP tlog-checkpoint in a signed note.  The export is JSON lines: a header
`{"format", "origin", "public_key", "checkpoint"}`, then `{"index": n, "leaf": text}` for every leaf from 0.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "daytwo-ledger-v1"
SIGNATURE_MARK = "\N{EM DASH} "


class LedgerError(Exception):
    """The export is not what its checkpoint says; the message says where."""


class Verified(NamedTuple):
    """What was proved: a tree of `size` leaves with this root (hexadecimal), signed by `public_key` as `origin`."""

    size: int
    root: str
    origin: str
    public_key: str


class Signed(NamedTuple):
    """A checkpoint whose signature was found good."""

    origin: str
    size: int
    root: bytes


class Tree:
    """Perfect subtrees as (height, hash), merged as soon as two of a height stand side by side."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        self.size += 1
        self._peaks.append((0, hashlib.sha256(b"\x00" + leaf).digest()))
        while len(self._peaks) > 1 and self._peaks[-1][0] == self._peaks[-2][0]:
            height, right = self._peaks.pop()
            _, left = self._peaks.pop()
            self._peaks.append((height + 1, hashlib.sha256(b"\x01" + left + right).digest()))

    def root(self) -> bytes:
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        _, root = self._peaks[-1]
        for _, left in self._peaks[-2::-1]:
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


def verify_export(
    lines: Iterable[str], expected_key: str | None = None, earlier_checkpoint: str | None = None
) -> Verified:
    """Checks an export, line by line.

    Args:
        lines: the export.
        expected_key: the public key that must have signed it, in base64.
        earlier_checkpoint: a checkpoint of the same ledger that must be a prefix of this one.

    Raises:
        LedgerError: what is wrong, and at which leaf.
    """
    remaining = iter(lines)
    origin, key, checkpoint = _header(remaining)
    if expected_key is not None and key != expected_key.strip():
        raise LedgerError(f"the export is signed by the key {key}, not by the expected {expected_key.strip()}")
    signed = _open(checkpoint, origin, key, "the checkpoint")
    earlier = None
    if earlier_checkpoint is not None:
        earlier = _open(earlier_checkpoint, origin, key, "the earlier checkpoint")
        if earlier.size > signed.size:
            raise LedgerError(f"the ledger shrank: it had {earlier.size} leaves, now it has {signed.size}")

    tree = Tree()
    _compare(tree, earlier)
    for line in remaining:
        tree.add(_leaf(line, tree.size))
        if tree.size > signed.size:
            raise LedgerError(f"leaf {tree.size - 1} is not covered by the checkpoint, which has {signed.size} leaves")
        _compare(tree, earlier)
    if tree.size < signed.size:
        raise LedgerError(f"leaf {tree.size} is missing: the checkpoint has {signed.size} leaves")
    if tree.root() != signed.root:
        raise LedgerError(
            f"the {signed.size} leaves do not add up to the signed root: at least one was altered or moved"
        )
    return Verified(signed.size, signed.root.hex(), origin, key)


def _compare(tree: Tree, earlier: Signed | None) -> None:
    if earlier is not None and tree.size == earlier.size and tree.root() != earlier.root:
        raise LedgerError(f"the first {earlier.size} leaves are not those of the earlier checkpoint")


def _header(lines: Iterator[str]) -> tuple[str, str, str]:
    header = _object(next(lines, ""), "the header")
    if header.get("format") != FORMAT:
        raise LedgerError(f"the header does not say {FORMAT}")
    values = [header.get(name) for name in ("origin", "public_key", "checkpoint")]
    texts = [value for value in values if isinstance(value, str)]
    if set(header) != {"format", "origin", "public_key", "checkpoint"} or len(texts) != len(values):
        raise LedgerError("the header must hold format, origin, public_key and checkpoint")
    return texts[0], texts[1], texts[2]


def _leaf(line: str, index: int) -> bytes:
    entry = _object(line, f"leaf {index}")
    if set(entry) != {"index", "leaf"} or type(entry["index"]) is not int or not isinstance(entry["leaf"], str):
        raise LedgerError(f"leaf {index}: the line must hold an index and a leaf")
    if entry["index"] != index:
        raise LedgerError(f"leaf {index} is missing or out of order: the line says {entry['index']}")
    try:
        return entry["leaf"].encode("utf-8")
    except UnicodeEncodeError as error:
        raise LedgerError(f"leaf {index} is not text") from error


def _object(line: str, what: str) -> dict[str, Any]:
    def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a name stands twice")
        return dict(pairs)

    try:
        found = json.loads(line, object_pairs_hook=without_repetition)
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"{what} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise LedgerError(f"{what} is not a JSON object")
    return found


def _open(note: str, origin: str, key: str, what: str) -> Signed:
    """Checks a signed note and reads the checkpoint in it."""
    raw_key = _base64(key, f"the public key of {what}")
    text, separator, signatures = note.partition("\n\n")
    fields = text.split("\n")
    if not separator or len(fields) != 3 or not re.fullmatch(r"0|[1-9][0-9]{0,18}", fields[1]):
        raise LedgerError(f"{what} is malformed")
    if fields[0] != origin:
        raise LedgerError(f"{what} is of the ledger {fields[0]}, not of {origin}")
    root = _base64(fields[2], f"the root of {what}")
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + raw_key).digest()[:4]
    for line in signatures.splitlines():
        if not line.startswith(f"{SIGNATURE_MARK}{origin} "):
            continue
        signature = _base64(line.rpartition(" ")[2], f"the signature of {what}")
        if signature[:4] == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(raw_key).verify(signature[4:], f"{text}\n".encode())
            except (InvalidSignature, ValueError) as error:
                raise LedgerError(f"the signature of {what} does not verify") from error
            return Signed(origin, int(fields[1]), root)
    raise LedgerError(f"{what} carries no signature by the key {key}")


def _base64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise LedgerError(f"{what} is not base64") from error


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks an exported daytwo ledger, offline.")
    parser.add_argument("export", type=Path, help="the JSON lines that `daytwo ledger export` wrote")
    parser.add_argument("--key", help="the public key that must have signed it (base64)")
    parser.add_argument("--earlier", type=Path, help="a file with an earlier checkpoint of the same ledger")
    options = parser.parse_args(arguments)
    try:
        earlier = options.earlier.read_text(encoding="utf-8") if options.earlier else None
        with options.export.open(encoding="utf-8", newline="\n") as lines:
            verified = verify_export(lines, options.key, earlier)
    except (LedgerError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"NOT VERIFIED: {error}\n")
        return 1
    sys.stdout.write(f"verified: {verified.size} leaves of {verified.origin}, root {verified.root}\n")
    if options.key is None:
        sys.stdout.write(f"signed by {verified.public_key}, which was compared with no key that you trust (--key)\n")
    if earlier is not None:
        sys.stdout.write("everything that the earlier checkpoint covered is still there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
