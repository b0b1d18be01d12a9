"""The tamper-evident log of both planes: an RFC 6962 Merkle tree with C2SP checkpoints.

`SqliteLedger` keeps the executor's; `daytwo.control.storage.ledger` keeps the control plane's in PostgreSQL.
`verifier.py` checks an export of either and stands alone: it imports nothing of daytwo.
"""

from daytwo.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.merkle import Frontier, leaf_hash
from daytwo.ledger.sqlite import SqliteLedger

__all__ = ["Checkpoint", "Frontier", "LedgerEvent", "SqliteLedger", "leaf_hash", "open_checkpoint", "sign_checkpoint"]
