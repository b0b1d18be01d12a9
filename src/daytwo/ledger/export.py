"""The export format `daytwo-ledger-v1`: JSON lines, a header and then every leaf, as `verifier.py` reads them."""

from __future__ import annotations

import json

from daytwo.wire.signing import PublicKey

FORMAT = "daytwo-ledger-v1"


def header_line(origin: str, public_key: PublicKey, checkpoint: str) -> str:
    header = {"format": FORMAT, "origin": origin, "public_key": public_key.text(), "checkpoint": checkpoint}
    return json.dumps(header, separators=(",", ":"))


def leaf_line(index: int, leaf: bytes) -> str:
    """The leaf's exact text: canonical JSON is UTF-8, so nothing is lost in a JSON string."""
    return json.dumps({"index": index, "leaf": leaf.decode("utf-8")}, separators=(",", ":"))
